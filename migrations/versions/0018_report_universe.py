"""How many people an event could reach at all: an end for the range of people of its report."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Let an organizer say how many people could be reached."""
    with op.batch_alter_table("report_setting") as batch:
        batch.add_column(sa.Column("universe", sa.BigInteger(), nullable=True))
        batch.create_check_constraint(op.f("ck_report_setting_universe"), "universe >= 1")


def downgrade() -> None:
    """Forget it."""
    with op.batch_alter_table("report_setting") as batch:
        batch.drop_constraint(op.f("ck_report_setting_universe"), type_="check")
        batch.drop_column("universe")
