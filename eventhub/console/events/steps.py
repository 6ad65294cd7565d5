"""How far an event is set up: counts from one statement, and the steps they make."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, func, select

from eventhub.kernel.db import db
from eventhub.programme.models import Gate, Performance, Stage, Venue, Zone
from eventhub.programme.queries import EventRow, released
from eventhub.registration.models import (
    ConsentText,
    EntryWindow,
    FormQuestion,
    Quota,
    QuotaTicketType,
    TicketType,
)


class Step(StrEnum):
    """What has to be thought of before people can register, in this order."""

    NAMES = "names"
    PLACES = "places"
    GATES = "gates"
    TICKETS = "tickets"
    FORM = "form"
    CONSENTS = "consents"
    COLOURS = "colours"
    SHOWS = "shows"
    OPEN = "open"


NEEDED = frozenset({Step.NAMES, Step.GATES, Step.TICKETS, Step.CONSENTS})


@dataclass(frozen=True, slots=True)
class Inventory:
    """How many there are of what; `places` people over all quotas, None without a limit."""

    venues: int
    stages: int
    zones: int
    gates: int
    types: int
    public_types: int
    bare_types: int  # without a quota: nobody gets a place
    questions: int
    consents: int
    notices: int
    day_windows: int
    per_day_types: int
    performances: int
    places: int | None


@dataclass(frozen=True, slots=True)
class StepState:
    """One step; `is_needed` ones must be done before registration opens."""

    step: Step
    is_done: bool
    is_needed: bool


def inventory(event_id: int) -> Inventory:
    """Return what an event has; one statement."""

    def count(model: Any, *more: ColumnElement[bool]) -> ScalarSelect[int]:
        wanted = select(func.count()).select_from(model).where(model.event_id == event_id, *more)
        return wanted.scalar_subquery()

    asked = (ConsentText.replaced_at.is_(None), ConsentText.ended_at.is_(None))
    t, q, link = TicketType, Quota, QuotaTicketType
    has_quota = select(link.ticket_type_id).where(link.ticket_type_id == t.id).exists()
    parts: dict[str, ScalarSelect[Any]] = {
        "venues": count(Venue),
        "stages": count(Stage),
        "zones": count(Zone),
        "gates": count(Gate),
        "types": count(t),
        "public_types": count(t, t.visibility == "public"),
        "bare_types": count(t, ~has_quota),
        "questions": select(func.count(FormQuestion.question_id.distinct()))
        .join(t, t.id == FormQuestion.ticket_type_id)
        .where(t.event_id == event_id)
        .scalar_subquery(),
        "consents": count(ConsentText, *asked),
        "notices": count(ConsentText, ConsentText.kind == "notice", *asked),
        "day_windows": count(EntryWindow, EntryWindow.kind == "day"),
        "per_day_types": count(t, t.is_per_day.is_(True)),
        "performances": count(Performance),
        "places": select(func.sum(q.size)).where(q.event_id == event_id).scalar_subquery(),
    }
    unlimited = count(q, q.size.is_(None))
    row = db.session.execute(
        select(*(value.label(name) for name, value in parts.items()), unlimited)
    ).one()
    values = dict(zip(parts, row, strict=False))
    values["places"] = None if row[-1] else int(values["places"] or 0)
    return Inventory(**values)


def steps(event: EventRow, have: Inventory) -> list[StepState]:
    """Return every step with its state; see `NEEDED` for what must be done."""
    is_dated = event.starts_on is not None
    done = {
        Step.NAMES: is_dated and bool(event.title.get("zh") or event.title.get("en")),
        Step.PLACES: have.venues > 0 and have.stages > 0,
        Step.GATES: have.zones > 0 and have.gates > 0,
        Step.TICKETS: have.public_types > 0
        and not have.bare_types
        and (have.day_windows > 0 or not have.per_day_types),
        Step.FORM: have.questions > 0,
        Step.CONSENTS: have.notices > 0,
        Step.COLOURS: event.theme is not None,
        Step.SHOWS: have.performances > 0 and released(event.id) is not None,
        Step.OPEN: event.is_public and event.is_registration_open,
    }
    return [StepState(step, done[step], step in NEEDED) for step in Step]


def missing(event: EventRow) -> list[Step]:
    """Return the needed steps that are not done."""
    return [
        state.step
        for state in steps(event, inventory(event.id))
        if state.is_needed and not state.is_done
    ]
