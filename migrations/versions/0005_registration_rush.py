"""Proof of contacts, guardians, erasure, retention, settings of registration, mail texts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def _id(name: str, *, nullable: bool = False) -> sa.Column[int]:
    kind = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    return sa.Column(name, kind, nullable=nullable)


def _at(name: str, *, nullable: bool = False) -> sa.Column[sa.DateTime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _text(name: str, length: int, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=length), nullable=nullable)


def _number(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=nullable)


def _key(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{target}")
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=name, ondelete="CASCADE")


def upgrade() -> None:
    """Add what is new."""
    op.add_column("attendee", _at("erased_at", nullable=True))
    op.create_table(
        "contact_proof",
        _id("id"),
        _id("event_id"),
        _id("registration_id"),
        _text("purpose", 8),
        _text("kind", 10),
        _text("value", 320),
        _text("code_hash", 64),
        _number("attempts"),
        _number("sent_count"),
        _at("created_at"),
        _at("expires_at"),
        sa.CheckConstraint("purpose IN ('contact', 'data')", name=op.f("ck_contact_proof_purpose")),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_contact_proof_attempts")),
        _key("contact_proof", "event_id", "event"),
        _key("contact_proof", "registration_id", "registration"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_proof")),
        sa.UniqueConstraint(
            "registration_id", "purpose", name=op.f("uq_contact_proof_registration_id_purpose")
        ),
    )
    op.create_index(op.f("ix_contact_proof_event_id"), "contact_proof", ["event_id"])
    op.create_table(
        "guardian_consent",
        _id("registration_id"),
        _id("event_id"),
        _text("name", 200),
        _number("age"),
        _at("at"),
        _text("locale", 5),
        _key("guardian_consent", "registration_id", "registration"),
        _key("guardian_consent", "event_id", "event"),
        sa.PrimaryKeyConstraint("registration_id", name=op.f("pk_guardian_consent")),
    )
    op.create_index(op.f("ix_guardian_consent_event_id"), "guardian_consent", ["event_id"])
    op.create_table(
        "erasure",
        _id("id"),
        _id("event_id", nullable=True),
        _text("subject_hash", 64),
        _at("at"),
        _text("by", 10),
        _key("erasure", "event_id", "event"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure")),
        sa.UniqueConstraint("subject_hash", name=op.f("uq_erasure_subject_hash")),
    )
    op.create_index(op.f("ix_erasure_event_id"), "erasure", ["event_id"])
    op.create_table(
        "registration_setting",
        _id("event_id"),
        sa.Column("keep_days", sa.JSON(), nullable=False),
        _number("guardian_age"),
        _number("work_bits"),
        _at("waiting_opens_at", nullable=True),
        _number("waiting_per_min", nullable=True),
        _text("waiting_seed", 64, nullable=True),
        _number("waiting_joined"),
        _number("waiting_early", nullable=True),
        sa.CheckConstraint(
            "guardian_age BETWEEN 0 AND 18", name=op.f("ck_registration_setting_guardian_age")
        ),
        sa.CheckConstraint(
            "work_bits BETWEEN 0 AND 22", name=op.f("ck_registration_setting_work_bits")
        ),
        sa.CheckConstraint(
            "waiting_per_min IS NULL OR waiting_per_min > 0",
            name=op.f("ck_registration_setting_waiting_per_min"),
        ),
        _key("registration_setting", "event_id", "event"),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_registration_setting")),
    )
    op.create_table(
        "retention_run",
        _id("id"),
        _id("event_id"),
        _at("at"),
        sa.Column("report", sa.JSON(), nullable=False),
        _key("retention_run", "event_id", "event"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retention_run")),
    )
    op.create_index("ix_retention_run_event", "retention_run", ["event_id", "id"])
    op.create_table(
        "bot_nonce",
        _text("nonce", 32),
        _at("expires_at"),
        sa.PrimaryKeyConstraint("nonce", name=op.f("pk_bot_nonce")),
    )
    op.create_index(op.f("ix_bot_nonce_expires_at"), "bot_nonce", ["expires_at"])
    op.create_table(
        "mail_template",
        _id("id"),
        _id("event_id"),
        _text("kind", 40),
        _text("locale", 5),
        _text("subject", 200),
        _text("body", 4000),
        _at("changed_at"),
        sa.CheckConstraint("locale IN ('zh', 'en')", name=op.f("ck_mail_template_locale")),
        _key("mail_template", "event_id", "event"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_template")),
        sa.UniqueConstraint(
            "event_id", "kind", "locale", name=op.f("uq_mail_template_event_id_kind_locale")
        ),
    )
    op.create_table(
        "mail_stop",
        _id("id"),
        _id("event_id"),
        _text("address_hash", 64),
        _text("reason", 12),
        _text("detail", 200),
        _at("at"),
        sa.CheckConstraint(
            "reason IN ('unsubscribed', 'bounced')", name=op.f("ck_mail_stop_reason")
        ),
        _key("mail_stop", "event_id", "event"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_stop")),
        sa.UniqueConstraint(
            "event_id",
            "address_hash",
            "reason",
            name=op.f("uq_mail_stop_event_id_address_hash_reason"),
        ),
    )


def downgrade() -> None:
    """Take it away again."""
    for table in (
        "mail_stop",
        "mail_template",
        "bot_nonce",
        "retention_run",
        "registration_setting",
        "erasure",
        "guardian_consent",
        "contact_proof",
    ):
        op.drop_table(table)
    op.drop_column("attendee", "erased_at")
