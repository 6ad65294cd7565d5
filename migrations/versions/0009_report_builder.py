"""The metric dictionary in the database; targets, priors, logos and links of reports."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

TABLES = (
    "admission_summary",
    "report_link",
    "report_logo",
    "day_note",
    "target",
    "visibility_prior",
    "metric_def",
)
COLUMNS = ("logo_sha256", "accent", "sections")
TRIGGERS = {
    "sqlite": (
        "CREATE TRIGGER tr_metric_def_no_update BEFORE UPDATE ON metric_def BEGIN SELECT RAISE(ABORT, 'metric_def is append-only'); END",
        "CREATE TRIGGER tr_metric_def_no_delete BEFORE DELETE ON metric_def BEGIN SELECT RAISE(ABORT, 'metric_def is append-only'); END",
    ),
    "postgresql": (
        "CREATE TRIGGER tr_metric_def_no_update BEFORE UPDATE ON metric_def FOR EACH ROW EXECUTE FUNCTION eventhub_refuse('metric_def is append-only')",
        "CREATE TRIGGER tr_metric_def_no_delete BEFORE DELETE ON metric_def FOR EACH ROW EXECUTE FUNCTION eventhub_refuse('metric_def is append-only')",
    ),
}
# Columns of a report that stay as they are once it is published (SQLite names them one by one).
KEPT = (
    "id, event_id, version, definition_version, document, sha256, content_sha256, is_synthetic, "
    "note, created_by, created_at, approved_by, approved_at"
)
KEEP_REPORT = (
    "CREATE TRIGGER tr_report_no_update_rest BEFORE UPDATE OF {columns} ON report "
    "WHEN OLD.status IN ('published', 'superseded') "
    "BEGIN SELECT RAISE(ABORT, 'report is published and stays as it is'); END"
)


def _keep_report(columns: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute(KEEP_REPORT.format(columns=columns))


def _let_go_of_report() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER tr_report_no_update_rest")


def _id() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _event(table: str) -> tuple[sa.Column[int], sa.ForeignKeyConstraint]:
    return (
        sa.Column("event_id", _id(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f(f"fk_{table}_event_id_event"), ondelete="CASCADE"
        ),
    )


def _person(table: str, column: str) -> tuple[sa.Column[int], sa.ForeignKeyConstraint]:
    return (
        sa.Column(column, _id(), nullable=True),
        sa.ForeignKeyConstraint([column], ["person.id"], name=op.f(f"fk_{table}_{column}_person")),
    )


def upgrade() -> None:
    """Apply."""
    at = sa.DateTime(timezone=True)
    op.create_table(
        "metric_def",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.JSON(), nullable=False),
        sa.Column("definition", sa.JSON(), nullable=False),
        sa.Column("unit", sa.JSON(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("aggregation", sa.String(length=8), nullable=False),
        sa.Column("rule", sa.JSON(), nullable=False),
        sa.Column("classes", sa.String(length=40), nullable=False),
        sa.Column("digits", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_metric_def_sha256")),
        sa.PrimaryKeyConstraint("id", "version", name=op.f("pk_metric_def")),
    )
    op.create_table(
        "visibility_prior",
        sa.Column("id", _id(), nullable=False),
        *_event("visibility_prior"),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("low", sa.Double(), nullable=False),
        sa.Column("high", sa.Double(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        *_person("visibility_prior", "set_by"),
        sa.Column("set_at", at, nullable=False),
        sa.CheckConstraint(
            "kind IN ('print', 'news', 'followers')", name=op.f("ck_visibility_prior_kind")
        ),
        sa.CheckConstraint(
            "low > 0 AND low <= high AND high <= 1", name=op.f("ck_visibility_prior_range")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visibility_prior")),
        sa.UniqueConstraint(
            "event_id", "kind", "version", name=op.f("uq_visibility_prior_event_id_kind_version")
        ),
    )
    op.create_table(
        "target",
        sa.Column("id", _id(), nullable=False),
        *_event("target"),
        sa.Column("metric", sa.String(length=40), nullable=False),
        sa.Column("value", sa.Double(), nullable=False),
        *_person("target", "set_by"),
        sa.Column("set_at", at, nullable=False),
        sa.CheckConstraint("value > 0", name=op.f("ck_target_value")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_target")),
        sa.UniqueConstraint("event_id", "metric", name=op.f("uq_target_event_id_metric")),
    )
    op.create_table(
        "day_note",
        sa.Column("id", _id(), nullable=False),
        *_event("day_note"),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("text", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_day_note")),
        sa.UniqueConstraint("event_id", "day", name=op.f("uq_day_note_event_id_day")),
    )
    op.create_table(
        "report_logo",
        sa.Column("id", _id(), nullable=False),
        *_event("report_logo"),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("png", sa.LargeBinary(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("made_at", at, nullable=False),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_report_logo_sha256")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_logo")),
        sa.UniqueConstraint("event_id", "sha256", name=op.f("uq_report_logo_event_id_sha256")),
    )
    op.create_table(
        "report_link",
        sa.Column("id", _id(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        *_event("report_link"),
        sa.Column("report_id", _id(), nullable=False),
        sa.Column("token_sha256", sa.String(length=64), nullable=False),
        sa.Column("label", sa.String(length=80), nullable=False),
        *_person("report_link", "created_by"),
        sa.Column("created_at", at, nullable=False),
        sa.Column("expires_at", at, nullable=False),
        sa.Column("revoked_at", at, nullable=True),
        sa.CheckConstraint("length(token_sha256) = 64", name=op.f("ck_report_link_token_sha256")),
        sa.CheckConstraint("expires_at > created_at", name=op.f("ck_report_link_expires")),
        sa.ForeignKeyConstraint(
            ["report_id"],
            ["report.id"],
            name=op.f("fk_report_link_report_id_report"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_link")),
        sa.UniqueConstraint("public_id", name=op.f("uq_report_link_public_id")),
        sa.UniqueConstraint("token_sha256", name=op.f("uq_report_link_token_sha256")),
    )
    op.create_index(op.f("ix_report_link_event_id"), "report_link", ["event_id"])
    op.create_index(op.f("ix_report_link_report_id"), "report_link", ["report_id"])
    op.create_table(
        "admission_summary",
        sa.Column("event_id", _id(), autoincrement=False, nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("summary", sa.JSON(), nullable=False),
        sa.Column("made_at", at, nullable=False),
        sa.CheckConstraint(
            "length(fingerprint) = 64", name=op.f("ck_admission_summary_fingerprint")
        ),
        sa.ForeignKeyConstraint(
            ["event_id"],
            ["event.id"],
            name=op.f("fk_admission_summary_event_id_event"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_admission_summary")),
    )
    _let_go_of_report()
    op.add_column("report", sa.Column("review_note", sa.String(length=300), nullable=True))
    _keep_report(f"{KEPT}, review_note")
    op.add_column("report_setting", sa.Column("sections", sa.JSON(), nullable=True))
    op.add_column("report_setting", sa.Column("accent", sa.String(length=7), nullable=True))
    op.add_column("report_setting", sa.Column("logo_sha256", sa.String(length=64), nullable=True))
    for sql in TRIGGERS[op.get_bind().dialect.name]:
        op.execute(sql)


def downgrade() -> None:
    """Take back."""
    _let_go_of_report()
    op.drop_column("report", "review_note")
    _keep_report(KEPT)
    for column in COLUMNS:
        op.drop_column("report_setting", column)
    for table in TABLES:
        op.drop_table(table)
