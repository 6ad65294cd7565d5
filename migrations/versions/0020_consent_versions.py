"""Consent texts that organizers change: one version is asked, all of them stay as they were."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

CURRENT = sa.text("replaced_at IS NULL")
ADDED = ("made_at", "replaced_at", "ended_at")
WORDS = ("event_id", "purpose", "version", "title", "text", "sha256")
_SQLITE = " OR ".join(f"OLD.{one} IS NOT NEW.{one}" for one in WORDS)
_POSTGRESQL = " OR ".join(f"OLD.{one}::text IS DISTINCT FROM NEW.{one}::text" for one in WORDS)
SQLITE = (
    f"CREATE TRIGGER tr_consent_text_no_update_rest BEFORE UPDATE OF {', '.join(WORDS)} "
    f"ON consent_text WHEN {_SQLITE} BEGIN SELECT RAISE(ABORT, 'words of consent_text stay'); END",
    "CREATE TRIGGER tr_consent_text_no_delete BEFORE DELETE ON consent_text "
    "BEGIN SELECT RAISE(ABORT, 'words of consent_text stay'); END",
)
POSTGRESQL = (
    "CREATE TRIGGER tr_consent_text_no_update BEFORE UPDATE ON consent_text FOR EACH ROW "
    f"WHEN ({_POSTGRESQL}) EXECUTE FUNCTION eventhub_refuse('words of consent_text stay')",
    "CREATE TRIGGER tr_consent_text_no_delete BEFORE DELETE ON consent_text FOR EACH ROW "
    "EXECUTE FUNCTION eventhub_refuse('words of consent_text stay')",
)


def upgrade() -> None:
    """Mark what newer versions replaced, and let the database keep the words."""
    for name in ADDED:
        op.add_column("consent_text", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.execute(
        "UPDATE consent_text SET replaced_at = CURRENT_TIMESTAMP WHERE EXISTS (SELECT 1 FROM "
        "consent_text AS newer WHERE newer.event_id = consent_text.event_id AND "
        "newer.purpose = consent_text.purpose AND newer.version > consent_text.version)"
    )
    op.create_index(
        "uq_consent_text_current",
        "consent_text",
        ["event_id", "purpose"],
        unique=True,
        sqlite_where=CURRENT,
        postgresql_where=CURRENT,
    )
    for sql in POSTGRESQL if _is_postgresql() else SQLITE:
        op.execute(sql)


def downgrade() -> None:
    """Ask the newest version of every text again, those that were ended too."""
    for sql in reversed(POSTGRESQL if _is_postgresql() else SQLITE):
        table = " ON consent_text" if _is_postgresql() else ""
        op.execute(f"DROP TRIGGER {sql.split()[2]}{table}")
    op.drop_index("uq_consent_text_current", "consent_text")
    for name in reversed(ADDED):
        op.drop_column("consent_text", name)


def _is_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"
