"""Tables of media and creators: outlets, mentions, creators, posts, imported files."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from eventhub.kernel.db import Base, BigId, I18n

_STANDS = text("undone_at IS NULL")
_OPS = "op IN ('=', '>', '<', '~', '~<')"


class Outlet(Base):
    """Somebody who publishes; `key` is the name without spaces, width and case."""

    __tablename__ = "outlet"
    __table_args__ = (
        UniqueConstraint("event_id", "key"),
        CheckConstraint("tier IS NULL OR tier BETWEEN 1 AND 4", name="tier"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(120))
    name: Mapped[I18n]
    kind: Mapped[str] = mapped_column(String(16), default="")  # newspaper, tv, portal ...
    tier: Mapped[int | None]  # 1 national, 2 provincial or trade, 3 local, 4 self-media
    parent: Mapped[str] = mapped_column(String(80), default="")  # publishing group
    region: Mapped[I18n | None]
    domain: Mapped[str] = mapped_column(String(120), default="")


class Creator(Base):
    """A person or account whose posts are counted; one row over all platforms."""

    __tablename__ = "creator"
    __table_args__ = (
        UniqueConstraint("event_id", "key"),
        CheckConstraint("followers IS NULL OR followers >= 0", name="followers"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(120))
    name: Mapped[I18n]
    platform: Mapped[I18n | None]
    followers: Mapped[int | None] = mapped_column(BigInteger)


class MediaBatch(Base):
    """
    One imported monitoring file; the same bytes are one batch.

    A batch that was taken back has no rows any more and stays with its reason;
    its file may come again.
    """

    __tablename__ = "media_batch"
    __table_args__ = (
        Index(
            "uq_media_batch_event_id_sha256",
            "event_id",
            "sha256",
            unique=True,
            sqlite_where=_STANDS,
            postgresql_where=_STANDS,
        ),
        CheckConstraint("length(sha256) = 64", name="sha256"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    sha256: Mapped[str] = mapped_column(String(64))
    file_name: Mapped[str] = mapped_column(String(200))
    file_format: Mapped[str] = mapped_column(String(16))  # MediaFormat
    row_count: Mapped[int]
    accepted_count: Mapped[int]
    duplicate_count: Mapped[int]
    rejected: Mapped[list[Any]] = mapped_column(JSON)  # {"line": int, "reason": text}
    imported_by: Mapped[str] = mapped_column(String(120), default="")
    imported_at: Mapped[datetime]
    undone_by: Mapped[str] = mapped_column(String(120), default="")
    undone_at: Mapped[datetime | None]
    undone_reason: Mapped[str] = mapped_column(String(300), default="")


class _Piece:
    """
    What a report of an outlet and a post of a creator share.

    The same address, or without one the same title of the same name and day,
    is one row. `raw` is the row of the file, for the auditor: never printed.
    """

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    ref: Mapped[str] = mapped_column(String(64))  # public name of the row
    dedupe_key: Mapped[str] = mapped_column(String(64))
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("media_batch.id"), index=True)
    title: Mapped[str] = mapped_column(String(500))
    url: Mapped[str] = mapped_column(String(1000), default="")  # canonical
    published_at: Mapped[datetime]
    lang: Mapped[str] = mapped_column(String(12), default="")
    op: Mapped[str] = mapped_column(String(2), default="=")  # of its reach or impressions
    engagement: Mapped[int | None] = mapped_column(BigInteger)
    raw: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    is_synthetic: Mapped[bool] = mapped_column(default=False)
    recorded_by: Mapped[str] = mapped_column(String(120), default="")
    recorded_at: Mapped[datetime]


class Mention(_Piece, Base):
    """
    One report of one outlet.

    Invariant: a figure is unknown (null) or not negative.
    """

    __tablename__ = "mention"
    __table_args__ = (
        UniqueConstraint("event_id", "dedupe_key"),
        UniqueConstraint("event_id", "ref"),
        CheckConstraint("reach IS NULL OR reach >= 0", name="reach"),
        CheckConstraint("reads IS NULL OR reads >= 0", name="reads"),
        CheckConstraint("tone IS NULL OR tone BETWEEN -1 AND 1", name="tone"),
        CheckConstraint(_OPS, name="op"),
        Index("ix_mention_event_at", "event_id", "published_at"),
    )

    outlet_id: Mapped[int] = mapped_column(ForeignKey("outlet.id"), index=True)
    kind: Mapped[str] = mapped_column(String(12))  # MentionKind
    author: Mapped[str] = mapped_column(String(120), default="")
    tone: Mapped[int | None]
    prominence: Mapped[str] = mapped_column(String(12), default="")  # headline, lead, passing
    story: Mapped[str] = mapped_column(String(64))
    is_original: Mapped[bool]
    reach: Mapped[int | None] = mapped_column(BigInteger)
    reach_kind: Mapped[str] = mapped_column(String(24))  # ReachKind
    reads: Mapped[int | None] = mapped_column(BigInteger)


class CreatorPost(_Piece, Base):
    """One post of one creator; impressions are what the platform shows, null where it does not."""

    __tablename__ = "creator_post"
    __table_args__ = (
        UniqueConstraint("event_id", "dedupe_key"),
        UniqueConstraint("event_id", "ref"),
        CheckConstraint("impressions IS NULL OR impressions >= 0", name="impressions"),
        CheckConstraint("engagement IS NULL OR engagement >= 0", name="engagement"),
        CheckConstraint(_OPS, name="op"),
        Index("ix_creator_post_event_at", "event_id", "published_at"),
    )

    creator_id: Mapped[int] = mapped_column(ForeignKey("creator.id"), index=True)
    impressions: Mapped[int | None] = mapped_column(BigInteger)


class ReportSetting(Base):
    """
    What an event's next report is made with; null is the default.

    `sections` are names of `Section` in the order they are printed.
    """

    __tablename__ = "report_setting"
    __table_args__ = (CheckConstraint("universe >= 1", name="universe"),)

    event_id: Mapped[int] = mapped_column(
        ForeignKey("event.id", ondelete="CASCADE"), primary_key=True
    )
    compare_event_id: Mapped[int | None] = mapped_column(
        ForeignKey("event.id", ondelete="SET NULL")
    )
    sections: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True))
    accent: Mapped[str | None] = mapped_column(String(7))  # #RRGGBB
    logo_sha256: Mapped[str | None] = mapped_column(String(64))  # of a ReportLogo
    universe: Mapped[int | None] = mapped_column(BigInteger)  # people who could be reached at all
