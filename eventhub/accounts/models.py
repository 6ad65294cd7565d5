"""Tables of organisations, people, roles, sessions and keys."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    String,
    UniqueConstraint,
    false,
)
from sqlalchemy.orm import Mapped, mapped_column

from eventhub.kernel.db import Base, BigId


class Organisation(Base):
    """The tenant: owns events, people's roles and keys."""

    __tablename__ = "organisation"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    slug: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(200))


class Person(Base):
    """Somebody who signs in; `email` is the normal form."""

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(16), unique=True)
    email: Mapped[str] = mapped_column(String(320), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    password_hash: Mapped[str | None] = mapped_column(String(200))  # null: cannot sign in
    is_active: Mapped[bool] = mapped_column(default=True)
    reset_rev: Mapped[int] = mapped_column(default=0, server_default="0")  # kills older links
    is_synthetic: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]


class RoleGrant(Base):
    """A person's role in an organisation, or in one of its events only."""

    __tablename__ = "role_grant"
    __table_args__ = (UniqueConstraint("person_id", "organisation_id", "event_ref", "role"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    organisation_id: Mapped[int] = mapped_column(
        ForeignKey("organisation.id", ondelete="CASCADE"), index=True
    )
    # event.id, 0 = all events of the organisation; no foreign key because events lie above accounts
    event_ref: Mapped[int] = mapped_column(BigId, default=0)
    role: Mapped[str] = mapped_column(String(24))


class LoginSession(Base):
    """One signed-in browser; the cookie holds only the id whose hash is here."""

    __tablename__ = "login_session"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    agent: Mapped[str] = mapped_column(String(200), default="")
    revoked_at: Mapped[datetime | None]
    # true between password and code: opens nothing yet
    awaits_code: Mapped[bool] = mapped_column(default=False, server_default=false())
    fresh_at: Mapped[datetime | None]  # last proof of who it is; null: when it was created


class SecondFactor(Base):
    """
    The secret of a person's code generator, sealed with a key outside the database.

    `last_step` is the newest 30-second step whose code was taken; a code of it or
    before opens nothing (guarded UPDATE in the service).
    """

    __tablename__ = "second_factor"

    person_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("person.id", ondelete="CASCADE"), primary_key=True
    )
    secret_enc: Mapped[bytes]
    last_step: Mapped[int] = mapped_column(BigInteger, default=0)
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]  # null: shown, but no code of it was seen yet


class RecoveryCode(Base):
    """One way in without the code generator; good once, kept as a keyed hash."""

    __tablename__ = "recovery_code"
    __table_args__ = (UniqueConstraint("person_id", "code_hash"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    code_hash: Mapped[str] = mapped_column(String(64))
    used_at: Mapped[datetime | None]


class LoginTry(Base):
    """One failed sign-in; counted per account and per address for the limit."""

    __tablename__ = "login_try"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(String(64), index=True)  # SHA-256 of account or address
    at: Mapped[datetime] = mapped_column(index=True)


class ApiKey(Base):
    """A key of one event for programs; only its hash is kept."""

    __tablename__ = "api_key"
    __table_args__ = (CheckConstraint("length(token_hash) = 64", name="hash_length"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id", ondelete="CASCADE"))
    event_ref: Mapped[int] = mapped_column(BigId)  # event.id
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    scopes: Mapped[list[Any]] = mapped_column(JSON)
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
