"""Streams, what was on them when, and samples of their viewers."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventhub.audience.models.observation import Source
from eventhub.kernel.db import Base, BigId, I18n


class Stream(Base):
    """A channel on one platform; `slug` is its key in samples and in `livestream.channel`."""

    __tablename__ = "stream"
    __table_args__ = (
        UniqueConstraint("event_id", "slug"),
        CheckConstraint("class IN ('measured', 'estimated', 'claimed')", name="class"),
        CheckConstraint("sample_every_s > 0", name="period"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("source.id"))
    slug: Mapped[str] = mapped_column(String(64))
    name: Mapped[I18n]
    platform: Mapped[I18n | None]
    url: Mapped[str] = mapped_column(String(500), default="")
    note: Mapped[I18n | None]
    cls: Mapped[str] = mapped_column("class", String(10))  # class of its samples
    sample_every_s: Mapped[int] = mapped_column(default=30)
    position: Mapped[int] = mapped_column(default=1)
    is_synthetic: Mapped[bool] = mapped_column(default=False)

    source: Mapped[Source] = relationship()


class StreamProgramme(Base):
    """What a stream showed in `[starts_at, ends_at)`: the minutes that AMA is over."""

    __tablename__ = "stream_programme"
    __table_args__ = (
        UniqueConstraint("stream_id", "starts_at"),
        CheckConstraint("ends_at > starts_at", name="length"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    stream_id: Mapped[int] = mapped_column(ForeignKey("stream.id", ondelete="CASCADE"))
    performance_id: Mapped[int | None] = mapped_column(ForeignKey("performance.id"))
    title: Mapped[I18n]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]


class StreamSample(Base):
    """
    Viewers of a stream at one instant.

    A failed poll is a gap: `is_ok` false and `viewers` null, never 0.
    """

    __tablename__ = "stream_sample"
    __table_args__ = (
        CheckConstraint("viewers IS NULL OR viewers >= 0", name="viewers"),
        CheckConstraint("cumulative IS NULL OR cumulative >= 0", name="cumulative"),
        CheckConstraint("is_ok OR viewers IS NULL", name="gap"),
        Index("ix_stream_sample_event_at", "event_id", "at"),
    )

    stream_id: Mapped[int] = mapped_column(
        ForeignKey("stream.id", ondelete="CASCADE"), primary_key=True
    )
    at: Mapped[datetime] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    viewers: Mapped[int | None]
    cumulative: Mapped[int | None] = mapped_column(BigInteger)  # starts or views so far
    popularity: Mapped[int | None] = mapped_column(BigInteger)  # an index, no number of people
    is_ok: Mapped[bool] = mapped_column(default=True)
    raw_sha256: Mapped[str] = mapped_column(String(64), default="")
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("import_batch.id"))


class StreamPoll(Base):
    """
    How a stream is asked for its viewers, and how the latest answers were.

    `key_ref` names an entry of the operator's key file; no secret stands here.
    `remote_name` is the stream's name on its server, empty when it has only one.
    """

    __tablename__ = "stream_poll"
    __table_args__ = (CheckConstraint("failure_count >= 0", name="failures"),)

    stream_id: Mapped[int] = mapped_column(
        ForeignKey("stream.id", ondelete="CASCADE"), primary_key=True
    )
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    stream_format: Mapped[str] = mapped_column(String(24))
    url: Mapped[str] = mapped_column(String(500))
    remote_name: Mapped[str] = mapped_column(String(200), default="")
    key_ref: Mapped[str] = mapped_column(String(64), default="")
    is_on: Mapped[bool] = mapped_column(default=True)
    due_at: Mapped[datetime] = mapped_column(index=True)
    asked_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    failure_count: Mapped[int] = mapped_column(default=0)  # since the last answer
    last_error: Mapped[str] = mapped_column(String(200), default="")
    warnings: Mapped[str] = mapped_column(String(200), default="")  # comma between
    server_pid: Mapped[int | None]
    server_uptime_s: Mapped[int | None]

    stream: Mapped[Stream] = relationship()
