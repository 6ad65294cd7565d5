"""The page on which a holder names the person who gets the ticket."""

from __future__ import annotations

from dataclasses import dataclass, replace

from flask import Response, make_response, render_template

from eventhub.kernel import clock
from eventhub.kernel.errors import NotFound
from eventhub.kernel.http import private
from eventhub.kernel.i18n import current_lang
from eventhub.programme.queries import EventRow
from eventhub.registration import question_fields, ticket_page
from eventhub.registration.errors import IllegalTransition
from eventhub.registration.forms import RegisterForm
from eventhub.registration.queries import consent_texts, questions, ticket_type
from eventhub.registration.rules.admission import Availability
from eventhub.registration.service import Register
from eventhub.registration.ticket_page import TicketPage


@dataclass(frozen=True, slots=True)
class Transfer:
    """A ticket that may be passed on, with the form for the new person."""

    page: TicketPage
    form: RegisterForm

    @property
    def registration_id(self) -> int:
        """Return whose ticket it is."""
        return self.page.face.id

    @property
    def event(self) -> EventRow:
        """Return the event of the ticket."""
        return self.page.face.event

    def command(self) -> Register:
        """Return the new person as a submission."""
        face = self.page.face
        return replace(
            self.form.command(self.event.id, current_lang(), None), ticket_type=face.type_slug
        )


def load(token: str) -> Transfer:
    """
    Return the form behind the link of a registration.

    Raises:
        NotFound: Wrong, outdated and unknown links alike.
        NotAllowed: The link shows one companion's ticket only.
        IllegalTransition: This ticket can not be passed on.
    """
    ticket_page.owned(token)
    page = ticket_page.load(token)
    if not page.context()["may_transfer"]:
        raise IllegalTransition()
    face = page.face
    kind = ticket_type(face.event, face.type_slug, clock.now())
    if kind is None:
        raise NotFound()
    kept = replace(kind, state=Availability.OPEN, max_group=1)  # the place is there already
    day = str(face.window.number) if face.window else ""
    form = RegisterForm.bound(
        [kept],
        consent_texts(face.event.id),
        questions(face.event.id),
        ticket_type=kind.slug,
        day=day,
    )
    return Transfer(page, form)


def show(asked: Transfer, status: int) -> Response:
    """Return the page."""
    if asked.form.is_submitted():
        question_fields.ask_again(asked.form, asked.form.question_rows)
    body = render_template("registration/transfer.html", form=asked.form, **asked.page.context())
    return private(make_response(body, status))
