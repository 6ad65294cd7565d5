"""Signing in and out."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func, select, update

from eventhub.accounts import passwords, queries, rules
from eventhub.accounts.errors import SignInRefused
from eventhub.accounts.models import LoginSession, LoginTry
from eventhub.accounts.service.people import store_password
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


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A new session; `token` goes into the cookie and is kept nowhere."""

    token: str
    person_id: int


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
def _begin_session(person_id: int, cmd: SignIn, account: str, tries: list[int]) -> SignedIn:
    now = clock.now()
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
        )
    )
    return SignedIn(token=token, person_id=person_id)


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
