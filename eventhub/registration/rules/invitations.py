"""Where an invitation stands, which steps it may take, and who is reminded: pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

NO_SHOW_AFTER: Final = timedelta(minutes=30)  # after the doors close
REMINDER_GAP: Final = timedelta(hours=24)  # nobody is reminded by hand more often


class Step(StrEnum):
    """What people did with an invitation; kept in the row."""

    DRAFT = "draft"
    QUEUED = "queued"
    OPENED = "opened"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class Standing(StrEnum):
    """Where an invitation stands, from step, mail, time, registration and ticket."""

    DRAFT = "draft"
    QUEUED = "queued"
    SENT = "sent"
    OPENED = "opened"
    ACCEPTED = "accepted"
    WAITLISTED = "waitlisted"
    ARRIVED = "arrived"
    NO_SHOW = "no_show"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    BOUNCED = "bounced"
    WITHDRAWN = "withdrawn"


STEPS: Final[Mapping[Step, frozenset[Step]]] = {
    Step.DRAFT: frozenset({Step.QUEUED, Step.WITHDRAWN}),
    Step.QUEUED: frozenset({Step.OPENED, Step.ACCEPTED, Step.DECLINED, Step.WITHDRAWN}),
    Step.OPENED: frozenset({Step.ACCEPTED, Step.DECLINED, Step.WITHDRAWN}),
    Step.DECLINED: frozenset({Step.ACCEPTED, Step.WITHDRAWN}),
    Step.ACCEPTED: frozenset(),
    Step.WITHDRAWN: frozenset(),
}
REMINDED: Final = frozenset({Standing.SENT, Standing.OPENED})
_OVER: Final = frozenset({"cancelled", "declined", "expired"})
_WAITING: Final = frozenset({"waitlisted", "held"})


@dataclass(frozen=True, slots=True)
class Facts:
    """What the standing follows from; `doors_close_at` None is never."""

    step: Step
    answer_by: datetime
    mail_state: str | None
    registration_state: str | None
    has_entered: bool
    doors_close_at: datetime | None


def from_steps(new: Step) -> list[Step]:
    """Return the steps from which `new` may be taken."""
    return [old for old, further in STEPS.items() if new in further]


def standing(facts: Facts, at: datetime) -> Standing:
    """Return where an invitation stands at an instant."""
    if facts.step is Step.ACCEPTED:
        return _accepted(facts, at)
    if facts.step in {Step.DRAFT, Step.DECLINED, Step.WITHDRAWN}:
        return Standing(facts.step.value)
    if facts.step is Step.QUEUED and facts.mail_state == "dead":
        return Standing.BOUNCED
    if at >= facts.answer_by:
        return Standing.EXPIRED
    if facts.step is Step.OPENED:
        return Standing.OPENED
    return Standing.SENT if facts.mail_state in {"sent", "suppressed"} else Standing.QUEUED


def _accepted(facts: Facts, at: datetime) -> Standing:
    if facts.has_entered:
        return Standing.ARRIVED
    if facts.registration_state is None or facts.registration_state in _OVER:
        return Standing.CANCELLED
    if facts.registration_state in _WAITING:
        return Standing.WAITLISTED
    if facts.doors_close_at is not None and at >= facts.doors_close_at + NO_SHOW_AFTER:
        return Standing.NO_SHOW
    return Standing.ACCEPTED


def is_reminder_due(
    days: Iterable[int], *, answer_by: datetime, last_at: datetime, at: datetime
) -> bool:
    """
    Tell whether the plan asks for a reminder now.

    Args:
        days: Days before the deadline on which people are reminded.

        answer_by: The deadline; nobody is reminded after it.

        last_at: When the person was written to last.

        at: Now.
    """
    if at >= answer_by:
        return False
    moments = [answer_by - timedelta(days=day) for day in days]
    return any(last_at < moment <= at for moment in moments)
