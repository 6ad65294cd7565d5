"""Guest files: looked at, applied, taken back, and their tickets sent."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select, update

from eventhub.kernel import audit, clock
from eventhub.kernel.db import command, db
from eventhub.kernel.errors import Invalid
from eventhub.kernel.ids import new_public_id
from eventhub.notify.models import OutboxMessage
from eventhub.programme.queries import event_by_id
from eventhub.registration import guest_files
from eventhub.registration.enums import RegistrationState
from eventhub.registration.errors import IllegalTransition
from eventhub.registration.models import (
    Attendee,
    GuestFileBatch,
    GuestFileLine,
    Registration,
    Ticket,
)
from eventhub.registration.queries import ticket_types
from eventhub.registration.queries.guests import (
    DONE,
    KEPT,
    UNDONE,
    known_guests,
    words_of_types,
)
from eventhub.registration.rules.guests import (
    Fault,
    Guest,
    Judged,
    Line,
    Verdict,
    differences,
    index,
    judge,
)
from eventhub.registration.service import guest_writes, mail

_CHUNK = 250  # lines per transaction; others write between two of them
_STORED = 2000  # rows per INSERT


@dataclass(frozen=True, slots=True)
class PreviewFile:
    """A guest file; `default_type` is the slug for lines that name no ticket type."""

    event_id: int
    data: bytes
    file_name: str
    default_type: str | None = None
    created_by: str = ""


def preview_file(cmd: PreviewFile) -> str:
    """
    Read a guest file and note what each line would do; changes no guest.

    Commits batch and lines.

    Returns:
        The public id of the batch.

    Raises:
        Invalid: An unknown default type, or a file that can not be read
            (`unknown-encoding`, `unreadable-guest-file`, `guest-file-too-large`,
            `no-guest-columns`).
    """
    types = words_of_types(cmd.event_id)
    slugs = {slug for slug, _name in types}
    if cmd.default_type is not None and cmd.default_type not in slugs:
        raise Invalid(fields={"ticket_type": [cmd.default_type]})
    words = {guest_files.folded(slug): slug for slug, _name in types}
    for slug, name in types:
        words |= {guest_files.folded(word): slug for word in name.values() if word}
    found = guest_files.read(cmd.data, types=words, default_type=cmd.default_type)
    judged = judge(found.lines, index(known_guests(cmd.event_id)))
    return _store(cmd, found, judged)


@command
def _store(cmd: PreviewFile, found: guest_files.GuestFile, judged: Sequence[Judged]) -> str:
    batch = GuestFileBatch(
        event_id=cmd.event_id,
        public_id=new_public_id(),
        file_name=cmd.file_name[-200:],
        sha256=hashlib.sha256(cmd.data).hexdigest(),
        encoding=found.encoding,
        mapping=dict(found.mapping),
        default_type=cmd.default_type,
        created_by=cmd.created_by,
        created_at=clock.now(),
    )
    db.session.add(batch)
    db.session.flush()
    rows = [_row(batch.id, one) for one in judged]
    for start in range(0, len(rows), _STORED):
        db.session.execute(insert(GuestFileLine), rows[start : start + _STORED])
    return batch.public_id


def _row(batch_id: int, one: Judged) -> dict[str, Any]:
    guest = one.line.guest
    return {
        "batch_id": batch_id,
        "line_no": one.line.line_no,
        "parsed": guest.plain() if guest else {"name": one.line.raw_name},
        "verdict": one.verdict,
        "reason": one.reason,
        "detail": one.detail,
        "attendee_id": one.attendee_id,
        "changes": dict(one.changes),
        "outcome": None,
    }


def apply_batch(batch_id: int) -> None:
    """
    Write the new and changed guests of a previewed file, without a message.

    Commits every 250 lines, so that registrations go on meanwhile; a run that
    broke off is continued by the next. A line whose guest changed since the
    preview is skipped and says so.

    Raises:
        IllegalTransition: The file was applied already.
    """
    while _apply_chunk(batch_id):
        pass


@command
def _apply_chunk(batch_id: int) -> bool:
    """Apply the next lines; False when none was left and the batch is closed."""
    batch = _locked(batch_id, "previewed")
    rows = db.session.scalars(
        select(GuestFileLine)
        .where(
            GuestFileLine.batch_id == batch_id,
            GuestFileLine.verdict.in_((Verdict.NEW, Verdict.UPDATE)),
            GuestFileLine.outcome.is_(None),
        )
        .order_by(GuestFileLine.line_no)
        .limit(_CHUNK)
        .execution_options(populate_existing=True)
    ).all()
    if not rows:
        batch.state = "applied"
        batch.applied_at = clock.now()
        audit.record("guests.import", f"guest_file:{batch.public_id}", event_id=batch.event_id)
        return False
    same = _still_so(batch.event_id, rows)
    for row in rows:
        if row not in same:
            row.outcome = Fault.CHANGED_SINCE
    _insert_new(batch, [row for row in same if row.verdict == Verdict.NEW])
    for row in same:
        if row.verdict == Verdict.UPDATE and row.attendee_id is not None:
            after = {name: pair[1] for name, pair in row.changes.items()}
            row.outcome = guest_writes.write_fields(row.attendee_id, after) or DONE
    return True


def _still_so(event_id: int, rows: Sequence[GuestFileLine]) -> list[GuestFileLine]:
    """Return the lines that would do today what the preview said."""
    guests = [Guest(**row.parsed) for row in rows]
    known = index(known_guests(event_id, {key for guest in guests for key in guest.keys}))
    lines = [Line(row.line_no, guest) for row, guest in zip(rows, guests, strict=True)]
    return [
        row
        for row, one in zip(rows, judge(lines, known), strict=True)
        if (one.verdict, one.attendee_id) == (row.verdict, row.attendee_id)
        and dict(one.changes) == dict(row.changes)
    ]


def _insert_new(batch: GuestFileBatch, rows: Sequence[GuestFileLine]) -> None:
    if not rows:
        return
    event = event_by_id(batch.event_id)
    kinds = {kind.slug: kind for kind in ticket_types(event, clock.now())}
    by_type: dict[str, list[GuestFileLine]] = defaultdict(list)
    for row in rows:
        by_type[row.parsed["ticket_type"]].append(row)
    for slug, own in sorted(by_type.items()):
        guests = [Guest(**row.parsed) for row in own]
        made = guest_writes.insert_guests(
            event.id, kinds[slug], guests, is_synthetic=event.is_synthetic
        )
        for row, outcome in zip(own, made, strict=True):
            if isinstance(outcome, Fault):
                row.outcome = outcome
            else:
                row.outcome = DONE
                row.attendee_id = outcome


@command
def undo_batch(batch_id: int) -> None:
    """
    Take an applied file back: new guests end, changed ones get their old values.

    Commits. Lines of guests whom somebody touched since, and of those who got
    their ticket by mail, stay as they are and are marked `kept`.

    Raises:
        IllegalTransition: The file is not applied, or was taken back already.
    """
    batch = _locked(batch_id, "applied")
    rows = db.session.scalars(
        select(GuestFileLine)
        .where(GuestFileLine.batch_id == batch_id, GuestFileLine.outcome == DONE)
        .order_by(GuestFileLine.line_no)
        .execution_options(populate_existing=True)
    ).all()
    now = {known.attendee_id: known.guest for known in known_guests(batch.event_id)}
    untouched = _untouched(batch.event_id, batch_id)
    gone = []
    for row in rows:
        is_ours = row.attendee_id in now and _stands(row, now[row.attendee_id])
        row.outcome = KEPT
        if row.verdict == Verdict.NEW and is_ours and row.attendee_id in untouched:
            gone.append(row.attendee_id)
            row.outcome = UNDONE
        elif row.verdict == Verdict.UPDATE and is_ours and row.attendee_id is not None:
            before = {name: pair[0] for name, pair in row.changes.items()}
            is_back = guest_writes.write_fields(row.attendee_id, before) is None
            row.outcome = UNDONE if is_back else KEPT
    for start in range(0, len(gone), _CHUNK):
        guest_writes.withdraw_guests(gone[start : start + _CHUNK])
    batch.state = "undone"
    batch.undone_at = clock.now()
    audit.record(
        "guests.undo",
        f"guest_file:{batch.public_id}",
        event_id=batch.event_id,
        after={"withdrawn": len(gone)},
    )


def _stands(row: GuestFileLine, guest: Guest) -> bool:
    """Tell whether a guest still is as the line left them."""
    if row.verdict == Verdict.NEW:
        return not differences(guest, Guest(**row.parsed))
    return all(
        (dict(guest.extra) if name == "extra" else getattr(guest, name)) == pair[1]
        for name, pair in row.changes.items()
    )


def _untouched(event_id: int, batch_id: int) -> set[int]:
    """Return the new people of a file whose registration nobody changed, used or wrote to."""
    found = db.session.execute(
        select(Attendee.id, Registration.public_id)
        .join(Registration, Registration.id == Attendee.registration_id)
        .join(GuestFileLine, GuestFileLine.attendee_id == Attendee.id)
        .outerjoin(Ticket, Ticket.attendee_id == Attendee.id)
        .where(
            GuestFileLine.batch_id == batch_id,
            GuestFileLine.verdict == Verdict.NEW,
            Registration.state == RegistrationState.CONFIRMED,
            Registration.row_version == 1,
            Ticket.first_entry_at.is_(None),
        )
    ).all()
    written = set(
        db.session.scalars(
            select(OutboxMessage.dedupe_key).where(
                OutboxMessage.event_ref == event_id,
                OutboxMessage.dedupe_key.startswith("registration:"),
            )
        )
    )
    told = {key.split(":")[1] for key in written}
    return {attendee_id for attendee_id, public_id in found if public_id not in told}


def send_tickets(batch_id: int) -> int:
    """
    Mail their tickets to the new guests of an applied file; nobody gets two.

    Commits every 250 guests.

    Returns:
        How many guests there are to write to; those without a contact are not.

    Raises:
        IllegalTransition: The file is not applied.
    """
    people = _to_tell(batch_id)
    for start in range(0, len(people), _CHUNK):
        _tell(batch_id, people[start : start + _CHUNK])
    return len(people)


def _to_tell(batch_id: int) -> list[int]:
    batch = db.session.get_one(GuestFileBatch, batch_id, populate_existing=True)
    if batch.state != "applied":
        raise IllegalTransition()
    return list(
        db.session.scalars(
            select(Attendee.registration_id)
            .join(GuestFileLine, GuestFileLine.attendee_id == Attendee.id)
            .join(Registration, Registration.id == Attendee.registration_id)
            .where(
                GuestFileLine.batch_id == batch_id,
                GuestFileLine.verdict == Verdict.NEW,
                GuestFileLine.outcome == DONE,
                Registration.state == RegistrationState.CONFIRMED,
                Registration.email.is_not(None) | Registration.phone.is_not(None),
            )
            .order_by(GuestFileLine.line_no)
        )
    )


@command
def _tell(batch_id: int, registration_ids: Sequence[int]) -> None:
    for registration_id in registration_ids:
        mail.tell_state(registration_id)
    batch = db.session.get_one(GuestFileBatch, batch_id)
    audit.record(
        "guests.tickets",
        f"guest_file:{batch.public_id}",
        event_id=batch.event_id,
        after={"messages": len(registration_ids)},
    )


def _locked(batch_id: int, state: str) -> GuestFileBatch:
    """Return a batch that must be in `state`; a second command waits for this one."""
    found = db.session.scalar(
        update(GuestFileBatch)
        .where(GuestFileBatch.id == batch_id, GuestFileBatch.state == state)
        .values(state=state)
        .returning(GuestFileBatch)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    if found is None:
        raise IllegalTransition()
    return found
