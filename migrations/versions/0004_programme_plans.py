"""Proposals of the planner, schedule files that wait, column maps, hidden stages."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

FLAGS = (("stage", "is_hidden"), ("performance", "is_dropped"))


def _id(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False)


def _text(name: str, length: int, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=length), nullable=nullable)


def _at(name: str, *, nullable: bool = False) -> sa.Column[sa.DateTime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _of_event(table: str) -> tuple[sa.Constraint, ...]:
    return (
        sa.ForeignKeyConstraint(
            ["event_id"],
            ["event.id"],
            name=op.f(f"fk_{table}_event_id_event"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )


def upgrade() -> None:
    """Add what is new."""
    op.create_table(
        "plan_proposal",
        _id("id"),
        _id("event_id"),
        _text("public_id", 24),
        _text("kind", 8),
        _text("state", 8),
        sa.Column("params", sa.JSON(), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("limit_s", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=True),
        _at("created_at"),
        _text("created_by", 200),
        _at("done_at", nullable=True),
        sa.CheckConstraint("kind IN ('repair', 'autoplan')", name=op.f("ck_plan_proposal_kind")),
        sa.CheckConstraint(
            "state IN ('waiting', 'running', 'open', 'closed', 'stopped', 'failed')",
            name=op.f("ck_plan_proposal_state"),
        ),
        sa.CheckConstraint("limit_s > 0", name=op.f("ck_plan_proposal_limit_s")),
        *_of_event("plan_proposal"),
        sa.UniqueConstraint("public_id", name=op.f("uq_plan_proposal_public_id")),
    )
    op.create_table(
        "schedule_file",
        _id("id"),
        _id("event_id"),
        _text("public_id", 24),
        _text("file_name", 200),
        _text("format", 10),
        sa.Column("columns", sa.JSON(), nullable=True),
        _text("state", 8),
        sa.Column("data", sa.LargeBinary(), nullable=True),
        sa.Column("report", sa.JSON(), nullable=False),
        sa.Column("undo", sa.JSON(), nullable=True),
        _at("created_at"),
        _text("created_by", 200),
        _at("applied_at", nullable=True),
        _text("batch_id", 24, nullable=True),
        sa.CheckConstraint(
            "state IN ('read', 'applied', 'undone')", name=op.f("ck_schedule_file_state")
        ),
        *_of_event("schedule_file"),
        sa.UniqueConstraint("public_id", name=op.f("uq_schedule_file_public_id")),
    )
    op.create_table(
        "column_map",
        _id("id"),
        _id("event_id"),
        _text("name", 120),
        sa.Column("columns", sa.JSON(), nullable=False),
        *_of_event("column_map"),
        sa.UniqueConstraint("event_id", "name", name=op.f("uq_column_map_event_id_name")),
    )
    for table in ("plan_proposal", "schedule_file", "column_map"):
        op.create_index(op.f(f"ix_{table}_event_id"), table, ["event_id"])
    for table, column in FLAGS:
        op.add_column(
            table, sa.Column(column, sa.Boolean(), server_default=sa.false(), nullable=False)
        )


def downgrade() -> None:
    """Take it away again."""
    for table, column in FLAGS:
        op.drop_column(table, column)
    for table in ("column_map", "schedule_file", "plan_proposal"):
        op.drop_table(table)
