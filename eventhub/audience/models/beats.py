"""The player of the house, and what its viewers send."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKey,
    LargeBinary,
    String,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventhub.audience.models.stream import Stream
from eventhub.kernel.db import Base, BigId


class StreamPlayer(Base):
    """
    Where the watch page of the event takes a stream from.

    `hls` is played by the browser and counted by beats, `embed` is a platform's
    player in a frame, `link` only leads there; the last two are counted by the
    platform alone.
    """

    __tablename__ = "stream_player"
    __table_args__ = (
        CheckConstraint("kind IN ('hls', 'embed', 'link')", name="kind"),
        CheckConstraint("length(address) > 0", name="address"),
    )

    stream_id: Mapped[int] = mapped_column(
        ForeignKey("stream.id", ondelete="CASCADE"), primary_key=True
    )
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(8))
    address: Mapped[str] = mapped_column(String(500))
    is_on: Mapped[bool] = mapped_column(default=True)

    stream: Mapped[Stream] = relationship()


class BeatPolicy(Base):
    """From `from_s` on, each beat stands for `2 ** k`: players send one of so many."""

    __tablename__ = "beat_policy"
    __table_args__ = (CheckConstraint("k BETWEEN 0 AND 20", name="k"),)

    stream_id: Mapped[int] = mapped_column(
        ForeignKey("stream.id", ondelete="CASCADE"), primary_key=True
    )
    from_s: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    k: Mapped[int]


class BeatBatch(Base):
    """One part of one log, read once: the key makes a second reading fail."""

    __tablename__ = "beat_batch"
    __table_args__ = (CheckConstraint("end_offset > start_offset", name="length"),)

    log: Mapped[str] = mapped_column(String(120), primary_key=True)  # name and inode
    start_offset: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    end_offset: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64))
    line_count: Mapped[int]
    left_out: Mapped[int]  # lines that say nothing of a known stream
    read_at: Mapped[datetime]


class BeatMinute(Base):
    """Beats of one stream in one minute: `weight` is the sum of `2 ** k`."""

    __tablename__ = "beat_minute"
    __table_args__ = (
        CheckConstraint("weight >= beats", name="weight"),
        CheckConstraint("beats >= 0 AND rejected >= 0 AND starts >= 0", name="counts"),
    )

    stream_id: Mapped[int] = mapped_column(
        ForeignKey("stream.id", ondelete="CASCADE"), primary_key=True
    )
    minute: Mapped[int] = mapped_column(BigInteger, primary_key=True)  # since 1970
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    weight: Mapped[int] = mapped_column(BigInteger, default=0)
    beats: Mapped[int] = mapped_column(default=0)
    rejected: Mapped[int] = mapped_column(default=0)  # with a k that was not in force
    starts: Mapped[int] = mapped_column(default=0)  # plays of 5 s and more


class BeatJoin(Base):
    """A play begun in the last minutes, so that it counts once; the name means nobody."""

    __tablename__ = "beat_join"

    stream_id: Mapped[int] = mapped_column(
        ForeignKey("stream.id", ondelete="CASCADE"), primary_key=True
    )
    sid: Mapped[str] = mapped_column(String(16), primary_key=True)
    at_s: Mapped[int] = mapped_column(BigInteger, index=True)


class ViewerSketch(Base):
    """
    Distinct viewers of one stream on one calendar day.

    Up to 10,000 the digests are kept as a set and counted exactly; when the day
    is over only their number stays. Beyond that the sketch says how many.
    """

    __tablename__ = "viewer_sketch"

    stream_id: Mapped[int] = mapped_column(
        ForeignKey("stream.id", ondelete="CASCADE"), primary_key=True
    )
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    library: Mapped[str] = mapped_column(String(40))
    lg_k: Mapped[int]
    kind: Mapped[str] = mapped_column(String(8))  # HLL_8
    sketch: Mapped[bytes] = mapped_column(LargeBinary)
    digests: Mapped[bytes | None] = mapped_column(LargeBinary)  # 8 bytes each, while exact
    exact_count: Mapped[int | None]  # null: more than fit, the sketch says it
    skipped: Mapped[int] = mapped_column(default=0)  # plays that asked not to be tracked


class HookPlay(Base):
    """Somebody who plays, as a stream server's hooks say; gone with the end of the play."""

    __tablename__ = "hook_play"

    stream_id: Mapped[int] = mapped_column(
        ForeignKey("stream.id", ondelete="CASCADE"), primary_key=True
    )
    server: Mapped[str] = mapped_column(String(64), primary_key=True)
    client: Mapped[str] = mapped_column(String(64), primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    since: Mapped[datetime]


class Sensor(Base):
    """
    How one counter reports by itself: by signed HTTP, or under a topic of MQTT.

    The key of the signature is derived from the secret of the installation;
    raising `key_rev` makes the old one void.
    """

    __tablename__ = "sensor"

    source_id: Mapped[int] = mapped_column(
        ForeignKey("source.id", ondelete="CASCADE"), primary_key=True
    )
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    key_rev: Mapped[int] = mapped_column(default=1)
    topic: Mapped[str | None] = mapped_column(String(200), unique=True)
    last_seen_at: Mapped[datetime | None]


class SitePlan(Base):
    """The picture under the plan of the site; without one the plan is drawn boxes."""

    __tablename__ = "site_plan"

    event_id: Mapped[int] = mapped_column(
        ForeignKey("event.id", ondelete="CASCADE"), primary_key=True
    )
    picture: Mapped[bytes] = mapped_column(LargeBinary)  # PNG
    width: Mapped[int]
    height: Mapped[int]


class PlanMark(Base):
    """Where a zone (a box) or a counter (a point) lies on the plan, in thousandths of it."""

    __tablename__ = "plan_mark"
    __table_args__ = (
        CheckConstraint("kind IN ('zone', 'counter')", name="kind"),
        CheckConstraint("x BETWEEN 0 AND 1000 AND y BETWEEN 0 AND 1000", name="place"),
        CheckConstraint("width >= 0 AND height >= 0", name="size"),
    )

    event_id: Mapped[int] = mapped_column(
        ForeignKey("event.id", ondelete="CASCADE"), primary_key=True
    )
    kind: Mapped[str] = mapped_column(String(8), primary_key=True)
    ref_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    x: Mapped[int]
    y: Mapped[int]
    width: Mapped[int] = mapped_column(default=0)
    height: Mapped[int] = mapped_column(default=0)
