"""
Copy what an event is made of into a new one: places, tickets, forms, texts, roles, settings.

The copy reads tables and not models, so that a column that is added later is
copied without anybody thinking of it; a table that is added later has to be
put on one of both lists (a test says so).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Table, insert, select, update

from eventhub.console.events.create import check_days, free_slug
from eventhub.kernel import audit, ids
from eventhub.kernel.db import Base, I18n, command, db
from eventhub.programme import service as programme
from eventhub.programme.models import Event
from eventhub.programme.queries import EventRow

# In this order: what others refer to comes first.
COPIED: Final = (
    "venue",
    "stage",
    "zone",
    "gate",
    "opening_window",
    "travel_time",
    "conflict_setting",
    "resource",
    "show_type",
    "track",
    "tier",
    "entry_window",
    "ticket_type",
    "entry_window_type",
    "quota",
    "quota_ticket_type",
    "gate_access",
    "entry_policy",
    "gate_setting",
    "checkin_setting",
    "question",
    "form_question",
    "consent_text",
    "mail_template",
    "registration_setting",
    "seat_map",
    "seat",
    "site_plan",
    "event_cover",
    "export_map",
    "report_logo",
    "report_setting",
    "target",
    "visibility_prior",
    "role_grant",
)

_PEOPLE: Final = "people and what they said or hold"
_SCANS: Final = "scans, devices and cards"
_SECRETS: Final = "secrets and what they open"
_FIGURES: Final = "observations, their sources and reports"
_SHOWS: Final = "the programme: its shows have people, and other ones every year"
_TRACES: Final = "what happened, messages, work that runs"

LEFT: Final[dict[str, str]] = {
    **dict.fromkeys(
        (
            "registration",
            "attendee",
            "attendee_identity",
            "attendee_search",
            "consent",
            "guardian_consent",
            "guest_detail",
            "guest_file",
            "guest_file_line",
            "campaign",
            "invitation",
            "answer",
            "held_answer",
            "answer_file",
            "contact_proof",
            "erasure",
            "mail_stop",
            "ticket",
            "waitlist",
            "waitlist_entry",
            "waitlist_log",
            "seat_assignment",
            "party",
            "party_member",
            "creator",
            "creator_post",
        ),
        _PEOPLE,
    ),
    **dict.fromkeys(
        (
            "scan",
            "admission",
            "conflict",
            "device",
            "gate_change",
            "gate_scope",
            "staff_card",
            "pairing_code",
            "zone_alert",
            "zone_reading",
            "admission_summary",
        ),
        _SCANS,
    ),
    **dict.fromkeys(
        (
            "event_key",
            "day_key",
            "personal_feed",
            "report_link",
            "sensor",
            "stream_player",
            "api_key",
            "webhook_endpoint",
            "webhook_delivery",
            "webhook_attempt",
        ),
        _SECRETS,
    ),
    **dict.fromkeys(
        (
            "source",
            "observation",
            "import_batch",
            "quarantine",
            "revision",
            "adjustment",
            "rollup",
            "rollup_state",
            "counter_bin",
            "counter_total",
            "calibration",
            "delivery",
            "taken_back",
            "turnover",
            "stream",
            "stream_poll",
            "stream_programme",
            "stream_sample",
            "beat_batch",
            "beat_join",
            "beat_minute",
            "beat_policy",
            "hook_play",
            "viewer_sketch",
            "plan_mark",
            "media_batch",
            "mention",
            "outlet",
            "report",
            "day_note",
            "gross_part",
            "gross_exclusion",
            "not_stated",
            "overlap",
            "source_text",
        ),
        _FIGURES,
    ),
    **dict.fromkeys(
        (
            "show",
            "show_party",
            "performance",
            "performance_demand",
            "dependency",
            "resource_use",
            "availability",
            "livestream",
            "slot",
            "schedule",
            "schedule_change",
            "seat_plan",
            "seat_block",
            "seat_block_seat",
            "seat_log",
            "waiver",
            "live_status",
            "column_map",
            "imported_item",
            "plan_proposal",
            "schedule_file",
        ),
        _SHOWS,
    ),
    **dict.fromkeys(
        ("edit_log", "notice_round", "outbox_message", "retention_run", "audit_entry"), _TRACES
    ),
}

_EVENT_COLUMNS: Final = ("event_id", "event_ref")
_SHARED: Final = frozenset({"person", "organisation"})  # no part of an event: referred to again
_SHIFTED: Final = frozenset({"opening_window", "entry_window", "ticket_type"})
_FRESH: Final[Mapping[str, Mapping[str, Any]]] = {
    "quota": {"used": 0, "held": 0, "closed_at": None},
    "gate": {"state": "open"},
    "registration_setting": {
        "waiting_opens_at": None,
        "waiting_seed": None,
        "waiting_joined": 0,
        "waiting_early": None,
    },
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyEvent:
    """The event to copy, and what the new one is called; its days follow from the first."""

    source: EventRow
    title: I18n
    starts_on: date
    slug: str = ""


@dataclass(slots=True)
class _Copy:
    """A copy in the making: new ids by table and old id, and what is counted for the log."""

    source: EventRow
    event_id: int
    shift_days: int
    ids: dict[str, dict[Any, Any]] = field(default_factory=dict)
    windows: set[int] = field(default_factory=set)  # numbers that the copy has


@command
def copy_event(cmd: CopyEvent) -> str:
    """
    Make an event like another one and return its slug; it stands in no list yet.

    Commits once, or leaves nothing. Times of doors, sales and opening keep their
    wall clock and move by whole days.

    Raises:
        Invalid: A name or short name can not be used.

        SlugTaken: The given short name is in use.
    """
    source = cmd.source
    first = source.starts_on or cmd.starts_on
    shift = cmd.starts_on - first
    ends_on = (source.ends_on or cmd.starts_on) + shift
    check_days(cmd.starts_on, ends_on)
    slug = cmd.slug or free_slug(cmd.title, cmd.starts_on)
    event_id = programme.create_event(
        programme.CreateEvent(
            organisation_id=source.organisation_id,
            slug=slug,
            title=cmd.title,
            timezone=source.timezone,
            uid_domain=source.uid_domain,
            starts_on=cmd.starts_on,
            ends_on=ends_on,
        )
    )
    _settings(source.id, event_id)
    made = _Copy(source, event_id, shift.days)
    for name in COPIED:
        _rows(made, Base.metadata.tables[name])
    audit.record(
        "event.copy",
        f"event:{slug}",
        organisation_id=source.organisation_id,
        event_id=event_id,
        after={
            "from": source.slug,
            "shift_days": shift.days,
            "rows": {str(name): len(found) for name, found in made.ids.items() if found},
        },
    )
    return slug


# Columns of an event that are its own; every other one is a setting.
_OWN: Final = frozenset(
    {
        *("id", "uuid", "organisation_id", "slug", "acronym", "title", "timezone", "uid_domain"),
        *("starts_on", "ends_on", "period_text"),
        *("is_public", "is_registration_open", "is_synthetic"),
    }
)


def _settings(source_id: int, event_id: int) -> None:
    table = Base.metadata.tables[Event.__tablename__]
    columns = [column for column in table.columns if column.name not in _OWN]
    row = db.session.execute(select(*columns).where(table.c.id == source_id)).one()
    values = {"is_public": False, "is_registration_open": False, **row._mapping}
    db.session.execute(update(table).where(table.c.id == event_id).values(values))
    db.session.expire_all()


def _rows(made: _Copy, table: Table) -> None:
    """Copy the rows of one table; those that hang on something left behind are left too."""
    found = made.ids.setdefault(table.name, {})
    keys = [column.name for column in table.primary_key]
    is_numbered = keys == ["id"]
    for row in db.session.execute(_of_event(made, table)).mappings():
        values = _values(made, table, row)
        if values is None:
            continue
        values.pop("id", None)
        if is_numbered:
            fresh = db.session.execute(insert(table).values(values).returning(table.c.id))
            found[row["id"]] = fresh.scalar_one()
        else:
            db.session.execute(insert(table).values(values))
            found[tuple(row[key] for key in keys)] = True
        if table.name == "entry_window":
            made.windows.add(row["number"])


def _of_event(made: _Copy, table: Table) -> Any:
    return select(table).where(_belongs(made, table)).order_by(*table.primary_key)


def _belongs(made: _Copy, table: Table) -> Any:
    """Return what rows of the source fulfil: they name it, or something of it that was copied."""
    for name in _EVENT_COLUMNS:
        if name in table.columns:
            return table.c[name] == made.source.id
    column, target = next((c, t) for c, t in _references(table) if t in made.ids)
    return column.in_(list(made.ids[target]))


def _references(table: Table) -> Iterator[tuple[Any, str]]:
    for column in table.columns:
        for key in column.foreign_keys:
            yield column, key.column.table.name


def _values(made: _Copy, table: Table, row: Mapping[Any, Any]) -> dict[str, Any] | None:
    """Return the row as the copy has it, None when what it needs is not copied."""
    values = dict(row)
    for column, target in _references(table):
        old = values[column.name]
        if old is None or target in _SHARED or column.name in _EVENT_COLUMNS:
            continue
        values[column.name] = made.ids.get(target, {}).get(old)
        if values[column.name] is None and not column.nullable:
            return None
    values |= {name: made.event_id for name in _EVENT_COLUMNS if name in values}
    values |= _FRESH.get(table.name, {})
    values |= {"uuid": ids.new_uuid()} if "uuid" in values else {}
    values |= {"public_id": ids.new_public_id()} if "public_id" in values else {}
    if table.name in _SHIFTED:
        values |= {
            name: _moved(made, value)
            for name, value in values.items()
            if isinstance(value, datetime)
        }
    return _particular(made, table.name, values)


def _particular(made: _Copy, table: str, values: dict[str, Any]) -> dict[str, Any] | None:
    """Return the values after the rules that only one table has."""
    if table == "entry_window" and values["kind"] in {"show", "session"}:
        return None  # follows a performance, which the copy has not
    if table == "quota" and values["window_no"] not in {0, *made.windows}:
        return None
    if table == "ticket_type" and values["window_no"] not in made.windows:
        values["window_no"] = 0  # of the whole event, until it gets another one
    if table in {"question", "consent_text"} and values["replaced_at"] is not None:
        return None  # an earlier wording, kept for the answers that stay behind
    if table == "report_setting":
        values["compare_event_id"] = made.source.id  # the edition before
    return values


def _moved(made: _Copy, at: datetime) -> datetime:
    """Return the same wall clock as many days later as the event begins later."""
    local = at.astimezone(made.source.zone).replace(tzinfo=None)
    later = local + timedelta(days=made.shift_days)
    return later.replace(tzinfo=made.source.zone).astimezone(at.tzinfo)
