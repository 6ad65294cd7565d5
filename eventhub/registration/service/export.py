"""Lists of registered people as CSV and XLSX; safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import datetime, tzinfo
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import and_, func, select

from eventhub.kernel import audit
from eventhub.kernel.db import command, db
from eventhub.kernel.i18n import pick
from eventhub.programme.queries import EventRow
from eventhub.registration.models import Attendee, GuestDetail, Registration, Ticket, TicketType
from eventhub.registration.service.answer_columns import AnswerColumns

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_READ = 1000  # rows in memory at a time
_WIDE = 24  # characters
_KEYS = (
    "code",
    "state",
    "ticket_type",
    "name",
    "latin_name",
    "email",
    "phone",
    "company",
    "note",
    "ref",
    "source",
    "lang",
    "registered_at",
    "entered_at",
    "seat",
)


def export_csv(event: EventRow) -> Iterator[bytes]:
    """
    Yield the registered people of an event as CSV, one line each, newest last.

    UTF-8 with BOM and CRLF, as spreadsheets expect; headings in the language
    of the moment, times in the event's zone. A cell that a spreadsheet would
    take for a formula begins with an apostrophe. A column per question that
    has answers comes last; files stand there by name.
    """
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    answers = AnswerColumns(event.id)
    writer.writerow([harmless(heading) for heading in _headings() + answers.headings])
    yield b"\xef\xbb\xbf"
    for number, row in enumerate(_rows(event, answers), start=1):
        writer.writerow([harmless(cell) for cell in row])
        if number % _READ == 0:
            yield _taken(buffer)
    yield _taken(buffer)


def export_xlsx(event: EventRow) -> bytes:
    """Return the same list as XLSX; all cells are text, so that none is a formula."""
    import xlsxwriter  # noqa: PLC0415 - slow import

    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"constant_memory": True, "default_date_format": ""})
    page = book.add_worksheet()
    page.freeze_panes(1, 0)
    answers = AnswerColumns(event.id)
    headings = _headings() + answers.headings
    page.set_column(0, len(headings) - 1, _WIDE)
    bold = book.add_format({"bold": True})
    for column, heading in enumerate(headings):
        page.write_string(0, column, heading, bold)
    for line, row in enumerate(_rows(event, answers), start=1):
        for column, cell in enumerate(row):
            page.write_string(line, column, cell)
    book.close()
    return buffer.getvalue()


@command
def note_export(event_id: int, form: str) -> int:
    """Note in the log that a file of all guests is taken out; return how many people. Commits."""
    count = select(func.count()).select_from(Attendee).where(Attendee.event_id == event_id)
    people = db.session.scalar(count) or 0
    audit.record(
        "guests.export",
        f"guests:{form}",
        event_id=event_id,
        after={"list": "all", "people": people},
    )
    return people


@command
def note_badges(event_id: int, ticket_type: str, *, people: int) -> None:
    """Note in the log that badges, which hold codes that open gates, are printed. Commits."""
    audit.record(
        "badges.print",
        f"badges:{ticket_type or 'all'}",
        event_id=event_id,
        after={"people": people},
    )


def _taken(buffer: io.StringIO) -> bytes:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text.encode()


def harmless(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _headings() -> list[str]:
    words = {
        "code": _("Code"),
        "state": _("State"),
        "ticket_type": _("Ticket type"),
        "name": _("Name"),
        "latin_name": _("Latin name"),
        "email": _("E-mail"),
        "phone": _("Phone"),
        "company": _("Company"),
        "note": _("Note"),
        "ref": _("Guest reference"),
        "source": _("Source"),
        "lang": _("Language"),
        "registered_at": _("Registered"),
        "entered_at": _("Entered"),
        "seat": _("Seat"),
    }
    return [words[key] for key in _KEYS]


def _rows(event: EventRow, answers: AnswerColumns) -> Iterator[Sequence[str]]:
    live = and_(Ticket.attendee_id == Attendee.id, Ticket.status != "cancelled")
    a, r, d = Attendee, Registration, GuestDetail
    statement = (
        select(
            a.id,
            r.code,
            r.state,
            r.ticket_type_id,
            a.display_name,
            a.latin_name,
            r.email,
            r.phone,
            d.company,
            d.note,
            d.external_ref,
            r.source,
            r.locale,
            r.created_at,
            Ticket.first_entry_at,
            Ticket.seat_label,
        )
        .select_from(a)
        .join(r, r.id == a.registration_id)
        .outerjoin(d, d.attendee_id == a.id)
        .outerjoin(Ticket, live)
        .where(a.event_id == event.id)
        .order_by(r.id, a.position)
        .execution_options(yield_per=_READ)
    )
    names = _type_names(event.id)
    for part in db.session.execute(statement).partitions(_READ):
        told = answers.cells([row[0] for row in part])
        for row in part:
            yield _cells(row[1:], names, event.zone) + told[row[0]]


def _type_names(event_id: int) -> dict[int, str]:
    rows = db.session.execute(
        select(TicketType.id, TicketType.name).where(TicketType.event_id == event_id)
    )
    return {type_id: pick(name) for type_id, name in rows}


def _cells(row: Any, names: dict[int, str], zone: tzinfo) -> list[str]:
    code, state, type_id, *texts, source, lang, registered, entered, seat = row
    return [
        code,
        state,
        names.get(type_id, ""),
        *(text or "" for text in texts),
        source,
        lang,
        _stamp(registered, zone),
        _stamp(entered, zone),
        seat or "",
    ]


def _stamp(at: datetime | None, zone: tzinfo) -> str:
    return at.astimezone(zone).isoformat(" ", "minutes")[:16] if at else ""
