"""Where mail that people may refuse is refused."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Keep with a message where its reader says that no more of the kind are wanted."""
    op.add_column(
        "outbox_message", sa.Column("unsubscribe_url", sa.String(length=300), nullable=True)
    )


def downgrade() -> None:
    """Forget it."""
    op.drop_column("outbox_message", "unsubscribe_url")
