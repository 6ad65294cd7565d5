"""The blueprint of the console and the frame that its pages share."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, make_response, render_template

from eventhub.console import queries
from eventhub.console.access import signed_in
from eventhub.console.navigation import navigation
from eventhub.kernel.http import private
from eventhub.programme.queries import EventRow

blueprint = Blueprint("console", __name__, url_prefix="/console")


def page(
    name: str, event: EventRow, *, section: str = "", status: int = 200, **values: Any
) -> Response:
    """Return a page of the console with its navigation; kept by no cache."""
    counts = queries.navigation_counts(event.id)
    if "tasks" in values:
        counts["home"] = len(values["tasks"])
    body = render_template(
        f"console/{name}.html",
        event=event,
        section=section or name,
        navigation=navigation(event, signed_in(), counts),
        **values,
    )
    return private(make_response(body, status))
