"""Questions that are answered with a file, and the files."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
CURRENT = sa.text("replaced_at IS NULL")
OLD_KINDS = (
    "kind IN ('text', 'long_text', 'choice', 'many', 'yes_no', 'number', 'date', 'phone', "
    "'email', 'country')"
)
KINDS = OLD_KINDS.replace("'country')", "'country', 'file')")


def upgrade() -> None:
    """Let a question ask for a file, and keep files beside their answers."""
    _set_kinds(KINDS)
    op.create_table(
        "answer_file",
        sa.Column("answer_id", BIG, autoincrement=False, nullable=False),
        sa.Column("event_id", BIG, nullable=False),
        sa.Column("public_id", sa.String(16), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("mimetype", sa.String(40), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_answer_file_sha256")),
        sa.ForeignKeyConstraint(
            ["answer_id"],
            ["answer.id"],
            name=op.f("fk_answer_file_answer_id_answer"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["event_id"],
            ["event.id"],
            name=op.f("fk_answer_file_event_id_event"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("answer_id", name=op.f("pk_answer_file")),
        sa.UniqueConstraint("public_id", name=op.f("uq_answer_file_public_id")),
    )
    op.create_index(op.f("ix_answer_file_event_id"), "answer_file", ["event_id"])


def downgrade() -> None:
    """Take the files away; what is known of them stays as the text of their answers."""
    op.drop_index(op.f("ix_answer_file_event_id"), "answer_file")
    op.drop_table("answer_file")
    quoted = "to_json(text)" if op.get_bind().dialect.name == "postgresql" else "json_quote(text)"
    op.execute(
        f"UPDATE answer SET value = {quoted} WHERE question_id IN "  # noqa: S608 - our own words
        "(SELECT id FROM question WHERE kind = 'file')"
    )
    op.execute("UPDATE question SET kind = 'text' WHERE kind = 'file'")
    _set_kinds(OLD_KINDS)


def _set_kinds(kinds: str) -> None:
    """Change the kinds; a copy of the table may make a partial index a whole one."""
    op.drop_index("uq_question_current", "question")
    with op.batch_alter_table("question") as batch:
        batch.drop_constraint(op.f("ck_question_kind"), type_="check")
        batch.create_check_constraint(op.f("ck_question_kind"), kinds)
    op.create_index(
        "uq_question_current",
        "question",
        ["event_id", "slug"],
        unique=True,
        sqlite_where=CURRENT,
        postgresql_where=CURRENT,
    )
