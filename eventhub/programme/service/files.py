"""Schedule files that people upload: read, looked at, taken over as one batch, taken back."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any, Final

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, select, update

from eventhub.kernel import audit, clock, ids, text
from eventhub.kernel.db import command, db
from eventhub.kernel.errors import Invalid
from eventhub.programme import csv_rows, queries
from eventhub.programme.errors import ImportUnreadable, NothingToUndo, UnknownFile
from eventhub.programme.exchange_read import CSV, FORMATS, read_file, unpacked
from eventhub.programme.models import ColumnMap, EditLog, ScheduleFile, Show, ShowParty
from eventhub.programme.rules.exchange import Reading
from eventhub.programme.service.batch import Desk, SlotState, as_json
from eventhub.programme.service.edit import working_copy
from eventhub.programme.service.imports import ImportSchedule, import_schedule, preview_import
from eventhub.programme.service.undo import UndoBatch, undo

OP: Final = "import"
_REMARKS_KEPT = 500
_KEPT_FOR = timedelta(days=1)  # a file that nobody takes over
_TEXTS = ("title", "line", "description", "language", "type_id", "track_id")
_CAST = ("party_id", "role", "position", "is_public")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadFile:
    """An uploaded file; `columns` is the header per field of a table, None: by usual names."""

    event_id: int
    data: bytes
    file_name: str
    format: str
    columns: Mapping[str, str] | None = None
    actor: str = ""


@command
def read_schedule_file(cmd: ReadFile) -> str:
    """
    Keep a file with the report of a dry run; return its public id.

    A table whose headers say nothing is kept too, so that they can be mapped.

    Raises:
        ImportUnreadable: It can not be read at all.
    """
    if cmd.format not in FORMATS:
        raise ImportUnreadable.because("unknown format", line=0)
    _forget_old()
    data = unpacked(cmd.data)
    row = ScheduleFile(
        event_id=cmd.event_id,
        public_id=ids.new_public_id(),
        file_name=text.clean(cmd.file_name[-100:], limit=200) or "file",
        format=cmd.format,
        columns=dict(cmd.columns) if cmd.columns else None,
        state="read",
        data=zlib.compress(data, 6),
        created_at=clock.now(),
        created_by=cmd.actor,
    )
    row.report = _report(row, data)
    db.session.add(row)
    db.session.flush()
    return row.public_id


@command
def map_columns(event_id: int, public_id: str, columns: Mapping[str, str], name: str = "") -> None:
    """
    Read a waiting table again with other columns, and keep the map under a name if one is given.

    Raises:
        UnknownFile: It does not wait.

        Invalid: A field that does not exist.
    """
    row, data = _waiting(event_id, public_id)
    if row.format != CSV or not columns.keys() <= csv_rows.ALIASES.keys():
        raise Invalid(fields={"columns": [_l("There is no such field.")]})
    row.columns = dict(columns)
    row.report = _report(row, data)
    if name:
        known = db.session.scalar(
            select(ColumnMap).where(ColumnMap.event_id == event_id, ColumnMap.name == name)
        )
        if known is None:
            known = ColumnMap(event_id=event_id, name=name)
            db.session.add(known)
        known.columns = dict(columns)


@command
def apply_schedule_file(event_id: int, public_id: str, actor: str) -> str:
    """
    Take a file over: all that can be taken, as one batch, or nothing. Return the batch.

    Raises:
        UnknownFile: It does not wait.

        ImportUnreadable, ReleasedImmutable: Nothing was changed.
    """
    row, data = _waiting(event_id, public_id)
    reading = _reading(row, data)
    before, texts = _slots(event_id), _texts(event_id)
    done = import_schedule(ImportSchedule(event_id=event_id, reading=reading))
    db.session.flush()
    db.session.expire_all()
    row.batch_id = _log(event_id, before, _slots(event_id), actor)
    now = _texts(event_id)
    row.undo = {
        "shows": {
            str(key): {"before": old, "after": now[key]}
            for key, old in texts.items()
            if key in now and now[key] != old
        }
    }
    row.state, row.data, row.applied_at = "applied", None, clock.now()
    row.report = {**row.report, "counts": asdict(done)}
    audit.record(
        "schedule.import",
        f"schedule-file:{public_id}",
        event_id=event_id,
        after=asdict(done) | {"format": row.format},
    )
    return row.batch_id


@command
def undo_schedule_file(event_id: int, public_id: str, actor: str) -> None:
    """
    Take an import back: places as they were, shows with their old texts.

    What the file made leaves the draft; names of stages, venues and people stay.

    Raises:
        UnknownFile: None that was taken over.

        StaleEdit: Somebody has changed a place since; nothing is taken back.
    """
    row = schedule_file(event_id, public_id)
    if row.state != "applied" or row.batch_id is None:
        raise UnknownFile()
    try:
        undo(UndoBatch(event_id=event_id, batch=row.batch_id, actor=actor))
    except NothingToUndo:
        if not (row.undo or {}).get("shows"):
            raise
    now = _texts(event_id)
    for key, one in (row.undo or {}).get("shows", {}).items():
        if now.get(int(key)) == one["after"]:
            _put_back(int(key), one["before"])
    row.state = "undone"
    audit.record("schedule.import-undo", f"schedule-file:{public_id}", event_id=event_id)


def schedule_file(event_id: int, public_id: str) -> ScheduleFile:
    """Return an uploaded file; raises UnknownFile."""
    found = db.session.scalar(
        select(ScheduleFile).where(
            ScheduleFile.event_id == event_id, ScheduleFile.public_id == public_id
        )
    )
    if found is None:
        raise UnknownFile()
    return found


def _waiting(event_id: int, public_id: str) -> tuple[ScheduleFile, bytes]:
    row = schedule_file(event_id, public_id)
    if row.state != "read" or row.data is None:
        raise UnknownFile()
    return row, zlib.decompress(row.data)


def _reading(row: ScheduleFile, data: bytes) -> Reading:
    event = queries.event_by_id(row.event_id)
    return read_file(event, row.format, data, source=row.file_name, columns=row.columns)


def _report(row: ScheduleFile, data: bytes) -> dict[str, Any]:
    """Return what a dry run says; the reason alone when a table can not be read yet."""
    report: dict[str, Any] = {}
    if row.format == CSV:
        names = csv_rows.headers(data)
        report = {"headers": names, "columns": csv_rows.guessed(names) | (row.columns or {})}
    try:
        reading = _reading(row, data)
    except ImportUnreadable as refusal:
        if row.format != CSV or not report["headers"]:
            raise
        return report | {"unreadable": refusal.details}
    counts = preview_import(ImportSchedule(event_id=row.event_id, reading=reading))
    return report | {
        "counts": asdict(counts),
        "rejected": [[one.line, one.reason] for one in reading.rejected[:_REMARKS_KEPT]],
        "rejected_count": len(reading.rejected),
        "notes": [[one.line, one.reason] for one in reading.notes[:_REMARKS_KEPT]],
        "duplicates": [[one.line, one.first_line] for one in reading.duplicates[:_REMARKS_KEPT]],
        "items": len(reading.items),
    }


def _slots(event_id: int) -> dict[int, SlotState]:
    schedule = working_copy(event_id)
    if schedule is None:
        return {}
    event = queries.event_by_id(event_id)
    keys = [item.id for item in queries.facts(event).items]
    desk = Desk(event, schedule.id)
    found: dict[int, SlotState] = {}
    for at in range(0, len(keys), 500):
        found |= desk.slots(keys[at : at + 500])
    return found


def _log(
    event_id: int, before: Mapping[int, SlotState], after: Mapping[int, SlotState], actor: str
) -> str:
    schedule = working_copy(event_id)
    assert schedule is not None  # noqa: S101 - the import has just written into it
    batch = ids.new_public_id()
    empty = SlotState(performance_id=0)
    for key in after:
        old, new = before.get(key, empty), after[key]
        if old == new or (not old.row_version and not new.row_version):
            continue
        db.session.add(
            EditLog(
                schedule_id=schedule.id,
                batch_id=batch,
                performance_id=key,
                actor=actor,
                op=OP,
                before=as_json(old) if old.row_version else None,
                after=as_json(new) if new.row_version else None,
                at=clock.now(),
            )
        )
    return batch


def _texts(event_id: int) -> dict[int, dict[str, Any]]:
    """Return what an import may change of the shows there are, by show."""
    columns = [getattr(Show, name) for name in _TEXTS]
    statement = select(Show.id, *columns).where(Show.event_id == event_id)
    found = {
        row[0]: dict(zip(_TEXTS, row[1:], strict=True)) for row in db.session.execute(statement)
    }
    cast = (
        select(ShowParty.show_id, *(getattr(ShowParty, name) for name in _CAST))
        .join(Show, Show.id == ShowParty.show_id)
        .where(Show.event_id == event_id)
        .order_by(ShowParty.show_id, ShowParty.position, ShowParty.id)
    )
    for row in db.session.execute(cast):
        found[row[0]].setdefault("cast", []).append(list(row[1:]))
    return found


def _put_back(show_id: int, texts: Mapping[str, Any]) -> None:
    values = {name: texts[name] for name in _TEXTS}
    db.session.execute(update(Show).where(Show.id == show_id).values(**values))
    db.session.execute(delete(ShowParty).where(ShowParty.show_id == show_id))
    for link in texts.get("cast", ()):
        values = dict(zip(_CAST, link, strict=True))
        db.session.add(ShowParty(show_id=show_id, **values))


def _forget_old() -> None:
    old = ScheduleFile.created_at < clock.now() - _KEPT_FOR
    db.session.execute(delete(ScheduleFile).where(ScheduleFile.state == "read", old))
