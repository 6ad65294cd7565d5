"""Commands on organisations, people, roles, sessions and keys: one transaction each."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, func, select, update

from eventhub.accounts import passwords, queries, rules
from eventhub.accounts.enums import Role
from eventhub.accounts.errors import OrganisationExists, PersonExists, SignInRefused
from eventhub.accounts.models import ApiKey, LoginSession, LoginTry, Organisation, Person, RoleGrant
from eventhub.kernel import clock, ids, text
from eventhub.kernel.db import command, db, on_violation
from eventhub.kernel.errors import Invalid, Limited, NotFound

DEFAULT_ORGANISATION = "default"
_FAULT_TEXT = {
    "too_short": _l("Use at least 8 characters."),
    "too_long": _l("Use at most 256 characters."),
    "common": _l("This password is easy to guess. Choose another one."),
}

on_violation("uq_person_email", PersonExists)
on_violation("uq_organisation_slug", OrganisationExists)


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


@command
def create_organisation(*, slug: str, name: str) -> int:
    """
    Create a tenant and return its id.

    Raises:
        OrganisationExists: The short name is in use.
    """
    row = Organisation(slug=slug, name=text.clean(name))
    db.session.add(row)
    db.session.flush()
    return row.id


def create_person(
    *, email: str, name: str, password: str | None = None, is_synthetic: bool = False
) -> int:
    """
    Create somebody who signs in and return the id.

    Args:
        email: As typed; kept in its normal form.

        name: Shown in the console.

        password: At least 8 characters; None makes an account that can not sign in.

        is_synthetic: Part of the demonstration.

    Raises:
        Invalid: Address or password can not be used.

        PersonExists: The address is taken.
    """
    address = normal_address(email)
    hashed = None
    if password is not None:
        _require_good(password, address)
        hashed = passwords.hash_password(password)  # slow, so before the transaction
    return _insert_person(address, name, hashed, is_synthetic)


@command
def _insert_person(address: str, name: str, hashed: str | None, is_synthetic: bool) -> int:
    row = Person(
        public_id=ids.new_public_id(),
        email=address,
        name=text.clean(name),
        password_hash=hashed,
        is_active=True,
        is_synthetic=is_synthetic,
        created_at=clock.now(),
    )
    db.session.add(row)
    db.session.flush()
    return row.id


@command
def create_owner(
    *, email: str, password: str, name: str = "", organisation: str | None = None
) -> int:
    """
    Create a person who may do everything and return the id.

    Args:
        email: Signs in with it.

        password: See `create_person`.

        name: Shown in the console; the address when empty.

        organisation: Short name of the one organisation to own; None owns all
            that exist, and makes the first one on an empty installation.

    Raises:
        NotFound: No such organisation.

        Invalid, PersonExists: See `create_person`.
    """
    if organisation is None:
        owned = queries.organisation_ids() or [default_organisation()]
    else:
        found = queries.organisation_by_slug(organisation)
        if found is None:
            raise NotFound(_l("There is no organisation with this short name."))
        owned = [found]
    person_id = create_person(email=email, name=name or normal_address(email), password=password)
    for organisation_id in owned:
        grant_role(person_id=person_id, organisation_id=organisation_id, role=Role.OWNER)
    return person_id


@command
def default_organisation() -> int:
    """Return the only organisation, or make the first one; the oldest when there are several."""
    present = queries.organisation_ids()
    return (
        present[0] if present else create_organisation(slug=DEFAULT_ORGANISATION, name="EventHub")
    )


@command
def grant_role(*, person_id: int, organisation_id: int, role: Role, event_id: int = 0) -> None:
    """Give a role in one event, with event 0 in all of the organisation; twice is once."""
    same = (
        RoleGrant.person_id == person_id,
        RoleGrant.organisation_id == organisation_id,
        RoleGrant.event_ref == event_id,
        RoleGrant.role == role.value,
    )
    if db.session.scalar(select(RoleGrant.id).where(*same)) is None:
        db.session.add(
            RoleGrant(
                person_id=person_id,
                organisation_id=organisation_id,
                event_ref=event_id,
                role=role.value,
            )
        )


@command
def set_active(*, person_id: int, is_active: bool) -> None:
    """Let a person sign in or not; switching off ends all sessions at once."""
    db.session.execute(update(Person).where(Person.id == person_id).values(is_active=is_active))
    if not is_active:
        _end_sessions(person_id)


def set_password(*, email: str, password: str) -> None:
    """
    Replace a password and end the person's sessions.

    Raises:
        NotFound: Nobody has this address.

        Invalid: The password can not be used.
    """
    person = queries.person_by_email(normal_address(email))
    if person is None:
        raise NotFound(_l("There is no account with this e-mail."))
    _require_good(password, person.email)
    _store_password(person.id, passwords.hash_password(password), is_ending_sessions=True)


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
        _store_password(person.id, passwords.hash_password(cmd.password), is_ending_sessions=False)
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


@command
def create_api_key(*, organisation_id: int, event_id: int, scopes: Sequence[str]) -> str:
    """
    Create a key of one event and return it; only its hash is kept.

    Raises:
        Invalid: No scope, or one that does not exist.
    """
    unknown = rules.unknown_scopes(scopes)
    if unknown or not scopes:
        named = ", ".join(unknown) or "-"
        raise Invalid(fields={"scopes": [_l("Unknown scope: %(scopes)s", scopes=named)]})
    token = f"eh_{ids.new_token()}"
    db.session.add(
        ApiKey(
            organisation_id=organisation_id,
            event_ref=event_id,
            token_hash=ids.token_hash(token),
            scopes=sorted(set(scopes)),
            created_at=clock.now(),
        )
    )
    return token


@command
def touch_api_key(key_id: int) -> None:
    """Write that a key was just used."""
    db.session.execute(update(ApiKey).where(ApiKey.id == key_id).values(last_used_at=clock.now()))


@command
def _store_password(person_id: int, hashed: str, *, is_ending_sessions: bool) -> None:
    db.session.execute(update(Person).where(Person.id == person_id).values(password_hash=hashed))
    if is_ending_sessions:
        _end_sessions(person_id)


def _end_sessions(person_id: int) -> None:
    db.session.execute(
        update(LoginSession)
        .where(LoginSession.person_id == person_id, LoginSession.revoked_at.is_(None))
        .values(revoked_at=clock.now())
    )


def _revoke(token: str) -> None:
    db.session.execute(
        update(LoginSession)
        .where(LoginSession.token_hash == ids.token_hash(token), LoginSession.revoked_at.is_(None))
        .values(revoked_at=clock.now())
    )


def normal_address(email: str) -> str:
    """
    Return the one spelling of an address that accounts are found by.

    Raises:
        Invalid: Not an address.
    """
    try:
        return text.normalise_email(email)
    except ValueError as error:
        raise Invalid(fields={"email": [_l("This is not an e-mail address.")]}) from error


def _account_key(email: str) -> str:
    try:
        return text.normalise_email(email)
    except ValueError:
        return email.strip().casefold()[:320]


def _require_good(password: str, address: str) -> None:
    faults = rules.password_faults(password, address)
    if faults:
        raise Invalid(fields={"password": [_FAULT_TEXT[fault] for fault in faults]})


def _key(kind: str, value: str) -> str:
    return hashlib.sha256(f"{kind}:{value}".encode()).hexdigest()
