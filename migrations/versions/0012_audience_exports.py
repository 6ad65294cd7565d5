"""Column maps of platform exports, kept under a name."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add what is new."""
    op.create_table(
        "export_map",
        sa.Column("id", BIG, nullable=False),
        sa.Column("event_id", BIG, nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"],
            ["event.id"],
            name=op.f("fk_export_map_event_id_event"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_export_map")),
        sa.UniqueConstraint("event_id", "name", name=op.f("uq_export_map_event_id_name")),
    )
    op.create_index(op.f("ix_export_map_event_id"), "export_map", ["event_id"])


def downgrade() -> None:
    """Take it away again."""
    op.drop_index(op.f("ix_export_map_event_id"), "export_map")
    op.drop_table("export_map")
