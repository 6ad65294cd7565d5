"""Events and the places they use: venues, stages, zones, gates."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    LargeBinary,
    String,
    UniqueConstraint,
    false,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventhub.kernel.db import Base, BigId, I18n


class Event(Base):
    """
    A fashion week or festival.

    `starts_on` and `ends_on` are operating days, both included, and null when
    the source does not state them (`period_text` then says what it states).
    """

    __tablename__ = "event"
    __table_args__ = (
        CheckConstraint("ends_on >= starts_on", name="period"),
        CheckConstraint("(starts_on IS NULL) = (ends_on IS NULL)", name="period_whole"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    uuid: Mapped[str] = mapped_column(String(36), unique=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    slug: Mapped[str] = mapped_column(String(64), unique=True)
    acronym: Mapped[str] = mapped_column(String(40), unique=True)
    title: Mapped[I18n]
    subtitle: Mapped[I18n | None]  # second line of the cover
    tagline: Mapped[I18n | None]
    about: Mapped[I18n | None]
    place_text: Mapped[I18n | None]  # city or street, as printed on the cover
    period_text: Mapped[I18n | None]
    timezone: Mapped[str] = mapped_column(String(64))
    day_start_local: Mapped[time] = mapped_column(default=time(6, 0))
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    uid_domain: Mapped[str] = mapped_column(String(120))  # fixed at creation
    is_public: Mapped[bool] = mapped_column(default=True)
    is_registration_open: Mapped[bool] = mapped_column(default=False)
    is_synthetic: Mapped[bool] = mapped_column(default=False)  # demonstration: shown so everywhere
    contact_email: Mapped[str | None] = mapped_column(String(320))
    theme: Mapped[dict[str, Any] | None] = mapped_column(JSON)  # null: default colours
    grid_min: Mapped[int] = mapped_column(default=5, server_default="5")  # of the planning grid
    # notices of a release wait for approval: review; or leave with it: auto
    notice_mode: Mapped[str] = mapped_column(String(10), default="review", server_default="review")
    # holders of day and event tickets are told too of what is cancelled or moved on their days
    tells_holders: Mapped[bool] = mapped_column(default=False, server_default=false())
    # sites that may show the programme in a frame, origins with a space between; null: none
    embed_hosts: Mapped[str | None] = mapped_column(String(1000))
    # languages that its pages offer, the first is the one without a wish: zh | en | zh,en | en,zh
    langs: Mapped[str] = mapped_column(String(5), default="zh,en", server_default="zh,en")


class EventCover(Base):
    """The picture of an event in two sizes, drawn anew as JPEG, and what it shows in words."""

    __tablename__ = "event_cover"
    __table_args__ = (CheckConstraint("length(sha256) = 64", name="sha256"),)

    event_id: Mapped[int] = mapped_column(
        ForeignKey("event.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    sha256: Mapped[str] = mapped_column(String(64))  # of `large`
    large: Mapped[bytes] = mapped_column(LargeBinary)
    small: Mapped[bytes] = mapped_column(LargeBinary)
    width: Mapped[int]  # of `large`, points
    height: Mapped[int]
    alt: Mapped[I18n]
    made_at: Mapped[datetime]


class Venue(Base):
    """A place with an address."""

    __tablename__ = "venue"
    __table_args__ = (UniqueConstraint("event_id", "slug"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    uuid: Mapped[str] = mapped_column(String(36), unique=True)
    slug: Mapped[str] = mapped_column(String(64))
    name: Mapped[I18n]
    address: Mapped[I18n | None]
    access: Mapped[I18n | None]  # ramps, lifts, toilets
    lat: Mapped[float | None]
    lon: Mapped[float | None]


class Stage(Base):
    """A runway, hall, concert stage or street section in a venue."""

    __tablename__ = "stage"
    __table_args__ = (
        UniqueConstraint("event_id", "slug"),
        CheckConstraint("capacity IS NULL OR capacity >= 0", name="capacity"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    venue_id: Mapped[int] = mapped_column(ForeignKey("venue.id", ondelete="CASCADE"), index=True)
    uuid: Mapped[str] = mapped_column(String(36), unique=True)
    slug: Mapped[str] = mapped_column(String(64))
    name: Mapped[I18n]
    short_name: Mapped[I18n | None]
    kind: Mapped[str] = mapped_column(String(16))  # runway|concert|forum|exhibition|other
    capacity: Mapped[int | None]  # people; null = unknown
    position: Mapped[int] = mapped_column(default=1)  # 1-based: order, thread colour and weave
    min_changeover_min: Mapped[int] = mapped_column(default=0)
    allow_overlap: Mapped[bool] = mapped_column(default=False)
    # takes nothing new; what stands on it stays
    is_hidden: Mapped[bool] = mapped_column(default=False, server_default=false())
    access: Mapped[I18n | None]

    venue: Mapped[Venue] = relationship()


class Zone(Base):
    """An area with a capacity; a cordon's counters count every entry into it."""

    __tablename__ = "zone"
    __table_args__ = (
        UniqueConstraint("event_id", "slug"),
        CheckConstraint("capacity IS NULL OR capacity >= 0", name="capacity"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    public_id: Mapped[str] = mapped_column(String(24), unique=True)
    slug: Mapped[str] = mapped_column(String(64))
    name: Mapped[I18n]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("zone.id"))
    stage_id: Mapped[int | None] = mapped_column(ForeignKey("stage.id"))
    is_cordon: Mapped[bool] = mapped_column(default=False)
    capacity: Mapped[int | None]  # people
    width_m: Mapped[float | None]
    area_m2: Mapped[float | None]
    warn_share: Mapped[float] = mapped_column(default=0.80)
    full_share: Mapped[float] = mapped_column(default=0.95)
    hysteresis_share: Mapped[float] = mapped_column(default=0.05)
    clear_after_s: Mapped[int] = mapped_column(default=30)
    stale_after_s: Mapped[int] = mapped_column(default=90)
    is_hard_limit: Mapped[bool] = mapped_column(default=False)


class Gate(Base):
    """A lane at the edge of a zone; `number` stands in scans and on devices."""

    __tablename__ = "gate"
    __table_args__ = (
        UniqueConstraint("event_id", "number"),
        UniqueConstraint("event_id", "slug"),
        CheckConstraint("number BETWEEN 1 AND 65535", name="number"),
        CheckConstraint("direction IN ('in', 'out', 'both')", name="direction"),
        CheckConstraint("state IN ('open', 'closed', 'exit_only')", name="state"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    public_id: Mapped[str] = mapped_column(String(24), unique=True)
    number: Mapped[int]
    slug: Mapped[str] = mapped_column(String(64))
    name: Mapped[I18n]
    zone_id: Mapped[int] = mapped_column(ForeignKey("zone.id"))
    stage_id: Mapped[int | None] = mapped_column(ForeignKey("stage.id"))
    direction: Mapped[str] = mapped_column(String(4), default="in")
    gate_group: Mapped[str] = mapped_column(String(40), default="")
    state: Mapped[str] = mapped_column(String(10), default="open")

    zone: Mapped[Zone] = relationship()
