"""Seats of stages, who sits where, and the day keys of rotating codes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

TRIGGERS = {
    "sqlite": (
        "CREATE TRIGGER tr_seat_log_no_update BEFORE UPDATE ON seat_log BEGIN SELECT RAISE(ABORT, 'seat_log is append-only'); END",
        "CREATE TRIGGER tr_seat_log_no_delete BEFORE DELETE ON seat_log BEGIN SELECT RAISE(ABORT, 'seat_log is append-only'); END",
    ),
    "postgresql": (
        "CREATE TRIGGER tr_seat_log_no_update BEFORE UPDATE ON seat_log FOR EACH ROW EXECUTE FUNCTION eventhub_refuse('seat_log is append-only')",
        "CREATE TRIGGER tr_seat_log_no_delete BEFORE DELETE ON seat_log FOR EACH ROW EXECUTE FUNCTION eventhub_refuse('seat_log is append-only')",
    ),
}
DROP_TRIGGERS = {
    "sqlite": (
        "DROP TRIGGER tr_seat_log_no_delete",
        "DROP TRIGGER tr_seat_log_no_update",
    ),
    "postgresql": (
        "DROP TRIGGER tr_seat_log_no_delete ON seat_log",
        "DROP TRIGGER tr_seat_log_no_update ON seat_log",
    ),
}


def upgrade() -> None:
    """Add what is new."""
    op.create_table(
        "day_key",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kid", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("key_enc", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("kid BETWEEN 0 AND 255", name=op.f("ck_day_key_kid")),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_day_key_event_id_event"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_day_key")),
        sa.UniqueConstraint("event_id", "day", name=op.f("uq_day_key_event_id_day")),
        sa.UniqueConstraint("event_id", "kid", name=op.f("uq_day_key_event_id_kid")),
    )
    op.create_table(
        "seat_map",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("stage_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_seat_map_event_id_event"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["stage_id"], ["stage.id"], name=op.f("fk_seat_map_stage_id_stage"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seat_map")),
        sa.UniqueConstraint("stage_id", "version", name=op.f("uq_seat_map_stage_id_version")),
    )
    op.create_index(op.f("ix_seat_map_event_id"), "seat_map", ["event_id"], unique=False)
    op.create_table(
        "seat",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("map_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("section", sa.String(length=40), nullable=False),
        sa.Column("row_label", sa.String(length=6), nullable=False),
        sa.Column("row_rank", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.CheckConstraint(
            "kind IN ('standard', 'accessible', 'companion', 'restricted', 'unsellable')",
            name=op.f("ck_seat_kind"),
        ),
        sa.CheckConstraint("number >= 1", name=op.f("ck_seat_number")),
        sa.CheckConstraint("row_rank >= 1", name=op.f("ck_seat_row_rank")),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_seat_event_id_event"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["map_id"], ["seat_map.id"], name=op.f("fk_seat_map_id_seat_map"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seat")),
        sa.UniqueConstraint(
            "map_id", "row_label", "number", name=op.f("uq_seat_map_id_row_label_number")
        ),
    )
    op.create_index(op.f("ix_seat_event_id"), "seat", ["event_id"], unique=False)
    op.create_table(
        "seat_log",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "performance_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("label", sa.String(length=12), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=True),
        sa.Column("action", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "action IN ('held', 'assigned', 'moved', 'released', 'protected', 'unprotected')",
            name=op.f("ck_seat_log_action"),
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_seat_log_event_id_event"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["performance_id"],
            ["performance.id"],
            name=op.f("fk_seat_log_performance_id_performance"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seat_log")),
    )
    op.create_index(op.f("ix_seat_log_event_id"), "seat_log", ["event_id"], unique=False)
    op.create_index("ix_seat_log_performance", "seat_log", ["performance_id", "id"], unique=False)
    op.create_table(
        "seat_plan",
        sa.Column(
            "performance_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("map_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("release_min", sa.Integer(), nullable=True),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_seat_plan_event_id_event"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["map_id"], ["seat_map.id"], name=op.f("fk_seat_plan_map_id_seat_map")
        ),
        sa.ForeignKeyConstraint(
            ["performance_id"],
            ["performance.id"],
            name=op.f("fk_seat_plan_performance_id_performance"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("performance_id", name=op.f("pk_seat_plan")),
    )
    op.create_index(op.f("ix_seat_plan_event_id"), "seat_plan", ["event_id"], unique=False)
    op.create_table(
        "seat_block",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "performance_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("slug", sa.String(length=40), nullable=False),
        sa.Column("name", sa.JSON(), nullable=False),
        sa.Column("tier_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("party_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("release_min", sa.Integer(), nullable=True),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "release_min IS NULL OR release_min >= 0", name=op.f("ck_seat_block_release_min")
        ),
        sa.ForeignKeyConstraint(
            ["event_id"],
            ["event.id"],
            name=op.f("fk_seat_block_event_id_event"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["party_id"], ["party.id"], name=op.f("fk_seat_block_party_id_party")
        ),
        sa.ForeignKeyConstraint(
            ["performance_id"],
            ["seat_plan.performance_id"],
            name=op.f("fk_seat_block_performance_id_seat_plan"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["tier_id"], ["tier.id"], name=op.f("fk_seat_block_tier_id_tier")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seat_block")),
        sa.UniqueConstraint(
            "performance_id", "slug", name=op.f("uq_seat_block_performance_id_slug")
        ),
    )
    op.create_index(op.f("ix_seat_block_event_id"), "seat_block", ["event_id"], unique=False)
    op.create_table(
        "seat_block_seat",
        sa.Column(
            "performance_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("seat_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("block_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["block_id"],
            ["seat_block.id"],
            name=op.f("fk_seat_block_seat_block_id_seat_block"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["performance_id"],
            ["seat_plan.performance_id"],
            name=op.f("fk_seat_block_seat_performance_id_seat_plan"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["seat_id"],
            ["seat.id"],
            name=op.f("fk_seat_block_seat_seat_id_seat"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("performance_id", "seat_id", name=op.f("pk_seat_block_seat")),
    )
    op.create_index(
        op.f("ix_seat_block_seat_block_id"), "seat_block_seat", ["block_id"], unique=False
    )
    op.create_table(
        "seat_assignment",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "performance_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("seat_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ticket_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("note", sa.String(length=120), nullable=False),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_protected", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.CheckConstraint(
            "state <> 'assigned' OR ticket_id IS NOT NULL", name=op.f("ck_seat_assignment_holder")
        ),
        sa.CheckConstraint(
            "state IN ('held', 'assigned', 'released')", name=op.f("ck_seat_assignment_state")
        ),
        sa.ForeignKeyConstraint(
            ["event_id"],
            ["event.id"],
            name=op.f("fk_seat_assignment_event_id_event"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["performance_id"],
            ["seat_plan.performance_id"],
            name=op.f("fk_seat_assignment_performance_id_seat_plan"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["seat_id"], ["seat.id"], name=op.f("fk_seat_assignment_seat_id_seat")
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"],
            ["ticket.id"],
            name=op.f("fk_seat_assignment_ticket_id_ticket"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seat_assignment")),
    )
    op.create_index(
        op.f("ix_seat_assignment_event_id"), "seat_assignment", ["event_id"], unique=False
    )
    op.create_index(
        op.f("ix_seat_assignment_ticket_id"), "seat_assignment", ["ticket_id"], unique=False
    )
    op.create_index(
        "uq_seat_assignment_seat_live",
        "seat_assignment",
        ["performance_id", "seat_id"],
        unique=True,
        sqlite_where=sa.text("state <> 'released'"),
        postgresql_where=sa.text("state <> 'released'"),
    )
    op.create_index(
        "uq_seat_assignment_ticket_live",
        "seat_assignment",
        ["performance_id", "ticket_id"],
        unique=True,
        sqlite_where=sa.text("state <> 'released'"),
        postgresql_where=sa.text("state <> 'released'"),
    )
    for statement in TRIGGERS[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    """Take it away again."""
    for statement in DROP_TRIGGERS[op.get_bind().dialect.name]:
        op.execute(statement)
    for table in (
        "seat_assignment",
        "seat_block_seat",
        "seat_block",
        "seat_plan",
        "seat_log",
        "seat",
        "seat_map",
        "day_key",
    ):
        op.drop_table(table)
