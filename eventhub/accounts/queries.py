"""Reads of people, sessions, keys and log-in tries."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, text

from eventhub.accounts import rules
from eventhub.accounts.models import (
    ApiKey,
    LoginSession,
    LoginTry,
    Organisation,
    Person,
    RoleGrant,
    SecondFactor,
)
from eventhub.kernel.db import db


@dataclass(frozen=True, slots=True)
class PersonRow:
    """Somebody who signs in, with what the log-in needs."""

    id: int
    public_id: str
    email: str
    name: str
    password_hash: str | None
    is_active: bool
    reset_rev: int = 0


@dataclass(frozen=True, slots=True)
class GrantRow:
    """One role; `event_ref` 0 stands for all events of the organisation."""

    organisation_id: int
    event_ref: int
    role: str


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A session that has not been revoked, and its person."""

    id: int
    person_id: int
    person_name: str
    created_at: datetime
    seen_at: datetime
    proved_at: datetime
    awaits_code: bool
    has_second_factor: bool


@dataclass(frozen=True, slots=True)
class OwnSessionRow:
    """A live session as its person sees it."""

    id: int
    agent: str
    created_at: datetime
    seen_at: datetime

    @property
    def device(self) -> str:
        """Return browser and system as people call them."""
        return rules.device_name(self.agent)


@dataclass(frozen=True, slots=True)
class ApiKeyRow:
    """A key that has not been revoked."""

    id: int
    organisation_id: int
    event_ref: int
    scopes: tuple[str, ...]
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class MemberRow:
    """Somebody with a role in an event; `event_ref` 0 stands for all of the organisation."""

    person_id: int
    name: str
    email: str
    is_active: bool
    role: str
    event_ref: int


@dataclass(frozen=True, slots=True)
class EventKeyRow:
    """A key of one event, also when it has been revoked."""

    id: int
    scopes: tuple[str, ...]
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class EventRef:
    """What accounts may know of an event: its id and whose it is."""

    id: int
    organisation_id: int


def person_by_email(email_norm: str) -> PersonRow | None:
    """Return the person with this address in its normal form."""
    p = Person
    row = db.session.execute(
        select(p.id, p.public_id, p.email, p.name, p.password_hash, p.is_active, p.reset_rev).where(
            p.email == email_norm
        )
    ).one_or_none()
    return PersonRow(*row) if row else None


def person_by_public_id(public_id: str) -> PersonRow | None:
    """Return the person with this public id."""
    p = Person
    row = db.session.execute(
        select(p.id, p.public_id, p.email, p.name, p.password_hash, p.is_active, p.reset_rev).where(
            p.public_id == public_id
        )
    ).one_or_none()
    return PersonRow(*row) if row else None


def person_names(ids: set[int]) -> dict[int, str]:
    """Return the names of people by id."""
    if not ids:
        return {}
    rows = db.session.execute(select(Person.id, Person.name).where(Person.id.in_(ids)))
    return {row.id: row.name for row in rows}


def grants_of(person_id: int) -> list[GrantRow]:
    """Return the roles of a person, in the order given."""
    g = RoleGrant
    rows = db.session.execute(
        select(g.organisation_id, g.event_ref, g.role)
        .where(g.person_id == person_id)
        .order_by(g.id)
    )
    return [GrantRow(*row) for row in rows]


def session_by_hash(token_hash: str) -> SessionRow | None:
    """Return the session with this hash unless it was revoked or its person may not sign in."""
    s = LoginSession
    row = db.session.execute(
        select(
            s.id,
            s.person_id,
            Person.name,
            s.created_at,
            s.seen_at,
            func.coalesce(s.fresh_at, s.created_at),
            s.awaits_code,
            SecondFactor.confirmed_at.is_not(None),
        )
        .join(Person, Person.id == s.person_id)
        .outerjoin(SecondFactor, SecondFactor.person_id == s.person_id)
        .where(s.token_hash == token_hash, s.revoked_at.is_(None), Person.is_active)
    ).one_or_none()
    return SessionRow(*row) if row else None


def own_sessions(person_id: int, since: datetime) -> list[OwnSessionRow]:
    """Return the sessions of a person that were used since an instant, newest use first."""
    s = LoginSession
    rows = db.session.execute(
        select(s.id, s.agent, s.created_at, s.seen_at)
        .where(
            s.person_id == person_id,
            s.revoked_at.is_(None),
            s.awaits_code.is_(False),
            s.seen_at > since,
        )
        .order_by(s.seen_at.desc(), s.id.desc())
    )
    return [OwnSessionRow(*row) for row in rows]


def has_second_factor(person_id: int) -> bool:
    """Return whether somebody must enter a code after the password."""
    f = SecondFactor
    found = select(f.person_id).where(f.person_id == person_id, f.confirmed_at.is_not(None))
    return db.session.scalar(found) is not None


def email_of(person_id: int) -> str:
    """Return the address that somebody signs in with; "" when there is no such person."""
    return db.session.scalar(select(Person.email).where(Person.id == person_id)) or ""


def person_by_id(person_id: int) -> PersonRow | None:
    """Return the person with this database id."""
    p = Person
    row = db.session.execute(
        select(p.id, p.public_id, p.email, p.name, p.password_hash, p.is_active, p.reset_rev).where(
            p.id == person_id
        )
    ).one_or_none()
    return PersonRow(*row) if row else None


def api_key_by_hash(token_hash: str) -> ApiKeyRow | None:
    """Return the key with this hash unless it was revoked."""
    k = ApiKey
    row = db.session.execute(
        select(k.id, k.organisation_id, k.event_ref, k.scopes, k.last_used_at).where(
            k.token_hash == token_hash, k.revoked_at.is_(None)
        )
    ).one_or_none()
    if row is None:
        return None
    return ApiKeyRow(
        row.id, row.organisation_id, row.event_ref, tuple(row.scopes), row.last_used_at
    )


def tries_since(key: str, since: datetime) -> list[datetime]:
    """Return when log-ins of this key failed, oldest first."""
    statement = (
        select(LoginTry.at).where(LoginTry.key == key, LoginTry.at > since).order_by(LoginTry.at)
    )
    return list(db.session.scalars(statement))


def organisation_ids() -> list[int]:
    """Return all organisations, oldest first."""
    return list(db.session.scalars(select(Organisation.id).order_by(Organisation.id)))


def organisation_names(wanted: Collection[int]) -> list[tuple[int, str]]:
    """Return id and name of some organisations, by name."""
    o = Organisation
    rows = db.session.execute(select(o.id, o.name).where(o.id.in_(wanted)).order_by(o.name, o.id))
    return [(row.id, row.name) for row in rows]


def organisation_by_slug(slug: str) -> int | None:
    """Return the organisation with this short name."""
    return db.session.scalar(select(Organisation.id).where(Organisation.slug == slug))


def event_ref(slug: str) -> EventRef | None:
    """
    Return an event by its slug.

    Plain SQL because the table belongs to a domain above this one.
    """
    row = db.session.execute(
        text("SELECT id, organisation_id FROM event WHERE slug = :slug"), {"slug": slug}
    ).one_or_none()
    return EventRef(row.id, row.organisation_id) if row else None


def members(organisation_id: int, event_id: int) -> list[MemberRow]:
    """Return who has a role in an event or in all of its organisation, by name."""
    p, r = Person, RoleGrant
    rows = db.session.execute(
        select(p.id, p.name, p.email, p.is_active, r.role, r.event_ref)
        .join(r, r.person_id == p.id)
        .where(r.organisation_id == organisation_id, r.event_ref.in_([0, event_id]))
        .order_by(p.name, p.id, r.role)
    )
    return [MemberRow(*row) for row in rows]


def event_keys(event_id: int) -> list[EventKeyRow]:
    """Return the keys of an event, newest first."""
    k = ApiKey
    rows = db.session.execute(
        select(k.id, k.scopes, k.created_at, k.last_used_at, k.revoked_at)
        .where(k.event_ref == event_id)
        .order_by(k.id.desc())
    )
    return [EventKeyRow(row.id, tuple(row.scopes), *row[2:]) for row in rows]
