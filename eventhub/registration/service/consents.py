"""What people answered to consent texts: given with the registration, kept, withdrawn, renewed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from eventhub.kernel import audit, clock
from eventhub.kernel.db import command, db
from eventhub.kernel.errors import NotFound
from eventhub.kernel.rows import insert_row
from eventhub.registration.errors import ConsentChanged
from eventhub.registration.models import Attendee, Consent, ConsentText, Registration
from eventhub.registration.queries import ConsentRow, consent_texts
from eventhub.registration.queries.faces import NewRegistration
from eventhub.registration.queries.house import house_consents
from eventhub.registration.queries.ticket_types import consent_row
from eventhub.registration.service.claims import Register


@dataclass(frozen=True, slots=True)
class Standing:
    """The last answer to the texts of a purpose: to which words, and when."""

    row: ConsentRow
    is_given: bool
    at: datetime


def record_consents(cmd: Register, made: NewRegistration) -> tuple[str, ...]:
    """
    Write the answers to the consent texts of the event; return the purposes agreed to.

    An answer is one to the words that were read: a no to older words is kept
    with them.

    Raises:
        ConsentChanged: A yes to words that are not the newest ones.
    """
    if not cmd.consents:
        return ()
    given = []
    for text in _asked(cmd):
        if text.purpose not in cmd.consents:
            continue
        is_given = cmd.consents[text.purpose]
        text_id = _text_read(cmd.event_id, text, cmd.read.get(text.purpose), is_given=is_given)
        if text_id is None:
            continue
        values = {
            "event_id": cmd.event_id,
            "attendee_id": made.people[0].id,
            "consent_text_id": text_id,
            "is_given": is_given,
            "at": made.created_at,
            "locale": cmd.lang,
            "channel": cmd.source,
        }
        insert_row(Consent, values)
        if is_given:
            given.append(text.purpose)
    return tuple(sorted(given))


@command
def set_consents(
    registration_id: int,
    given: Mapping[str, bool],
    *,
    lang: str,
    read: Mapping[str, int] | None = None,
) -> int:
    """
    Give, renew or withdraw consents; each change is a new row, nothing is overwritten.

    Commits. In every state, because withdrawing is always possible, also of
    what is not asked any more; what a ticket can not be without is withdrawn
    by erasure. A yes to older words stands for those words until it is
    withdrawn or the new ones are agreed to.

    Args:
        registration_id: Whose.

        given: Purposes with the new answer; unknown ones are left out.

        lang: In which language the texts were read.

        read: Version of the text that a yes is to; without one the newest.

    Returns:
        How many changed.

    Raises:
        ConsentChanged: A yes to words that are not the newest ones, and new.

        NotFound: There is no such registration.
    """
    found = db.session.get(Registration, registration_id, populate_existing=True)
    if found is None:
        raise NotFound()
    person_id = db.session.scalars(
        select(Attendee.id).where(Attendee.registration_id == found.id, Attendee.position == 0)
    ).one()
    standing = standing_consents(found.id)
    newest = {row.purpose: row for row in consent_texts(found.event_id)}
    changed: dict[str, bool] = {}
    for purpose, wanted in given.items():
        text_id = _text_for(newest.get(purpose), standing.get(purpose), wanted, read or {})
        if text_id is None:
            continue
        values = {
            "event_id": found.event_id,
            "attendee_id": person_id,
            "consent_text_id": text_id,
            "is_given": wanted,
            "at": clock.now(),
            "locale": lang,
            "channel": "web",
        }
        insert_row(Consent, values)
        changed[purpose] = wanted
    if changed:
        audit.record(
            "registration.consent",
            f"registration:{found.code}",
            event_id=found.event_id,
            after=changed,
        )
    return len(changed)


def consents_now(registration_id: int) -> dict[str, bool]:
    """Return the last answer to each consent text by purpose; what was never asked is absent."""
    return {purpose: one.is_given for purpose, one in standing_consents(registration_id).items()}


def standing_consents(registration_id: int) -> dict[str, Standing]:
    """Return the last answer of each purpose with the words that it is to."""
    rows = db.session.execute(
        select(ConsentText, Consent.is_given, Consent.at)
        .join(Consent, Consent.consent_text_id == ConsentText.id)
        .join(Attendee, Attendee.id == Consent.attendee_id)
        .where(Attendee.registration_id == registration_id)
        .order_by(Consent.id)
    )
    return {text.purpose: Standing(consent_row(text), is_given, at) for text, is_given, at in rows}


def _asked(cmd: Register) -> tuple[ConsentRow, ...]:
    """Return the texts that are asked; anew where somebody read other versions than are kept."""
    kept = house_consents(cmd.event_id)
    versions = {row.purpose: row.version for row in kept}
    if all(versions.get(purpose) == version for purpose, version in cmd.read.items()):
        return kept
    return tuple(consent_texts(cmd.event_id))


def _text_read(
    event_id: int, newest: ConsentRow, version: int | None, *, is_given: bool
) -> int | None:
    if version is None or version == newest.version:
        return newest.id
    if is_given:
        raise ConsentChanged(details={"purpose": newest.purpose, "version": newest.version})
    return db.session.scalar(
        select(ConsentText.id).where(
            ConsentText.event_id == event_id,
            ConsentText.purpose == newest.purpose,
            ConsentText.version == version,
        )
    )


def _text_for(
    newest: ConsentRow | None, standing: Standing | None, wanted: bool, read: Mapping[str, int]
) -> int | None:
    """Return the text that an answer behind the ticket link is to; None when nothing changes."""
    if newest is not None and newest.is_required:
        return None
    if not wanted:
        return standing.row.id if standing is not None and standing.is_given else None
    if newest is None:
        return None
    version = read.get(newest.purpose, newest.version)
    if standing is not None and standing.is_given and standing.row.version == version:
        return None
    if version != newest.version:
        raise ConsentChanged(details={"purpose": newest.purpose, "version": newest.version})
    return newest.id
