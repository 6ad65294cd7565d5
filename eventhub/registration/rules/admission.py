"""What becomes of a submission: a place, an approval, the waitlist, or a refusal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from eventhub.registration.enums import RegistrationState

FEW_SHARE = 0.10  # "few left" from this share of the places downwards


class Refusal(StrEnum):
    """Why a submission is turned away; the value is the error code."""

    NOT_OPEN = "not-on-sale"
    NOT_YET = "not-on-sale-yet"
    OVER = "sale-over"
    BY_INVITATION = "by-invitation"
    GROUP_TOO_LARGE = "group-too-large"
    NO_SUCH_DAY = "no-such-day"
    DAY_OVER = "day-over"


class Availability(StrEnum):
    """How a ticket type (or one day of it) stands on the registration page."""

    OPEN = "open"
    FEW = "few"
    APPROVAL = "approval"
    WAITLIST = "waitlist"
    FULL = "full"
    NOT_YET = "not_yet"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class TypeTerms:
    """The terms of a ticket type that decide about a submission."""

    visibility: str
    approval: str
    waitlist: str
    sale_from: datetime | None
    sale_until: datetime | None
    max_group: int
    is_per_day: bool


@dataclass(frozen=True, slots=True)
class WindowTerms:
    """One entry window: its number in codes and the span `[starts_at, ends_at)`."""

    number: int
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Admit:
    """The submission may go on in `state`; only `confirmed` needs a place."""

    state: RegistrationState

    @property
    def needs_place(self) -> bool:
        """Tell whether a place must be taken before the person is told so."""
        return self.state is RegistrationState.CONFIRMED


@dataclass(frozen=True, slots=True)
class Refuse:
    """The submission is turned away."""

    reason: Refusal


def decide(
    terms: TypeTerms,
    *,
    is_open: bool,
    at: datetime,
    group_size: int,
    window: WindowTerms | None,
    has_invitation: bool = False,
) -> Admit | Refuse:
    """
    Decide what a submission asks of the places.

    Args:
        terms: The chosen ticket type.

        is_open: The event takes registrations at all.

        at: Server time, aware.

        group_size: People in the submission, at least 1.

        window: The entry window that the ticket will carry; None is the whole
            event.

        has_invitation: Staff or an invitation vouch for the person, so hidden
            types and closed sale times do not matter.
    """
    if not has_invitation and (reason := _closed(terms, is_open=is_open, at=at)):
        return Refuse(reason)
    if not 1 <= group_size <= terms.max_group:
        return Refuse(Refusal.GROUP_TOO_LARGE)
    if terms.is_per_day and window is None:
        return Refuse(Refusal.NO_SUCH_DAY)
    if window is not None and window.ends_at <= at:
        return Refuse(Refusal.DAY_OVER)
    if terms.approval == "required" and not has_invitation:
        return Admit(RegistrationState.PENDING_APPROVAL)
    return Admit(RegistrationState.CONFIRMED)


def _closed(terms: TypeTerms, *, is_open: bool, at: datetime) -> Refusal | None:
    if not is_open or terms.visibility == "hidden":
        return Refusal.NOT_OPEN
    if terms.visibility == "invitation":
        return Refusal.BY_INVITATION
    if terms.sale_from is not None and at < terms.sale_from:
        return Refusal.NOT_YET
    if terms.sale_until is not None and at >= terms.sale_until:
        return Refusal.OVER
    return None


def when_full(waitlist: str) -> RegistrationState | None:
    """Return the state of a submission that found no place; None turns it away."""
    return None if waitlist == "off" else RegistrationState.WAITLISTED


def availability(
    terms: TypeTerms,
    *,
    is_open: bool,
    at: datetime,
    left: int | None,
    size: int | None,
    window: WindowTerms | None = None,
) -> Availability:
    """
    Return how a type, or one window of it, is shown.

    Args:
        terms: The ticket type.

        is_open: The event takes registrations at all.

        at: Server time.

        left: Free places, never below 0; None is unlimited.

        size: All places; None is unlimited.

        window: The window meant, None for the whole type.
    """
    closed = _closed(terms, is_open=is_open, at=at)
    if closed is Refusal.NOT_YET:
        return Availability.NOT_YET
    if closed is not None or (window is not None and window.ends_at <= at):
        return Availability.OVER
    if terms.approval == "required":
        return Availability.APPROVAL
    if left is not None and left <= 0:
        return Availability.FULL if terms.waitlist == "off" else Availability.WAITLIST
    if left is not None and size and left <= size * FEW_SHARE:
        return Availability.FEW
    return Availability.OPEN


def best(states: Sequence[Availability]) -> Availability:
    """Return the most favourable of the states of a type's windows."""
    return min(states, key=list(Availability).index, default=Availability.OVER)


def choose_window(
    windows: Sequence[tuple[WindowTerms, int | None]], *, at: datetime
) -> WindowTerms | None:
    """
    Return the window that a submission without a choice gets.

    Args:
        windows: Windows with their free places (None is unlimited), any order.

        at: Server time.

    Returns:
        The first that is not over and has a place, else the first that is not
        over, else None.
    """
    ahead = sorted((w for w in windows if w[0].ends_at > at), key=lambda w: w[0].starts_at)
    for window, left in ahead:
        if left is None or left > 0:
            return window
    return ahead[0][0] if ahead else None
