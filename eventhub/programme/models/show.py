"""Shows, who makes them, and the performances at which they are given."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventhub.kernel.db import Base, BigId, I18n


class ShowType(Base):
    """Kind of show: runway, concert, forum, exhibition."""

    __tablename__ = "show_type"
    __table_args__ = (UniqueConstraint("event_id", "slug"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    slug: Mapped[str] = mapped_column(String(40))
    name: Mapped[I18n]
    color: Mapped[str] = mapped_column(String(7), default="#101312")
    min_duration_min: Mapped[int | None]
    max_duration_min: Mapped[int | None]
    schema_org: Mapped[str] = mapped_column(String(40), default="Event")


class Track(Base):
    """A strand of the programme."""

    __tablename__ = "track"
    __table_args__ = (UniqueConstraint("event_id", "slug"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    slug: Mapped[str] = mapped_column(String(40))
    name: Mapped[I18n]
    color: Mapped[str] = mapped_column(String(7), default="#101312")


class Party(Base):
    """A person, brand, band, designer, organisation or crew that takes part."""

    __tablename__ = "party"
    __table_args__ = (
        UniqueConstraint("event_id", "slug"),
        UniqueConstraint("event_id", "public_no"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    uuid: Mapped[str] = mapped_column(String(36), unique=True)
    public_no: Mapped[int]
    slug: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(16))
    name: Mapped[I18n]
    bio: Mapped[I18n | None]
    is_public: Mapped[bool] = mapped_column(default=True)
    buffer_min: Mapped[int] = mapped_column(default=0)
    contact_email: Mapped[str | None] = mapped_column(String(320))  # for notices, never shown
    contact_lang: Mapped[str | None] = mapped_column(String(5))


class PartyMember(Base):
    """Membership of a person in a band, brand or crew."""

    __tablename__ = "party_member"
    __table_args__ = (UniqueConstraint("party_id", "member_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    party_id: Mapped[int] = mapped_column(ForeignKey("party.id", ondelete="CASCADE"))
    member_id: Mapped[int] = mapped_column(ForeignKey("party.id", ondelete="CASCADE"), index=True)
    valid_from: Mapped[datetime | None]  # null: always
    valid_until: Mapped[datetime | None]


class Show(Base):
    """What is presented; it may have several performances."""

    __tablename__ = "show"
    __table_args__ = (
        UniqueConstraint("event_id", "code"),
        CheckConstraint("length(code) = 6", name="code_length"),
        CheckConstraint(
            "state IN ('draft', 'invited', 'confirmed', 'cancelled', 'withdrawn')", name="state"
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    uuid: Mapped[str] = mapped_column(String(36), unique=True)
    code: Mapped[str] = mapped_column(String(6))  # A-Z, 0-9
    type_id: Mapped[int | None] = mapped_column(ForeignKey("show_type.id"))
    track_id: Mapped[int | None] = mapped_column(ForeignKey("track.id"))
    title: Mapped[I18n]
    line: Mapped[I18n | None]  # one sentence
    description: Mapped[I18n | None]
    language: Mapped[str | None] = mapped_column(String(8))
    state: Mapped[str] = mapped_column(String(10), default="draft")
    is_open_to_all: Mapped[bool] = mapped_column(default=False)  # no ticket needed
    is_livestreamed: Mapped[bool] = mapped_column(default=False)
    expected_audience: Mapped[int | None]  # people at one time
    embargo_until: Mapped[datetime | None]
    changeover_before_min: Mapped[int] = mapped_column(default=0, server_default="0")
    changeover_after_min: Mapped[int] = mapped_column(default=0, server_default="0")
    requires_rehearsal: Mapped[bool] = mapped_column(default=False, server_default=false())
    rehearsal_same_stage: Mapped[bool] = mapped_column(default=False, server_default=false())
    rehearsal_min_gap_min: Mapped[int] = mapped_column(default=0, server_default="0")
    default_duration_min: Mapped[int | None]
    bill: Mapped[str | None] = mapped_column(String(40))  # shows of one evening on one stage

    type: Mapped[ShowType | None] = relationship()
    track: Mapped[Track | None] = relationship()
    parties: Mapped[list[ShowParty]] = relationship(order_by="ShowParty.position")


class ShowParty(Base):
    """Who takes part in a show and as what."""

    __tablename__ = "show_party"
    __table_args__ = (UniqueConstraint("show_id", "party_id", "role"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    show_id: Mapped[int] = mapped_column(ForeignKey("show.id", ondelete="CASCADE"), index=True)
    party_id: Mapped[int] = mapped_column(ForeignKey("party.id", ondelete="CASCADE"))
    role: Mapped[str] = mapped_column(String(40), default="")
    position: Mapped[int] = mapped_column(default=0)
    is_public: Mapped[bool] = mapped_column(default=True)

    party: Mapped[Party] = relationship()


class Performance(Base):
    """One time a show is given: the identity everybody outside refers to."""

    __tablename__ = "performance"
    __table_args__ = (
        UniqueConstraint("event_id", "public_no"),
        CheckConstraint("public_no > 0", name="public_no"),
        CheckConstraint(
            "kind IN ('show', 'rehearsal', 'soundcheck', 'load_in', "
            "'break', 'blocker', 'doors', 'signing')",
            name="kind",
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    uuid: Mapped[str] = mapped_column(String(36), unique=True)
    public_no: Mapped[int]  # never reused
    show_id: Mapped[int] = mapped_column(ForeignKey("show.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(12), default="show")
    for_performance_id: Mapped[int | None] = mapped_column(ForeignKey("performance.id"))
    # made by a batch that was taken back: no plan knows it, its number stays taken
    is_dropped: Mapped[bool] = mapped_column(default=False, server_default=false())

    show: Mapped[Show] = relationship()


class Livestream(Base):
    """Where a performance can be watched."""

    __tablename__ = "livestream"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    performance_id: Mapped[int] = mapped_column(
        ForeignKey("performance.id", ondelete="CASCADE"), index=True
    )
    channel: Mapped[str] = mapped_column(String(64))  # slug of the stream
    url: Mapped[str | None] = mapped_column(String(500))
    starts_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
