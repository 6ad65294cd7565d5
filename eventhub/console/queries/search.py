"""One text, looked for among people, shows, stages and gates of an event."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, select

from eventhub.kernel.db import I18n, db
from eventhub.programme.models import Gate, Party, Show, Stage
from eventhub.registration.models import Attendee, Registration, TicketType
from eventhub.registration.queries.name_search import people_named
from eventhub.registration.rules.search import is_enough, joined

SHOWN: Final = 8  # of each group
_PHONE_DIGITS: Final = 4


@dataclass(frozen=True, slots=True)
class PersonFound:
    """Somebody of the guest list; `phone4` are the last digits, "" without a phone."""

    name: str
    code: str
    type_name: I18n
    state: str
    phone4: str


@dataclass(frozen=True, slots=True)
class Found:
    """Something with a name and the key that its page is found by."""

    key: str
    name: I18n


def people(event_id: int, typed: str) -> list[PersonFound]:
    """
    Return people whose name, order code, e-mail or end of a phone number is found.

    At most one more than `SHOWN`, best first. Names that the index does not
    have yet (`index-names`) are looked for as they stand, when nobody is found.
    """
    text = typed.strip()
    if not is_enough(text):
        return []
    found = _by_code(event_id, text)
    if len(found) <= SHOWN and "@" not in text:
        found += people_named(event_id, text, limit=SHOWN + 1)
    if len(found) <= SHOWN and (contact := _contact(text)) is not None:
        found += _ids(event_id, contact)
    if not found:
        found = _ids(event_id, Attendee.display_name.contains(text, autoescape=True))
    return _people(event_id, list(dict.fromkeys(found))[: SHOWN + 1])


def shows(event_id: int, typed: str) -> list[Found]:
    """Return shows by title or code, oldest first."""
    rows = db.session.execute(
        select(Show.code, Show.title).where(Show.event_id == event_id).order_by(Show.id)
    )
    return _named((Found(row.code, row.title) for row in rows), typed)


def stages(event_id: int, typed: str) -> list[Found]:
    """Return stages by name."""
    rows = db.session.execute(
        select(Stage.slug, Stage.name).where(Stage.event_id == event_id).order_by(Stage.position)
    )
    return _named((Found(row.slug, row.name) for row in rows), typed)


def parties(event_id: int, typed: str) -> list[Found]:
    """Return brands and other parties by name."""
    rows = db.session.execute(
        select(Party.slug, Party.name).where(Party.event_id == event_id).order_by(Party.id)
    )
    return _named((Found(row.slug, row.name) for row in rows), typed)


def gates(event_id: int, typed: str) -> list[Found]:
    """Return gates by name or number."""
    rows = db.session.execute(
        select(Gate.number, Gate.name).where(Gate.event_id == event_id).order_by(Gate.number)
    )
    return _named((Found(str(row.number), row.name) for row in rows), typed)


def named(names: Iterable[str], typed: str) -> bool:
    """Tell whether one of the names holds the text; case, accents and blanks count for nothing."""
    wanted = joined(typed)
    return bool(wanted) and any(wanted in joined(name) for name in names)


def _named(rows: Iterable[Found], typed: str) -> list[Found]:
    found: list[Found] = []
    for row in rows:
        if named((row.key, *row.name.values()), typed):
            found.append(row)
            if len(found) > SHOWN:
                break
    return found


def _by_code(event_id: int, text: str) -> list[int]:
    return _ids(event_id, Registration.code == text.upper())


def _contact(text: str) -> ColumnElement[bool] | None:
    """Return the condition on a contact that a text can mean, None when it means none."""
    digits = "".join(c for c in text if c.isdecimal())
    if len(digits) >= _PHONE_DIGITS and not any(c.isalpha() for c in text):
        return Registration.phone.endswith(digits, autoescape=True)
    if "@" in text:
        return Registration.email.startswith(text.lower(), autoescape=True)
    return None


def _ids(event_id: int, condition: ColumnElement[bool]) -> list[int]:
    return list(
        db.session.scalars(
            select(Attendee.id)
            .join(Registration, Registration.id == Attendee.registration_id)
            .where(Attendee.event_id == event_id, Registration.event_id == event_id, condition)
            .limit(SHOWN + 1)
        )
    )


def _people(event_id: int, wanted: Sequence[int]) -> list[PersonFound]:
    if not wanted:
        return []
    a, r, t = Attendee, Registration, TicketType
    rows = db.session.execute(
        select(a.id, a.display_name, r.code, t.name, r.state, r.phone)
        .join(r, r.id == a.registration_id)
        .join(t, t.id == r.ticket_type_id)
        .where(a.event_id == event_id, a.id.in_(wanted))
    )
    by_id = {
        row.id: PersonFound(
            row.display_name, row.code, row.name, row.state, (row.phone or "")[-_PHONE_DIGITS:]
        )
        for row in rows
    }
    return [by_id[one] for one in wanted if one in by_id]
