"""Search over the event from every page of the console."""

from __future__ import annotations

from flask import Response, request

from eventhub.accounts.enums import Permission
from eventhub.console import search_page
from eventhub.console.access import console_event
from eventhub.console.views.frame import blueprint, page
from eventhub.kernel.errors import BadRequest
from eventhub.kernel.forms import BaseForm

_LONGEST = 80


@blueprint.get("/e/<slug>/search")
def search_form(slug: str) -> Response:
    """GET /console/e/SLUG/search: the empty box; console.view."""
    event = console_event(slug, Permission.CONSOLE_VIEW)
    return page("search", event, searched="", groups=[])


@blueprint.post("/e/<slug>/search")
def search(slug: str) -> Response:
    """
    POST /console/e/SLUG/search: what is found; console.view.

    POST because names and phone numbers must not stand in addresses and logs.
    """
    event = console_event(slug, Permission.CONSOLE_VIEW)
    if not BaseForm().validate_on_submit():
        raise BadRequest()
    typed = request.form.get("q", "")[:_LONGEST].replace("\0", "").strip()
    return page("search", event, searched=typed, groups=search_page.groups(event, typed))
