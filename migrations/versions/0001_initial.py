"""All tables of the first version."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TRIGGERS = {
    "sqlite": (
        "CREATE TRIGGER tr_scan_no_update BEFORE UPDATE ON scan BEGIN SELECT RAISE(ABORT, 'scan is append-only'); END",
        "CREATE TRIGGER tr_scan_no_delete BEFORE DELETE ON scan BEGIN SELECT RAISE(ABORT, 'scan is append-only'); END",
        "CREATE TRIGGER tr_consent_no_update BEFORE UPDATE ON consent BEGIN SELECT RAISE(ABORT, 'consent is append-only'); END",
        "CREATE TRIGGER tr_consent_no_delete BEFORE DELETE ON consent BEGIN SELECT RAISE(ABORT, 'consent is append-only'); END",
        "CREATE TRIGGER tr_schedule_no_update_rest BEFORE UPDATE OF id, event_id, name, released_at, comment, base_schedule_id ON schedule WHEN OLD.state IN ('released', 'archived') BEGIN SELECT RAISE(ABORT, 'schedule is released and stays as it is'); END",
        "CREATE TRIGGER tr_schedule_no_update_state BEFORE UPDATE OF state ON schedule WHEN OLD.state IN ('released', 'archived') AND NOT (OLD.state = 'released' AND NEW.state = 'archived') BEGIN SELECT RAISE(ABORT, 'schedule is released and stays as it is'); END",
        "CREATE TRIGGER tr_schedule_no_delete BEFORE DELETE ON schedule WHEN OLD.state IN ('released', 'archived') BEGIN SELECT RAISE(ABORT, 'schedule is released and stays as it is'); END",
        "CREATE TRIGGER tr_slot_no_insert BEFORE INSERT ON slot WHEN EXISTS (SELECT 1 FROM schedule WHERE id IN (NEW.schedule_id) AND state IN ('released', 'archived')) BEGIN SELECT RAISE(ABORT, 'schedule of slot is released and stays as it is'); END",
        "CREATE TRIGGER tr_slot_no_update BEFORE UPDATE ON slot WHEN EXISTS (SELECT 1 FROM schedule WHERE id IN (OLD.schedule_id, NEW.schedule_id) AND state IN ('released', 'archived')) BEGIN SELECT RAISE(ABORT, 'schedule of slot is released and stays as it is'); END",
        "CREATE TRIGGER tr_slot_no_delete BEFORE DELETE ON slot WHEN EXISTS (SELECT 1 FROM schedule WHERE id IN (OLD.schedule_id) AND state IN ('released', 'archived')) BEGIN SELECT RAISE(ABORT, 'schedule of slot is released and stays as it is'); END",
        "CREATE TRIGGER tr_report_no_update_rest BEFORE UPDATE OF id, event_id, version, definition_version, document, sha256, content_sha256, is_synthetic, note, created_by, created_at, approved_by, approved_at ON report WHEN OLD.status IN ('published', 'superseded') BEGIN SELECT RAISE(ABORT, 'report is published and stays as it is'); END",
        "CREATE TRIGGER tr_report_no_update_status BEFORE UPDATE OF status ON report WHEN OLD.status IN ('published', 'superseded') AND NOT (OLD.status = 'published' AND NEW.status = 'superseded') BEGIN SELECT RAISE(ABORT, 'report is published and stays as it is'); END",
        "CREATE TRIGGER tr_report_no_delete BEFORE DELETE ON report WHEN OLD.status IN ('published', 'superseded') BEGIN SELECT RAISE(ABORT, 'report is published and stays as it is'); END",
        "CREATE TRIGGER tr_gross_part_no_insert BEFORE INSERT ON gross_part WHEN EXISTS (SELECT 1 FROM report WHERE id IN (NEW.report_id) AND status IN ('published', 'superseded')) BEGIN SELECT RAISE(ABORT, 'report of gross_part is published and stays as it is'); END",
        "CREATE TRIGGER tr_gross_part_no_update BEFORE UPDATE ON gross_part WHEN EXISTS (SELECT 1 FROM report WHERE id IN (OLD.report_id, NEW.report_id) AND status IN ('published', 'superseded')) BEGIN SELECT RAISE(ABORT, 'report of gross_part is published and stays as it is'); END",
        "CREATE TRIGGER tr_gross_part_no_delete BEFORE DELETE ON gross_part WHEN EXISTS (SELECT 1 FROM report WHERE id IN (OLD.report_id) AND status IN ('published', 'superseded')) BEGIN SELECT RAISE(ABORT, 'report of gross_part is published and stays as it is'); END",
        "CREATE TRIGGER tr_gross_exclusion_no_insert BEFORE INSERT ON gross_exclusion WHEN EXISTS (SELECT 1 FROM report WHERE id IN (NEW.report_id) AND status IN ('published', 'superseded')) BEGIN SELECT RAISE(ABORT, 'report of gross_exclusion is published and stays as it is'); END",
        "CREATE TRIGGER tr_gross_exclusion_no_update BEFORE UPDATE ON gross_exclusion WHEN EXISTS (SELECT 1 FROM report WHERE id IN (OLD.report_id, NEW.report_id) AND status IN ('published', 'superseded')) BEGIN SELECT RAISE(ABORT, 'report of gross_exclusion is published and stays as it is'); END",
        "CREATE TRIGGER tr_gross_exclusion_no_delete BEFORE DELETE ON gross_exclusion WHEN EXISTS (SELECT 1 FROM report WHERE id IN (OLD.report_id) AND status IN ('published', 'superseded')) BEGIN SELECT RAISE(ABORT, 'report of gross_exclusion is published and stays as it is'); END",
    ),
    "postgresql": (
        "CREATE FUNCTION eventhub_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = TG_NAME; END $$",
        "CREATE TRIGGER tr_scan_no_update BEFORE UPDATE ON scan FOR EACH ROW EXECUTE FUNCTION eventhub_refuse('scan is append-only')",
        "CREATE TRIGGER tr_scan_no_delete BEFORE DELETE ON scan FOR EACH ROW EXECUTE FUNCTION eventhub_refuse('scan is append-only')",
        "CREATE TRIGGER tr_consent_no_update BEFORE UPDATE ON consent FOR EACH ROW EXECUTE FUNCTION eventhub_refuse('consent is append-only')",
        "CREATE TRIGGER tr_consent_no_delete BEFORE DELETE ON consent FOR EACH ROW EXECUTE FUNCTION eventhub_refuse('consent is append-only')",
        "CREATE TRIGGER tr_schedule_no_update BEFORE UPDATE ON schedule FOR EACH ROW WHEN (OLD.state IN ('released', 'archived') AND NOT (OLD.state = 'released' AND NEW.state = 'archived' AND to_jsonb(OLD) - 'state' = to_jsonb(NEW) - 'state')) EXECUTE FUNCTION eventhub_refuse('schedule is released and stays as it is')",
        "CREATE TRIGGER tr_schedule_no_delete BEFORE DELETE ON schedule FOR EACH ROW WHEN (OLD.state IN ('released', 'archived')) EXECUTE FUNCTION eventhub_refuse('schedule is released and stays as it is')",
        "CREATE FUNCTION slot_of_frozen_schedule() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF TG_OP <> 'INSERT' THEN IF EXISTS (SELECT 1 FROM schedule WHERE id IN (OLD.schedule_id) AND state IN ('released', 'archived')) THEN RAISE EXCEPTION 'schedule of slot is released and stays as it is' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = TG_NAME; END IF; END IF; IF TG_OP <> 'DELETE' THEN IF EXISTS (SELECT 1 FROM schedule WHERE id IN (NEW.schedule_id) AND state IN ('released', 'archived')) THEN RAISE EXCEPTION 'schedule of slot is released and stays as it is' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = TG_NAME; END IF; RETURN NEW; END IF; RETURN OLD; END $$",
        "CREATE TRIGGER tr_slot_no_insert BEFORE INSERT ON slot FOR EACH ROW EXECUTE FUNCTION slot_of_frozen_schedule()",
        "CREATE TRIGGER tr_slot_no_update BEFORE UPDATE ON slot FOR EACH ROW EXECUTE FUNCTION slot_of_frozen_schedule()",
        "CREATE TRIGGER tr_slot_no_delete BEFORE DELETE ON slot FOR EACH ROW EXECUTE FUNCTION slot_of_frozen_schedule()",
        "CREATE TRIGGER tr_report_no_update BEFORE UPDATE ON report FOR EACH ROW WHEN (OLD.status IN ('published', 'superseded') AND NOT (OLD.status = 'published' AND NEW.status = 'superseded' AND to_jsonb(OLD) - 'status' = to_jsonb(NEW) - 'status')) EXECUTE FUNCTION eventhub_refuse('report is published and stays as it is')",
        "CREATE TRIGGER tr_report_no_delete BEFORE DELETE ON report FOR EACH ROW WHEN (OLD.status IN ('published', 'superseded')) EXECUTE FUNCTION eventhub_refuse('report is published and stays as it is')",
        "CREATE FUNCTION gross_part_of_frozen_report() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF TG_OP <> 'INSERT' THEN IF EXISTS (SELECT 1 FROM report WHERE id IN (OLD.report_id) AND status IN ('published', 'superseded')) THEN RAISE EXCEPTION 'report of gross_part is published and stays as it is' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = TG_NAME; END IF; END IF; IF TG_OP <> 'DELETE' THEN IF EXISTS (SELECT 1 FROM report WHERE id IN (NEW.report_id) AND status IN ('published', 'superseded')) THEN RAISE EXCEPTION 'report of gross_part is published and stays as it is' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = TG_NAME; END IF; RETURN NEW; END IF; RETURN OLD; END $$",
        "CREATE TRIGGER tr_gross_part_no_insert BEFORE INSERT ON gross_part FOR EACH ROW EXECUTE FUNCTION gross_part_of_frozen_report()",
        "CREATE TRIGGER tr_gross_part_no_update BEFORE UPDATE ON gross_part FOR EACH ROW EXECUTE FUNCTION gross_part_of_frozen_report()",
        "CREATE TRIGGER tr_gross_part_no_delete BEFORE DELETE ON gross_part FOR EACH ROW EXECUTE FUNCTION gross_part_of_frozen_report()",
        "CREATE FUNCTION gross_exclusion_of_frozen_report() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF TG_OP <> 'INSERT' THEN IF EXISTS (SELECT 1 FROM report WHERE id IN (OLD.report_id) AND status IN ('published', 'superseded')) THEN RAISE EXCEPTION 'report of gross_exclusion is published and stays as it is' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = TG_NAME; END IF; END IF; IF TG_OP <> 'DELETE' THEN IF EXISTS (SELECT 1 FROM report WHERE id IN (NEW.report_id) AND status IN ('published', 'superseded')) THEN RAISE EXCEPTION 'report of gross_exclusion is published and stays as it is' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = TG_NAME; END IF; RETURN NEW; END IF; RETURN OLD; END $$",
        "CREATE TRIGGER tr_gross_exclusion_no_insert BEFORE INSERT ON gross_exclusion FOR EACH ROW EXECUTE FUNCTION gross_exclusion_of_frozen_report()",
        "CREATE TRIGGER tr_gross_exclusion_no_update BEFORE UPDATE ON gross_exclusion FOR EACH ROW EXECUTE FUNCTION gross_exclusion_of_frozen_report()",
        "CREATE TRIGGER tr_gross_exclusion_no_delete BEFORE DELETE ON gross_exclusion FOR EACH ROW EXECUTE FUNCTION gross_exclusion_of_frozen_report()",
    ),
}
DROP_TRIGGERS = {
    "sqlite": (
        "DROP TRIGGER tr_gross_exclusion_no_delete",
        "DROP TRIGGER tr_gross_exclusion_no_update",
        "DROP TRIGGER tr_gross_exclusion_no_insert",
        "DROP TRIGGER tr_gross_part_no_delete",
        "DROP TRIGGER tr_gross_part_no_update",
        "DROP TRIGGER tr_gross_part_no_insert",
        "DROP TRIGGER tr_report_no_delete",
        "DROP TRIGGER tr_report_no_update_status",
        "DROP TRIGGER tr_report_no_update_rest",
        "DROP TRIGGER tr_slot_no_delete",
        "DROP TRIGGER tr_slot_no_update",
        "DROP TRIGGER tr_slot_no_insert",
        "DROP TRIGGER tr_schedule_no_delete",
        "DROP TRIGGER tr_schedule_no_update_state",
        "DROP TRIGGER tr_schedule_no_update_rest",
        "DROP TRIGGER tr_consent_no_delete",
        "DROP TRIGGER tr_consent_no_update",
        "DROP TRIGGER tr_scan_no_delete",
        "DROP TRIGGER tr_scan_no_update",
    ),
    "postgresql": (
        "DROP TRIGGER tr_gross_exclusion_no_delete ON gross_exclusion",
        "DROP TRIGGER tr_gross_exclusion_no_update ON gross_exclusion",
        "DROP TRIGGER tr_gross_exclusion_no_insert ON gross_exclusion",
        "DROP TRIGGER tr_gross_part_no_delete ON gross_part",
        "DROP TRIGGER tr_gross_part_no_update ON gross_part",
        "DROP TRIGGER tr_gross_part_no_insert ON gross_part",
        "DROP TRIGGER tr_report_no_delete ON report",
        "DROP TRIGGER tr_report_no_update ON report",
        "DROP TRIGGER tr_slot_no_delete ON slot",
        "DROP TRIGGER tr_slot_no_update ON slot",
        "DROP TRIGGER tr_slot_no_insert ON slot",
        "DROP TRIGGER tr_schedule_no_delete ON schedule",
        "DROP TRIGGER tr_schedule_no_update ON schedule",
        "DROP TRIGGER tr_consent_no_delete ON consent",
        "DROP TRIGGER tr_consent_no_update ON consent",
        "DROP TRIGGER tr_scan_no_delete ON scan",
        "DROP TRIGGER tr_scan_no_update ON scan",
        "DROP FUNCTION gross_exclusion_of_frozen_report()",
        "DROP FUNCTION gross_part_of_frozen_report()",
        "DROP FUNCTION slot_of_frozen_schedule()",
        "DROP FUNCTION eventhub_refuse()",
    ),
}


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "leader_lease",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("holder", sa.String(length=120), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_leader_lease")),
    )
    op.create_table(
        "login_try",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_try")),
    )
    with op.batch_alter_table("login_try", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_login_try_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_login_try_key"), ["key"], unique=False)

    op.create_table(
        "organisation",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("slug", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
        sa.UniqueConstraint("slug", name=op.f("uq_organisation_slug")),
    )
    op.create_table(
        "outbox_message",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "event_ref", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("dedupe_key", sa.String(length=120), nullable=False),
        sa.Column("message_id", sa.String(length=120), nullable=False),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("recipient", sa.String(length=320), nullable=False),
        sa.Column("recipient_name", sa.String(length=200), nullable=False),
        sa.Column("locale", sa.String(length=5), nullable=False),
        sa.Column("subject", sa.String(length=300), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("html", sa.String(), nullable=False),
        sa.Column("attachments", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claim", sa.String(length=40), nullable=True),
        sa.Column("last_error", sa.String(length=300), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_synthetic", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "state IN ('queued', 'sent', 'deferred', 'dead', 'suppressed')",
            name=op.f("ck_outbox_message_state"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_message")),
        sa.UniqueConstraint("dedupe_key", name=op.f("uq_outbox_message_dedupe_key")),
        sa.UniqueConstraint("message_id", name=op.f("uq_outbox_message_message_id")),
    )
    with op.batch_alter_table("outbox_message", schema=None) as batch_op:
        batch_op.create_index("ix_outbox_message_due", ["state", "due_at"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_outbox_message_event_ref"), ["event_ref"], unique=False
        )

    op.create_table(
        "person",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("is_synthetic", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("email", name=op.f("uq_person_email")),
        sa.UniqueConstraint("public_id", name=op.f("uq_person_public_id")),
    )
    op.create_table(
        "api_key",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "event_ref", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("length(token_hash) = 64", name=op.f("ck_api_key_hash_length")),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_api_key_organisation_id_organisation"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_key")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_api_key_token_hash")),
    )
    op.create_table(
        "event",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("uuid", sa.String(length=36), nullable=False),
        sa.Column(
            "organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("slug", sa.String(length=64), nullable=False),
        sa.Column("acronym", sa.String(length=40), nullable=False),
        sa.Column("title", sa.JSON(), nullable=False),
        sa.Column("subtitle", sa.JSON(), nullable=True),
        sa.Column("tagline", sa.JSON(), nullable=True),
        sa.Column("about", sa.JSON(), nullable=True),
        sa.Column("place_text", sa.JSON(), nullable=True),
        sa.Column("period_text", sa.JSON(), nullable=True),
        sa.Column("timezone", sa.String(length=64), nullable=False),
        sa.Column("day_start_local", sa.Time(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("uid_domain", sa.String(length=120), nullable=False),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        sa.Column("is_registration_open", sa.Boolean(), nullable=False),
        sa.Column("is_synthetic", sa.Boolean(), nullable=False),
        sa.Column("contact_email", sa.String(length=320), nullable=True),
        sa.Column("theme", sa.JSON(), nullable=True),
        sa.CheckConstraint(
            "(starts_on IS NULL) = (ends_on IS NULL)", name=op.f("ck_event_period_whole")
        ),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_event_period")),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_event_organisation_id_organisation"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
        sa.UniqueConstraint("acronym", name=op.f("uq_event_acronym")),
        sa.UniqueConstraint("slug", name=op.f("uq_event_slug")),
        sa.UniqueConstraint("uuid", name=op.f("uq_event_uuid")),
    )
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_event_organisation_id"), ["organisation_id"], unique=False
        )

    op.create_table(
        "login_session",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column(
            "person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("agent", sa.String(length=200), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_login_session_person_id_person"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_login_session_token_hash")),
    )
    with op.batch_alter_table("login_session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_login_session_person_id"), ["person_id"], unique=False)

    op.create_table(
        "role_grant",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "event_ref", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("role", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_role_grant_organisation_id_organisation"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_role_grant_person_id_person"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_grant")),
        sa.UniqueConstraint(
            "person_id",
            "organisation_id",
            "event_ref",
            "role",
            name=op.f("uq_role_grant_person_id_organisation_id_event_ref_role"),
        ),
    )
    with op.batch_alter_table("role_grant", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_role_grant_organisation_id"), ["organisation_id"], unique=False
        )

    op.create_table(
        "consent_text",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("is_required", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("title", sa.JSON(), nullable=False),
        sa.Column("text", sa.JSON(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('notice', 'consent')", name=op.f("ck_consent_text_kind")),
        sa.ForeignKeyConstraint(
            ["event_id"],
            ["event.id"],
            name=op.f("fk_consent_text_event_id_event"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent_text")),
        sa.UniqueConstraint(
            "event_id", "purpose", "version", name=op.f("uq_consent_text_event_id_purpose_version")
        ),
    )
    op.create_table(
        "event_key",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kid", sa.Integer(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("private_key_enc", sa.LargeBinary(), nullable=False),
        sa.Column("salt", sa.LargeBinary(length=16), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("not_after", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('next', 'active', 'retired', 'revoked')", name=op.f("ck_event_key_state")
        ),
        sa.CheckConstraint("kid BETWEEN 0 AND 255", name=op.f("ck_event_key_kid")),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_event_key_event_id_event"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_key")),
        sa.UniqueConstraint("event_id", "kid", name=op.f("uq_event_key_event_id_kid")),
    )
    op.create_table(
        "not_stated",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("topic", sa.String(length=64), nullable=False),
        sa.Column("text", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"],
            ["event.id"],
            name=op.f("fk_not_stated_event_id_event"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_not_stated")),
        sa.UniqueConstraint("event_id", "topic", name=op.f("uq_not_stated_event_id_topic")),
    )
    with op.batch_alter_table("not_stated", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_not_stated_event_id"), ["event_id"], unique=False)

    op.create_table(
        "overlap",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("inner_metric", sa.String(length=40), nullable=False),
        sa.Column("outer_metric", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=6), nullable=False),
        sa.Column("note", sa.JSON(), nullable=True),
        sa.CheckConstraint("kind IN ('subset', 'shared')", name=op.f("ck_overlap_kind")),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_overlap_event_id_event"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_overlap")),
        sa.UniqueConstraint(
            "event_id",
            "inner_metric",
            "outer_metric",
            name=op.f("uq_overlap_event_id_inner_metric_outer_metric"),
        ),
    )
    with op.batch_alter_table("overlap", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_overlap_event_id"), ["event_id"], unique=False)

    op.create_table(
        "party",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("uuid", sa.String(length=36), nullable=False),
        sa.Column("public_no", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("name", sa.JSON(), nullable=False),
        sa.Column("bio", sa.JSON(), nullable=True),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        sa.Column("buffer_min", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_party_event_id_event"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_party")),
        sa.UniqueConstraint("event_id", "public_no", name=op.f("uq_party_event_id_public_no")),
        sa.UniqueConstraint("event_id", "slug", name=op.f("uq_party_event_id_slug")),
        sa.UniqueConstraint("uuid", name=op.f("uq_party_uuid")),
    )
    with op.batch_alter_table("party", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_party_event_id"), ["event_id"], unique=False)

    op.create_table(
        "quota",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("slug", sa.String(length=64), nullable=False),
        sa.Column("window_no", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=True),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.Column("held", sa.Integer(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("held >= 0", name=op.f("ck_quota_held")),
        sa.CheckConstraint("size IS NULL OR size >= 0", name=op.f("ck_quota_size")),
        sa.CheckConstraint("used >= 0", name=op.f("ck_quota_used")),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_quota_event_id_event"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quota")),
        sa.UniqueConstraint(
            "event_id", "slug", "window_no", name=op.f("uq_quota_event_id_slug_window_no")
        ),
    )
    with op.batch_alter_table("quota", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_quota_event_id"), ["event_id"], unique=False)

    op.create_table(
        "report",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("definition_version", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("content_sha256", sa.String(length=64), nullable=False),
        sa.Column("is_synthetic", sa.Boolean(), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column(
            "created_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "approved_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "status <> 'published' OR NOT is_synthetic", name=op.f("ck_report_not_synthetic")
        ),
        sa.CheckConstraint(
            "status IN ('draft', 'submitted', 'published', 'superseded')",
            name=op.f("ck_report_status"),
        ),
        sa.CheckConstraint(
            "status NOT IN ('published', 'superseded') OR approved_by IS NOT NULL",
            name=op.f("ck_report_approved"),
        ),
        sa.CheckConstraint("approved_by <> created_by", name=op.f("ck_report_second_person")),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_report_sha256_length")),
        sa.ForeignKeyConstraint(
            ["approved_by"], ["person.id"], name=op.f("fk_report_approved_by_person")
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["person.id"], name=op.f("fk_report_created_by_person")
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_report_event_id_event"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report")),
        sa.UniqueConstraint("event_id", "version", name=op.f("uq_report_event_id_version")),
    )
    with op.batch_alter_table("report", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_report_event_id"), ["event_id"], unique=False)

    op.create_table(
        "schedule",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("comment", sa.JSON(), nullable=True),
        sa.Column(
            "base_schedule_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.CheckConstraint(
            "state IN ('wip', 'released', 'archived')", name=op.f("ck_schedule_state")
        ),
        sa.ForeignKeyConstraint(
            ["base_schedule_id"],
            ["schedule.id"],
            name=op.f("fk_schedule_base_schedule_id_schedule"),
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_schedule_event_id_event"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_schedule")),
        sa.UniqueConstraint("event_id", "name", name=op.f("uq_schedule_event_id_name")),
    )
    with op.batch_alter_table("schedule", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_schedule_event_id"), ["event_id"], unique=False)
        batch_op.create_index(
            "uq_schedule_one_wip",
            ["event_id"],
            unique=True,
            sqlite_where=sa.text("state = 'wip'"),
            postgresql_where=sa.text("state = 'wip'"),
        )

    op.create_table(
        "show_type",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("slug", sa.String(length=40), nullable=False),
        sa.Column("name", sa.JSON(), nullable=False),
        sa.Column("color", sa.String(length=7), nullable=False),
        sa.Column("min_duration_min", sa.Integer(), nullable=True),
        sa.Column("max_duration_min", sa.Integer(), nullable=True),
        sa.Column("schema_org", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_show_type_event_id_event"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_show_type")),
        sa.UniqueConstraint("event_id", "slug", name=op.f("uq_show_type_event_id_slug")),
    )
    with op.batch_alter_table("show_type", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_show_type_event_id"), ["event_id"], unique=False)

    op.create_table(
        "source",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("parent_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("title", sa.JSON(), nullable=False),
        sa.Column("device", sa.JSON(), nullable=True),
        sa.Column("zone_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("is_cordon", sa.Boolean(), nullable=False),
        sa.Column("timezone", sa.String(length=64), nullable=False),
        sa.Column("file_day_start", sa.Time(), nullable=True),
        sa.Column("period_s", sa.Integer(), nullable=False),
        sa.Column("width_m", sa.Double(), nullable=True),
        sa.Column("url_ref", sa.String(length=500), nullable=False),
        sa.Column("published_by", sa.String(length=200), nullable=False),
        sa.Column("is_synthetic", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("period_s > 0", name=op.f("ck_source_period")),
        sa.CheckConstraint("width_m IS NULL OR width_m > 0", name=op.f("ck_source_width")),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_source_event_id_event"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["source.id"], name=op.f("fk_source_parent_id_source")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source")),
        sa.UniqueConstraint("event_id", "name", name=op.f("uq_source_event_id_name")),
    )
    with op.batch_alter_table("source", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_source_event_id"), ["event_id"], unique=False)

    op.create_table(
        "source_text",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("source", sa.String(length=120), nullable=False),
        sa.Column("title", sa.JSON(), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"],
            ["event.id"],
            name=op.f("fk_source_text_event_id_event"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source_text")),
        sa.UniqueConstraint("event_id", "source", name=op.f("uq_source_text_event_id_source")),
    )
    with op.batch_alter_table("source_text", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_source_text_event_id"), ["event_id"], unique=False)

    op.create_table(
        "tier",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("slug", sa.String(length=40), nullable=False),
        sa.Column("name", sa.JSON(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("letter", sa.String(length=2), nullable=False),
        sa.Column("color", sa.String(length=7), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_tier_event_id_event"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tier")),
        sa.UniqueConstraint("event_id", "slug", name=op.f("uq_tier_event_id_slug")),
    )
    with op.batch_alter_table("tier", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_tier_event_id"), ["event_id"], unique=False)

    op.create_table(
        "track",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("slug", sa.String(length=40), nullable=False),
        sa.Column("name", sa.JSON(), nullable=False),
        sa.Column("color", sa.String(length=7), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_track_event_id_event"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_track")),
        sa.UniqueConstraint("event_id", "slug", name=op.f("uq_track_event_id_slug")),
    )
    with op.batch_alter_table("track", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_track_event_id"), ["event_id"], unique=False)

    op.create_table(
        "venue",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("uuid", sa.String(length=36), nullable=False),
        sa.Column("slug", sa.String(length=64), nullable=False),
        sa.Column("name", sa.JSON(), nullable=False),
        sa.Column("address", sa.JSON(), nullable=True),
        sa.Column("access", sa.JSON(), nullable=True),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("lon", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_venue_event_id_event"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_venue")),
        sa.UniqueConstraint("event_id", "slug", name=op.f("uq_venue_event_id_slug")),
        sa.UniqueConstraint("uuid", name=op.f("uq_venue_uuid")),
    )
    with op.batch_alter_table("venue", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_venue_event_id"), ["event_id"], unique=False)

    op.create_table(
        "calibration",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "source_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("band", sa.String(length=16), nullable=False),
        sa.Column("manual_counts", sa.Integer(), nullable=False),
        sa.Column("k", sa.Double(), nullable=False),
        sa.Column("se", sa.Double(), nullable=False),
        sa.Column("evidence_sha256", sa.String(length=64), nullable=False),
        sa.CheckConstraint("k > 0", name=op.f("ck_calibration_k")),
        sa.CheckConstraint("se >= 0", name=op.f("ck_calibration_se")),
        sa.ForeignKeyConstraint(
            ["event_id"],
            ["event.id"],
            name=op.f("fk_calibration_event_id_event"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["source_id"],
            ["source.id"],
            name=op.f("fk_calibration_source_id_source"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calibration")),
        sa.UniqueConstraint("source_id", "band", name=op.f("uq_calibration_source_id_band")),
    )
    with op.batch_alter_table("calibration", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_calibration_event_id"), ["event_id"], unique=False)

    op.create_table(
        "gross_exclusion",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "report_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "overlap_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["event_id"],
            ["event.id"],
            name=op.f("fk_gross_exclusion_event_id_event"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["overlap_id"],
            ["overlap.id"],
            name=op.f("fk_gross_exclusion_overlap_id_overlap"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["report_id"],
            ["report.id"],
            name=op.f("fk_gross_exclusion_report_id_report"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gross_exclusion")),
        sa.UniqueConstraint(
            "report_id", "overlap_id", name=op.f("uq_gross_exclusion_report_id_overlap_id")
        ),
    )
    with op.batch_alter_table("gross_exclusion", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_gross_exclusion_event_id"), ["event_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_gross_exclusion_report_id"), ["report_id"], unique=False
        )

    op.create_table(
        "gross_part",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "report_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("channel", sa.String(length=1), nullable=False),
        sa.Column("scope", sa.String(length=80), nullable=False),
        sa.Column("metric_id", sa.String(length=40), nullable=False),
        sa.CheckConstraint(
            "(channel = 'A' AND metric_id IN ('footfall.visits', 'checkin.visits')) OR (channel = 'L' AND metric_id IN ('live.starts', 'live.views', 'live.viewers_claimed')) OR (channel = 'M' AND metric_id IN ('media.seen', 'media.potential')) OR (channel = 'K' AND metric_id = 'kol.impressions') OR (channel = 'O' AND metric_id = 'owned.impressions') OR (channel = 'H' AND metric_id = 'ooh.contacts')",
            name=op.f("ck_gross_part_channel_metric"),
        ),
        sa.ForeignKeyConstraint(
            ["event_id"],
            ["event.id"],
            name=op.f("fk_gross_part_event_id_event"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["report_id"],
            ["report.id"],
            name=op.f("fk_gross_part_report_id_report"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gross_part")),
        sa.UniqueConstraint(
            "report_id", "channel", "scope", name=op.f("uq_gross_part_report_id_channel_scope")
        ),
    )
    with op.batch_alter_table("gross_part", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_gross_part_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_gross_part_report_id"), ["report_id"], unique=False)

    op.create_table(
        "import_batch",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "source_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("file_format", sa.String(length=24), nullable=False),
        sa.Column("row_count", sa.Integer(), nullable=False),
        sa.Column("accepted_count", sa.Integer(), nullable=False),
        sa.Column("duplicate_count", sa.Integer(), nullable=False),
        sa.Column("revision_count", sa.Integer(), nullable=False),
        sa.Column("rejected", sa.JSON(), nullable=False),
        sa.Column("imported_by", sa.String(length=120), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_import_batch_sha256")),
        sa.ForeignKeyConstraint(
            ["event_id"],
            ["event.id"],
            name=op.f("fk_import_batch_event_id_event"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["source_id"],
            ["source.id"],
            name=op.f("fk_import_batch_source_id_source"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_batch")),
        sa.UniqueConstraint("source_id", "sha256", name=op.f("uq_import_batch_source_id_sha256")),
    )
    with op.batch_alter_table("import_batch", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_import_batch_event_id"), ["event_id"], unique=False)

    op.create_table(
        "observation",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ref", sa.String(length=64), nullable=False),
        sa.Column("metric", sa.String(length=40), nullable=False),
        sa.Column("def_version", sa.Integer(), nullable=False),
        sa.Column(
            "source_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("zone_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "stream_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("period", sa.String(length=80), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("value", sa.Double(), nullable=False),
        sa.Column("op", sa.String(length=2), nullable=False),
        sa.Column("unit", sa.String(length=24), nullable=False),
        sa.Column("class", sa.String(length=10), nullable=False),
        sa.Column("rel_sd", sa.Double(), nullable=True),
        sa.Column("coverage", sa.Double(), nullable=True),
        sa.Column("imputed_share", sa.Double(), nullable=True),
        sa.Column("label", sa.JSON(), nullable=True),
        sa.Column("quote", sa.Text(), nullable=True),
        sa.Column("number_text", sa.String(length=40), nullable=True),
        sa.Column("unit_stated", sa.String(length=24), nullable=True),
        sa.Column("noun_stated", sa.String(length=40), nullable=True),
        sa.Column("scope_text", sa.JSON(), nullable=True),
        sa.Column("is_scope_stated", sa.Boolean(), nullable=True),
        sa.Column("scope_note", sa.JSON(), nullable=True),
        sa.Column("note", sa.JSON(), nullable=True),
        sa.Column("evidence_sha256", sa.String(length=64), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column(
            "superseded_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("is_synthetic", sa.Boolean(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "class <> 'claimed' OR (quote IS NOT NULL AND length(quote) > 0 AND rel_sd IS NULL)",
            name=op.f("ck_observation_claim"),
        ),
        sa.CheckConstraint(
            "class IN ('measured', 'estimated', 'claimed')", name=op.f("ck_observation_class")
        ),
        sa.CheckConstraint("op IN ('=', '>', '<', '~', '~<')", name=op.f("ck_observation_op")),
        sa.CheckConstraint(
            "(starts_at IS NULL) = (ends_at IS NULL)", name=op.f("ck_observation_period_whole")
        ),
        sa.CheckConstraint(
            "coverage IS NULL OR (coverage >= 0 AND coverage <= 1)",
            name=op.f("ck_observation_coverage"),
        ),
        sa.CheckConstraint("ends_at >= starts_at", name=op.f("ck_observation_period_order")),
        sa.CheckConstraint("length(period) > 0", name=op.f("ck_observation_period")),
        sa.CheckConstraint("length(unit) > 0", name=op.f("ck_observation_unit")),
        sa.CheckConstraint("rel_sd IS NULL OR rel_sd >= 0", name=op.f("ck_observation_rel_sd")),
        sa.CheckConstraint("value >= 0", name=op.f("ck_observation_value")),
        sa.ForeignKeyConstraint(
            ["event_id"],
            ["event.id"],
            name=op.f("fk_observation_event_id_event"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["source_id"], ["source.id"], name=op.f("fk_observation_source_id_source")
        ),
        sa.ForeignKeyConstraint(
            ["superseded_by_id"],
            ["observation.id"],
            name=op.f("fk_observation_superseded_by_id_observation"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_observation")),
        sa.UniqueConstraint("event_id", "ref", name=op.f("uq_observation_event_id_ref")),
        sa.UniqueConstraint(
            "source_id",
            "metric",
            "zone_id",
            "stream_id",
            "period",
            "seq",
            name=op.f("uq_observation_source_id_metric_zone_id_stream_id_period_seq"),
        ),
    )
    with op.batch_alter_table("observation", schema=None) as batch_op:
        batch_op.create_index("ix_observation_event_metric", ["event_id", "metric"], unique=False)
        batch_op.create_index(batch_op.f("ix_observation_source_id"), ["source_id"], unique=False)

    op.create_table(
        "party_member",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("party_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "member_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["member_id"],
            ["party.id"],
            name=op.f("fk_party_member_member_id_party"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["party_id"],
            ["party.id"],
            name=op.f("fk_party_member_party_id_party"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_party_member")),
        sa.UniqueConstraint(
            "party_id", "member_id", name=op.f("uq_party_member_party_id_member_id")
        ),
    )
    with op.batch_alter_table("party_member", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_party_member_member_id"), ["member_id"], unique=False)

    op.create_table(
        "quarantine",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "source_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("row_key", sa.String(length=160), nullable=False),
        sa.Column("rule", sa.String(length=16), nullable=False),
        sa.Column("raw", sa.JSON(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decision", sa.String(length=8), nullable=False),
        sa.Column("decided_by", sa.String(length=120), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "decision IN ('open', 'accept', 'drop')", name=op.f("ck_quarantine_decision")
        ),
        sa.ForeignKeyConstraint(
            ["event_id"],
            ["event.id"],
            name=op.f("fk_quarantine_event_id_event"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["source_id"],
            ["source.id"],
            name=op.f("fk_quarantine_source_id_source"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quarantine")),
        sa.UniqueConstraint("source_id", "row_key", name=op.f("uq_quarantine_source_id_row_key")),
    )
    with op.batch_alter_table("quarantine", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_quarantine_event_id"), ["event_id"], unique=False)

    op.create_table(
        "show",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("uuid", sa.String(length=36), nullable=False),
        sa.Column("code", sa.String(length=6), nullable=False),
        sa.Column("type_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("track_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("title", sa.JSON(), nullable=False),
        sa.Column("line", sa.JSON(), nullable=True),
        sa.Column("description", sa.JSON(), nullable=True),
        sa.Column("language", sa.String(length=8), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("is_open_to_all", sa.Boolean(), nullable=False),
        sa.Column("is_livestreamed", sa.Boolean(), nullable=False),
        sa.Column("expected_audience", sa.Integer(), nullable=True),
        sa.Column("embargo_until", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('draft', 'invited', 'confirmed', 'cancelled', 'withdrawn')",
            name=op.f("ck_show_state"),
        ),
        sa.CheckConstraint("length(code) = 6", name=op.f("ck_show_code_length")),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_show_event_id_event"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["track_id"], ["track.id"], name=op.f("fk_show_track_id_track")),
        sa.ForeignKeyConstraint(
            ["type_id"], ["show_type.id"], name=op.f("fk_show_type_id_show_type")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_show")),
        sa.UniqueConstraint("event_id", "code", name=op.f("uq_show_event_id_code")),
        sa.UniqueConstraint("uuid", name=op.f("uq_show_uuid")),
    )
    with op.batch_alter_table("show", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_show_event_id"), ["event_id"], unique=False)

    op.create_table(
        "stage",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("venue_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("uuid", sa.String(length=36), nullable=False),
        sa.Column("slug", sa.String(length=64), nullable=False),
        sa.Column("name", sa.JSON(), nullable=False),
        sa.Column("short_name", sa.JSON(), nullable=True),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("min_changeover_min", sa.Integer(), nullable=False),
        sa.Column("allow_overlap", sa.Boolean(), nullable=False),
        sa.Column("access", sa.JSON(), nullable=True),
        sa.CheckConstraint("capacity IS NULL OR capacity >= 0", name=op.f("ck_stage_capacity")),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_stage_event_id_event"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["venue_id"], ["venue.id"], name=op.f("fk_stage_venue_id_venue"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stage")),
        sa.UniqueConstraint("event_id", "slug", name=op.f("uq_stage_event_id_slug")),
        sa.UniqueConstraint("uuid", name=op.f("uq_stage_uuid")),
    )
    with op.batch_alter_table("stage", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_stage_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_stage_venue_id"), ["venue_id"], unique=False)

    op.create_table(
        "stream",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "source_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("slug", sa.String(length=64), nullable=False),
        sa.Column("name", sa.JSON(), nullable=False),
        sa.Column("platform", sa.JSON(), nullable=True),
        sa.Column("url", sa.String(length=500), nullable=False),
        sa.Column("note", sa.JSON(), nullable=True),
        sa.Column("class", sa.String(length=10), nullable=False),
        sa.Column("sample_every_s", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("is_synthetic", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "class IN ('measured', 'estimated', 'claimed')", name=op.f("ck_stream_class")
        ),
        sa.CheckConstraint("sample_every_s > 0", name=op.f("ck_stream_period")),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_stream_event_id_event"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["source_id"], ["source.id"], name=op.f("fk_stream_source_id_source")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stream")),
        sa.UniqueConstraint("event_id", "slug", name=op.f("uq_stream_event_id_slug")),
    )
    with op.batch_alter_table("stream", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_stream_event_id"), ["event_id"], unique=False)

    op.create_table(
        "ticket_type",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=64), nullable=False),
        sa.Column("tier_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("name", sa.JSON(), nullable=False),
        sa.Column("description", sa.JSON(), nullable=True),
        sa.Column("visibility", sa.String(length=10), nullable=False),
        sa.Column("approval", sa.String(length=8), nullable=False),
        sa.Column("waitlist", sa.String(length=6), nullable=False),
        sa.Column("sale_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sale_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("window_no", sa.Integer(), nullable=False),
        sa.Column("is_per_day", sa.Boolean(), nullable=False),
        sa.Column("max_group", sa.Integer(), nullable=False),
        sa.Column("price_minor", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("is_seated", sa.Boolean(), nullable=False),
        sa.Column("counts_as_visitor", sa.Boolean(), nullable=False),
        sa.Column("code_kinds", sa.JSON(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "approval IN ('none', 'required')", name=op.f("ck_ticket_type_approval")
        ),
        sa.CheckConstraint(
            "visibility IN ('public', 'hidden', 'invitation')",
            name=op.f("ck_ticket_type_visibility"),
        ),
        sa.CheckConstraint(
            "waitlist IN ('off', 'manual', 'auto')", name=op.f("ck_ticket_type_waitlist")
        ),
        sa.CheckConstraint("number BETWEEN 1 AND 65535", name=op.f("ck_ticket_type_number")),
        sa.CheckConstraint("price_minor = 0", name=op.f("ck_ticket_type_price_off")),
        sa.ForeignKeyConstraint(
            ["event_id"],
            ["event.id"],
            name=op.f("fk_ticket_type_event_id_event"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["tier_id"], ["tier.id"], name=op.f("fk_ticket_type_tier_id_tier")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_type")),
        sa.UniqueConstraint("event_id", "number", name=op.f("uq_ticket_type_event_id_number")),
        sa.UniqueConstraint("event_id", "slug", name=op.f("uq_ticket_type_event_id_slug")),
    )
    with op.batch_alter_table("ticket_type", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ticket_type_event_id"), ["event_id"], unique=False)

    op.create_table(
        "counter_bin",
        sa.Column(
            "source_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("duration_s", sa.Integer(), nullable=False),
        sa.Column("direction", sa.String(length=4), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("passages", sa.Integer(), nullable=False),
        sa.Column("coverage", sa.Double(), nullable=False),
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("flags", sa.String(length=40), nullable=False),
        sa.Column("batch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint(
            "direction IN ('in', 'out', 'both')", name=op.f("ck_counter_bin_direction")
        ),
        sa.CheckConstraint("coverage >= 0 AND coverage <= 1", name=op.f("ck_counter_bin_coverage")),
        sa.CheckConstraint("duration_s > 0", name=op.f("ck_counter_bin_duration")),
        sa.CheckConstraint("passages >= 0", name=op.f("ck_counter_bin_passages")),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["import_batch.id"], name=op.f("fk_counter_bin_batch_id_import_batch")
        ),
        sa.ForeignKeyConstraint(
            ["event_id"],
            ["event.id"],
            name=op.f("fk_counter_bin_event_id_event"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["source_id"],
            ["source.id"],
            name=op.f("fk_counter_bin_source_id_source"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "source_id", "starts_at", "duration_s", "direction", name=op.f("pk_counter_bin")
        ),
    )
    with op.batch_alter_table("counter_bin", schema=None) as batch_op:
        batch_op.create_index("ix_counter_bin_event_start", ["event_id", "starts_at"], unique=False)

    op.create_table(
        "performance",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("uuid", sa.String(length=36), nullable=False),
        sa.Column("public_no", sa.Integer(), nullable=False),
        sa.Column("show_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column(
            "for_performance_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=True,
        ),
        sa.CheckConstraint(
            "kind IN ('show', 'rehearsal', 'soundcheck', 'load_in', 'break', 'blocker', 'doors', 'signing')",
            name=op.f("ck_performance_kind"),
        ),
        sa.CheckConstraint("public_no > 0", name=op.f("ck_performance_public_no")),
        sa.ForeignKeyConstraint(
            ["event_id"],
            ["event.id"],
            name=op.f("fk_performance_event_id_event"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["for_performance_id"],
            ["performance.id"],
            name=op.f("fk_performance_for_performance_id_performance"),
        ),
        sa.ForeignKeyConstraint(
            ["show_id"], ["show.id"], name=op.f("fk_performance_show_id_show"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_performance")),
        sa.UniqueConstraint(
            "event_id", "public_no", name=op.f("uq_performance_event_id_public_no")
        ),
        sa.UniqueConstraint("uuid", name=op.f("uq_performance_uuid")),
    )
    with op.batch_alter_table("performance", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_performance_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_performance_show_id"), ["show_id"], unique=False)

    op.create_table(
        "quota_ticket_type",
        sa.Column("quota_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "ticket_type_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["quota_id"],
            ["quota.id"],
            name=op.f("fk_quota_ticket_type_quota_id_quota"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["ticket_type_id"],
            ["ticket_type.id"],
            name=op.f("fk_quota_ticket_type_ticket_type_id_ticket_type"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("quota_id", "ticket_type_id", name=op.f("pk_quota_ticket_type")),
    )
    op.create_table(
        "revision",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "source_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("batch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("table_name", sa.String(length=24), nullable=False),
        sa.Column("row_key", sa.String(length=120), nullable=False),
        sa.Column("old_value", sa.Double(), nullable=False),
        sa.Column("new_value", sa.Double(), nullable=False),
        sa.Column("old_seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("new_seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("revised_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["import_batch.id"], name=op.f("fk_revision_batch_id_import_batch")
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_revision_event_id_event"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["source_id"],
            ["source.id"],
            name=op.f("fk_revision_source_id_source"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revision")),
    )
    with op.batch_alter_table("revision", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_revision_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_revision_source_id"), ["source_id"], unique=False)

    op.create_table(
        "show_party",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("show_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("party_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["party_id"],
            ["party.id"],
            name=op.f("fk_show_party_party_id_party"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["show_id"], ["show.id"], name=op.f("fk_show_party_show_id_show"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_show_party")),
        sa.UniqueConstraint(
            "show_id", "party_id", "role", name=op.f("uq_show_party_show_id_party_id_role")
        ),
    )
    with op.batch_alter_table("show_party", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_show_party_show_id"), ["show_id"], unique=False)

    op.create_table(
        "stream_sample",
        sa.Column(
            "stream_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("viewers", sa.Integer(), nullable=True),
        sa.Column("cumulative", sa.BigInteger(), nullable=True),
        sa.Column("is_ok", sa.Boolean(), nullable=False),
        sa.Column("raw_sha256", sa.String(length=64), nullable=False),
        sa.CheckConstraint(
            "cumulative IS NULL OR cumulative >= 0", name=op.f("ck_stream_sample_cumulative")
        ),
        sa.CheckConstraint("is_ok OR viewers IS NULL", name=op.f("ck_stream_sample_gap")),
        sa.CheckConstraint(
            "viewers IS NULL OR viewers >= 0", name=op.f("ck_stream_sample_viewers")
        ),
        sa.ForeignKeyConstraint(
            ["event_id"],
            ["event.id"],
            name=op.f("fk_stream_sample_event_id_event"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["stream_id"],
            ["stream.id"],
            name=op.f("fk_stream_sample_stream_id_stream"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("stream_id", "at", name=op.f("pk_stream_sample")),
    )
    with op.batch_alter_table("stream_sample", schema=None) as batch_op:
        batch_op.create_index("ix_stream_sample_event_at", ["event_id", "at"], unique=False)

    op.create_table(
        "zone",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=24), nullable=False),
        sa.Column("slug", sa.String(length=64), nullable=False),
        sa.Column("name", sa.JSON(), nullable=False),
        sa.Column("parent_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("stage_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("is_cordon", sa.Boolean(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=True),
        sa.Column("width_m", sa.Double(), nullable=True),
        sa.Column("area_m2", sa.Double(), nullable=True),
        sa.Column("warn_share", sa.Double(), nullable=False),
        sa.Column("full_share", sa.Double(), nullable=False),
        sa.Column("hysteresis_share", sa.Double(), nullable=False),
        sa.Column("clear_after_s", sa.Integer(), nullable=False),
        sa.Column("stale_after_s", sa.Integer(), nullable=False),
        sa.Column("is_hard_limit", sa.Boolean(), nullable=False),
        sa.CheckConstraint("capacity IS NULL OR capacity >= 0", name=op.f("ck_zone_capacity")),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_zone_event_id_event"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["parent_id"], ["zone.id"], name=op.f("fk_zone_parent_id_zone")),
        sa.ForeignKeyConstraint(["stage_id"], ["stage.id"], name=op.f("fk_zone_stage_id_stage")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_zone")),
        sa.UniqueConstraint("event_id", "slug", name=op.f("uq_zone_event_id_slug")),
        sa.UniqueConstraint("public_id", name=op.f("uq_zone_public_id")),
    )
    with op.batch_alter_table("zone", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_zone_event_id"), ["event_id"], unique=False)

    op.create_table(
        "entry_policy",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "ticket_type_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("zone_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("once", sa.String(length=10), nullable=False),
        sa.Column("reentry", sa.String(length=10), nullable=False),
        sa.Column("reentry_max", sa.Integer(), nullable=True),
        sa.Column("reentry_gap_s", sa.Integer(), nullable=False),
        sa.Column("unlisted", sa.String(length=8), nullable=False),
        sa.Column("unpaid", sa.String(length=8), nullable=False),
        sa.Column("kinds", sa.JSON(), nullable=True),
        sa.Column("party", sa.String(length=8), nullable=False),
        sa.Column("ask", sa.String(length=40), nullable=True),
        sa.CheckConstraint(
            "once IN ('event', 'day', 'show', 'window', 'unlimited')",
            name=op.f("ck_entry_policy_once"),
        ),
        sa.CheckConstraint("party IN ('partial', 'whole')", name=op.f("ck_entry_policy_party")),
        sa.CheckConstraint(
            "reentry IN ('no', 'after_exit', 'free')", name=op.f("ck_entry_policy_reentry")
        ),
        sa.CheckConstraint(
            "unlisted IN ('accept', 'ask', 'refuse')", name=op.f("ck_entry_policy_unlisted")
        ),
        sa.CheckConstraint("unpaid IN ('refuse', 'ask')", name=op.f("ck_entry_policy_unpaid")),
        sa.ForeignKeyConstraint(
            ["event_id"],
            ["event.id"],
            name=op.f("fk_entry_policy_event_id_event"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["ticket_type_id"],
            ["ticket_type.id"],
            name=op.f("fk_entry_policy_ticket_type_id_ticket_type"),
        ),
        sa.ForeignKeyConstraint(
            ["zone_id"], ["zone.id"], name=op.f("fk_entry_policy_zone_id_zone")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry_policy")),
    )
    with op.batch_alter_table("entry_policy", schema=None) as batch_op:
        batch_op.create_index(
            "uq_entry_policy_both",
            ["event_id", "ticket_type_id", "zone_id"],
            unique=True,
            sqlite_where=sa.text("ticket_type_id IS NOT NULL AND zone_id IS NOT NULL"),
            postgresql_where=sa.text("ticket_type_id IS NOT NULL AND zone_id IS NOT NULL"),
        )
        batch_op.create_index(
            "uq_entry_policy_event",
            ["event_id"],
            unique=True,
            sqlite_where=sa.text("ticket_type_id IS NULL AND zone_id IS NULL"),
            postgresql_where=sa.text("ticket_type_id IS NULL AND zone_id IS NULL"),
        )
        batch_op.create_index(
            "uq_entry_policy_type",
            ["event_id", "ticket_type_id"],
            unique=True,
            sqlite_where=sa.text("ticket_type_id IS NOT NULL AND zone_id IS NULL"),
            postgresql_where=sa.text("ticket_type_id IS NOT NULL AND zone_id IS NULL"),
        )
        batch_op.create_index(
            "uq_entry_policy_zone",
            ["event_id", "zone_id"],
            unique=True,
            sqlite_where=sa.text("ticket_type_id IS NULL AND zone_id IS NOT NULL"),
            postgresql_where=sa.text("ticket_type_id IS NULL AND zone_id IS NOT NULL"),
        )

    op.create_table(
        "entry_window",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column(
            "performance_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opens_before_s", sa.Integer(), nullable=False),
        sa.Column("closes_after_s", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('event', 'day', 'show', 'session', 'custom')",
            name=op.f("ck_entry_window_kind"),
        ),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_entry_window_length")),
        sa.CheckConstraint("number BETWEEN 1 AND 65535", name=op.f("ck_entry_window_number")),
        sa.ForeignKeyConstraint(
            ["event_id"],
            ["event.id"],
            name=op.f("fk_entry_window_event_id_event"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["performance_id"],
            ["performance.id"],
            name=op.f("fk_entry_window_performance_id_performance"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry_window")),
        sa.UniqueConstraint("event_id", "number", name=op.f("uq_entry_window_event_id_number")),
    )
    with op.batch_alter_table("entry_window", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_entry_window_event_id"), ["event_id"], unique=False)

    op.create_table(
        "gate",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=24), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=64), nullable=False),
        sa.Column("name", sa.JSON(), nullable=False),
        sa.Column("zone_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("stage_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("direction", sa.String(length=4), nullable=False),
        sa.Column("gate_group", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.CheckConstraint("direction IN ('in', 'out', 'both')", name=op.f("ck_gate_direction")),
        sa.CheckConstraint("state IN ('open', 'closed', 'exit_only')", name=op.f("ck_gate_state")),
        sa.CheckConstraint("number BETWEEN 1 AND 65535", name=op.f("ck_gate_number")),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_gate_event_id_event"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["stage_id"], ["stage.id"], name=op.f("fk_gate_stage_id_stage")),
        sa.ForeignKeyConstraint(["zone_id"], ["zone.id"], name=op.f("fk_gate_zone_id_zone")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gate")),
        sa.UniqueConstraint("event_id", "number", name=op.f("uq_gate_event_id_number")),
        sa.UniqueConstraint("event_id", "slug", name=op.f("uq_gate_event_id_slug")),
        sa.UniqueConstraint("public_id", name=op.f("uq_gate_public_id")),
    )
    with op.batch_alter_table("gate", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_gate_event_id"), ["event_id"], unique=False)

    op.create_table(
        "livestream",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "performance_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("channel", sa.String(length=64), nullable=False),
        sa.Column("url", sa.String(length=500), nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["performance_id"],
            ["performance.id"],
            name=op.f("fk_livestream_performance_id_performance"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_livestream")),
    )
    with op.batch_alter_table("livestream", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_livestream_performance_id"), ["performance_id"], unique=False
        )

    op.create_table(
        "registration",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("code", sa.String(length=6), nullable=False),
        sa.Column(
            "ticket_type_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("window_no", sa.Integer(), nullable=False),
        sa.Column(
            "performance_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("locale", sa.String(length=5), nullable=False),
        sa.Column("source", sa.String(length=12), nullable=False),
        sa.Column("contact_name", sa.String(length=200), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=True),
        sa.Column("phone", sa.String(length=20), nullable=True),
        sa.Column("group_size", sa.Integer(), nullable=False),
        sa.Column("idempotency_key", sa.String(length=80), nullable=True),
        sa.Column("idempotency_digest", sa.String(length=64), nullable=True),
        sa.Column("link_rev", sa.Integer(), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_synthetic", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "state IN ('held', 'awaiting_proof', 'pending_approval', 'waitlisted', 'confirmed', 'declined', 'cancelled', 'expired')",
            name=op.f("ck_registration_state"),
        ),
        sa.CheckConstraint("group_size >= 1", name=op.f("ck_registration_group_size")),
        sa.ForeignKeyConstraint(
            ["event_id"],
            ["event.id"],
            name=op.f("fk_registration_event_id_event"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["performance_id"],
            ["performance.id"],
            name=op.f("fk_registration_performance_id_performance"),
        ),
        sa.ForeignKeyConstraint(
            ["ticket_type_id"],
            ["ticket_type.id"],
            name=op.f("fk_registration_ticket_type_id_ticket_type"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registration")),
        sa.UniqueConstraint("event_id", "code", name=op.f("uq_registration_event_id_code")),
        sa.UniqueConstraint(
            "event_id", "idempotency_key", name=op.f("uq_registration_event_id_idempotency_key")
        ),
        sa.UniqueConstraint("public_id", name=op.f("uq_registration_public_id")),
    )
    with op.batch_alter_table("registration", schema=None) as batch_op:
        batch_op.create_index(
            "ix_registration_event_state", ["event_id", "state", "ticket_type_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_registration_ticket_type_id"), ["ticket_type_id"], unique=False
        )

    op.create_table(
        "slot",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "schedule_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "performance_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("stage_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("is_visible", sa.Boolean(), nullable=False),
        sa.Column("note_public", sa.JSON(), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "status IN ('scheduled', 'tentative', 'cancelled', 'postponed')",
            name=op.f("ck_slot_status"),
        ),
        sa.CheckConstraint("(starts_at IS NULL) = (ends_at IS NULL)", name=op.f("ck_slot_whole")),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_slot_length")),
        sa.ForeignKeyConstraint(
            ["performance_id"], ["performance.id"], name=op.f("fk_slot_performance_id_performance")
        ),
        sa.ForeignKeyConstraint(
            ["schedule_id"],
            ["schedule.id"],
            name=op.f("fk_slot_schedule_id_schedule"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["stage_id"], ["stage.id"], name=op.f("fk_slot_stage_id_stage")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slot")),
        sa.UniqueConstraint(
            "schedule_id", "performance_id", name=op.f("uq_slot_schedule_id_performance_id")
        ),
    )
    with op.batch_alter_table("slot", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_slot_performance_id"), ["performance_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_slot_schedule_id"), ["schedule_id"], unique=False)

    op.create_table(
        "stream_programme",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "stream_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "performance_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("title", sa.JSON(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_stream_programme_length")),
        sa.ForeignKeyConstraint(
            ["event_id"],
            ["event.id"],
            name=op.f("fk_stream_programme_event_id_event"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["performance_id"],
            ["performance.id"],
            name=op.f("fk_stream_programme_performance_id_performance"),
        ),
        sa.ForeignKeyConstraint(
            ["stream_id"],
            ["stream.id"],
            name=op.f("fk_stream_programme_stream_id_stream"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stream_programme")),
        sa.UniqueConstraint(
            "stream_id", "starts_at", name=op.f("uq_stream_programme_stream_id_starts_at")
        ),
    )
    with op.batch_alter_table("stream_programme", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_stream_programme_event_id"), ["event_id"], unique=False
        )

    op.create_table(
        "attendee",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column(
            "registration_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("display_name", sa.String(length=200), nullable=False),
        sa.Column("latin_name", sa.String(length=200), nullable=True),
        sa.Column("link_rev", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_attendee_event_id_event"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registration.id"],
            name=op.f("fk_attendee_registration_id_registration"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attendee")),
        sa.UniqueConstraint("public_id", name=op.f("uq_attendee_public_id")),
        sa.UniqueConstraint(
            "registration_id", "position", name=op.f("uq_attendee_registration_id_position")
        ),
    )
    with op.batch_alter_table("attendee", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_attendee_event_id"), ["event_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_attendee_registration_id"), ["registration_id"], unique=False
        )

    op.create_table(
        "device",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=24), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("gate_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("agent", sa.String(length=200), nullable=False),
        sa.Column("paired_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("paired_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.String(length=24), nullable=False),
        sa.Column("offset_ms", sa.BigInteger(), nullable=False),
        sa.Column("queue_count", sa.Integer(), nullable=False),
        sa.Column("battery_share", sa.Double(), nullable=True),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("last_n", sa.Integer(), nullable=False),
        sa.Column("is_synthetic", sa.Boolean(), nullable=False),
        sa.CheckConstraint("length(token_hash) = 64", name=op.f("ck_device_hash_length")),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_device_event_id_event"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["gate_id"], ["gate.id"], name=op.f("fk_device_gate_id_gate")),
        sa.ForeignKeyConstraint(
            ["paired_by"], ["person.id"], name=op.f("fk_device_paired_by_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device")),
        sa.UniqueConstraint("public_id", name=op.f("uq_device_public_id")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_device_token_hash")),
    )
    with op.batch_alter_table("device", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_device_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_device_gate_id"), ["gate_id"], unique=False)

    op.create_table(
        "entry_window_type",
        sa.Column(
            "window_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "ticket_type_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("opens_before_s", sa.Integer(), nullable=False),
        sa.Column("closes_after_s", sa.Integer(), nullable=False),
        sa.Column("gate_group", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(
            ["ticket_type_id"],
            ["ticket_type.id"],
            name=op.f("fk_entry_window_type_ticket_type_id_ticket_type"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["window_id"],
            ["entry_window.id"],
            name=op.f("fk_entry_window_type_window_id_entry_window"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("window_id", "ticket_type_id", name=op.f("pk_entry_window_type")),
    )
    op.create_table(
        "gate_access",
        sa.Column("gate_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "ticket_type_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["gate_id"], ["gate.id"], name=op.f("fk_gate_access_gate_id_gate"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["ticket_type_id"],
            ["ticket_type.id"],
            name=op.f("fk_gate_access_ticket_type_id_ticket_type"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("gate_id", "ticket_type_id", name=op.f("pk_gate_access")),
    )
    op.create_table(
        "pairing_code",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("gate_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "created_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["created_by"], ["person.id"], name=op.f("fk_pairing_code_created_by_person")
        ),
        sa.ForeignKeyConstraint(
            ["event_id"],
            ["event.id"],
            name=op.f("fk_pairing_code_event_id_event"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["gate_id"], ["gate.id"], name=op.f("fk_pairing_code_gate_id_gate")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pairing_code")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_pairing_code_code_hash")),
    )
    with op.batch_alter_table("pairing_code", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pairing_code_event_id"), ["event_id"], unique=False)

    op.create_table(
        "attendee_identity",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "attendee_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("scope", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("value", sa.String(length=320), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('email', 'phone', 'id_number')", name=op.f("ck_attendee_identity_kind")
        ),
        sa.ForeignKeyConstraint(
            ["attendee_id"],
            ["attendee.id"],
            name=op.f("fk_attendee_identity_attendee_id_attendee"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["event_id"],
            ["event.id"],
            name=op.f("fk_attendee_identity_event_id_event"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attendee_identity")),
    )
    with op.batch_alter_table("attendee_identity", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_attendee_identity_attendee_id"), ["attendee_id"], unique=False
        )
        batch_op.create_index(
            "uq_attendee_identity_active",
            ["event_id", "scope", "kind", "value"],
            unique=True,
            sqlite_where=sa.text("is_active"),
            postgresql_where=sa.text("is_active"),
        )

    op.create_table(
        "consent",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "attendee_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "consent_text_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("is_given", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("locale", sa.String(length=5), nullable=False),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.ForeignKeyConstraint(
            ["attendee_id"],
            ["attendee.id"],
            name=op.f("fk_consent_attendee_id_attendee"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["consent_text_id"],
            ["consent_text.id"],
            name=op.f("fk_consent_consent_text_id_consent_text"),
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_consent_event_id_event"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )
    with op.batch_alter_table("consent", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_consent_attendee_id"), ["attendee_id"], unique=False)

    op.create_table(
        "ticket",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("idhash", sa.LargeBinary(length=8), nullable=False),
        sa.Column(
            "attendee_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "ticket_type_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("window_no", sa.Integer(), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("kid", sa.Integer(), nullable=False),
        sa.Column("party", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("seat_label", sa.String(length=24), nullable=True),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("first_entry_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "status IN ('valid', 'unpaid', 'not_approved', 'blocked', 'cancelled')",
            name=op.f("ck_ticket_status"),
        ),
        sa.CheckConstraint("number > 0", name=op.f("ck_ticket_number")),
        sa.CheckConstraint("party BETWEEN 1 AND 255", name=op.f("ck_ticket_party")),
        sa.CheckConstraint("rev BETWEEN 0 AND 255", name=op.f("ck_ticket_rev")),
        sa.ForeignKeyConstraint(
            ["attendee_id"],
            ["attendee.id"],
            name=op.f("fk_ticket_attendee_id_attendee"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_ticket_event_id_event"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["ticket_type_id"],
            ["ticket_type.id"],
            name=op.f("fk_ticket_ticket_type_id_ticket_type"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket")),
        sa.UniqueConstraint("event_id", "idhash", name=op.f("uq_ticket_event_id_idhash")),
        sa.UniqueConstraint("number", name=op.f("uq_ticket_number")),
    )
    with op.batch_alter_table("ticket", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ticket_event_id"), ["event_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_ticket_ticket_type_id"), ["ticket_type_id"], unique=False
        )
        batch_op.create_index(
            "uq_ticket_live",
            ["attendee_id"],
            unique=True,
            sqlite_where=sa.text("status <> 'cancelled'"),
            postgresql_where=sa.text("status <> 'cancelled'"),
        )

    op.create_table(
        "admission",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "ticket_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("scope", sa.String(length=80), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("entered_at_ms", sa.BigInteger(), nullable=False),
        sa.Column(
            "entered_device_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column(
            "entered_gate_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("entered_nonce", sa.LargeBinary(length=16), nullable=False),
        sa.Column("left_nonce", sa.LargeBinary(length=16), nullable=True),
        sa.Column("left_at_ms", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.CheckConstraint("kind IN ('normal', 'override')", name=op.f("ck_admission_kind")),
        sa.CheckConstraint("place >= 1", name=op.f("ck_admission_place")),
        sa.CheckConstraint("turn >= 0", name=op.f("ck_admission_turn")),
        sa.ForeignKeyConstraint(
            ["entered_device_id"], ["device.id"], name=op.f("fk_admission_entered_device_id_device")
        ),
        sa.ForeignKeyConstraint(
            ["entered_gate_id"], ["gate.id"], name=op.f("fk_admission_entered_gate_id_gate")
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_admission_event_id_event"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["ticket.id"], name=op.f("fk_admission_ticket_id_ticket")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_admission")),
        sa.UniqueConstraint(
            "event_id",
            "ticket_id",
            "scope",
            "place",
            "turn",
            name=op.f("uq_admission_event_id_ticket_id_scope_place_turn"),
        ),
    )
    with op.batch_alter_table("admission", schema=None) as batch_op:
        batch_op.create_index(
            "ix_admission_entered_gate", ["entered_gate_id", "left_at_ms"], unique=False
        )
        batch_op.create_index("ix_admission_gate_at", ["event_id", "entered_at_ms"], unique=False)
        batch_op.create_index("ix_admission_ticket", ["ticket_id"], unique=False)

    op.create_table(
        "conflict",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "ticket_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("scope", sa.String(length=80), nullable=False),
        sa.Column(
            "winner_device_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("winner_nonce", sa.LargeBinary(length=16), nullable=False),
        sa.Column(
            "loser_device_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("loser_nonce", sa.LargeBinary(length=16), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=True),
        sa.Column(
            "resolved_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.CheckConstraint(
            "state IN ('open', 'same_person', 'two_people', 'staff_error')",
            name=op.f("ck_conflict_state"),
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_conflict_event_id_event"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["loser_device_id"], ["device.id"], name=op.f("fk_conflict_loser_device_id_device")
        ),
        sa.ForeignKeyConstraint(
            ["resolved_by"], ["person.id"], name=op.f("fk_conflict_resolved_by_person")
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["ticket.id"], name=op.f("fk_conflict_ticket_id_ticket")
        ),
        sa.ForeignKeyConstraint(
            ["winner_device_id"], ["device.id"], name=op.f("fk_conflict_winner_device_id_device")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conflict")),
        sa.UniqueConstraint(
            "loser_device_id", "loser_nonce", name=op.f("uq_conflict_loser_device_id_loser_nonce")
        ),
    )
    with op.batch_alter_table("conflict", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_conflict_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_conflict_ticket_id"), ["ticket_id"], unique=False)

    op.create_table(
        "gate_change",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "ticket_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=9), nullable=False),
        sa.CheckConstraint("kind IN ('ticket', 'admission')", name=op.f("ck_gate_change_kind")),
        sa.ForeignKeyConstraint(
            ["event_id"],
            ["event.id"],
            name=op.f("fk_gate_change_event_id_event"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["ticket.id"], name=op.f("fk_gate_change_ticket_id_ticket")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gate_change")),
    )
    with op.batch_alter_table("gate_change", schema=None) as batch_op:
        batch_op.create_index("ix_gate_change_event_seq", ["event_id", "seq"], unique=False)

    op.create_table(
        "scan",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "device_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("nonce", sa.LargeBinary(length=16), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("boot_id", sa.String(length=32), nullable=False),
        sa.Column("gate_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("zone_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ticket_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("code_kind", sa.String(length=8), nullable=False),
        sa.Column("code_digest", sa.LargeBinary(length=8), nullable=True),
        sa.Column("dir", sa.String(length=8), nullable=False),
        sa.Column("persons", sa.Integer(), nullable=False),
        sa.Column("scope", sa.String(length=80), nullable=False),
        sa.Column("claimed_ms", sa.BigInteger(), nullable=False),
        sa.Column("offset_ms", sa.BigInteger(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("mono_ms", sa.BigInteger(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_offline", sa.Boolean(), nullable=False),
        sa.Column("is_unlisted", sa.Boolean(), nullable=False),
        sa.Column("local_result", sa.String(length=24), nullable=True),
        sa.Column("result", sa.String(length=24), nullable=False),
        sa.Column("override_by", sa.String(length=80), nullable=True),
        sa.Column("override_reason", sa.String(length=200), nullable=True),
        sa.Column("answer", sa.JSON(), nullable=False),
        sa.Column("body_digest", sa.LargeBinary(length=16), nullable=False),
        sa.Column("undoes_nonce", sa.LargeBinary(length=16), nullable=True),
        sa.CheckConstraint("dir IN ('in', 'out', 'undo', 'release')", name=op.f("ck_scan_dir")),
        sa.CheckConstraint("persons BETWEEN 1 AND 255", name=op.f("ck_scan_persons")),
        sa.ForeignKeyConstraint(
            ["device_id"], ["device.id"], name=op.f("fk_scan_device_id_device")
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_scan_event_id_event")),
        sa.ForeignKeyConstraint(["gate_id"], ["gate.id"], name=op.f("fk_scan_gate_id_gate")),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["ticket.id"], name=op.f("fk_scan_ticket_id_ticket")
        ),
        sa.ForeignKeyConstraint(["zone_id"], ["zone.id"], name=op.f("fk_scan_zone_id_zone")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scan")),
        sa.UniqueConstraint("device_id", "nonce", name=op.f("uq_scan_device_id_nonce")),
    )
    with op.batch_alter_table("scan", schema=None) as batch_op:
        batch_op.create_index("ix_scan_event_at", ["event_id", "at_ms"], unique=False)
        batch_op.create_index("ix_scan_gate_at", ["gate_id", "at_ms"], unique=False)
        batch_op.create_index("ix_scan_ticket", ["ticket_id", "scope"], unique=False)

    for statement in TRIGGERS[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    """Take back."""
    for statement in DROP_TRIGGERS[op.get_bind().dialect.name]:
        op.execute(statement)
    with op.batch_alter_table("scan", schema=None) as batch_op:
        batch_op.drop_index("ix_scan_ticket")
        batch_op.drop_index("ix_scan_gate_at")
        batch_op.drop_index("ix_scan_event_at")

    op.drop_table("scan")
    with op.batch_alter_table("gate_change", schema=None) as batch_op:
        batch_op.drop_index("ix_gate_change_event_seq")

    op.drop_table("gate_change")
    with op.batch_alter_table("conflict", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_conflict_ticket_id"))
        batch_op.drop_index(batch_op.f("ix_conflict_event_id"))

    op.drop_table("conflict")
    with op.batch_alter_table("admission", schema=None) as batch_op:
        batch_op.drop_index("ix_admission_ticket")
        batch_op.drop_index("ix_admission_gate_at")
        batch_op.drop_index("ix_admission_entered_gate")

    op.drop_table("admission")
    with op.batch_alter_table("ticket", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_ticket_live",
            sqlite_where=sa.text("status <> 'cancelled'"),
            postgresql_where=sa.text("status <> 'cancelled'"),
        )
        batch_op.drop_index(batch_op.f("ix_ticket_ticket_type_id"))
        batch_op.drop_index(batch_op.f("ix_ticket_event_id"))

    op.drop_table("ticket")
    with op.batch_alter_table("consent", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_consent_attendee_id"))

    op.drop_table("consent")
    with op.batch_alter_table("attendee_identity", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_attendee_identity_active",
            sqlite_where=sa.text("is_active"),
            postgresql_where=sa.text("is_active"),
        )
        batch_op.drop_index(batch_op.f("ix_attendee_identity_attendee_id"))

    op.drop_table("attendee_identity")
    with op.batch_alter_table("pairing_code", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_pairing_code_event_id"))

    op.drop_table("pairing_code")
    op.drop_table("gate_access")
    op.drop_table("entry_window_type")
    with op.batch_alter_table("device", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_device_gate_id"))
        batch_op.drop_index(batch_op.f("ix_device_event_id"))

    op.drop_table("device")
    with op.batch_alter_table("attendee", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_attendee_registration_id"))
        batch_op.drop_index(batch_op.f("ix_attendee_event_id"))

    op.drop_table("attendee")
    with op.batch_alter_table("stream_programme", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_stream_programme_event_id"))

    op.drop_table("stream_programme")
    with op.batch_alter_table("slot", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_slot_schedule_id"))
        batch_op.drop_index(batch_op.f("ix_slot_performance_id"))

    op.drop_table("slot")
    with op.batch_alter_table("registration", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_registration_ticket_type_id"))
        batch_op.drop_index("ix_registration_event_state")

    op.drop_table("registration")
    with op.batch_alter_table("livestream", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_livestream_performance_id"))

    op.drop_table("livestream")
    with op.batch_alter_table("gate", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_gate_event_id"))

    op.drop_table("gate")
    with op.batch_alter_table("entry_window", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_entry_window_event_id"))

    op.drop_table("entry_window")
    with op.batch_alter_table("entry_policy", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_entry_policy_zone",
            sqlite_where=sa.text("ticket_type_id IS NULL AND zone_id IS NOT NULL"),
            postgresql_where=sa.text("ticket_type_id IS NULL AND zone_id IS NOT NULL"),
        )
        batch_op.drop_index(
            "uq_entry_policy_type",
            sqlite_where=sa.text("ticket_type_id IS NOT NULL AND zone_id IS NULL"),
            postgresql_where=sa.text("ticket_type_id IS NOT NULL AND zone_id IS NULL"),
        )
        batch_op.drop_index(
            "uq_entry_policy_event",
            sqlite_where=sa.text("ticket_type_id IS NULL AND zone_id IS NULL"),
            postgresql_where=sa.text("ticket_type_id IS NULL AND zone_id IS NULL"),
        )
        batch_op.drop_index(
            "uq_entry_policy_both",
            sqlite_where=sa.text("ticket_type_id IS NOT NULL AND zone_id IS NOT NULL"),
            postgresql_where=sa.text("ticket_type_id IS NOT NULL AND zone_id IS NOT NULL"),
        )

    op.drop_table("entry_policy")
    with op.batch_alter_table("zone", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_zone_event_id"))

    op.drop_table("zone")
    with op.batch_alter_table("stream_sample", schema=None) as batch_op:
        batch_op.drop_index("ix_stream_sample_event_at")

    op.drop_table("stream_sample")
    with op.batch_alter_table("show_party", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_show_party_show_id"))

    op.drop_table("show_party")
    with op.batch_alter_table("revision", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_revision_source_id"))
        batch_op.drop_index(batch_op.f("ix_revision_event_id"))

    op.drop_table("revision")
    op.drop_table("quota_ticket_type")
    with op.batch_alter_table("performance", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_performance_show_id"))
        batch_op.drop_index(batch_op.f("ix_performance_event_id"))

    op.drop_table("performance")
    with op.batch_alter_table("counter_bin", schema=None) as batch_op:
        batch_op.drop_index("ix_counter_bin_event_start")

    op.drop_table("counter_bin")
    with op.batch_alter_table("ticket_type", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_ticket_type_event_id"))

    op.drop_table("ticket_type")
    with op.batch_alter_table("stream", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_stream_event_id"))

    op.drop_table("stream")
    with op.batch_alter_table("stage", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_stage_venue_id"))
        batch_op.drop_index(batch_op.f("ix_stage_event_id"))

    op.drop_table("stage")
    with op.batch_alter_table("show", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_show_event_id"))

    op.drop_table("show")
    with op.batch_alter_table("quarantine", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_quarantine_event_id"))

    op.drop_table("quarantine")
    with op.batch_alter_table("party_member", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_party_member_member_id"))

    op.drop_table("party_member")
    with op.batch_alter_table("observation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_observation_source_id"))
        batch_op.drop_index("ix_observation_event_metric")

    op.drop_table("observation")
    with op.batch_alter_table("import_batch", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_import_batch_event_id"))

    op.drop_table("import_batch")
    with op.batch_alter_table("gross_part", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_gross_part_report_id"))
        batch_op.drop_index(batch_op.f("ix_gross_part_event_id"))

    op.drop_table("gross_part")
    with op.batch_alter_table("gross_exclusion", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_gross_exclusion_report_id"))
        batch_op.drop_index(batch_op.f("ix_gross_exclusion_event_id"))

    op.drop_table("gross_exclusion")
    with op.batch_alter_table("calibration", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_calibration_event_id"))

    op.drop_table("calibration")
    with op.batch_alter_table("venue", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_venue_event_id"))

    op.drop_table("venue")
    with op.batch_alter_table("track", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_track_event_id"))

    op.drop_table("track")
    with op.batch_alter_table("tier", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_tier_event_id"))

    op.drop_table("tier")
    with op.batch_alter_table("source_text", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_source_text_event_id"))

    op.drop_table("source_text")
    with op.batch_alter_table("source", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_source_event_id"))

    op.drop_table("source")
    with op.batch_alter_table("show_type", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_show_type_event_id"))

    op.drop_table("show_type")
    with op.batch_alter_table("schedule", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_schedule_one_wip",
            sqlite_where=sa.text("state = 'wip'"),
            postgresql_where=sa.text("state = 'wip'"),
        )
        batch_op.drop_index(batch_op.f("ix_schedule_event_id"))

    op.drop_table("schedule")
    with op.batch_alter_table("report", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_report_event_id"))

    op.drop_table("report")
    with op.batch_alter_table("quota", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_quota_event_id"))

    op.drop_table("quota")
    with op.batch_alter_table("party", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_party_event_id"))

    op.drop_table("party")
    with op.batch_alter_table("overlap", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_overlap_event_id"))

    op.drop_table("overlap")
    with op.batch_alter_table("not_stated", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_not_stated_event_id"))

    op.drop_table("not_stated")
    op.drop_table("event_key")
    op.drop_table("consent_text")
    with op.batch_alter_table("role_grant", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_role_grant_organisation_id"))

    op.drop_table("role_grant")
    with op.batch_alter_table("login_session", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_login_session_person_id"))

    op.drop_table("login_session")
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_event_organisation_id"))

    op.drop_table("event")
    op.drop_table("api_key")
    op.drop_table("person")
    with op.batch_alter_table("outbox_message", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_outbox_message_event_ref"))
        batch_op.drop_index("ix_outbox_message_due")

    op.drop_table("outbox_message")
    op.drop_table("organisation")
    with op.batch_alter_table("login_try", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_login_try_key"))
        batch_op.drop_index(batch_op.f("ix_login_try_at"))

    op.drop_table("login_try")
    op.drop_table("leader_lease")
