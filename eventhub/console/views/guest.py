"""One registration: who, what they answered and sent, what they agreed to and in which words."""

from __future__ import annotations

from flask import Response

from eventhub.accounts.enums import Permission
from eventhub.console import words
from eventhub.console.access import console_event
from eventhub.console.views.frame import blueprint, page
from eventhub.kernel import uploads
from eventhub.kernel.http import private
from eventhub.registration.queries import answers_of, by_code, registration_face
from eventhub.registration.queries.forms import answer_file as stored_file
from eventhub.registration.service import standing_consents


@blueprint.get("/e/<slug>/guests/<code>")
def guest(slug: str, code: str) -> Response:
    """GET /console/e/SLUG/guests/CODE: a registration with answers and consents; guests.view."""
    event = console_event(slug, Permission.GUESTS_VIEW)
    found = by_code(code, {event.id})
    return page(
        "guest",
        event,
        section="guests",
        face=registration_face(found),
        rows=answers_of([found]).get(found, ()),
        consents=list(standing_consents(found).values()),
        state_words=words.registration_states(),
        state_kinds=words.STATE_KINDS,
    )


@blueprint.get("/e/<slug>/answers/<key>")
def answer_file(slug: str, key: str) -> Response:
    """GET /console/e/SLUG/answers/KEY: a file that a guest sent, as a download; guests.view."""
    event = console_event(slug, Permission.GUESTS_VIEW)
    found = stored_file(event.id, key)
    return private(uploads.download(uploads.Upload(found.name, found.mimetype, found.data)))
