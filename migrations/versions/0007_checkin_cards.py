"""Staff cards, what gates may do beyond scanning, and alerts of full zones."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_CORRECTS = sa.text("undoes_nonce IS NOT NULL")
_OPEN = sa.text("cleared_at IS NULL")


def _id(name: str, *, nullable: bool = False) -> sa.Column[int]:
    kind = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    return sa.Column(name, kind, nullable=nullable)


def _at(name: str, *, nullable: bool = False) -> sa.Column[sa.DateTime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _key(table: str, column: str, target: str, *, cascade: bool) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column],
        [f"{target}.id"],
        name=op.f(f"fk_{table}_{column}_{target}"),
        ondelete="CASCADE" if cascade else None,
    )


def upgrade() -> None:
    """Add what is new."""
    op.add_column("scan", sa.Column("overridden", sa.String(length=24), nullable=True))
    op.create_index(
        "ix_scan_undoes",
        "scan",
        ["device_id", "undoes_nonce"],
        sqlite_where=_CORRECTS,
        postgresql_where=_CORRECTS,
    )
    op.create_table(
        "staff_card",
        _id("id"),
        _id("event_id"),
        sa.Column("public_id", sa.String(length=24), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("may_override", sa.Boolean(), nullable=False),
        _at("made_at"),
        _id("made_by", nullable=True),
        _at("expires_at"),
        _at("revoked_at", nullable=True),
        sa.CheckConstraint("length(secret_hash) = 64", name=op.f("ck_staff_card_hash_length")),
        _key("staff_card", "event_id", "event", cascade=True),
        _key("staff_card", "made_by", "person", cascade=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_card")),
        sa.UniqueConstraint("public_id", name=op.f("uq_staff_card_public_id")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_staff_card_secret_hash")),
    )
    op.create_index(op.f("ix_staff_card_event_id"), "staff_card", ["event_id"])
    op.create_table(
        "gate_setting",
        _id("gate_id"),
        sa.Column("shows_welcome", sa.Boolean(), nullable=False),
        _id("walk_in_type_id", nullable=True),
        _key("gate_setting", "gate_id", "gate", cascade=True),
        _key("gate_setting", "walk_in_type_id", "ticket_type", cascade=False),
        sa.PrimaryKeyConstraint("gate_id", name=op.f("pk_gate_setting")),
    )
    op.create_table(
        "checkin_setting",
        _id("event_id"),
        sa.Column("override_reasons", sa.JSON(), nullable=False),
        _key("checkin_setting", "event_id", "event", cascade=True),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_checkin_setting")),
    )
    op.create_table(
        "zone_reading",
        _id("zone_id"),
        _id("event_id"),
        sa.Column("inside", sa.Integer(), nullable=True),
        sa.Column("last_inside", sa.Integer(), nullable=True),
        _at("at", nullable=True),
        _at("checked_at"),
        sa.Column("stale", sa.JSON(), nullable=False),
        sa.Column("is_counted", sa.Boolean(), nullable=False),
        _key("zone_reading", "event_id", "event", cascade=True),
        _key("zone_reading", "zone_id", "zone", cascade=True),
        sa.PrimaryKeyConstraint("zone_id", name=op.f("pk_zone_reading")),
    )
    op.create_index(op.f("ix_zone_reading_event_id"), "zone_reading", ["event_id"])
    op.create_table(
        "zone_alert",
        _id("id"),
        _id("event_id"),
        _id("zone_id"),
        sa.Column("level", sa.String(length=14), nullable=False),
        _at("raised_at"),
        _at("cleared_at", nullable=True),
        _at("falling_since", nullable=True),
        sa.Column("inside", sa.Integer(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=True),
        sa.Column("cause", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            "level IN ('busy', 'full', 'over', 'counter_error')", name=op.f("ck_zone_alert_level")
        ),
        _key("zone_alert", "event_id", "event", cascade=True),
        _key("zone_alert", "zone_id", "zone", cascade=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_zone_alert")),
    )
    op.create_index("ix_zone_alert_event", "zone_alert", ["event_id", "raised_at"])
    op.create_index(
        "uq_zone_alert_open",
        "zone_alert",
        ["zone_id", "level"],
        unique=True,
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    )


def downgrade() -> None:
    """Take it away again."""
    op.drop_index("uq_zone_alert_open", table_name="zone_alert")
    op.drop_index("ix_zone_alert_event", table_name="zone_alert")
    op.drop_table("zone_alert")
    op.drop_index(op.f("ix_zone_reading_event_id"), table_name="zone_reading")
    op.drop_table("zone_reading")
    op.drop_table("checkin_setting")
    op.drop_table("gate_setting")
    op.drop_index(op.f("ix_staff_card_event_id"), table_name="staff_card")
    op.drop_table("staff_card")
    op.drop_index("ix_scan_undoes", table_name="scan")
    op.drop_column("scan", "overridden")
