"""Badges to print: many for a ticket type, or those of one registration."""

from __future__ import annotations

from flask import Response, make_response

from eventhub.accounts.enums import Permission
from eventhub.console.access import console_event
from eventhub.console.guest_forms import BadgeForm
from eventhub.console.views.frame import blueprint
from eventhub.kernel.auth import require_proof
from eventhub.kernel.errors import Invalid, NotFound
from eventhub.kernel.http import private
from eventhub.programme.queries import EventRow
from eventhub.registration import service
from eventhub.registration.badges import Paper, badges_pdf
from eventhub.registration.queries.badges import badge_counts, badge_rows
from eventhub.registration.queries.guests import words_of_types


@blueprint.post("/e/<slug>/badges.pdf")
def print_badges(slug: str) -> Response:
    """POST /console/e/SLUG/badges.pdf: badges by name, 500 a file; guests.edit."""
    event = console_event(slug, Permission.GUESTS_EDIT)
    form = badge_form(event)
    if not form.validate_on_submit():
        raise Invalid(fields={key: list(found) for key, found in form.errors.items()})
    rows = badge_rows(event.id, ticket_type=form.badges_of.data or "", first=form.first.data or 1)
    if not rows:
        raise NotFound()
    require_proof()  # a badge opens gates
    service.note_badges(event.id, form.badges_of.data or "", people=len(rows))
    paper: Paper = "a4" if form.paper.data == "a4" else "a6"
    return _pdf(event, badges_pdf(event, rows, paper=paper), "badges")


@blueprint.get("/e/<slug>/badges/<code>.pdf")
def badge(slug: str, code: str) -> Response:
    """GET /console/e/SLUG/badges/CODE.pdf: those of one registration, A6; guests.view."""
    event = console_event(slug, Permission.GUESTS_VIEW)
    rows = badge_rows(event.id, code=code.upper())
    if not rows:
        raise NotFound()
    return _pdf(event, badges_pdf(event, rows), code.upper())


def badge_form(event: EventRow) -> BadgeForm:
    """Return the form with the types of an event and how many badges each has."""
    return BadgeForm.of(words_of_types(event.id), badge_counts(event.id))


def _pdf(event: EventRow, made: bytes, name: str) -> Response:
    answer = make_response(made)
    answer.mimetype = "application/pdf"
    answer.headers["Content-Disposition"] = f'inline; filename="{event.slug}-{name}.pdf"'
    return private(answer)
