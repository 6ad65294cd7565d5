"""What the registration form shows: the show one comes for, the types that fit, first choices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from eventhub.kernel import clock
from eventhub.kernel.errors import NotFound
from eventhub.programme.queries import EventRow, PerformanceRow, show_by_code
from eventhub.registration.queries import TicketTypeRow, types_let_in
from eventhub.registration.rules.admission import choose_window

_SHOW_WINDOW = "show"


@dataclass(frozen=True, slots=True)
class ChosenShow:
    """The show that led to the form, with its next performance if any is ahead."""

    code: str
    title: dict[str, str]
    performance: PerformanceRow | None

    @property
    def performance_id(self) -> int | None:
        """Return the performance the person comes for."""
        return self.performance.performance_id if self.performance else None


def chosen_show(event: EventRow, code: str | None) -> ChosenShow | None:
    """Return the show of an address; None for no code and for one that is unknown."""
    if not code:
        return None
    try:
        page = show_by_code(event, code)
    except NotFound:
        return None
    ahead = [row for row in page.performances if row.ends_at > clock.now()]
    return ChosenShow(code, page.title, ahead[0] if ahead else None)


def fitting(
    event: EventRow, types: Sequence[TicketTypeRow], show: ChosenShow | None
) -> list[TicketTypeRow]:
    """Return the types that open the chosen show; all when none is chosen or none would."""
    if show is None or show.performance is None:
        return list(types)
    let_in = types_let_in(event.id, show.performance.stage_id)
    opening = [
        row
        for row in types
        if _opens(row, show.performance) and (let_in is None or row.id in let_in)
    ]
    return opening or list(types)


def start_values(
    types: Sequence[TicketTypeRow], show: ChosenShow | None, *, wanted: str | None, at: datetime
) -> dict[str, Any]:
    """Return the first values of the form: a type, a day and the show's code."""
    choosable = [row for row in types if row.may_be_chosen]
    asked = next((row for row in choosable if row.slug == wanted), None)
    first = asked or (choosable[0] if len(choosable) == 1 else None)
    values: dict[str, Any] = {"show": show.code if show else ""}
    if first is not None:
        values["ticket_type"] = first.slug
    if (number := _day(types, first, show, at)) is not None:
        values["day"] = str(number)
    return values


def _opens(row: TicketTypeRow, performance: PerformanceRow) -> bool:
    singles = [window for window in row.windows if window.kind == _SHOW_WINDOW]
    if row.is_per_day or not singles:
        return True
    return any(window.performance_id == performance.performance_id for window in singles)


def _day(
    types: Sequence[TicketTypeRow],
    first: TicketTypeRow | None,
    show: ChosenShow | None,
    at: datetime,
) -> int | None:
    per_day = first if first is not None and first.is_per_day else None
    kind = per_day or next((row for row in types if row.is_per_day), None)
    if kind is None:
        return None
    if show is not None and show.performance is not None:
        day = show.performance.day
        return next((window.number for window in kind.windows if window.day == day), None)
    chosen = choose_window([(window.terms, window.left) for window in kind.windows], at=at)
    return chosen.number if chosen else None
