"""
A way through the demonstration in a few pages: attend, scan, organize.

A step is a real page with `?tour=N` in its address; the page then shows a bar that
says what to look at and leads on. Nothing is kept: without the number there is no bar.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit

from flask import Blueprint, Response, make_response, render_template, request, url_for
from flask_babel import gettext as _

from eventhub.kernel.errors import NotFound
from eventhub.kernel.http import conditional
from eventhub.programme.queries import public_events
from eventhub.settings import current_settings

FESTIVAL: Final = "demo"
RECORD: Final = "futian-2023"
PARAMETER: Final = "tour"

blueprint = Blueprint("demo", __name__)


@dataclass(frozen=True, slots=True)
class Step:
    """One page of the way: where it is, what it is called, what to look at there."""

    number: int
    part: str
    path: str
    title: str
    text: str

    @property
    def address(self) -> str:
        """Return the address under which the page shows the bar of this step."""
        return f"{self.path}?{urlencode({PARAMETER: self.number})}"


@dataclass(frozen=True, slots=True)
class Bar:
    """What a page of the way shows above its own content; `following` None on the last."""

    step: Step
    last: int
    following: Step | None
    leave: str


@blueprint.get("/tour")
def tour() -> Response:
    """GET /tour - the steps through the demonstration; anybody, 404 where there is none."""
    if not is_offered():
        raise NotFound
    return conditional(make_response(render_template("demo/tour.html", steps=steps())))


@blueprint.app_template_global("has_tour")
def is_offered() -> bool:
    """Tell whether both events of the demonstration stand here and this is no public site."""
    if current_settings().is_production:
        return False
    return {FESTIVAL, RECORD} <= {event.slug for event in public_events()}


@blueprint.app_template_global()
def tour_bar() -> Bar | None:
    """Return the bar of the page that is open; None when its address names no step of the way."""
    asked = _asked()
    if not asked or not is_offered():
        return None
    found = steps()
    step = next((one for one in found if str(one.number) == asked), None)
    if step is None:
        return None
    following = next((one for one in found if one.number == step.number + 1), None)
    return Bar(step, len(found), following, request.path)


def _asked() -> str:
    """Return the step that the address names; on the log-in the one of the page behind it."""
    if PARAMETER in request.args:
        return request.args[PARAMETER]
    behind = urlsplit(request.args.get("next", "")).query
    return dict(parse_qsl(behind)).get(PARAMETER, "")


def steps() -> list[Step]:
    """Return the way in its order, in the language of the reader."""
    attend, scan, organize = _("Attend"), _("Scan"), _("Organize")
    rows = (
        (
            attend,
            url_for("programme.programme", slug=FESTIVAL),
            _("The programme of today"),
            _("What is on now, what comes next, where it is. The star keeps a show for you."),
        ),
        (
            attend,
            url_for("registration.register", slug=FESTIVAL),
            _("Register without an account"),
            _("Send the form with any name: a ticket with a code comes at once, as PDF too."),
        ),
        (
            scan,
            url_for("console.gates", slug=FESTIVAL),
            _("A phone becomes a gate"),
            _(
                "Sign in as owner, the log-in stands in instance/demo-logins.txt, and pair a "
                "device. The page that opens is the scanner: let it see your ticket twice."
            ),
        ),
        (
            organize,
            url_for("console.home", slug=FESTIVAL),
            _("What needs doing now"),
            _("The most urgent stands first, and each leads to the page that solves it."),
        ),
        (
            organize,
            url_for("console.programme", slug=FESTIVAL),
            _("Plan without clashes"),
            _(
                "Move a show onto another: the conflict is named and the release waits until it "
                "is solved."
            ),
        ),
        (
            organize,
            url_for("audience.live", slug=FESTIVAL),
            _("Who is here, who is watching"),
            _("Gates, counters and livestreams side by side, never added up."),
        ),
        (
            organize,
            url_for("exposure.report", slug=RECORD),
            _("A report that shows its evidence"),
            _("Open any figure: who counted it, how, and in which words it was published."),
        ),
    )
    return [Step(number, *row) for number, row in enumerate(rows, start=1)]
