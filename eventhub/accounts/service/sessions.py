"""Signing in and out."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func, select, update

from eventhub.accounts import passwords, queries, rules
from eventhub.accounts.errors import LinkEnded, SignInRefused
from eventhub.accounts.models import LoginSession, LoginTry
from eventhub.accounts.service.people import store_password
from eventhub.accounts.service.second_factor import take_code
from eventhub.kernel import clock, ids, text
from eventhub.kernel.db import command, db
from eventhub.kernel.errors import Limited


@dataclass(frozen=True, slots=True)
class SignIn:
    """A log-in as typed; `address` is the client's, `old_token` the cookie it came with."""

    email: str
    password: str
    address: str
    agent: str = ""
    old_token: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EnterCode:
    """The code that follows a password; `token` is the cookie the password gave."""

    token: str
    code: str
    address: str
    agent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prove:
    """Password and code of somebody who is signed in already."""

    person_id: int
    session_id: int
    password: str
    code: str
    address: str


@dataclass(frozen=True, slots=True)
class SignedIn:
    """
    A new session; `token` goes into the cookie and is kept nowhere.

    With `needs_code` it opens nothing until `enter_code` has seen a code.
    """

    token: str
    person_id: int
    needs_code: bool = False


def sign_in(cmd: SignIn) -> SignedIn:
    """
    Check a password and begin a session.

    Unknown accounts cost the same work and get the same answer. The try is
    counted before the password is looked at, so that tries at several workers
    at once can not pass the limit.

    Raises:
        SignInRefused: Address and password do not belong together.

        Limited: Too many tries for this account or from this address.
    """
    account = _account_key(cmd.email)
    tries = _count_try((_key("account", account), _key("address", cmd.address)))
    person = queries.person_by_email(account)
    stored = person.password_hash if person is not None and person.is_active else None
    if len(cmd.password) > rules.PASSWORD_MAX:
        stored = None
    is_right = passwords.is_password(cmd.password[: rules.PASSWORD_MAX], stored)
    if not is_right or person is None or stored is None:
        raise SignInRefused()
    if passwords.is_outdated(stored):
        store_password(person.id, passwords.hash_password(cmd.password), is_ending_sessions=False)
    return _begin_session(person.id, cmd, _key("account", account), tries)


def enter_code(cmd: EnterCode) -> SignedIn:
    """
    Check the code that follows a password and begin the session proper.

    Raises:
        LinkEnded: No password was entered lately; begin again.

        CodeRefused: Wrong, too old or used.

        Limited: Too many tries for this account or from this address.
    """
    row = queries.session_by_hash(ids.token_hash(cmd.token))
    if row is None or not row.awaits_code or clock.now() - row.created_at >= rules.CODE_FOR:
        raise LinkEnded()
    account = _key("code", str(row.person_id))
    tries = _count_try((account, _key("address", cmd.address)))
    take_code(row.person_id, cmd.code)
    begun = SignIn(email="", password="", address=cmd.address, agent=cmd.agent, old_token=cmd.token)
    return _begin_session(row.person_id, begun, account, tries, is_proved=True)


def prove(cmd: Prove) -> None:
    """
    Take the password (and the code, where one is needed) of somebody who is signed in again.

    Raises:
        SignInRefused, CodeRefused: Not theirs.

        Limited: Too many tries.
    """
    person = queries.person_by_id(cmd.person_id)
    if person is None:
        raise SignInRefused()
    account = _key("account", person.email)
    tries = _count_try((account, _key("address", cmd.address)))
    if not passwords.is_password(cmd.password[: rules.PASSWORD_MAX], person.password_hash):
        raise SignInRefused()
    if queries.has_second_factor(person.id):
        take_code(person.id, cmd.code)
    _note_proof(cmd.session_id, account, tries)


@command
def _note_proof(session_id: int, account: str, tries: list[int]) -> None:
    db.session.execute(delete(LoginTry).where((LoginTry.key == account) | LoginTry.id.in_(tries)))
    db.session.execute(
        update(LoginSession).where(LoginSession.id == session_id).values(fresh_at=clock.now())
    )


@command
def _count_try(keys: Sequence[str]) -> list[int]:
    now = clock.now()
    if (
        db.engine.dialect.name == "postgresql"
    ):  # two counters of one key must not overtake each other
        for key in sorted(keys):
            db.session.execute(select(func.pg_advisory_xact_lock(int(key[:15], 16))))
    since = now - rules.TRIES_KEPT_FOR
    for key, tiers in zip(keys, (rules.ACCOUNT_TIERS, rules.ADDRESS_TIERS), strict=True):
        wait = rules.wait_s(queries.tries_since(key, since), now, tiers)
        if wait:
            raise Limited(retry_after_s=wait)
    rows = [LoginTry(key=key, at=now) for key in keys]
    db.session.add_all(rows)
    db.session.flush()
    return [row.id for row in rows]


@command
def _begin_session(
    person_id: int, cmd: SignIn, account: str, tries: list[int], *, is_proved: bool = False
) -> SignedIn:
    now = clock.now()
    needs_code = not is_proved and queries.has_second_factor(person_id)
    if cmd.old_token:
        _revoke(cmd.old_token)
    db.session.execute(delete(LoginTry).where((LoginTry.key == account) | LoginTry.id.in_(tries)))
    db.session.execute(delete(LoginTry).where(LoginTry.at < now - rules.TRIES_KEPT_FOR))
    db.session.execute(
        delete(LoginSession).where(LoginSession.created_at < now - rules.SESSION_LIVES_FOR)
    )
    token = ids.new_token()
    db.session.add(
        LoginSession(
            token_hash=ids.token_hash(token),
            person_id=person_id,
            created_at=now,
            seen_at=now,
            agent=cmd.agent[:200],
            awaits_code=needs_code,
        )
    )
    return SignedIn(token=token, person_id=person_id, needs_code=needs_code)


@command
def sign_out(token: str) -> None:
    """End the session of this token; an unknown one changes nothing."""
    _revoke(token)


@command
def touch_session(session_id: int) -> None:
    """Write that a session was just used."""
    db.session.execute(
        update(LoginSession).where(LoginSession.id == session_id).values(seen_at=clock.now())
    )


def _revoke(token: str) -> None:
    db.session.execute(
        update(LoginSession)
        .where(LoginSession.token_hash == ids.token_hash(token), LoginSession.revoked_at.is_(None))
        .values(revoked_at=clock.now())
    )


def _account_key(email: str) -> str:
    try:
        return text.normalise_email(email)
    except ValueError:
        return email.strip().casefold()[:320]


def _key(kind: str, value: str) -> str:
    return hashlib.sha256(f"{kind}:{value}".encode()).hexdigest()
