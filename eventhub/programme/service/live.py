"""Words of stage managers while the event runs; a release is never altered by them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l

from eventhub.kernel import audit, clock
from eventhub.kernel.auth import current_actor
from eventhub.kernel.db import command, db
from eventhub.kernel.errors import Invalid
from eventhub.programme import queries
from eventhub.programme.enums import LiveState, SlotStatus
from eventhub.programme.errors import NotRunning, UnknownShow
from eventhub.programme.models import LiveStatus
from eventhub.programme.queries import PerformanceRow
from eventhub.programme.rules.live import MAX_DELAY_MIN, Word, measured_delay


@dataclass(frozen=True, slots=True, kw_only=True)
class SetDelay:
    """How many minutes later than released a performance begins and ends."""

    event_id: int
    performance_id: int
    minutes: int
    is_more: bool = False  # on top of what was said before


@dataclass(frozen=True, slots=True, kw_only=True)
class SetLive:
    """What a performance is now."""

    event_id: int
    performance_id: int
    state: LiveState


@command
def set_delay(cmd: SetDelay) -> Word:
    """
    Say how late a performance is; 0 takes a delay back.

    Raises:
        Invalid: Fewer than 0 or more than `MAX_DELAY_MIN` minutes.

        NotRunning: It has ended or is cancelled.

        UnknownShow: The release has no such performance.
    """
    _performance(cmd.event_id, cmd.performance_id)
    before = _said(cmd.event_id, cmd.performance_id)
    if before.state in (LiveState.ENDED, LiveState.CANCELLED):
        raise NotRunning()
    minutes = before.delay_min + cmd.minutes if cmd.is_more else cmd.minutes
    if not 0 <= minutes <= MAX_DELAY_MIN:
        text = _l("A delay is 0 to %(most)s minutes.", most=MAX_DELAY_MIN)
        raise Invalid(fields={"minutes": [text]})
    return _say(cmd.event_id, cmd.performance_id, before, before.state, minutes)


@command
def set_live(cmd: SetLive) -> Word:
    """
    Say what a performance is now; one that begins late is delayed by that much.

    Raises:
        UnknownShow: The release has no such performance, or it is cancelled there.
    """
    row = _performance(cmd.event_id, cmd.performance_id)
    before = _said(cmd.event_id, cmd.performance_id)
    delay_min = before.delay_min
    if cmd.state is LiveState.RUNNING and before.state is LiveState.WAITING:
        delay_min = measured_delay(row.starts_at, delay_min, clock.now())
    return _say(cmd.event_id, cmd.performance_id, before, cmd.state, delay_min)


@dataclass(frozen=True, slots=True, kw_only=True)
class Say:
    """A state and a delay of a performance, each left as it is when None."""

    event_id: int
    performance_id: int
    state: LiveState | None = None
    minutes: int | None = None


@command
def say(cmd: Say) -> Word:
    """Say a delay, a state or both, and return what holds then; raises as both commands do."""
    head: dict[str, Any] = {"event_id": cmd.event_id, "performance_id": cmd.performance_id}
    word = _said(cmd.event_id, cmd.performance_id)
    if cmd.state is not None:
        word = set_live(SetLive(**head, state=cmd.state))
    if cmd.minutes is not None:  # the said delay wins over a measured one
        word = set_delay(SetDelay(**head, minutes=cmd.minutes))
    return word


def _performance(event_id: int, performance_id: int) -> PerformanceRow:
    found = queries.performances_of(queries.event_by_id(event_id), [performance_id])
    if not found or found[0].status in (SlotStatus.CANCELLED, SlotStatus.POSTPONED):
        raise UnknownShow()
    return found[0]


def _said(event_id: int, performance_id: int) -> Word:
    row = queries.live_states(event_id).get(performance_id)
    return row.word if row else Word(LiveState.WAITING, 0, clock.now())


def _say(
    event_id: int, performance_id: int, before: Word, state: LiveState, delay_min: int
) -> Word:
    word = Word(state, delay_min, clock.now())
    db.session.add(
        LiveStatus(
            event_id=event_id,
            performance_id=performance_id,
            state=word.state,
            delay_min=word.delay_min,
            at=word.at,
            by=current_actor().name or "system",
        )
    )
    audit.record(
        "live.set",
        f"performance:{performance_id}",
        event_id=event_id,
        before={"state": before.state, "delay_min": before.delay_min},
        after={"state": word.state, "delay_min": word.delay_min},
    )
    return word
