"""Approval: decisions about many registrations at once, each for itself."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from eventhub.kernel import audit, clock
from eventhub.kernel.db import I18n, command, db
from eventhub.registration.enums import Decision, Outcome, RegistrationState
from eventhub.registration.errors import IllegalTransition, SoldOut
from eventhub.registration.models import Registration
from eventhub.registration.service import capacity, lists, mail, tickets, waitlist
from eventhub.webhooks.enums import Kind
from eventhub.webhooks.service import emit

_S = RegistrationState


@dataclass(frozen=True, slots=True)
class Decide:
    """
    One decision about many registrations.

    `codes` name them; `when_full` says what becomes of those for whom there
    is no place: None leaves them waiting. `reason` stays inside, `text` is
    mailed in the language of each person.
    """

    event_id: int
    codes: tuple[str, ...]
    decision: Decision
    by: str
    reason: str = ""
    text: I18n | None = None
    when_full: Decision | None = None


@dataclass(frozen=True, slots=True)
class Decided:
    """What became of one registration; `state` is the one it has now."""

    code: str
    name: str
    outcome: Outcome
    state: RegistrationState


@command
def decide(cmd: Decide) -> list[Decided]:
    """
    Approve, decline or waitlist registrations; each succeeds or fails alone.

    Commits. Capacity is checked now, not when the person applied; a place that
    somebody on the waitlist waits for is not given past them. Writes one
    message per changed registration.

    Returns:
        One row per known code, in the order of applying; codes that the event
        does not have are left out.
    """
    found = db.session.scalars(
        select(Registration)
        .where(Registration.event_id == cmd.event_id, Registration.code.in_(cmd.codes))
        .order_by(Registration.created_at, Registration.id)
        .execution_options(populate_existing=True)
    ).all()
    decided = [_one(cmd, registration) for registration in found]
    audit.record(
        f"registration.{cmd.decision.value}",
        f"registrations:{len(decided)}",
        event_id=cmd.event_id,
        after={row.code: row.outcome.value for row in decided},
    )
    return decided


def _one(cmd: Decide, found: Registration) -> Decided:
    outcome = _tried(cmd, found, cmd.decision)
    if outcome is Outcome.NO_CAPACITY and cmd.when_full is not None:
        outcome = _tried(cmd, found, cmd.when_full)
    db.session.refresh(found, ["state"])
    return Decided(found.code, found.contact_name, outcome, RegistrationState(found.state))


def _tried(cmd: Decide, found: Registration, decision: Decision) -> Outcome:
    try:
        with db.session.begin_nested():
            return _apply(cmd, found, decision)
    except IllegalTransition:
        return Outcome.ALREADY_DECIDED
    except SoldOut:
        return Outcome.NO_CAPACITY


def _apply(cmd: Decide, found: Registration, decision: Decision) -> Outcome:
    match decision:
        case Decision.APPROVE:
            _step(cmd, found, _S.CONFIRMED)
            if waitlist.has_waiting(found.ticket_type_id, found.window_no) or not capacity.take(
                found.ticket_type_id, found.window_no, found.group_size
            ):
                raise SoldOut()
            tickets.issue_for(found)
            emit(cmd.event_id, Kind.REGISTRATION_APPROVED, {"registration": found.code})
            outcome = Outcome.APPROVED
        case Decision.DECLINE:
            _step(cmd, found, _S.DECLINED)
            tickets.free_contacts(found.id)
            outcome = Outcome.DECLINED
        case Decision.WAITLIST:
            _step(cmd, found, _S.WAITLISTED)
            waitlist.join(lists.joiner(found))
            outcome = Outcome.WAITLISTED
    db.session.flush()
    mail.tell_state(found.id, note=cmd.text)
    return outcome


def _step(cmd: Decide, found: Registration, new: RegistrationState) -> None:
    tickets.step(
        found.id,
        _S.PENDING_APPROVAL,
        new,
        decided_at=clock.now(),
        decided_by=cmd.by,
        decision_reason=cmd.reason or None,
    )
