"""Erasing a registration: rows stay as pseudonyms, what names or reaches a person goes."""

from __future__ import annotations

import hmac
import os
from pathlib import Path
from typing import Final

from sqlalchemy import String, cast, delete, or_, select, text, update

from eventhub.kernel import audit, clock
from eventhub.kernel.db import command, db
from eventhub.kernel.errors import NotFound
from eventhub.kernel.rows import insert_unless_taken
from eventhub.kernel.signing import derive_key
from eventhub.notify import service as outbox
from eventhub.registration.enums import RegistrationState, TicketStatus
from eventhub.registration.models import (
    Answer,
    Attendee,
    AttendeeIdentity,
    AttendeeSearch,
    ContactProof,
    Erasure,
    GuardianConsent,
    GuestDetail,
    GuestFileBatch,
    GuestFileLine,
    HeldAnswer,
    Invitation,
    Registration,
    Ticket,
)
from eventhub.registration.rules.states import may_be_cancelled
from eventhub.registration.service import manage
from eventhub.registration.service.proofs import Purpose, use_code
from eventhub.settings import current_settings

LEDGER: Final = "erasures.txt"
FIELDS: Final = ("name", "contact", "answers", "guest_notes", "messages", "search_keys")
_NOBODY: Final = "erased-{}@erased.invalid"


def erase_mine(registration_id: int, code: str) -> None:
    """
    Erase a registration as its person, who proves the contact with a code.

    Commits. Before the show it is cancelled first.

    Raises:
        NotFound: There is no such registration.
        WrongCode: The code is wrong or too old.
    """
    _erase_mine(registration_id, code)
    sweep()


@command
def _erase_mine(registration_id: int, code: str) -> None:
    use_code(registration_id, Purpose.DATA, code)
    _erase(registration_id, by="self", reason="")


def erase_by_staff(event_id: int, registration_id: int, *, reason: str) -> None:
    """
    Erase a registration for its person, who asked otherwise than by the link. Commits.

    Raises:
        NotFound: The event has no such registration.
    """
    _erase_by_staff(event_id, registration_id, reason=reason)
    sweep()


@command
def _erase_by_staff(event_id: int, registration_id: int, *, reason: str) -> None:
    found = db.session.get(Registration, registration_id)
    if found is None or found.event_id != event_id:
        raise NotFound()
    _erase(registration_id, by="staff", reason=reason)


def reapply(known: set[str] | None = None) -> int:
    """
    Erase again what an older copy of the database brought back. Commits.

    Args:
        known: Hashes of the database that was replaced; the lines of the
            ledger file are added.

    Returns:
        How many registrations were erased again.
    """
    hashes = (known or set()) | ledger_lines()
    if not hashes:
        return 0
    _remember(hashes)
    rows = db.session.execute(select(Registration.id, Registration.public_id)).all()
    back = [int(row.id) for row in rows if subject_hash(row.public_id) in hashes]
    again = [registration_id for registration_id in back if _is_readable(registration_id)]
    for registration_id in again:
        _erase_again(registration_id)
    sweep()
    return len(again)


def ledger() -> set[str]:
    """Return the hashes of everything that this database knows to be erased."""
    return set(db.session.scalars(select(Erasure.subject_hash)))


def ledger_lines() -> set[str]:
    """Return the hashes in the file beside the database."""
    path = _ledger_path()
    return set(path.read_text().split()) if path.is_file() else set()


def subject_hash(public_id: str) -> str:
    """Return what the ledger knows a registration by; says nothing without our secret."""
    key = derive_key(current_settings().secret_key, "erasure")
    return hmac.new(key, public_id.encode(), "sha256").hexdigest()


def sweep() -> None:
    """
    Take what was erased out of the write-ahead log; on PostgreSQL, of dead rows too.

    SQLite overwrites deleted content with zeros (`secure_delete`), but the log
    still holds the pages as they were.
    """
    db.session.rollback()
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if db.engine.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        else:
            connection.execute(
                text("VACUUM registration, attendee, answer, answer_file, outbox_message")
            )


@command
def _erase_again(registration_id: int) -> None:
    _erase(registration_id, by="restore", reason="")


@command
def _remember(hashes: set[str]) -> None:
    """Write the ledger of the replaced database into this one."""
    at = clock.now()
    for value in sorted(hashes - ledger()):
        insert_unless_taken(Erasure, {"subject_hash": value, "at": at, "by": "restore"})


def _is_readable(registration_id: int) -> bool:
    found = select(Attendee.id).where(
        Attendee.registration_id == registration_id, Attendee.erased_at.is_(None)
    )
    return db.session.scalar(found.limit(1)) is not None


def _erase(registration_id: int, *, by: str, reason: str) -> None:
    found = db.session.get(Registration, registration_id, populate_existing=True)
    if found is None:
        raise NotFound()
    if may_be_cancelled(RegistrationState(found.state)) and not _is_used(found.id):
        manage.cancel(found.id)
        db.session.refresh(found)
    people = _people(found.id)
    _forget_lists(found, people)
    _forget_messages(found)
    _forget_person(found, people)
    values = {
        "event_id": found.event_id,
        "subject_hash": subject_hash(found.public_id),
        "at": clock.now(),
        "by": by,
    }
    insert_unless_taken(Erasure, values)
    _append(str(values["subject_hash"]))
    audit.record(
        "registration.erase",
        f"registration:{found.code}",
        event_id=found.event_id,
        after={"by": by, "fields": list(FIELDS), "reason": reason},
    )


def _is_used(registration_id: int) -> bool:
    used = (
        select(Ticket.id)
        .join(Attendee, Attendee.id == Ticket.attendee_id)
        .where(
            Attendee.registration_id == registration_id,
            Ticket.status != TicketStatus.CANCELLED,
            Ticket.first_entry_at.is_not(None),
        )
    )
    return db.session.scalar(used.limit(1)) is not None


def _people(registration_id: int) -> list[int]:
    found = select(Attendee.id).where(Attendee.registration_id == registration_id)
    return list(db.session.scalars(found))


def _forget_lists(found: Registration, people: list[int]) -> None:
    """Empty lines of guest files and invitations that are about the person."""
    contacts = [contact for contact in (found.email, found.phone) if contact]
    batches = select(GuestFileBatch.id).where(GuestFileBatch.event_id == found.event_id)
    said = cast(GuestFileLine.parsed, String)
    named = [said.contains(contact, autoescape=True) for contact in contacts]
    _run(
        update(GuestFileLine)
        .where(
            GuestFileLine.batch_id.in_(batches),
            or_(GuestFileLine.attendee_id.in_(people), *named),
        )
        .values(parsed={}, changes={}, detail="")
    )
    invited = select(Invitation).where(
        Invitation.event_id == found.event_id,
        or_(
            Invitation.registration_id == found.id,
            *([Invitation.email == found.email] if found.email else []),
            *([Invitation.phone == found.phone] if found.phone else []),
        ),
    )
    for row in db.session.scalars(invited):
        outbox.erase_messages(found.event_id, about=f"invitation:{row.public_id}:")
        if row.state in {"draft", "queued", "opened"}:
            row.state = "withdrawn"
        row.name, row.phone, row.decline_reason = f"#{row.public_id[:6]}", None, ""
        row.email = _NOBODY.format(row.public_id)
        row.link_rev += 1
    db.session.flush()


def _forget_messages(found: Registration) -> None:
    for contact in (found.email, found.phone):
        if contact:
            outbox.erase_messages(found.event_id, recipient=contact)
    outbox.erase_messages(found.event_id, about=found.public_id)
    for public_id in db.session.scalars(
        select(Attendee.public_id).where(Attendee.registration_id == found.id)
    ):
        outbox.erase_messages(found.event_id, about=public_id)


def _forget_person(found: Registration, people: list[int]) -> None:
    for model in (Answer, HeldAnswer, GuestDetail, AttendeeSearch, AttendeeIdentity):
        _run(delete(model).where(model.attendee_id.in_(people)))
    _run(delete(ContactProof).where(ContactProof.registration_id == found.id))
    _run(update(GuardianConsent).where(GuardianConsent.registration_id == found.id).values(name=""))
    pseudonym = f"#{found.code}"
    _run(
        update(Attendee)
        .where(Attendee.id.in_(people))
        .values(
            display_name=pseudonym,
            latin_name=None,
            erased_at=clock.now(),
            link_rev=Attendee.link_rev + 1,
        )
    )
    found.contact_name, found.email, found.phone = pseudonym, None, None
    found.idempotency_digest = found.decision_reason = None
    found.link_rev += 1
    found.row_version += 1
    db.session.flush()


def _run(statement: object) -> None:
    db.session.execute(statement, execution_options={"synchronize_session": False})  # type: ignore[call-overload]  # any DML


def _append(value: str) -> None:
    """Write a line before the commit: a line too much erases nothing, one too few would."""
    with _ledger_path().open("a") as handle:
        handle.write(f"{value}\n")
        handle.flush()
        os.fsync(handle.fileno())


def _ledger_path() -> Path:
    return current_settings().instance_path / LEDGER
