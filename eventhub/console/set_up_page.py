"""What the page of the guided set-up says: each step, what it has, what it lacks, where to go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, assert_never

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from eventhub.console.events.steps import Inventory, Step, inventory, steps
from eventhub.kernel.format import exact
from eventhub.programme.queries import EventRow


@dataclass(frozen=True, slots=True)
class StepRow:
    """One step in words; `kind` is that of its badge."""

    key: str
    name: str
    has: str
    lacks: str
    state: str
    kind: str
    address: str


# Page that changes a step.
_PAGES = {
    Step.NAMES: "console.settings",
    Step.PLACES: "console.places",
    Step.GATES: "console.gates",
    Step.TICKETS: "console.ticket_types",
    Step.FORM: "console.questions",
    Step.CONSENTS: "console.consents",
    Step.COLOURS: "console.look",
    Step.SHOWS: "console.programme",
    Step.OPEN: "registration.register",
}


def context(event: EventRow, *, is_refused: bool = False) -> dict[str, Any]:
    """Return the values of `console/set_up.html`."""
    have = inventory(event.id)
    found = steps(event, have)
    is_open = next(state.is_done for state in found if state.step is Step.OPEN)
    missing = [state for state in found if state.is_needed and not state.is_done]
    return {
        "rows": [
            StepRow(
                key=state.step.value,
                name=name(state.step),
                has=_has(state.step, event, have),
                lacks="" if state.is_done else _lacks(state.step),
                state=_("done")
                if state.is_done
                else _("missing")
                if state.is_needed
                else _("can wait"),
                kind="ok" if state.is_done else "stop" if state.is_needed else "off",
                address=_address(event, state.step),
            )
            for state in found
        ],
        "missing": [name(state.step) for state in missing],
        "is_open": is_open,
        "is_refused": is_refused,
        "register_url": url_for("registration.register", slug=event.slug, _external=True),
    }


def name(step: Step) -> str:
    """Return what a step is called."""
    match step:
        case Step.NAMES:
            return _("Name and days")
        case Step.PLACES:
            return _("Venue and stages")
        case Step.GATES:
            return _("Zones and gates")
        case Step.TICKETS:
            return _("Ticket types and places")
        case Step.FORM:
            return _("Questions of the form")
        case Step.CONSENTS:
            return _("Consent texts")
        case Step.COLOURS:
            return _("Colours")
        case Step.SHOWS:
            return _("Programme")
        case Step.OPEN:
            return _("Registration")
        case _:
            assert_never(step)


def step_pages(event: EventRow) -> list[tuple[str, str]]:
    """Return name and address of every step that has a page."""
    return [(name(step), found) for step in Step if (found := _address(event, step))]


def _has(step: Step, event: EventRow, have: Inventory) -> str:
    match step:
        case Step.NAMES:
            both = " / ".join(
                text for text in (event.title.get("zh"), event.title.get("en")) if text
            )
            return _("%(name)s, days: %(n)s", name=both, n=len(event.days()))
        case Step.PLACES:
            return _("Venues: %(a)s, stages: %(b)s", a=have.venues, b=have.stages)
        case Step.GATES:
            return _("Zones: %(a)s, gates: %(b)s", a=have.zones, b=have.gates)
        case Step.TICKETS:
            places = _("no limit") if have.places is None else exact(have.places)
            return _("Types: %(a)s, places in all: %(b)s", a=have.types, b=places)
        case Step.FORM:
            return ngettext("%(num)s question", "%(num)s questions", have.questions)
        case Step.CONSENTS:
            return ngettext("%(num)s text", "%(num)s texts", have.consents)
        case Step.COLOURS:
            return _("own colours") if event.theme else _("colours of the house")
        case Step.SHOWS:
            return ngettext("%(num)s show time", "%(num)s show times", have.performances)
        case Step.OPEN:
            return _("open") if event.is_registration_open and event.is_public else _("closed")
        case _:
            assert_never(step)


def _lacks(step: Step) -> str:
    match step:
        case Step.NAMES:
            return _("Give a name, a first and a last day.")
        case Step.PLACES:
            return _("Make a venue and a stage, so that shows can have a place.")
        case Step.GATES:
            return _("Without a zone and a gate nobody can be scanned in.")
        case Step.TICKETS:
            return _("One public type with a number of places; for tickets by day, the days.")
        case Step.FORM:
            return _("The form asks for name and contact only.")
        case Step.CONSENTS:
            return _("Say what happens with personal data before anybody gives you some.")
        case Step.COLOURS:
            return _("The pages have the colours of the house until you choose some.")
        case Step.SHOWS:
            return _("Visitors see no shows before a release; registration can open before.")
        case Step.OPEN:
            return _("Open it below once the needed steps are done.")
        case _:
            assert_never(step)


def _address(event: EventRow, step: Step) -> str:
    endpoint = _PAGES.get(step)
    return url_for(endpoint, slug=event.slug) if endpoint else ""
