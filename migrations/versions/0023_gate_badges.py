"""Gates that print badges or find no names; answers of scans that are held."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0021"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add all; no gate prints before an organizer says so."""
    with op.batch_alter_table("gate_setting") as batch:
        batch.add_column(
            sa.Column("prints_badges", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
        batch.add_column(
            sa.Column("finds_names", sa.Boolean(), server_default=sa.true(), nullable=False)
        )
    op.create_table(
        "held_answer",
        sa.Column("id", BIG, nullable=False),
        sa.Column("event_id", BIG, nullable=False),
        sa.Column("attendee_id", BIG, nullable=False),
        sa.Column("question_id", BIG, nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.Column("entry_ms", sa.BigInteger(), nullable=False),
        sa.Column("entry_nonce", sa.LargeBinary(length=16), nullable=False),
        sa.Column("entry_gate_id", BIG, nullable=False),
        sa.Column("device_id", BIG, nullable=False),
        *(
            sa.ForeignKeyConstraint(
                [column],
                [f"{table}.id"],
                name=op.f(f"fk_held_answer_{column}_{table}"),
                ondelete=rule,
            )
            for column, table, rule in (
                ("event_id", "event", "CASCADE"),
                ("attendee_id", "attendee", "CASCADE"),
                ("question_id", "question", None),
                ("entry_gate_id", "gate", None),
                ("device_id", "device", "CASCADE"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_held_answer")),
        sa.UniqueConstraint(
            "device_id", "entry_nonce", name=op.f("uq_held_answer_device_id_entry_nonce")
        ),
    )
    for column in ("event_id", "attendee_id", "question_id"):
        op.create_index(op.f(f"ix_held_answer_{column}"), "held_answer", [column])


def downgrade() -> None:
    """Take all away again."""
    op.drop_table("held_answer")
    with op.batch_alter_table("gate_setting") as batch:
        batch.drop_column("finds_names")
        batch.drop_column("prints_badges")
