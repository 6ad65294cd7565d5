"""Doors with two sensors, files taken back, visits of open grounds."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
COUNTS = sa.text("door_ref <> '' AND NOT is_spare")
STANDS = sa.text("undone_at IS NULL")
REASONS = "reason IN ('late', 'revised', 'accepted'%s)"


def upgrade() -> None:
    """Add what is new."""
    with op.batch_alter_table("source") as batch:
        batch.add_column(sa.Column("door_ref", sa.String(40), server_default="", nullable=False))
        batch.add_column(
            sa.Column("is_spare", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
        batch.create_check_constraint(op.f("ck_source_spare"), "door_ref <> '' OR NOT is_spare")
    _partial("uq_source_event_id_door_ref", "source", ["event_id", "door_ref"], COUNTS)
    with op.batch_alter_table("import_batch") as batch:
        batch.add_column(sa.Column("undone_by", sa.String(120), server_default="", nullable=False))
        batch.add_column(
            sa.Column("undone_reason", sa.String(300), server_default="", nullable=False)
        )
        batch.drop_constraint(op.f("uq_import_batch_source_id_sha256"), type_="unique")
        batch.create_check_constraint(
            op.f("ck_import_batch_undone"), "(undone_at IS NULL) = (undone_reason = '')"
        )
    _partial("uq_import_batch_source_id_sha256", "import_batch", ["source_id", "sha256"], STANDS)
    with op.batch_alter_table("media_batch") as batch:
        batch.add_column(
            sa.Column("undone_reason", sa.String(300), server_default="", nullable=False)
        )
        batch.drop_constraint(op.f("uq_media_batch_event_id_sha256"), type_="unique")
    _partial("uq_media_batch_event_id_sha256", "media_batch", ["event_id", "sha256"], STANDS)
    for table in ("observation", "quarantine", "counter_total", "stream_sample"):
        with op.batch_alter_table(table) as batch:
            batch.add_column(sa.Column("batch_id", BIG, nullable=True))
            batch.create_foreign_key(
                op.f(f"fk_{table}_batch_id_import_batch"), "import_batch", ["batch_id"], ["id"]
            )
    op.create_index(op.f("ix_observation_batch_id"), "observation", ["batch_id"])
    _reasons(", 'undone'")
    _tables()


def _tables() -> None:
    op.create_table(
        "delivery",
        sa.Column("table_name", sa.String(24), nullable=False),
        sa.Column("row_key", sa.String(160), nullable=False),
        sa.Column("batch_id", BIG, autoincrement=False, nullable=False),
        sa.Column("event_id", BIG, nullable=False),
        sa.Column("source_id", BIG, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seq", BIG, nullable=False),
        sa.Column("raw", sa.JSON(), nullable=False),
        _event("delivery"),
        sa.PrimaryKeyConstraint("table_name", "row_key", "batch_id", name=op.f("pk_delivery")),
    )
    op.create_index(op.f("ix_delivery_event_id"), "delivery", ["event_id"])
    op.create_index("ix_delivery_source_id_at", "delivery", ["source_id", "at"])
    op.create_table(
        "taken_back",
        sa.Column("id", BIG, nullable=False),
        sa.Column("event_id", BIG, nullable=False),
        sa.Column("table_name", sa.String(24), nullable=False),
        sa.Column("batch_id", BIG, nullable=False),
        sa.Column("row_key", sa.String(160), nullable=False),
        sa.Column("raw", sa.JSON(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        _event("taken_back"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_taken_back")),
    )
    op.create_index(op.f("ix_taken_back_event_id"), "taken_back", ["event_id"])
    op.create_index("ix_taken_back_batch", "taken_back", ["table_name", "batch_id"])
    op.create_table(
        "turnover",
        sa.Column("id", BIG, nullable=False),
        sa.Column("event_id", BIG, nullable=False),
        sa.Column("zone_id", BIG, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("area_m2", sa.Double(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("dwell_min", sa.Double(), nullable=False),
        sa.Column("dwell_sample", sa.Integer(), nullable=False),
        sa.Column("observation_id", BIG, nullable=False),
        sa.Column("made_by", sa.String(120), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("dwell_min > 0", name=op.f("ck_turnover_dwell")),
        sa.CheckConstraint("dwell_sample >= 200", name=op.f("ck_turnover_dwell_sample")),
        sa.CheckConstraint("area_m2 > 0", name=op.f("ck_turnover_area")),
        _event("turnover"),
        sa.ForeignKeyConstraint(
            ["zone_id"], ["zone.id"], name=op.f("fk_turnover_zone_id_zone"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["observation_id"],
            ["observation.id"],
            name=op.f("fk_turnover_observation_id_observation"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_turnover")),
        sa.UniqueConstraint(
            "event_id", "zone_id", "day", name=op.f("uq_turnover_event_id_zone_id_day")
        ),
    )


def _event(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["event_id"], ["event.id"], name=op.f(f"fk_{table}_event_id_event"), ondelete="CASCADE"
    )


def _partial(name: str, table: str, columns: list[str], where: sa.TextClause) -> None:
    op.create_index(name, table, columns, unique=True, sqlite_where=where, postgresql_where=where)


def _reasons(more: str) -> None:
    with op.batch_alter_table("adjustment") as batch:
        batch.drop_constraint(op.f("ck_adjustment_reason"), type_="check")
        batch.create_check_constraint(op.f("ck_adjustment_reason"), REASONS % more)


def downgrade() -> None:
    """Take it away again; a file that was taken back keeps half of its hash."""
    for table in ("turnover", "taken_back", "delivery"):
        op.drop_table(table)
    op.execute("DELETE FROM adjustment WHERE reason = 'undone'")
    _reasons("")
    op.drop_index(op.f("ix_observation_batch_id"), "observation")
    for table in ("stream_sample", "counter_total", "quarantine", "observation"):
        with op.batch_alter_table(table) as batch:
            batch.drop_constraint(op.f(f"fk_{table}_batch_id_import_batch"), type_="foreignkey")
            batch.drop_column("batch_id")
    _whole("media_batch", "event_id", ["undone_reason"])
    _whole("import_batch", "source_id", ["undone_reason", "undone_by"])
    op.drop_index("uq_source_event_id_door_ref", "source")
    with op.batch_alter_table("source") as batch:
        batch.drop_constraint(op.f("ck_source_spare"), type_="check")
        batch.drop_column("is_spare")
        batch.drop_column("door_ref")


def _whole(table: str, owner: str, columns: list[str]) -> None:
    """Make the hash of a file unique again, also of those that were taken back."""
    op.drop_index(f"uq_{table}_{owner}_sha256", table)
    connection = op.get_bind()
    rows = connection.execute(
        sa.text(f"SELECT id, sha256 FROM {table} WHERE undone_at IS NOT NULL")  # noqa: S608 - ours
    ).all()
    for row_id, digest in rows:
        other = f"{digest[:32]}-taken-back-{row_id}".ljust(64, "-")
        connection.execute(
            sa.text(f"UPDATE {table} SET sha256 = :other WHERE id = :id"),  # noqa: S608 - ours
            {"other": other, "id": row_id},
        )
    with op.batch_alter_table(table) as batch:
        if table == "import_batch":
            batch.drop_constraint(op.f("ck_import_batch_undone"), type_="check")
        for column in columns:
            batch.drop_column(column)
        batch.create_unique_constraint(op.f(f"uq_{table}_{owner}_sha256"), [owner, "sha256"])
