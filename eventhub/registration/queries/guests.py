"""Guest files and the guests that a file can match."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, or_, select

from eventhub.kernel.db import I18n, db
from eventhub.kernel.errors import NotFound
from eventhub.registration.enums import RegistrationState
from eventhub.registration.models import (
    Attendee,
    GuestDetail,
    GuestFileBatch,
    GuestFileLine,
    Registration,
    TicketType,
)
from eventhub.registration.rules.guests import Guest, Known, Verdict

_OVER = (RegistrationState.CANCELLED, RegistrationState.DECLINED, RegistrationState.EXPIRED)
DONE = "done"
UNDONE = "undone"
KEPT = "kept"


@dataclass(frozen=True, slots=True)
class BatchRow:
    """A guest file with the number of its lines by verdict and by what became of them."""

    id: int
    public_id: str
    file_name: str
    encoding: str
    mapping: Mapping[str, str]
    default_type: str | None
    state: str
    created_by: str
    created_at: datetime
    applied_at: datetime | None
    undone_at: datetime | None
    verdicts: Mapping[str, int]
    outcomes: Mapping[str, int]

    @property
    def may_apply(self) -> bool:
        """Tell whether confirming would change anything."""
        waiting = self.verdicts.get(Verdict.NEW, 0) + self.verdicts.get(Verdict.UPDATE, 0)
        return self.state == "previewed" and waiting > 0


@dataclass(frozen=True, slots=True)
class FileLine:
    """One line of a guest file; `changes` maps a field to `[before, after]`."""

    line_no: int
    name: str
    contact: str
    ticket_type: str
    verdict: str
    reason: str
    detail: str
    changes: Mapping[str, Any]
    outcome: str | None


def batch_by_public_id(event_id: int, public_id: str) -> BatchRow:
    """Return one guest file of an event; raises NotFound."""
    found = db.session.scalar(
        select(GuestFileBatch).where(
            GuestFileBatch.event_id == event_id, GuestFileBatch.public_id == public_id
        )
    )
    if found is None:
        raise NotFound()
    return _batch_rows([found])[0]


def batches(event_id: int, limit: int = 20) -> list[BatchRow]:
    """Return the newest guest files of an event; two statements."""
    found = db.session.scalars(
        select(GuestFileBatch)
        .where(GuestFileBatch.event_id == event_id)
        .order_by(GuestFileBatch.id.desc())
        .limit(limit)
    )
    return _batch_rows(list(found))


def file_lines(
    batch_id: int, verdict: str = "", *, limit: int = 200, offset: int = 0
) -> list[FileLine]:
    """Return lines of a guest file in their order, of one verdict or of all."""
    statement = select(GuestFileLine).where(GuestFileLine.batch_id == batch_id)
    if verdict:
        statement = statement.where(GuestFileLine.verdict == verdict)
    rows = db.session.scalars(statement.order_by(GuestFileLine.line_no).limit(limit).offset(offset))
    return [_line(row) for row in rows]


def troubled_lines(batch_id: int) -> list[FileLine]:
    """Return the lines that were refused: by the preview, while applying, or while undoing."""
    refused = GuestFileLine.outcome.is_not(None) & GuestFileLine.outcome.not_in((DONE, UNDONE))
    rows = db.session.scalars(
        select(GuestFileLine)
        .where(
            GuestFileLine.batch_id == batch_id, or_(GuestFileLine.verdict == Verdict.ERROR, refused)
        )
        .order_by(GuestFileLine.line_no)
    )
    return [_line(row) for row in rows]


def known_guests(event_id: int, keys: Collection[str] | None = None) -> list[Known]:
    """
    Return the live guests of an event who can be matched.

    Args:
        event_id: The event.

        keys: Only guests with one of these keys of `Guest.keys`; None for all.
    """
    detail = GuestDetail
    statement = (
        select(Registration, Attendee, TicketType.slug, detail)
        .join(Attendee, Attendee.registration_id == Registration.id)
        .join(TicketType, TicketType.id == Registration.ticket_type_id)
        .outerjoin(detail, detail.attendee_id == Attendee.id)
        .where(
            Registration.event_id == event_id,
            Registration.state.not_in(_OVER),
            Attendee.position == 0,
        )
        .execution_options(populate_existing=True)
    )
    if keys is not None:
        statement = statement.where(_with_keys(keys))
    return [
        Known(person.id, _guest(made, person, slug, more))
        for made, person, slug, more in db.session.execute(statement)
    ]


def words_of_types(event_id: int) -> list[tuple[str, I18n]]:
    """Return slug and name of each ticket type in the organizer's order."""
    rows = db.session.execute(
        select(TicketType.slug, TicketType.name)
        .where(TicketType.event_id == event_id)
        .order_by(TicketType.position, TicketType.number)
    )
    return [(slug, name) for slug, name in rows]


def _with_keys(keys: Collection[str]) -> ColumnElement[bool]:
    def values(kind: str) -> Iterable[str]:
        return [key.partition(":")[2] for key in keys if key.startswith(f"{kind}:")]

    return or_(
        Registration.email.in_(values("email")),
        Registration.phone.in_(values("phone")),
        GuestDetail.external_ref.in_(values("ref")),
    )


def _guest(made: Registration, person: Attendee, slug: str, more: GuestDetail | None) -> Guest:
    return Guest(
        name=person.display_name,
        ticket_type=slug,
        lang=made.locale,
        latin_name=person.latin_name,
        email=made.email,
        phone=made.phone,
        company=more.company if more else "",
        note=more.note if more else "",
        ref=more.external_ref if more else None,
        extra=more.extra if more else {},
    )


def _batch_rows(found: list[GuestFileBatch]) -> list[BatchRow]:
    rows = db.session.execute(
        select(GuestFileLine.batch_id, GuestFileLine.verdict, GuestFileLine.outcome).where(
            GuestFileLine.batch_id.in_([batch.id for batch in found])
        )
    ).all()
    verdicts: Counter[tuple[int, str]] = Counter()
    outcomes: Counter[tuple[int, str]] = Counter()
    for batch_id, verdict, outcome in rows:
        verdicts[batch_id, verdict] += 1
        if outcome is not None:
            outcomes[batch_id, outcome] += 1
    return [_batch(batch, _of(verdicts, batch.id), _of(outcomes, batch.id)) for batch in found]


def _of(counted: Mapping[tuple[int, str], int], batch_id: int) -> dict[str, int]:
    return {word: count for (batch, word), count in counted.items() if batch == batch_id}


def _batch(
    found: GuestFileBatch, verdicts: Mapping[str, int], outcomes: Mapping[str, int]
) -> BatchRow:
    return BatchRow(
        id=found.id,
        public_id=found.public_id,
        file_name=found.file_name,
        encoding=found.encoding,
        mapping=found.mapping,
        default_type=found.default_type,
        state=found.state,
        created_by=found.created_by,
        created_at=found.created_at,
        applied_at=found.applied_at,
        undone_at=found.undone_at,
        verdicts=verdicts,
        outcomes=outcomes,
    )


def _line(row: GuestFileLine) -> FileLine:
    parsed = row.parsed
    return FileLine(
        line_no=row.line_no,
        name=parsed.get("name") or "",
        contact=parsed.get("email") or parsed.get("phone") or parsed.get("ref") or "",
        ticket_type=parsed.get("ticket_type") or "",
        verdict=row.verdict,
        reason=row.reason,
        detail=row.detail,
        changes=row.changes,
        outcome=row.outcome,
    )
