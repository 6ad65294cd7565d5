"""Organisations, people, their roles and passwords: one transaction each."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, func, select, update

from eventhub.accounts import passwords, queries, rules
from eventhub.accounts.enums import Role
from eventhub.accounts.errors import LastOwner, OrganisationExists, PersonExists
from eventhub.accounts.models import LoginSession, Organisation, Person, RoleGrant
from eventhub.kernel import audit, clock, ids, text
from eventhub.kernel.db import command, db, on_violation
from eventhub.kernel.errors import Invalid, NotFound

DEFAULT_ORGANISATION = "default"
_FAULT_TEXT = {
    "too_short": _l("Use at least 8 characters."),
    "too_long": _l("Use at most 256 characters."),
    "common": _l("This password is easy to guess. Choose another one."),
}

on_violation("uq_person_email", PersonExists)
on_violation("uq_organisation_slug", OrganisationExists)


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
        require_good(password, address)
        hashed = passwords.hash_password(password)  # slow, so before the transaction
    return insert_person(address, name, hashed, is_synthetic=is_synthetic)


@command
def insert_person(address: str, name: str, hashed: str | None, *, is_synthetic: bool) -> int:
    """Write the row of a new account and return its id; raises PersonExists."""
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
    audit.record("person.create", f"person:{row.public_id}")
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
        audit.record(
            "role.grant",
            f"person:{person_id}",
            organisation_id=organisation_id,
            event_id=event_id,
            after={"role": role.value},
        )


@command
def revoke_role(*, person_id: int, organisation_id: int, event_id: int, role: Role) -> None:
    """
    Take a role away, or nothing if it is not there; the last owner of an organisation stays.

    Raises:
        LastOwner: Nobody would be left who may do everything.
    """
    same = (
        RoleGrant.person_id == person_id,
        RoleGrant.organisation_id == organisation_id,
        RoleGrant.event_ref == event_id,
        RoleGrant.role == role.value,
    )
    if db.session.scalar(select(RoleGrant.id).where(*same)) is None:
        return
    owners = select(func.count(RoleGrant.person_id.distinct())).where(
        RoleGrant.organisation_id == organisation_id,
        RoleGrant.event_ref == 0,
        RoleGrant.role == Role.OWNER.value,
    )
    if role == Role.OWNER and event_id == 0 and (db.session.scalar(owners) or 0) < 2:
        raise LastOwner()
    db.session.execute(delete(RoleGrant).where(*same))
    audit.record(
        "role.revoke",
        f"person:{person_id}",
        organisation_id=organisation_id,
        event_id=event_id,
        before={"role": role.value},
    )


@command
def set_active(*, person_id: int, is_active: bool) -> None:
    """Let a person sign in or not; switching off ends all sessions at once."""
    db.session.execute(update(Person).where(Person.id == person_id).values(is_active=is_active))
    if not is_active:
        _end_sessions(person_id)
    audit.record("person.activate" if is_active else "person.deactivate", f"person:{person_id}")


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
    require_good(password, person.email)
    store_password(person.id, passwords.hash_password(password), is_ending_sessions=True)


@command
def store_password(person_id: int, hashed: str, *, is_ending_sessions: bool) -> None:
    """Keep a new hash; a replaced password (not a stronger hash of the same) ends all sessions."""
    db.session.execute(update(Person).where(Person.id == person_id).values(password_hash=hashed))
    if is_ending_sessions:
        _end_sessions(person_id)
        audit.record("password.set", f"person:{person_id}")


def _end_sessions(person_id: int) -> None:
    db.session.execute(
        update(LoginSession)
        .where(LoginSession.person_id == person_id, LoginSession.revoked_at.is_(None))
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


def require_good(password: str, address: str) -> None:
    """Raise Invalid with the reasons when a password can not be used."""
    faults = rules.password_faults(password, address, is_common=passwords.is_common(password))
    if faults:
        raise Invalid(fields={"password": [_FAULT_TEXT[fault] for fault in faults]})
