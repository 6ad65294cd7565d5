"""Roll-ups, the player of the house, sensors and the plan of the site."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

TABLES = (
    "plan_mark",
    "site_plan",
    "sensor",
    "hook_play",
    "viewer_sketch",
    "beat_join",
    "beat_minute",
    "beat_batch",
    "beat_policy",
    "stream_player",
    "adjustment",
    "rollup_state",
    "rollup",
)
QUARTER_OF_BIN = {
    "sqlite": "CAST(strftime('%s', starts_at) AS INTEGER) / 900 * 900",
    "postgresql": "CAST(FLOOR(EXTRACT(EPOCH FROM starts_at) / 900) * 900 AS BIGINT)",
}
# What the service keeps current from now on, of the bins that are there already.
FILL = """
INSERT INTO rollup (metric, scope_id, start_s, direction, duration_s, flags, event_id,
                    value, parts, covered_s, rev)
SELECT 'footfall.passages', source_id, {quarter}, direction, duration_s, flags, event_id,
       SUM(passages), COUNT(*), SUM(duration_s * coverage), 0
FROM counter_bin
GROUP BY source_id, {quarter}, direction, duration_s, flags, event_id
"""


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "rollup",
        sa.Column("metric", sa.String(length=40), nullable=False),
        sa.Column("scope_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("start_s", sa.BigInteger(), nullable=False),
        sa.Column("direction", sa.String(length=4), nullable=False),
        sa.Column("duration_s", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("flags", sa.String(length=40), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.Column("parts", sa.Integer(), nullable=False),
        sa.Column("covered_s", sa.Double(), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.CheckConstraint("parts > 0", name=op.f("ck_rollup_parts")),
        sa.CheckConstraint("start_s % 900 = 0", name=op.f("ck_rollup_quarter")),
        sa.CheckConstraint("value >= 0", name=op.f("ck_rollup_value")),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_rollup_event_id_event"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint(
            "metric",
            "scope_id",
            "start_s",
            "direction",
            "duration_s",
            "flags",
            name=op.f("pk_rollup"),
        ),
    )
    op.create_index(
        "ix_rollup_event_metric_start", "rollup", ["event_id", "metric", "start_s"], unique=False
    )
    op.create_table(
        "rollup_state",
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("metric", sa.String(length=40), nullable=False),
        sa.Column(
            "through_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("rebuilt_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("drift_count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"],
            ["event.id"],
            name=op.f("fk_rollup_state_event_id_event"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("event_id", "metric", name=op.f("pk_rollup_state")),
    )
    op.create_table(
        "adjustment",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("metric", sa.String(length=40), nullable=False),
        sa.Column("scope_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("start_s", sa.BigInteger(), nullable=False),
        sa.Column("direction", sa.String(length=4), nullable=False),
        sa.Column("delta", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(length=8), nullable=False),
        sa.Column("batch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("adjusted_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "reason IN ('late', 'revised', 'accepted')", name=op.f("ck_adjustment_reason")
        ),
        sa.CheckConstraint("delta <> 0", name=op.f("ck_adjustment_delta")),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["import_batch.id"], name=op.f("fk_adjustment_batch_id_import_batch")
        ),
        sa.ForeignKeyConstraint(
            ["event_id"],
            ["event.id"],
            name=op.f("fk_adjustment_event_id_event"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_adjustment")),
    )
    op.create_index(op.f("ix_adjustment_event_id"), "adjustment", ["event_id"], unique=False)
    op.create_table(
        "stream_player",
        sa.Column(
            "stream_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("address", sa.String(length=500), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.CheckConstraint("kind IN ('hls', 'embed', 'link')", name=op.f("ck_stream_player_kind")),
        sa.CheckConstraint("length(address) > 0", name=op.f("ck_stream_player_address")),
        sa.ForeignKeyConstraint(
            ["event_id"],
            ["event.id"],
            name=op.f("fk_stream_player_event_id_event"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["stream_id"],
            ["stream.id"],
            name=op.f("fk_stream_player_stream_id_stream"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("stream_id", name=op.f("pk_stream_player")),
    )
    op.create_index(op.f("ix_stream_player_event_id"), "stream_player", ["event_id"], unique=False)
    op.create_table(
        "beat_policy",
        sa.Column(
            "stream_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("from_s", sa.BigInteger(), nullable=False),
        sa.Column("k", sa.Integer(), nullable=False),
        sa.CheckConstraint("k BETWEEN 0 AND 20", name=op.f("ck_beat_policy_k")),
        sa.ForeignKeyConstraint(
            ["stream_id"],
            ["stream.id"],
            name=op.f("fk_beat_policy_stream_id_stream"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("stream_id", "from_s", name=op.f("pk_beat_policy")),
    )
    op.create_table(
        "beat_batch",
        sa.Column("log", sa.String(length=120), nullable=False),
        sa.Column("start_offset", sa.BigInteger(), nullable=False),
        sa.Column("end_offset", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("line_count", sa.Integer(), nullable=False),
        sa.Column("left_out", sa.Integer(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("end_offset > start_offset", name=op.f("ck_beat_batch_length")),
        sa.PrimaryKeyConstraint("log", "start_offset", name=op.f("pk_beat_batch")),
    )
    op.create_table(
        "beat_minute",
        sa.Column(
            "stream_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("minute", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("weight", sa.BigInteger(), nullable=False),
        sa.Column("beats", sa.Integer(), nullable=False),
        sa.Column("rejected", sa.Integer(), nullable=False),
        sa.Column("starts", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "beats >= 0 AND rejected >= 0 AND starts >= 0", name=op.f("ck_beat_minute_counts")
        ),
        sa.CheckConstraint("weight >= beats", name=op.f("ck_beat_minute_weight")),
        sa.ForeignKeyConstraint(
            ["event_id"],
            ["event.id"],
            name=op.f("fk_beat_minute_event_id_event"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["stream_id"],
            ["stream.id"],
            name=op.f("fk_beat_minute_stream_id_stream"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("stream_id", "minute", name=op.f("pk_beat_minute")),
    )
    op.create_index(op.f("ix_beat_minute_event_id"), "beat_minute", ["event_id"], unique=False)
    op.create_table(
        "beat_join",
        sa.Column(
            "stream_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("sid", sa.String(length=16), nullable=False),
        sa.Column("at_s", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["stream_id"],
            ["stream.id"],
            name=op.f("fk_beat_join_stream_id_stream"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("stream_id", "sid", name=op.f("pk_beat_join")),
    )
    op.create_index(op.f("ix_beat_join_at_s"), "beat_join", ["at_s"], unique=False)
    op.create_table(
        "viewer_sketch",
        sa.Column(
            "stream_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("library", sa.String(length=40), nullable=False),
        sa.Column("lg_k", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("sketch", sa.LargeBinary(), nullable=False),
        sa.Column("digests", sa.LargeBinary(), nullable=True),
        sa.Column("exact_count", sa.Integer(), nullable=True),
        sa.Column("skipped", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"],
            ["event.id"],
            name=op.f("fk_viewer_sketch_event_id_event"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["stream_id"],
            ["stream.id"],
            name=op.f("fk_viewer_sketch_stream_id_stream"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("stream_id", "day", name=op.f("pk_viewer_sketch")),
    )
    op.create_index(op.f("ix_viewer_sketch_event_id"), "viewer_sketch", ["event_id"], unique=False)
    op.create_table(
        "hook_play",
        sa.Column(
            "stream_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("server", sa.String(length=64), nullable=False),
        sa.Column("client", sa.String(length=64), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_hook_play_event_id_event"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["stream_id"],
            ["stream.id"],
            name=op.f("fk_hook_play_stream_id_stream"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("stream_id", "server", "client", name=op.f("pk_hook_play")),
    )
    op.create_index(op.f("ix_hook_play_event_id"), "hook_play", ["event_id"], unique=False)
    op.create_table(
        "sensor",
        sa.Column(
            "source_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key_rev", sa.Integer(), nullable=False),
        sa.Column("topic", sa.String(length=200), nullable=True),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_sensor_event_id_event"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["source_id"],
            ["source.id"],
            name=op.f("fk_sensor_source_id_source"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("source_id", name=op.f("pk_sensor")),
        sa.UniqueConstraint("topic", name=op.f("uq_sensor_topic")),
    )
    op.create_index(op.f("ix_sensor_event_id"), "sensor", ["event_id"], unique=False)
    op.create_table(
        "site_plan",
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("picture", sa.LargeBinary(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_site_plan_event_id_event"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_site_plan")),
    )
    op.create_table(
        "plan_mark",
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("ref_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("x", sa.Integer(), nullable=False),
        sa.Column("y", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('zone', 'counter')", name=op.f("ck_plan_mark_kind")),
        sa.CheckConstraint("width >= 0 AND height >= 0", name=op.f("ck_plan_mark_size")),
        sa.CheckConstraint(
            "x BETWEEN 0 AND 1000 AND y BETWEEN 0 AND 1000", name=op.f("ck_plan_mark_place")
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_plan_mark_event_id_event"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("event_id", "kind", "ref_id", name=op.f("pk_plan_mark")),
    )
    op.add_column("calibration", sa.Column("pairs", sa.JSON(), nullable=True))
    op.add_column("calibration", sa.Column("made_by", sa.String(length=120), nullable=True))
    op.add_column("calibration", sa.Column("made_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(FILL.format(quarter=QUARTER_OF_BIN[op.get_bind().dialect.name]))


def downgrade() -> None:
    """Take back."""
    op.drop_column("calibration", "made_at")
    op.drop_column("calibration", "made_by")
    op.drop_column("calibration", "pairs")
    for table in TABLES:
        op.drop_table(table)
