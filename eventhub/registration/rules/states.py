"""Which steps a registration and a ticket may take; everything else is refused."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from eventhub.registration.enums import RegistrationState as R
from eventhub.registration.enums import TicketStatus as T

FIRST: Final = frozenset({R.HELD, R.CONFIRMED, R.PENDING_APPROVAL, R.AWAITING_PROOF, R.WAITLISTED})
STEPS: Final[Mapping[R, frozenset[R]]] = {
    R.HELD: frozenset(
        {
            R.CONFIRMED,
            R.PENDING_APPROVAL,
            R.AWAITING_PROOF,
            R.WAITLISTED,
            R.EXPIRED,
            R.CANCELLED,
        }
    ),
    R.AWAITING_PROOF: frozenset({R.CONFIRMED, R.PENDING_APPROVAL, R.WAITLISTED, R.EXPIRED}),
    R.PENDING_APPROVAL: frozenset({R.CONFIRMED, R.WAITLISTED, R.DECLINED, R.CANCELLED}),
    R.WAITLISTED: frozenset({R.HELD, R.CANCELLED}),
    R.CONFIRMED: frozenset({R.PENDING_APPROVAL, R.CANCELLED}),
    R.DECLINED: frozenset({R.CONFIRMED}),
    R.CANCELLED: frozenset({R.CONFIRMED}),
    R.EXPIRED: frozenset({R.CONFIRMED}),
}
TICKET_STEPS: Final[Mapping[T, frozenset[T]]] = {
    T.VALID: frozenset({T.BLOCKED, T.NOT_APPROVED, T.CANCELLED}),
    T.BLOCKED: frozenset({T.VALID, T.CANCELLED}),
    T.NOT_APPROVED: frozenset({T.VALID, T.CANCELLED}),
    T.UNPAID: frozenset({T.VALID, T.CANCELLED}),
    T.CANCELLED: frozenset(),
}
_PUBLIC: Final[Mapping[R, str]] = {
    R.HELD: "held",
    R.AWAITING_PROOF: "pending",
    R.PENDING_APPROVAL: "pending",
    R.WAITLISTED: "waitlisted",
    R.CONFIRMED: "confirmed",
    R.DECLINED: "declined",
    R.CANCELLED: "cancelled",
    R.EXPIRED: "expired",
}


def may_begin(state: R) -> bool:
    """Tell whether a new registration may stand in `state`."""
    return state in FIRST


def may_step(old: R, new: R) -> bool:
    """Tell whether a registration may go from `old` to `new`."""
    return new in STEPS[old]


def may_step_ticket(old: T, new: T) -> bool:
    """Tell whether a ticket may go from `old` to `new`; cancelled is final."""
    return new in TICKET_STEPS[old]


def takes_place(state: R) -> bool:
    """Tell whether a registration in `state` is counted in `quota.used`."""
    return state is R.CONFIRMED


def holds_place(state: R) -> bool:
    """Tell whether a registration in `state` is counted in `quota.held`."""
    return state in {R.HELD, R.AWAITING_PROOF}


def may_be_cancelled(state: R) -> bool:
    """Tell whether the person may still give the registration up."""
    return R.CANCELLED in STEPS[state]


def may_give_up(state: R, *, until: datetime | None, at: datetime) -> bool:
    """Tell whether the person may still cancel; a place on a waitlist always."""
    is_late = until is not None and at >= until and takes_place(state)
    return may_be_cancelled(state) and not is_late


def may_be_passed_on(state: R, policy: str, group_size: int) -> bool:
    """Tell whether the holder may give the ticket to another person."""
    return policy == "free" and state is R.CONFIRMED and group_size == 1


def public_status(state: R) -> str:
    """Return the word that programs outside are told."""
    return _PUBLIC[state]
