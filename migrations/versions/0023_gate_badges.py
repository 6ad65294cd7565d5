"""Gates that print badges."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the choice; no gate prints before an organizer says so."""
    with op.batch_alter_table("gate_setting") as batch:
        batch.add_column(
            sa.Column("prints_badges", sa.Boolean(), server_default=sa.false(), nullable=False)
        )


def downgrade() -> None:
    """Take it away again."""
    with op.batch_alter_table("gate_setting") as batch:
        batch.drop_column("prints_badges")
