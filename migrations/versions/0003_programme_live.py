"""What runs at this moment, notices of a release, and where performers are told."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TRIGGERS = {
    "sqlite": (
        "CREATE TRIGGER tr_live_status_no_update BEFORE UPDATE ON live_status BEGIN SELECT RAISE(ABORT, 'live_status is append-only'); END",
        "CREATE TRIGGER tr_live_status_no_delete BEFORE DELETE ON live_status BEGIN SELECT RAISE(ABORT, 'live_status is append-only'); END",
    ),
    "postgresql": (
        "CREATE TRIGGER tr_live_status_no_update BEFORE UPDATE ON live_status FOR EACH ROW EXECUTE FUNCTION eventhub_refuse('live_status is append-only')",
        "CREATE TRIGGER tr_live_status_no_delete BEFORE DELETE ON live_status FOR EACH ROW EXECUTE FUNCTION eventhub_refuse('live_status is append-only')",
    ),
}
DROP_TRIGGERS = {
    "sqlite": (
        "DROP TRIGGER tr_live_status_no_delete",
        "DROP TRIGGER tr_live_status_no_update",
    ),
    "postgresql": (
        "DROP TRIGGER tr_live_status_no_delete ON live_status",
        "DROP TRIGGER tr_live_status_no_update ON live_status",
    ),
}
_STATES = "state IN ('queued', 'sent', 'deferred', 'dead', 'suppressed'{more})"


def _id(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False)


def _at(name: str, *, nullable: bool = False) -> sa.Column[sa.DateTime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _key(table: str, column: str, target: str, *, cascade: bool) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column],
        [f"{target}.id"],
        name=op.f(f"fk_{table}_{column}_{target}"),
        ondelete="CASCADE" if cascade else None,
    )


def _allow(more: str) -> None:
    """Make the outbox take the states that it has and `more`."""
    with op.batch_alter_table("outbox_message") as batch:
        batch.drop_constraint(op.f("ck_outbox_message_state"), type_="check")
        batch.create_check_constraint(
            op.f("ck_outbox_message_state"), _STATES.format(more=f", {more}" if more else "")
        )


def upgrade() -> None:
    """Add what is new."""
    op.add_column("party", sa.Column("contact_email", sa.String(length=320), nullable=True))
    op.add_column("party", sa.Column("contact_lang", sa.String(length=5), nullable=True))
    op.add_column("event", sa.Column("embed_hosts", sa.String(length=1000), nullable=True))
    op.create_table(
        "live_status",
        _id("id"),
        _id("event_id"),
        _id("performance_id"),
        sa.Column("state", sa.String(length=9), nullable=False),
        sa.Column("delay_min", sa.Integer(), nullable=False),
        _at("at"),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.CheckConstraint(
            "state IN ('waiting', 'running', 'held', 'ended', 'cancelled')",
            name=op.f("ck_live_status_state"),
        ),
        sa.CheckConstraint("delay_min BETWEEN 0 AND 720", name=op.f("ck_live_status_delay")),
        _key("live_status", "event_id", "event", cascade=False),
        _key("live_status", "performance_id", "performance", cascade=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_live_status")),
    )
    op.create_index(op.f("ix_live_status_event_id"), "live_status", ["event_id"])
    op.create_table(
        "notice_round",
        _id("id"),
        _id("event_id"),
        _id("schedule_id"),
        sa.Column("audience", sa.String(length=11), nullable=False),
        sa.Column("state", sa.String(length=9), nullable=False),
        sa.Column("written", sa.Integer(), nullable=False),
        sa.Column("unreachable", sa.Integer(), nullable=False),
        _at("created_at"),
        _at("decided_at", nullable=True),
        sa.Column("decided_by", sa.String(length=200), nullable=True),
        sa.CheckConstraint(
            "audience IN ('parties', 'registrants')", name=op.f("ck_notice_round_audience")
        ),
        sa.CheckConstraint(
            "state IN ('waiting', 'draft', 'approved', 'discarded')",
            name=op.f("ck_notice_round_state"),
        ),
        _key("notice_round", "event_id", "event", cascade=True),
        _key("notice_round", "schedule_id", "schedule", cascade=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_round")),
        sa.UniqueConstraint(
            "schedule_id", "audience", name=op.f("uq_notice_round_schedule_id_audience")
        ),
    )
    op.create_index(op.f("ix_notice_round_event_id"), "notice_round", ["event_id"])
    _allow("'draft'")
    op.add_column("outbox_message", sa.Column("held_for", sa.String(length=60), nullable=True))
    op.create_index(op.f("ix_outbox_message_held_for"), "outbox_message", ["held_for"])
    for statement in TRIGGERS[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    """Take it away again."""
    for statement in DROP_TRIGGERS[op.get_bind().dialect.name]:
        op.execute(statement)
    op.execute("DELETE FROM outbox_message WHERE state = 'draft'")
    op.drop_index(op.f("ix_outbox_message_held_for"), "outbox_message")
    op.drop_column("outbox_message", "held_for")
    _allow("")
    op.drop_table("notice_round")
    op.drop_table("live_status")
    op.drop_column("event", "embed_hosts")
    op.drop_column("party", "contact_lang")
    op.drop_column("party", "contact_email")
