"""Versions, end and time of questions, more kinds of them, and names of shared quotas."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

OLD_KINDS = "kind IN ('text', 'long_text', 'choice', 'many', 'yes_no', 'number', 'date')"
KINDS = OLD_KINDS.replace("'date')", "'date', 'phone', 'email', 'country')")
CURRENT = sa.text("replaced_at IS NULL")


def upgrade() -> None:
    """Let a question have several versions, of which one is asked."""
    with op.batch_alter_table("question") as batch:
        batch.add_column(sa.Column("version", sa.Integer(), server_default="1", nullable=False))
        batch.add_column(sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True))
        batch.add_column(
            sa.Column("ask_at", sa.String(12), server_default="registration", nullable=False)
        )
        batch.drop_constraint(op.f("ck_question_kind"), type_="check")
        batch.create_check_constraint(op.f("ck_question_kind"), KINDS)
        batch.create_check_constraint(
            op.f("ck_question_ask_at"), "ask_at IN ('registration', 'check_in')"
        )
        batch.drop_constraint(op.f("uq_question_event_id_slug"), type_="unique")
        batch.create_unique_constraint(
            op.f("uq_question_event_id_slug_version"), ["event_id", "slug", "version"]
        )
    op.create_index(
        "uq_question_current",
        "question",
        ["event_id", "slug"],
        unique=True,
        sqlite_where=CURRENT,
        postgresql_where=CURRENT,
    )
    with op.batch_alter_table("quota") as batch:
        batch.add_column(sa.Column("name", sa.JSON(), nullable=True))


def downgrade() -> None:
    """Keep older versions as questions of their own that nobody asks."""
    with op.batch_alter_table("quota") as batch:
        batch.drop_column("name")
    op.execute("UPDATE question SET kind = 'text' WHERE kind IN ('phone', 'email', 'country')")
    op.execute(
        "UPDATE question SET slug = substr(slug, 1, 34) || '_v' || version"
        " WHERE replaced_at IS NOT NULL"
    )
    op.drop_index("uq_question_current", "question")
    with op.batch_alter_table("question") as batch:
        batch.drop_constraint(op.f("uq_question_event_id_slug_version"), type_="unique")
        batch.create_unique_constraint(op.f("uq_question_event_id_slug"), ["event_id", "slug"])
        batch.drop_constraint(op.f("ck_question_ask_at"), type_="check")
        batch.drop_constraint(op.f("ck_question_kind"), type_="check")
        batch.create_check_constraint(op.f("ck_question_kind"), OLD_KINDS)
        for name in ("ask_at", "ended_at", "replaced_at", "version"):
            batch.drop_column(name)
