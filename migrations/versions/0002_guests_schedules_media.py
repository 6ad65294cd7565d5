"""Guests, schedules and media: the tables of the second version."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TRIGGERS = {
    "sqlite": (
        "CREATE TRIGGER tr_audit_entry_no_update BEFORE UPDATE ON audit_entry BEGIN SELECT RAISE(ABORT, 'audit_entry is append-only'); END",
        "CREATE TRIGGER tr_audit_entry_no_delete BEFORE DELETE ON audit_entry BEGIN SELECT RAISE(ABORT, 'audit_entry is append-only'); END",
        "CREATE TRIGGER tr_waitlist_log_no_update BEFORE UPDATE ON waitlist_log BEGIN SELECT RAISE(ABORT, 'waitlist_log is append-only'); END",
        "CREATE TRIGGER tr_waitlist_log_no_delete BEFORE DELETE ON waitlist_log BEGIN SELECT RAISE(ABORT, 'waitlist_log is append-only'); END",
        "CREATE TRIGGER tr_ticket_tells_insert AFTER INSERT ON ticket BEGIN INSERT INTO gate_change (event_id, ticket_id, kind, seq) SELECT NEW.event_id, NEW.id, 'ticket', COALESCE((SELECT MAX(seq) FROM gate_change WHERE event_id = NEW.event_id), 0) + 1; END",
        "CREATE TRIGGER tr_ticket_tells_update AFTER UPDATE OF idhash, ticket_type_id, window_no, rev, party, status ON ticket BEGIN INSERT INTO gate_change (event_id, ticket_id, kind, seq) SELECT NEW.event_id, NEW.id, 'ticket', COALESCE((SELECT MAX(seq) FROM gate_change WHERE event_id = NEW.event_id), 0) + 1; END",
        "CREATE TRIGGER tr_slot_no_insert BEFORE INSERT ON slot WHEN EXISTS (SELECT 1 FROM schedule WHERE id IN (NEW.schedule_id) AND state IN ('released', 'archived')) BEGIN SELECT RAISE(ABORT, 'schedule of slot is released and stays as it is'); END",
        "CREATE TRIGGER tr_slot_no_update BEFORE UPDATE ON slot WHEN EXISTS (SELECT 1 FROM schedule WHERE id IN (OLD.schedule_id, NEW.schedule_id) AND state IN ('released', 'archived')) BEGIN SELECT RAISE(ABORT, 'schedule of slot is released and stays as it is'); END",
        "CREATE TRIGGER tr_slot_no_delete BEFORE DELETE ON slot WHEN EXISTS (SELECT 1 FROM schedule WHERE id IN (OLD.schedule_id) AND state IN ('released', 'archived')) BEGIN SELECT RAISE(ABORT, 'schedule of slot is released and stays as it is'); END",
    ),
    "postgresql": (
        "CREATE TRIGGER tr_audit_entry_no_update BEFORE UPDATE ON audit_entry FOR EACH ROW EXECUTE FUNCTION eventhub_refuse('audit_entry is append-only')",
        "CREATE TRIGGER tr_audit_entry_no_delete BEFORE DELETE ON audit_entry FOR EACH ROW EXECUTE FUNCTION eventhub_refuse('audit_entry is append-only')",
        "CREATE TRIGGER tr_waitlist_log_no_update BEFORE UPDATE ON waitlist_log FOR EACH ROW EXECUTE FUNCTION eventhub_refuse('waitlist_log is append-only')",
        "CREATE TRIGGER tr_waitlist_log_no_delete BEFORE DELETE ON waitlist_log FOR EACH ROW EXECUTE FUNCTION eventhub_refuse('waitlist_log is append-only')",
        "CREATE FUNCTION ticket_tells_gates() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO gate_change (event_id, ticket_id, kind, seq) VALUES (NEW.event_id, NEW.id, 'ticket', CAST(CAST(pg_current_xact_id() AS text) AS bigint)); RETURN NULL; END $$",
        "CREATE TRIGGER tr_ticket_tells_insert AFTER INSERT ON ticket FOR EACH ROW EXECUTE FUNCTION ticket_tells_gates()",
        "CREATE TRIGGER tr_ticket_tells_update AFTER UPDATE OF idhash, ticket_type_id, window_no, rev, party, status ON ticket FOR EACH ROW EXECUTE FUNCTION ticket_tells_gates()",
    ),
}
DROP_TRIGGERS = {
    "sqlite": (
        "DROP TRIGGER tr_ticket_tells_update",
        "DROP TRIGGER tr_ticket_tells_insert",
        "DROP TRIGGER tr_waitlist_log_no_delete",
        "DROP TRIGGER tr_waitlist_log_no_update",
        "DROP TRIGGER tr_audit_entry_no_delete",
        "DROP TRIGGER tr_audit_entry_no_update",
    ),
    "postgresql": (
        "DROP TRIGGER tr_ticket_tells_update ON ticket",
        "DROP TRIGGER tr_ticket_tells_insert ON ticket",
        "DROP TRIGGER tr_waitlist_log_no_delete ON waitlist_log",
        "DROP TRIGGER tr_waitlist_log_no_update ON waitlist_log",
        "DROP TRIGGER tr_audit_entry_no_delete ON audit_entry",
        "DROP TRIGGER tr_audit_entry_no_update ON audit_entry",
        "DROP FUNCTION ticket_tells_gates()",
    ),
}
# SQLite makes a changed table anew and loses its triggers.
OLD_TRIGGERS = {
    "sqlite": (
        "CREATE TRIGGER tr_slot_no_insert BEFORE INSERT ON slot WHEN EXISTS (SELECT 1 FROM schedule WHERE id IN (NEW.schedule_id) AND state IN ('released', 'archived')) BEGIN SELECT RAISE(ABORT, 'schedule of slot is released and stays as it is'); END",
        "CREATE TRIGGER tr_slot_no_update BEFORE UPDATE ON slot WHEN EXISTS (SELECT 1 FROM schedule WHERE id IN (OLD.schedule_id, NEW.schedule_id) AND state IN ('released', 'archived')) BEGIN SELECT RAISE(ABORT, 'schedule of slot is released and stays as it is'); END",
        "CREATE TRIGGER tr_slot_no_delete BEFORE DELETE ON slot WHEN EXISTS (SELECT 1 FROM schedule WHERE id IN (OLD.schedule_id) AND state IN ('released', 'archived')) BEGIN SELECT RAISE(ABORT, 'schedule of slot is released and stays as it is'); END",
    ),
    "postgresql": (),
}


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "audit_entry",
        sa.Column(
            "seq",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "organisation_ref", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "event_ref", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("actor", sa.String(length=60), nullable=False),
        sa.Column("actor_name", sa.String(length=200), nullable=False),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.String(length=120), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.Column("prev_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit_entry")),
    )
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_entry_event_ref"), ["event_ref"], unique=False)

    op.create_table(
        "conflict_setting",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("rule", sa.String(length=24), nullable=False),
        sa.Column("severity", sa.String(length=16), nullable=False),
        sa.Column("params", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            "severity IN ('off', 'warn', 'block_release', 'block_placement')",
            name=op.f("ck_conflict_setting_severity"),
        ),
        sa.ForeignKeyConstraint(
            ["event_id"],
            ["event.id"],
            name=op.f("fk_conflict_setting_event_id_event"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conflict_setting")),
        sa.UniqueConstraint("event_id", "rule", name=op.f("uq_conflict_setting_event_id_rule")),
    )
    with op.batch_alter_table("conflict_setting", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_conflict_setting_event_id"), ["event_id"], unique=False
        )

    op.create_table(
        "creator",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("name", sa.JSON(), nullable=False),
        sa.Column("platform", sa.JSON(), nullable=True),
        sa.Column("followers", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "followers IS NULL OR followers >= 0", name=op.f("ck_creator_followers")
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_creator_event_id_event"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_creator")),
        sa.UniqueConstraint("event_id", "key", name=op.f("uq_creator_event_id_key")),
    )
    op.create_table(
        "gate_scope",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.CheckConstraint("number BETWEEN 0 AND 65535", name=op.f("ck_gate_scope_number")),
        sa.ForeignKeyConstraint(
            ["event_id"],
            ["event.id"],
            name=op.f("fk_gate_scope_event_id_event"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gate_scope")),
        sa.UniqueConstraint("event_id", "key", name=op.f("uq_gate_scope_event_id_key")),
        sa.UniqueConstraint("event_id", "number", name=op.f("uq_gate_scope_event_id_number")),
    )
    op.create_table(
        "guest_file",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("encoding", sa.String(length=12), nullable=False),
        sa.Column("mapping", sa.JSON(), nullable=False),
        sa.Column("default_type", sa.String(length=64), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("created_by", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('previewed', 'applied', 'undone')", name=op.f("ck_guest_file_state")
        ),
        sa.ForeignKeyConstraint(
            ["event_id"],
            ["event.id"],
            name=op.f("fk_guest_file_event_id_event"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guest_file")),
        sa.UniqueConstraint("public_id", name=op.f("uq_guest_file_public_id")),
    )
    with op.batch_alter_table("guest_file", schema=None) as batch_op:
        batch_op.create_index("ix_guest_file_event", ["event_id", "id"], unique=False)

    op.create_table(
        "media_batch",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("file_format", sa.String(length=16), nullable=False),
        sa.Column("row_count", sa.Integer(), nullable=False),
        sa.Column("accepted_count", sa.Integer(), nullable=False),
        sa.Column("duplicate_count", sa.Integer(), nullable=False),
        sa.Column("rejected", sa.JSON(), nullable=False),
        sa.Column("imported_by", sa.String(length=120), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_by", sa.String(length=120), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_media_batch_sha256")),
        sa.ForeignKeyConstraint(
            ["event_id"],
            ["event.id"],
            name=op.f("fk_media_batch_event_id_event"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_media_batch")),
        sa.UniqueConstraint("event_id", "sha256", name=op.f("uq_media_batch_event_id_sha256")),
    )
    op.create_table(
        "outlet",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("name", sa.JSON(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("tier", sa.Integer(), nullable=True),
        sa.Column("parent", sa.String(length=80), nullable=False),
        sa.Column("region", sa.JSON(), nullable=True),
        sa.Column("domain", sa.String(length=120), nullable=False),
        sa.CheckConstraint("tier IS NULL OR tier BETWEEN 1 AND 4", name=op.f("ck_outlet_tier")),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_outlet_event_id_event"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outlet")),
        sa.UniqueConstraint("event_id", "key", name=op.f("uq_outlet_event_id_key")),
    )
    op.create_table(
        "question",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("slug", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("label", sa.JSON(), nullable=False),
        sa.Column("help", sa.JSON(), nullable=True),
        sa.Column("is_required", sa.Boolean(), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("show_if", sa.JSON(), nullable=True),
        sa.Column("field_class", sa.String(length=16), nullable=False),
        sa.Column("is_staff_visible", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('text', 'long_text', 'choice', 'many', 'yes_no', 'number', 'date')",
            name=op.f("ck_question_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_question_event_id_event"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question")),
        sa.UniqueConstraint("event_id", "slug", name=op.f("uq_question_event_id_slug")),
    )
    with op.batch_alter_table("question", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_question_event_id"), ["event_id"], unique=False)

    op.create_table(
        "report_setting",
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "compare_event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.ForeignKeyConstraint(
            ["compare_event_id"],
            ["event.id"],
            name=op.f("fk_report_setting_compare_event_id_event"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["event_id"],
            ["event.id"],
            name=op.f("fk_report_setting_event_id_event"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_report_setting")),
    )
    op.create_table(
        "resource",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("uuid", sa.String(length=36), nullable=False),
        sa.Column("slug", sa.String(length=64), nullable=False),
        sa.Column("name", sa.JSON(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.CheckConstraint("quantity >= 0", name=op.f("ck_resource_quantity")),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_resource_event_id_event"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resource")),
        sa.UniqueConstraint("event_id", "slug", name=op.f("uq_resource_event_id_slug")),
        sa.UniqueConstraint("uuid", name=op.f("uq_resource_uuid")),
    )
    with op.batch_alter_table("resource", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_resource_event_id"), ["event_id"], unique=False)

    op.create_table(
        "waiver",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("fingerprint", sa.String(length=32), nullable=False),
        sa.Column("facts_digest", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("waived_by", sa.String(length=200), nullable=False),
        sa.Column("waived_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_waiver_event_id_event"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiver")),
        sa.UniqueConstraint("event_id", "fingerprint", name=op.f("uq_waiver_event_id_fingerprint")),
    )
    with op.batch_alter_table("waiver", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_waiver_event_id"), ["event_id"], unique=False)

    op.create_table(
        "availability",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("party_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=11), nullable=False),
        sa.CheckConstraint(
            "kind IN ('available', 'unavailable', 'preferred')", name=op.f("ck_availability_kind")
        ),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_availability_length")),
        sa.ForeignKeyConstraint(
            ["party_id"],
            ["party.id"],
            name=op.f("fk_availability_party_id_party"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_availability")),
    )
    with op.batch_alter_table("availability", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_availability_party_id"), ["party_id"], unique=False)

    op.create_table(
        "counter_total",
        sa.Column(
            "source_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("entered_total", sa.Integer(), nullable=True),
        sa.Column("left_total", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "entered_total IS NULL OR entered_total >= 0",
            name=op.f("ck_counter_total_entered_total"),
        ),
        sa.CheckConstraint(
            "left_total IS NULL OR left_total >= 0", name=op.f("ck_counter_total_left_total")
        ),
        sa.ForeignKeyConstraint(
            ["event_id"],
            ["event.id"],
            name=op.f("fk_counter_total_event_id_event"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["source_id"],
            ["source.id"],
            name=op.f("fk_counter_total_source_id_source"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("source_id", "at", name=op.f("pk_counter_total")),
    )
    with op.batch_alter_table("counter_total", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_counter_total_event_id"), ["event_id"], unique=False)

    op.create_table(
        "creator_post",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ref", sa.String(length=64), nullable=False),
        sa.Column("dedupe_key", sa.String(length=64), nullable=False),
        sa.Column(
            "creator_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("batch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("title", sa.String(length=500), nullable=False),
        sa.Column("url", sa.String(length=1000), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lang", sa.String(length=12), nullable=False),
        sa.Column("impressions", sa.BigInteger(), nullable=True),
        sa.Column("op", sa.String(length=2), nullable=False),
        sa.Column("engagement", sa.BigInteger(), nullable=True),
        sa.Column("raw", sa.JSON(), nullable=False),
        sa.Column("is_synthetic", sa.Boolean(), nullable=False),
        sa.Column("recorded_by", sa.String(length=120), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("op IN ('=', '>', '<', '~', '~<')", name=op.f("ck_creator_post_op")),
        sa.CheckConstraint(
            "engagement IS NULL OR engagement >= 0", name=op.f("ck_creator_post_engagement")
        ),
        sa.CheckConstraint(
            "impressions IS NULL OR impressions >= 0", name=op.f("ck_creator_post_impressions")
        ),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["media_batch.id"], name=op.f("fk_creator_post_batch_id_media_batch")
        ),
        sa.ForeignKeyConstraint(
            ["creator_id"], ["creator.id"], name=op.f("fk_creator_post_creator_id_creator")
        ),
        sa.ForeignKeyConstraint(
            ["event_id"],
            ["event.id"],
            name=op.f("fk_creator_post_event_id_event"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_creator_post")),
        sa.UniqueConstraint(
            "event_id", "dedupe_key", name=op.f("uq_creator_post_event_id_dedupe_key")
        ),
        sa.UniqueConstraint("event_id", "ref", name=op.f("uq_creator_post_event_id_ref")),
    )
    with op.batch_alter_table("creator_post", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_creator_post_batch_id"), ["batch_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_creator_post_creator_id"), ["creator_id"], unique=False
        )
        batch_op.create_index(
            "ix_creator_post_event_at", ["event_id", "published_at"], unique=False
        )

    op.create_table(
        "mention",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ref", sa.String(length=64), nullable=False),
        sa.Column("dedupe_key", sa.String(length=64), nullable=False),
        sa.Column(
            "outlet_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("batch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("title", sa.String(length=500), nullable=False),
        sa.Column("url", sa.String(length=1000), nullable=False),
        sa.Column("author", sa.String(length=120), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lang", sa.String(length=12), nullable=False),
        sa.Column("tone", sa.Integer(), nullable=True),
        sa.Column("prominence", sa.String(length=12), nullable=False),
        sa.Column("story", sa.String(length=64), nullable=False),
        sa.Column("is_original", sa.Boolean(), nullable=False),
        sa.Column("reach", sa.BigInteger(), nullable=True),
        sa.Column("reach_kind", sa.String(length=24), nullable=False),
        sa.Column("op", sa.String(length=2), nullable=False),
        sa.Column("reads", sa.BigInteger(), nullable=True),
        sa.Column("engagement", sa.BigInteger(), nullable=True),
        sa.Column("raw", sa.JSON(), nullable=False),
        sa.Column("is_synthetic", sa.Boolean(), nullable=False),
        sa.Column("recorded_by", sa.String(length=120), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("op IN ('=', '>', '<', '~', '~<')", name=op.f("ck_mention_op")),
        sa.CheckConstraint("reach IS NULL OR reach >= 0", name=op.f("ck_mention_reach")),
        sa.CheckConstraint("reads IS NULL OR reads >= 0", name=op.f("ck_mention_reads")),
        sa.CheckConstraint("tone IS NULL OR tone BETWEEN -1 AND 1", name=op.f("ck_mention_tone")),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["media_batch.id"], name=op.f("fk_mention_batch_id_media_batch")
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_mention_event_id_event"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["outlet_id"], ["outlet.id"], name=op.f("fk_mention_outlet_id_outlet")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mention")),
        sa.UniqueConstraint("event_id", "dedupe_key", name=op.f("uq_mention_event_id_dedupe_key")),
        sa.UniqueConstraint("event_id", "ref", name=op.f("uq_mention_event_id_ref")),
    )
    with op.batch_alter_table("mention", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_mention_batch_id"), ["batch_id"], unique=False)
        batch_op.create_index("ix_mention_event_at", ["event_id", "published_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_mention_outlet_id"), ["outlet_id"], unique=False)

    op.create_table(
        "travel_time",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "venue_a_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "venue_b_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.CheckConstraint("minutes >= 0", name=op.f("ck_travel_time_minutes")),
        sa.CheckConstraint("venue_a_id < venue_b_id", name=op.f("ck_travel_time_venue_order")),
        sa.ForeignKeyConstraint(
            ["event_id"],
            ["event.id"],
            name=op.f("fk_travel_time_event_id_event"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["venue_a_id"],
            ["venue.id"],
            name=op.f("fk_travel_time_venue_a_id_venue"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["venue_b_id"],
            ["venue.id"],
            name=op.f("fk_travel_time_venue_b_id_venue"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_travel_time")),
        sa.UniqueConstraint(
            "venue_a_id", "venue_b_id", name=op.f("uq_travel_time_venue_a_id_venue_b_id")
        ),
    )
    with op.batch_alter_table("travel_time", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_travel_time_event_id"), ["event_id"], unique=False)

    op.create_table(
        "campaign",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column(
            "ticket_type_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("text", sa.JSON(), nullable=False),
        sa.Column("answer_by", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reminder_days", sa.JSON(), nullable=False),
        sa.Column("plus_ones_max", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("plus_ones_max >= 0", name=op.f("ck_campaign_plus_ones_max")),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_campaign_event_id_event"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["ticket_type_id"],
            ["ticket_type.id"],
            name=op.f("fk_campaign_ticket_type_id_ticket_type"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign")),
        sa.UniqueConstraint("event_id", "name", name=op.f("uq_campaign_event_id_name")),
        sa.UniqueConstraint("public_id", name=op.f("uq_campaign_public_id")),
    )
    op.create_table(
        "form_question",
        sa.Column(
            "ticket_type_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "question_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["question_id"],
            ["question.id"],
            name=op.f("fk_form_question_question_id_question"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["ticket_type_id"],
            ["ticket_type.id"],
            name=op.f("fk_form_question_ticket_type_id_ticket_type"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("ticket_type_id", "question_id", name=op.f("pk_form_question")),
    )
    op.create_table(
        "opening_window",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("venue_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("stage_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.CheckConstraint(
            "kind IN ('open', 'curfew', 'load_in', 'closed')", name=op.f("ck_opening_window_kind")
        ),
        sa.CheckConstraint(
            "(venue_id IS NULL) <> (stage_id IS NULL)", name=op.f("ck_opening_window_one_place")
        ),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_opening_window_length")),
        sa.ForeignKeyConstraint(
            ["event_id"],
            ["event.id"],
            name=op.f("fk_opening_window_event_id_event"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["stage_id"],
            ["stage.id"],
            name=op.f("fk_opening_window_stage_id_stage"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["venue_id"],
            ["venue.id"],
            name=op.f("fk_opening_window_venue_id_venue"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opening_window")),
    )
    with op.batch_alter_table("opening_window", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_opening_window_event_id"), ["event_id"], unique=False)

    op.create_table(
        "stream_poll",
        sa.Column(
            "stream_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("stream_format", sa.String(length=24), nullable=False),
        sa.Column("url", sa.String(length=500), nullable=False),
        sa.Column("remote_name", sa.String(length=200), nullable=False),
        sa.Column("key_ref", sa.String(length=64), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failure_count", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.String(length=200), nullable=False),
        sa.Column("warnings", sa.String(length=200), nullable=False),
        sa.Column("server_pid", sa.Integer(), nullable=True),
        sa.Column("server_uptime_s", sa.Integer(), nullable=True),
        sa.CheckConstraint("failure_count >= 0", name=op.f("ck_stream_poll_failures")),
        sa.ForeignKeyConstraint(
            ["event_id"],
            ["event.id"],
            name=op.f("fk_stream_poll_event_id_event"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["stream_id"],
            ["stream.id"],
            name=op.f("fk_stream_poll_stream_id_stream"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("stream_id", name=op.f("pk_stream_poll")),
    )
    with op.batch_alter_table("stream_poll", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_stream_poll_due_at"), ["due_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_stream_poll_event_id"), ["event_id"], unique=False)

    op.create_table(
        "waitlist",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "ticket_type_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("window_no", sa.Integer(), nullable=False),
        sa.Column("next_no", sa.Integer(), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_paused", sa.Boolean(), nullable=False),
        sa.Column("max_passes", sa.Integer(), nullable=False),
        sa.Column("offer_for_s", sa.Integer(), nullable=False),
        sa.Column("last_seq", sa.Integer(), nullable=False),
        sa.Column("last_hash", sa.String(length=64), nullable=False),
        sa.CheckConstraint("max_passes >= 0", name=op.f("ck_waitlist_max_passes")),
        sa.CheckConstraint("offer_for_s >= 900", name=op.f("ck_waitlist_offer_for")),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_waitlist_event_id_event"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["ticket_type_id"],
            ["ticket_type.id"],
            name=op.f("fk_waitlist_ticket_type_id_ticket_type"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waitlist")),
        sa.UniqueConstraint(
            "ticket_type_id", "window_no", name=op.f("uq_waitlist_ticket_type_id_window_no")
        ),
    )
    with op.batch_alter_table("waitlist", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_waitlist_event_id"), ["event_id"], unique=False)

    op.create_table(
        "dependency",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "performance_a_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "performance_b_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("min_gap_min", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('before', 'after', 'not_with', 'same_day', 'adjacent')",
            name=op.f("ck_dependency_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["event_id"],
            ["event.id"],
            name=op.f("fk_dependency_event_id_event"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["performance_a_id"],
            ["performance.id"],
            name=op.f("fk_dependency_performance_a_id_performance"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["performance_b_id"],
            ["performance.id"],
            name=op.f("fk_dependency_performance_b_id_performance"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dependency")),
        sa.UniqueConstraint(
            "performance_a_id",
            "performance_b_id",
            "kind",
            name=op.f("uq_dependency_performance_a_id_performance_b_id_kind"),
        ),
    )
    with op.batch_alter_table("dependency", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_dependency_event_id"), ["event_id"], unique=False)

    op.create_table(
        "edit_log",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "schedule_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("batch_id", sa.String(length=24), nullable=False),
        sa.Column(
            "performance_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column("op", sa.String(length=16), nullable=False),
        sa.Column("before", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("after", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_undone", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(
            ["performance_id"],
            ["performance.id"],
            name=op.f("fk_edit_log_performance_id_performance"),
        ),
        sa.ForeignKeyConstraint(
            ["schedule_id"],
            ["schedule.id"],
            name=op.f("fk_edit_log_schedule_id_schedule"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_edit_log")),
        sa.UniqueConstraint(
            "batch_id", "performance_id", name=op.f("uq_edit_log_batch_id_performance_id")
        ),
    )
    with op.batch_alter_table("edit_log", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_edit_log_batch_id"), ["batch_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_edit_log_schedule_id"), ["schedule_id"], unique=False)

    op.create_table(
        "imported_item",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("source", sa.String(length=300), nullable=False),
        sa.Column(
            "performance_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["event_id"],
            ["event.id"],
            name=op.f("fk_imported_item_event_id_event"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["performance_id"],
            ["performance.id"],
            name=op.f("fk_imported_item_performance_id_performance"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_imported_item")),
        sa.UniqueConstraint("performance_id", name=op.f("uq_imported_item_performance_id")),
    )
    with op.batch_alter_table("imported_item", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_imported_item_event_id"), ["event_id"], unique=False)

    op.create_table(
        "performance_demand",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "performance_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("source", sa.String(length=13), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "source IN ('registrations', 'waitlist', 'favourites', 'manual')",
            name=op.f("ck_performance_demand_source"),
        ),
        sa.ForeignKeyConstraint(
            ["performance_id"],
            ["performance.id"],
            name=op.f("fk_performance_demand_performance_id_performance"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_performance_demand")),
        sa.UniqueConstraint(
            "performance_id", "source", name=op.f("uq_performance_demand_performance_id_source")
        ),
    )
    with op.batch_alter_table("performance_demand", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_performance_demand_performance_id"), ["performance_id"], unique=False
        )

    op.create_table(
        "resource_use",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "performance_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "resource_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("before_min", sa.Integer(), nullable=False),
        sa.Column("after_min", sa.Integer(), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_resource_use_quantity")),
        sa.ForeignKeyConstraint(
            ["performance_id"],
            ["performance.id"],
            name=op.f("fk_resource_use_performance_id_performance"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["resource_id"],
            ["resource.id"],
            name=op.f("fk_resource_use_resource_id_resource"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resource_use")),
        sa.UniqueConstraint(
            "performance_id", "resource_id", name=op.f("uq_resource_use_performance_id_resource_id")
        ),
    )
    with op.batch_alter_table("resource_use", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_resource_use_performance_id"), ["performance_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_resource_use_resource_id"), ["resource_id"], unique=False
        )

    op.create_table(
        "schedule_change",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "schedule_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "performance_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("kind", sa.String(length=9), nullable=False),
        sa.Column("old", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("new", sa.JSON(none_as_null=True), nullable=True),
        sa.CheckConstraint(
            "kind IN ('new', 'moved', 'resized', 'retitled', 'cast', 'cancelled', 'restored', 'removed')",
            name=op.f("ck_schedule_change_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["performance_id"],
            ["performance.id"],
            name=op.f("fk_schedule_change_performance_id_performance"),
        ),
        sa.ForeignKeyConstraint(
            ["schedule_id"],
            ["schedule.id"],
            name=op.f("fk_schedule_change_schedule_id_schedule"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_schedule_change")),
        sa.UniqueConstraint(
            "schedule_id",
            "performance_id",
            "kind",
            name=op.f("uq_schedule_change_schedule_id_performance_id_kind"),
        ),
    )
    with op.batch_alter_table("schedule_change", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_schedule_change_performance_id"), ["performance_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_schedule_change_schedule_id"), ["schedule_id"], unique=False
        )

    op.create_table(
        "waitlist_log",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("list_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(length=8), nullable=False),
        sa.Column("entry_no", sa.Integer(), nullable=True),
        sa.Column("group_size", sa.Integer(), nullable=True),
        sa.Column("tier_priority", sa.Integer(), nullable=True),
        sa.Column("free_places", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("actor", sa.String(length=200), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("prev_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.CheckConstraint(
            "action IN ('joined', 'offered', 'skipped', 'accepted', 'declined', 'expired', 'left', 'removed', 'paused', 'resumed')",
            name=op.f("ck_waitlist_log_action"),
        ),
        sa.ForeignKeyConstraint(
            ["event_id"],
            ["event.id"],
            name=op.f("fk_waitlist_log_event_id_event"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["list_id"],
            ["waitlist.id"],
            name=op.f("fk_waitlist_log_list_id_waitlist"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waitlist_log")),
        sa.UniqueConstraint("list_id", "seq", name=op.f("uq_waitlist_log_list_id_seq")),
    )
    with op.batch_alter_table("waitlist_log", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_waitlist_log_event_id"), ["event_id"], unique=False)

    op.create_table(
        "invitation",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column(
            "campaign_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=True),
        sa.Column("phone", sa.String(length=20), nullable=True),
        sa.Column("locale", sa.String(length=5), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column(
            "registration_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("link_rev", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reminded_count", sa.Integer(), nullable=False),
        sa.Column("last_reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decline_reason", sa.String(length=500), nullable=False),
        sa.CheckConstraint(
            "state IN ('draft', 'queued', 'opened', 'accepted', 'declined', 'withdrawn')",
            name=op.f("ck_invitation_state"),
        ),
        sa.CheckConstraint(
            "email IS NOT NULL OR phone IS NOT NULL", name=op.f("ck_invitation_contact")
        ),
        sa.ForeignKeyConstraint(
            ["campaign_id"],
            ["campaign.id"],
            name=op.f("fk_invitation_campaign_id_campaign"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["event_id"],
            ["event.id"],
            name=op.f("fk_invitation_event_id_event"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registration.id"],
            name=op.f("fk_invitation_registration_id_registration"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("campaign_id", "email", name=op.f("uq_invitation_campaign_id_email")),
        sa.UniqueConstraint("campaign_id", "phone", name=op.f("uq_invitation_campaign_id_phone")),
        sa.UniqueConstraint("public_id", name=op.f("uq_invitation_public_id")),
    )
    with op.batch_alter_table("invitation", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_invitation_campaign_id"), ["campaign_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_invitation_event_id"), ["event_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_invitation_registration_id"), ["registration_id"], unique=False
        )

    op.create_table(
        "waitlist_entry",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("list_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "registration_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("tier_priority", sa.Integer(), nullable=False),
        sa.Column("group_size", sa.Integer(), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("passes", sa.Integer(), nullable=False),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("offer_expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'offered', 'accepted', 'expired', 'left', 'removed')",
            name=op.f("ck_waitlist_entry_state"),
        ),
        sa.CheckConstraint("group_size >= 1", name=op.f("ck_waitlist_entry_group_size")),
        sa.ForeignKeyConstraint(
            ["event_id"],
            ["event.id"],
            name=op.f("fk_waitlist_entry_event_id_event"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["list_id"],
            ["waitlist.id"],
            name=op.f("fk_waitlist_entry_list_id_waitlist"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registration.id"],
            name=op.f("fk_waitlist_entry_registration_id_registration"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waitlist_entry")),
        sa.UniqueConstraint("list_id", "number", name=op.f("uq_waitlist_entry_list_id_number")),
    )
    with op.batch_alter_table("waitlist_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_waitlist_entry_event_id"), ["event_id"], unique=False)
        batch_op.create_index(
            "ix_waitlist_entry_expiry", ["state", "offer_expires_at"], unique=False
        )
        batch_op.create_index(
            "ix_waitlist_entry_list_state", ["list_id", "state", "number"], unique=False
        )
        batch_op.create_index(
            "uq_waitlist_entry_live",
            ["registration_id"],
            unique=True,
            sqlite_where=sa.text("state IN ('waiting', 'offered')"),
            postgresql_where=sa.text("state IN ('waiting', 'offered')"),
        )

    op.create_table(
        "answer",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "attendee_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "question_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.Column("text", sa.String(length=4000), nullable=False),
        sa.ForeignKeyConstraint(
            ["attendee_id"],
            ["attendee.id"],
            name=op.f("fk_answer_attendee_id_attendee"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_answer_event_id_event"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["question_id"], ["question.id"], name=op.f("fk_answer_question_id_question")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer")),
        sa.UniqueConstraint(
            "attendee_id", "question_id", name=op.f("uq_answer_attendee_id_question_id")
        ),
    )
    with op.batch_alter_table("answer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_answer_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_answer_question_id"), ["question_id"], unique=False)

    op.create_table(
        "attendee_search",
        sa.Column(
            "attendee_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("name_norm", sa.String(length=200), nullable=False),
        sa.Column("readings", sa.String(length=2000), nullable=False),
        sa.ForeignKeyConstraint(
            ["attendee_id"],
            ["attendee.id"],
            name=op.f("fk_attendee_search_attendee_id_attendee"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["event_id"],
            ["event.id"],
            name=op.f("fk_attendee_search_event_id_event"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("attendee_id", name=op.f("pk_attendee_search")),
    )
    with op.batch_alter_table("attendee_search", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_attendee_search_event_id"), ["event_id"], unique=False)

    op.create_table(
        "guest_detail",
        sa.Column(
            "attendee_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("external_ref", sa.String(length=80), nullable=True),
        sa.Column("company", sa.String(length=200), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("extra", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["attendee_id"],
            ["attendee.id"],
            name=op.f("fk_guest_detail_attendee_id_attendee"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["event_id"],
            ["event.id"],
            name=op.f("fk_guest_detail_event_id_event"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("attendee_id", name=op.f("pk_guest_detail")),
        sa.UniqueConstraint(
            "event_id", "external_ref", name=op.f("uq_guest_detail_event_id_external_ref")
        ),
    )
    op.create_table(
        "guest_file_line",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("batch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("line_no", sa.Integer(), nullable=False),
        sa.Column("parsed", sa.JSON(), nullable=False),
        sa.Column("verdict", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("detail", sa.String(length=200), nullable=False),
        sa.Column(
            "attendee_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.Column("outcome", sa.String(length=40), nullable=True),
        sa.CheckConstraint(
            "verdict IN ('new', 'update', 'unchanged', 'duplicate', 'error')",
            name=op.f("ck_guest_file_line_verdict"),
        ),
        sa.ForeignKeyConstraint(
            ["attendee_id"],
            ["attendee.id"],
            name=op.f("fk_guest_file_line_attendee_id_attendee"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["batch_id"],
            ["guest_file.id"],
            name=op.f("fk_guest_file_line_batch_id_guest_file"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guest_file_line")),
        sa.UniqueConstraint(
            "batch_id", "line_no", name=op.f("uq_guest_file_line_batch_id_line_no")
        ),
    )
    with op.batch_alter_table("guest_file_line", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_guest_file_line_attendee_id"), ["attendee_id"], unique=False
        )

    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.add_column(sa.Column("grid_min", sa.Integer(), server_default="5", nullable=False))

    with op.batch_alter_table("party_member", schema=None) as batch_op:
        batch_op.add_column(sa.Column("valid_from", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("valid_until", sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table("registration", schema=None) as batch_op:
        batch_op.add_column(sa.Column("decided_by", sa.String(length=200), nullable=True))
        batch_op.add_column(sa.Column("decision_reason", sa.String(length=500), nullable=True))

    with op.batch_alter_table("show", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("changeover_before_min", sa.Integer(), server_default="0", nullable=False)
        )
        batch_op.add_column(
            sa.Column("changeover_after_min", sa.Integer(), server_default="0", nullable=False)
        )
        batch_op.add_column(
            sa.Column("requires_rehearsal", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
        batch_op.add_column(
            sa.Column(
                "rehearsal_same_stage", sa.Boolean(), server_default=sa.false(), nullable=False
            )
        )
        batch_op.add_column(
            sa.Column("rehearsal_min_gap_min", sa.Integer(), server_default="0", nullable=False)
        )
        batch_op.add_column(sa.Column("default_duration_min", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("bill", sa.String(length=40), nullable=True))

    with op.batch_alter_table("slot", schema=None) as batch_op:
        batch_op.add_column(sa.Column("updated_by", sa.String(length=200), nullable=True))
        batch_op.add_column(
            sa.Column("is_pinned", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
        batch_op.add_column(sa.Column("told_title", sa.JSON(none_as_null=True), nullable=True))
        batch_op.add_column(sa.Column("told_status", sa.String(length=10), nullable=True))
        batch_op.add_column(sa.Column("told_cast", sa.JSON(none_as_null=True), nullable=True))

    with op.batch_alter_table("stream_sample", schema=None) as batch_op:
        batch_op.add_column(sa.Column("popularity", sa.BigInteger(), nullable=True))

    with op.batch_alter_table("ticket_type", schema=None) as batch_op:
        batch_op.add_column(sa.Column("cancel_until", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(
            sa.Column("transfer", sa.String(length=8), server_default="none", nullable=False)
        )

    for statement in TRIGGERS[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    """Take back."""
    for statement in DROP_TRIGGERS[op.get_bind().dialect.name]:
        op.execute(statement)
    with op.batch_alter_table("ticket_type", schema=None) as batch_op:
        batch_op.drop_column("transfer")
        batch_op.drop_column("cancel_until")

    with op.batch_alter_table("stream_sample", schema=None) as batch_op:
        batch_op.drop_column("popularity")

    with op.batch_alter_table("slot", schema=None) as batch_op:
        batch_op.drop_column("told_cast")
        batch_op.drop_column("told_status")
        batch_op.drop_column("told_title")
        batch_op.drop_column("is_pinned")
        batch_op.drop_column("updated_by")

    with op.batch_alter_table("show", schema=None) as batch_op:
        batch_op.drop_column("bill")
        batch_op.drop_column("default_duration_min")
        batch_op.drop_column("rehearsal_min_gap_min")
        batch_op.drop_column("rehearsal_same_stage")
        batch_op.drop_column("requires_rehearsal")
        batch_op.drop_column("changeover_after_min")
        batch_op.drop_column("changeover_before_min")

    with op.batch_alter_table("registration", schema=None) as batch_op:
        batch_op.drop_column("decision_reason")
        batch_op.drop_column("decided_by")

    with op.batch_alter_table("party_member", schema=None) as batch_op:
        batch_op.drop_column("valid_until")
        batch_op.drop_column("valid_from")

    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.drop_column("grid_min")

    with op.batch_alter_table("guest_file_line", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_guest_file_line_attendee_id"))

    op.drop_table("guest_file_line")
    op.drop_table("guest_detail")
    with op.batch_alter_table("attendee_search", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_attendee_search_event_id"))

    op.drop_table("attendee_search")
    with op.batch_alter_table("answer", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_answer_question_id"))
        batch_op.drop_index(batch_op.f("ix_answer_event_id"))

    op.drop_table("answer")
    with op.batch_alter_table("waitlist_entry", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_waitlist_entry_live",
            sqlite_where=sa.text("state IN ('waiting', 'offered')"),
            postgresql_where=sa.text("state IN ('waiting', 'offered')"),
        )
        batch_op.drop_index("ix_waitlist_entry_list_state")
        batch_op.drop_index("ix_waitlist_entry_expiry")
        batch_op.drop_index(batch_op.f("ix_waitlist_entry_event_id"))

    op.drop_table("waitlist_entry")
    with op.batch_alter_table("invitation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_invitation_registration_id"))
        batch_op.drop_index(batch_op.f("ix_invitation_event_id"))
        batch_op.drop_index(batch_op.f("ix_invitation_campaign_id"))

    op.drop_table("invitation")
    with op.batch_alter_table("waitlist_log", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_waitlist_log_event_id"))

    op.drop_table("waitlist_log")
    with op.batch_alter_table("schedule_change", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_schedule_change_schedule_id"))
        batch_op.drop_index(batch_op.f("ix_schedule_change_performance_id"))

    op.drop_table("schedule_change")
    with op.batch_alter_table("resource_use", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_resource_use_resource_id"))
        batch_op.drop_index(batch_op.f("ix_resource_use_performance_id"))

    op.drop_table("resource_use")
    with op.batch_alter_table("performance_demand", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_performance_demand_performance_id"))

    op.drop_table("performance_demand")
    with op.batch_alter_table("imported_item", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_imported_item_event_id"))

    op.drop_table("imported_item")
    with op.batch_alter_table("edit_log", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_edit_log_schedule_id"))
        batch_op.drop_index(batch_op.f("ix_edit_log_batch_id"))

    op.drop_table("edit_log")
    with op.batch_alter_table("dependency", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_dependency_event_id"))

    op.drop_table("dependency")
    with op.batch_alter_table("waitlist", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_waitlist_event_id"))

    op.drop_table("waitlist")
    with op.batch_alter_table("stream_poll", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_stream_poll_event_id"))
        batch_op.drop_index(batch_op.f("ix_stream_poll_due_at"))

    op.drop_table("stream_poll")
    with op.batch_alter_table("opening_window", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_opening_window_event_id"))

    op.drop_table("opening_window")
    op.drop_table("form_question")
    op.drop_table("campaign")
    with op.batch_alter_table("travel_time", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_travel_time_event_id"))

    op.drop_table("travel_time")
    with op.batch_alter_table("mention", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_mention_outlet_id"))
        batch_op.drop_index("ix_mention_event_at")
        batch_op.drop_index(batch_op.f("ix_mention_batch_id"))

    op.drop_table("mention")
    with op.batch_alter_table("creator_post", schema=None) as batch_op:
        batch_op.drop_index("ix_creator_post_event_at")
        batch_op.drop_index(batch_op.f("ix_creator_post_creator_id"))
        batch_op.drop_index(batch_op.f("ix_creator_post_batch_id"))

    op.drop_table("creator_post")
    with op.batch_alter_table("counter_total", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_counter_total_event_id"))

    op.drop_table("counter_total")
    with op.batch_alter_table("availability", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_availability_party_id"))

    op.drop_table("availability")
    with op.batch_alter_table("waiver", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_waiver_event_id"))

    op.drop_table("waiver")
    with op.batch_alter_table("resource", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_resource_event_id"))

    op.drop_table("resource")
    op.drop_table("report_setting")
    with op.batch_alter_table("question", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_question_event_id"))

    op.drop_table("question")
    op.drop_table("outlet")
    op.drop_table("media_batch")
    with op.batch_alter_table("guest_file", schema=None) as batch_op:
        batch_op.drop_index("ix_guest_file_event")

    op.drop_table("guest_file")
    op.drop_table("gate_scope")
    op.drop_table("creator")
    with op.batch_alter_table("conflict_setting", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_conflict_setting_event_id"))

    op.drop_table("conflict_setting")
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_audit_entry_event_ref"))

    op.drop_table("audit_entry")
    for statement in OLD_TRIGGERS[op.get_bind().dialect.name]:
        op.execute(statement)
