"""Answers that people give at a gate, and which gates ask."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_WHOLE = "(entry_ms IS NULL) = (entry_nonce IS NULL)"


def upgrade() -> None:
    """Let an answer say when and where it was given at a gate."""
    with op.batch_alter_table("answer") as batch:
        batch.add_column(sa.Column("entry_ms", sa.BigInteger(), nullable=True))
        batch.add_column(sa.Column("entry_nonce", sa.LargeBinary(length=16), nullable=True))
        batch.add_column(
            sa.Column(
                "entry_gate_id",
                sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
                nullable=True,
            )
        )
        batch.create_check_constraint(op.f("ck_answer_entry"), _WHOLE)
        batch.create_foreign_key(
            op.f("fk_answer_entry_gate_id_gate"), "gate", ["entry_gate_id"], ["id"]
        )
    with op.batch_alter_table("gate_setting") as batch:
        batch.add_column(
            sa.Column("asks_question", sa.Boolean(), server_default=sa.true(), nullable=False)
        )


def downgrade() -> None:
    """Keep the answers as if they had been given with the registration."""
    with op.batch_alter_table("gate_setting") as batch:
        batch.drop_column("asks_question")
    with op.batch_alter_table("answer") as batch:
        batch.drop_constraint(op.f("fk_answer_entry_gate_id_gate"), type_="foreignkey")
        batch.drop_constraint(op.f("ck_answer_entry"), type_="check")
        for name in ("entry_gate_id", "entry_nonce", "entry_ms"):
            batch.drop_column(name)
