"""The ticket behind a link: what its page shows and the files beside it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import orjson
from flask import request
from flask_babel import gettext as _

from eventhub.kernel import clock
from eventhub.kernel.errors import NotAllowed, NotFound
from eventhub.kernel.i18n import offer
from eventhub.programme.queries import PerformanceRow
from eventhub.registration import print as printing
from eventhub.registration import qr, service, wallet
from eventhub.registration.codes import TicketCode, ticket_code
from eventhub.registration.queries import (
    AttendeeFace,
    RegistrationFace,
    TicketFace,
    registration_face,
)
from eventhub.registration.rules.states import (
    may_be_cancelled,
    may_be_passed_on,
    may_give_up,
)
from eventhub.registration.strip import strip_of


@dataclass(frozen=True, slots=True)
class Shown:
    """
    One person on the page: words, code and picture; no code without a live ticket.

    `rotating` is the JSON from which the page draws a code that changes.
    """

    person: AttendeeFace
    tag: service.Tag
    code: TicketCode | None
    picture: str
    rotating: str
    token: str
    is_used: bool


@dataclass(frozen=True, slots=True)
class TicketFile:
    """A file beside the page."""

    data: bytes
    mimetype: str
    name: str


@dataclass(frozen=True, slots=True)
class TicketPage:
    """A registration as one link shows it."""

    token: str
    face: RegistrationFace
    attendee_id: int | None

    def context(self) -> dict[str, Any]:
        """Return what the templates of the page use."""
        face = self.face
        is_owner = self.attendee_id is None and not face.is_used
        return {
            "event": face.event,
            "face": face,
            "token": self.token,
            "people": [self._shown(person) for person in face.of(self.attendee_id)],
            "strip": strip_of(face),
            "when": service.when_text(face),
            "where": service.where_text(face),
            "gates": service.gate_names(face),
            "may_cancel": is_owner
            and may_give_up(face.state, until=face.cancel_until, at=clock.now()),
            "is_whole": self.attendee_id is None,
            "may_change": is_owner and may_be_cancelled(face.state),
            "may_transfer": is_owner
            and may_be_passed_on(face.state, face.transfer, len(face.attendees)),
            "mail": request.args.get("mail"),
            "version": self.version(),
            "has_wallet": wallet.signer() is not None,
        }

    def version(self) -> str:
        """Return what differs once the page has to be taken anew: 16 hexadecimal digits."""
        face = self.face
        tickets = [person.ticket for person in self._people()]
        parts = [
            (one.number, one.rev, one.status, one.seat_label, one.first_entry_at)
            for one in tickets
            if one is not None
        ]
        show = face.performance
        told = repr((face.state, face.window, show and _told_of(show), parts))
        return hashlib.sha256(told.encode()).hexdigest()[:16]

    def file(self, form: str) -> TicketFile:
        """
        Return the ticket as `pdf`, `png`, `svg`, `ics` or `pkpass`.

        Raises:
            NotFound: There is no ticket (yet, or any more), or no picture of it
                because its code changes all the time, or no pass of it because
                the installation signs none.
        """
        if form == "ics":
            url = service.ticket_url(self.token)
            person = self.face.of(self.attendee_id)[0]
            data = service.ticket_calendar(self.face, person, url=url)
            return TicketFile(data, "text/calendar", f"{self.face.code}.ics")
        live = [(person, ticket_code(self.face, person)) for person in self._people()]
        codes = [(person, code) for person, code in live if code is not None]
        if not codes:
            raise NotFound()
        signed = codes[0][1].signed
        if form != "pdf" and not signed:
            raise NotFound()
        name = f"{self.face.code}.{form}"
        if form == "pkpass":
            return self._pass(*codes[0])
        if form == "png":
            return TicketFile(qr.png(signed), "image/png", name)
        if form == "svg":
            return TicketFile(qr.svg(signed).encode(), "image/svg+xml", name)
        return TicketFile(printing.ticket_pdf(self.face, codes), "application/pdf", name)

    def _pass(self, person: AttendeeFace, code: TicketCode) -> TicketFile:
        by = wallet.signer()
        if by is None:
            raise NotFound()
        data = wallet.ticket_pass(self.face, person, code, by)
        return TicketFile(data, wallet.MIMETYPE, f"{self.face.code}.pkpass")

    def _people(self) -> tuple[AttendeeFace, ...]:
        return self.face.of(self.attendee_id)

    def _shown(self, person: AttendeeFace) -> Shown:
        code = ticket_code(self.face, person)
        ticket = person.ticket
        return Shown(
            person=person,
            tag=service.tag_of(self.face, person),
            code=code,
            picture=qr.svg(code.signed, label=_("Ticket code")) if code and code.signed else "",
            rotating=_rotating(ticket) if code and code.is_rotating and ticket else "",
            token=service.attendee_token(person.public_id, person.link_rev),
            is_used=ticket is not None and ticket.first_entry_at is not None,
        )


def _told_of(show: PerformanceRow) -> tuple[object, ...]:
    return (show.starts_at, show.ends_at, show.stage_id, show.status)


def _rotating(ticket: TicketFace) -> str:
    """Return what the page needs to draw a rotating code for the coming days, as JSON."""
    keys = [
        {"kid": key.kid, "key": key.key.hex(), "from": key.opens_ms, "until": key.closes_ms}
        for key in service.ticket_day_keys(ticket.id, at=clock.now())
    ]
    facts = {"ticket": f"{ticket.number:016x}", "rev": ticket.rev, "keys": keys}
    return orjson.dumps(facts).decode()


def load(token: str) -> TicketPage:
    """
    Return the page behind a link.

    Raises:
        NotFound: Wrong, outdated and unknown links alike.
    """
    found = service.linked(token)
    face = registration_face(found.registration_id)
    offer(face.event.offered)
    return TicketPage(token, face, found.attendee_id)


def owned(token: str) -> int:
    """
    Return the registration that a link may change.

    Raises:
        NotFound: Wrong, outdated and unknown links alike.
        NotAllowed: The link shows one companion's ticket only.
    """
    found = service.linked(token)
    if found.attendee_id is not None:
        raise NotAllowed()
    return found.registration_id
