"""How long each class of personal data is kept after an event, and when that is over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from eventhub.registration.enums import FieldClass

MAX_DAYS: Final = 3650


# days after the last day of the event
DEFAULT_DAYS: Final[Mapping[FieldClass, int]] = {
    FieldClass.HEALTH: 7,
    FieldClass.ID_NUMBER: 30,
    FieldClass.PICTURE: 30,
    FieldClass.ANSWER: 90,
    FieldClass.MESSAGE: 90,
    FieldClass.CONTACT: 180,
    FieldClass.NAME: 365,
}


@dataclass(frozen=True, slots=True)
class Due:
    """One class whose time is over: what belongs to events that ended before `cut_off` goes."""

    field_class: FieldClass
    keep_days: int
    cut_off: datetime


def days_of(chosen: Mapping[str, object]) -> dict[FieldClass, int]:
    """Return the days of every class: those that were chosen, else the defaults."""
    found = {}
    for name, default in DEFAULT_DAYS.items():
        days = chosen.get(name.value)
        is_given = isinstance(days, int) and 0 <= days <= MAX_DAYS
        found[name] = int(str(days)) if is_given else default
    return found


def due(days: Mapping[FieldClass, int], *, ended_at: datetime, at: datetime) -> list[Due]:
    """
    Return the classes whose time is over at an instant.

    Args:
        days: Days that each class is kept after the end.

        ended_at: When the event was over.

        at: Now.
    """
    return [
        Due(name, kept, at - timedelta(days=kept))
        for name, kept in days.items()
        if ended_at <= at - timedelta(days=kept)
    ]
