"""Tickets whose code changes all the time: what is shown, and what is printed nowhere."""

from __future__ import annotations

import io
import json
import re
from html import unescape

from flask.testing import FlaskClient
from pypdf import PdfReader

from eventhub.kernel.db import command, db
from eventhub.kernel.signing import gr_code
from eventhub.registration import service
from eventhub.registration.models import Ticket
from tests.assertions import assert_html
from tests.factories.registration import make_registration, make_ticket_type
from tests.registration.conftest import NOW, Place

ROTATING = re.compile(r'data-rotating="([^"]*)"')


def ticket_of(place: Place, *kinds: str) -> tuple[str, Ticket]:
    """Return the link and the ticket of a person whose type shows some kinds of code."""
    slug = "-".join(kinds).lower()
    make_ticket_type(place.event.id, slug=slug, code_kinds=list(kinds))
    service.ensure_day_keys(place.event.id)
    made = make_registration(place.event.id, slug, email=f"{slug}@example.com")
    ticket = db.session.get_one(Ticket, made.people[0].ticket_id)
    return service.registration_token(made.public_id, made.link_rev), ticket


def printed(client: FlaskClient, token: str) -> str:
    """Return the text on paper; nothing is planned for the day of these tickets."""
    data = client.get(f"/t/{token}.pdf?lang=en").data
    return PdfReader(io.BytesIO(data)).pages[0].extract_text()


@command
def block(ticket_id: int) -> None:
    """Block a ticket as staff do."""
    db.session.get_one(Ticket, ticket_id).status = "blocked"


def test_a_type_of_changing_codes_prints_none_that_admits(
    place: Place, client: FlaskClient
) -> None:
    token, ticket = ticket_of(place, "GD")
    html = assert_html(client.get(f"/t/{token}?lang=en"))
    facts = json.loads(unescape(ROTATING.search(html).group(1)))  # type: ignore[union-attr]  # shown
    assert (facts["ticket"], facts["rev"]) == (f"{ticket.number:016x}", 0)
    days = service.ticket_day_keys(ticket.id, at=NOW)
    assert [key["key"] for key in facts["keys"]] == [day.key.hex() for day in days]
    assert len(days) == 5  # all days of the event lie in the week ahead
    short = gr_code(ticket.number)
    assert 'class="qr"' not in html
    assert "GS0" not in html
    assert short not in html.replace("-", "")
    assert "changes all the time and needs JavaScript" in html  # the way out without it
    assert ".png" not in html
    assert [client.get(f"/t/{token}.{form}").status_code for form in ("png", "svg")] == [404, 404]
    paper = printed(client, token)
    assert "The code is on your ticket page" in " ".join(paper.split())
    assert short not in paper.replace("-", "")


def test_a_type_of_both_kinds_prints_the_signed_one(place: Place, client: FlaskClient) -> None:
    token, ticket = ticket_of(place, "GS", "GD")
    html = assert_html(client.get(f"/t/{token}"))
    assert 'class="qr"' in html  # until the changing one takes its place
    assert ROTATING.search(html)
    assert client.get(f"/t/{token}.png").status_code == 200
    assert gr_code(ticket.number) not in html.replace("-", "")  # its gates refuse short codes
    plain, _ticket = ticket_of(place, "GS", "GR")
    assert ROTATING.search(client.get(f"/t/{plain}").text) is None


def test_a_page_hears_that_it_is_outdated(place: Place, client: FlaskClient) -> None:
    token, ticket = ticket_of(place, "GD", "GR")
    version = re.search(r'data-version="(\w+)"', client.get(f"/t/{token}").text).group(1)  # type: ignore[union-attr]  # shown
    state = client.get(f"/t/{token}/state.json")
    assert state.json == {"now": int(NOW.timestamp() * 1000), "version": version}
    assert state.headers["Cache-Control"] == "no-store"
    block(ticket.id)
    assert client.get(f"/t/{token}/state.json").json["version"] != version
    assert ROTATING.search(client.get(f"/t/{token}").text) is None  # no keys for a blocked one
    wrong = token[:-1] + ("1" if token.endswith("0") else "0")
    assert client.get(f"/t/{wrong}/state.json").status_code == 404
