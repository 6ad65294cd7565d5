"""What becomes of seats when a person takes another kind of ticket: told before, done after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from eventhub.programme.queries import EventRow
from eventhub.registration.queries import TicketTypeRow
from eventhub.registration.queries.kept_seats import SeatInHand, seats_in_hand, tiers_of
from eventhub.registration.rules.admission import Availability
from eventhub.registration.rules.seats import keeps_seat

FREE = frozenset({Availability.OPEN, Availability.FEW})


@dataclass(frozen=True, slots=True)
class SeatFate:
    """The seats that a person keeps and those that others get, as labels in order."""

    kept: tuple[str, ...]
    lost: tuple[str, ...]
    lost_ids: frozenset[int]  # of their assignments


def seat_fates(
    event: EventRow, registration_id: int, kinds: Sequence[TicketTypeRow], *, window_no: int
) -> Mapping[str, SeatFate]:
    """
    Return what becomes of the seats of a registration with each kind of ticket, by its slug.

    Args:
        event, registration_id: Whose seats.

        kinds: What the registration may be changed to.

        window_no: The entry window that it has now; kept where the kind has it.
    """
    seats = seats_in_hand(event, registration_id)
    tiers = tiers_of([kind.id for kind in kinds])
    return {
        kind.slug: _fate(kind, seats, tiers.get(kind.id), window_of(kind, window_no))
        for kind in kinds
    }


def window_of(kind: TicketTypeRow, wanted: int) -> int | None:
    """Return the entry window that a kind of ticket gives; None when no day has places."""
    if not kind.is_per_day:
        return kind.windows[0].number if kind.windows else 0
    open_days = [window.number for window in kind.windows if window.state in FREE]
    if wanted in open_days:
        return wanted
    return open_days[0] if open_days else None


def _fate(
    kind: TicketTypeRow, seats: Sequence[SeatInHand], tier_id: int | None, window_no: int | None
) -> SeatFate:
    kept: list[str] = []
    lost: list[str] = []
    lost_ids: set[int] = set()
    for seat in seats:
        if keeps_seat(
            is_seated=kind.is_seated,
            tier_id=tier_id,
            seat_tier_id=seat.tier_id,
            is_in_window=window_no == 0 or window_no in seat.windows,
        ):
            kept.append(seat.label)
        else:
            lost.append(seat.label)
            lost_ids.add(seat.assignment_id)
    return SeatFate(tuple(kept), tuple(lost), frozenset(lost_ids))
