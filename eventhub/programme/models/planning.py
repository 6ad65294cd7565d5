"""What a plan is checked against: windows, travel, availability, kit, settings, waivers, demand."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from eventhub.kernel.db import Base, BigId, I18n


class OpeningWindow(Base):
    """
    When a venue or a stage may be used, `[starts_at, ends_at)`.

    Exactly one of venue and stage is set. A `curfew` window is the time in
    which nothing may sound.
    """

    __tablename__ = "opening_window"
    __table_args__ = (
        CheckConstraint("(venue_id IS NULL) <> (stage_id IS NULL)", name="one_place"),
        CheckConstraint("ends_at > starts_at", name="length"),
        CheckConstraint("kind IN ('open', 'curfew', 'load_in', 'closed')", name="kind"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    venue_id: Mapped[int | None] = mapped_column(ForeignKey("venue.id", ondelete="CASCADE"))
    stage_id: Mapped[int | None] = mapped_column(ForeignKey("stage.id", ondelete="CASCADE"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(String(8), default="open")


class TravelTime(Base):
    """Minutes on foot between two venues, the same both ways."""

    __tablename__ = "travel_time"
    __table_args__ = (
        UniqueConstraint("venue_a_id", "venue_b_id"),
        CheckConstraint("venue_a_id < venue_b_id", name="venue_order"),
        CheckConstraint("minutes >= 0", name="minutes"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    venue_a_id: Mapped[int] = mapped_column(ForeignKey("venue.id", ondelete="CASCADE"))
    venue_b_id: Mapped[int] = mapped_column(ForeignKey("venue.id", ondelete="CASCADE"))
    minutes: Mapped[int]


class Availability(Base):
    """When a party can take part, can not, or would like to."""

    __tablename__ = "availability"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="length"),
        CheckConstraint("kind IN ('available', 'unavailable', 'preferred')", name="kind"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    party_id: Mapped[int] = mapped_column(ForeignKey("party.id", ondelete="CASCADE"), index=True)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(String(11))


class Resource(Base):
    """Kit that shows share: backline, LED wall, camera crew, encoder."""

    __tablename__ = "resource"
    __table_args__ = (
        UniqueConstraint("event_id", "slug"),
        CheckConstraint("quantity >= 0", name="quantity"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    uuid: Mapped[str] = mapped_column(String(36), unique=True)
    slug: Mapped[str] = mapped_column(String(64))
    name: Mapped[I18n]
    quantity: Mapped[int]


class ResourceUse(Base):
    """A performance needs some of a resource, from before its start until after its end."""

    __tablename__ = "resource_use"
    __table_args__ = (
        UniqueConstraint("performance_id", "resource_id"),
        CheckConstraint("quantity > 0", name="quantity"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    performance_id: Mapped[int] = mapped_column(
        ForeignKey("performance.id", ondelete="CASCADE"), index=True
    )
    resource_id: Mapped[int] = mapped_column(
        ForeignKey("resource.id", ondelete="CASCADE"), index=True
    )
    quantity: Mapped[int] = mapped_column(default=1)
    before_min: Mapped[int] = mapped_column(default=0)
    after_min: Mapped[int] = mapped_column(default=0)


class Dependency(Base):
    """How two performances must stand to each other."""

    __tablename__ = "dependency"
    __table_args__ = (
        UniqueConstraint("performance_a_id", "performance_b_id", "kind"),
        CheckConstraint(
            "kind IN ('before', 'after', 'not_with', 'same_day', 'adjacent')", name="kind"
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    performance_a_id: Mapped[int] = mapped_column(ForeignKey("performance.id", ondelete="CASCADE"))
    performance_b_id: Mapped[int] = mapped_column(ForeignKey("performance.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(8))
    min_gap_min: Mapped[int] = mapped_column(default=0)  # adjacent: the largest gap


class ConflictSetting(Base):
    """How severe a rule is for an event; rules without a row have their default."""

    __tablename__ = "conflict_setting"
    __table_args__ = (
        UniqueConstraint("event_id", "rule"),
        CheckConstraint(
            "severity IN ('off', 'warn', 'block_release', 'block_placement')", name="severity"
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    rule: Mapped[str] = mapped_column(String(24))
    severity: Mapped[str] = mapped_column(String(16))
    params: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


class Waiver(Base):
    """A finding that somebody accepted; it holds while the facts stay as they were."""

    __tablename__ = "waiver"
    __table_args__ = (UniqueConstraint("event_id", "fingerprint"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    fingerprint: Mapped[str] = mapped_column(String(32))
    facts_digest: Mapped[str] = mapped_column(String(32))
    reason: Mapped[str] = mapped_column(String(500))
    waived_by: Mapped[str] = mapped_column(String(200))
    waived_at: Mapped[datetime]


class PerformanceDemand(Base):
    """How many people count on a performance; written by the domains that know."""

    __tablename__ = "performance_demand"
    __table_args__ = (
        UniqueConstraint("performance_id", "source"),
        CheckConstraint(
            "source IN ('registrations', 'waitlist', 'favourites', 'manual')", name="source"
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    performance_id: Mapped[int] = mapped_column(
        ForeignKey("performance.id", ondelete="CASCADE"), index=True
    )
    source: Mapped[str] = mapped_column(String(13))
    count: Mapped[int]
    updated_at: Mapped[datetime]
