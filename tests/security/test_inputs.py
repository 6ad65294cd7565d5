"""What is sent besides the form, what is no link, and who says from where they call."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask, request
from flask.testing import FlaskClient
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from sqlalchemy import func, select

from eventhub.accounts.models import RoleGrant
from eventhub.audience import service as audience
from eventhub.kernel import http
from eventhub.kernel.db import db
from eventhub.kernel.text import web_address
from eventhub.programme.models import Event, Show
from eventhub.registration.models import Registration
from eventhub.webhooks.queries import endpoints
from tests.people import make_people, sign_in
from tests.world import World, make_world

pytestmark = pytest.mark.only("sqlite")  # what a form reads does not depend on the database

C = "/console/e/loom-week"
SCRIPTS = (
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)//https://a.example/",
    " javascript:alert(1)",
    "java\tscript:alert(1)",
    "java\nscript:alert(1)",
    "\x01javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "data:text/html;base64,PHNjcmlwdD4=",
    "vbscript:msgbox(1)",
    "file:///etc/passwd",
    "blob:https://a.example/1",
    "//a.example/",
    "https:",
    "https:///a",
    "https://user@a.example/",
    'https://a.example/"><script>',
    "https://a.example\\@b.example/",
)


@pytest.fixture
def world(app: Flask) -> World:
    """Return alice's event; alice is signed in with `browser`."""
    app.config["WTF_CSRF_ENABLED"] = False
    return make_world(make_people().organisation_id)


@pytest.fixture
def alice(app: Flask, world: World) -> FlaskClient:
    """Return alice's browser."""
    client = app.test_client()
    sign_in(app, client, "alice@example.org")
    return client


def row_of(model: type[Any], *where: Any) -> dict[str, Any]:
    """Return all columns of one row as they are in the database now."""
    db.session.rollback()
    found = db.session.execute(select(*model.__table__.columns).where(*where)).mappings().one()
    return dict(found)


@pytest.mark.req("A-4")
def test_fields_that_no_form_shows_change_nothing(
    app: Flask, world: World, alice: FlaskClient
) -> None:
    event_id = world.event.id
    hidden = {
        "id": "999",
        "uuid": "0" * 36,
        "slug": "other",
        "acronym": "other",
        "organisation_id": "2",
        "organisation": "2",
        "event_id": "2",
        "timezone": "UTC",
        "uid_domain": "evil.example",
        "is_synthetic": "y",
        "embed_hosts": "https://evil.example",
        "row_version": "99",
        "state": "confirmed",
        "price": "0",
        "fee_minor": "0",
        "used": "0",
        "role": "owner",
        "is_admin": "1",
        "approved_by": "1",
    }
    before = row_of(Event, Event.id == event_id)
    shown = {"title_zh": "新名", "title_en": "New name", "is_public": "y", "langs": "zh,en"}
    sent = hidden | shown | {"notice_mode": "review"}
    assert alice.post(f"{C}/settings", data=sent).status_code == 303
    after = row_of(Event, Event.id == event_id)
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"title", "starts_on", "ends_on", "is_registration_open"}

    before = row_of(Show, Show.event_id == event_id, Show.code == "AAAAAA")
    form = hidden | {"title_en": "Warp", "title_zh": "经", "code": "ZZZZZZ"}
    alice.post(f"{C}/shows/form/AAAAAA", data=form)
    after = row_of(Show, Show.id == before["id"])
    assert {after[name] for name in ("event_id", "uuid", "code")} == {
        before[name] for name in ("event_id", "uuid", "code")
    }

    # whoever registers for a type that is approved waits, whatever they say they are
    guest = app.test_client()
    db.session.rollback()
    alice.post(f"{C}/settings", data=sent | {"is_registration_open": "y"})
    count = select(func.count()).select_from(RoleGrant)
    grants = db.session.scalar(count)
    form = hidden | {"ticket_type": "press", "name": "Eve", "contact": "eve@loom.example"}
    guest.post("/e/loom-week/register", data=form)
    made = db.session.scalars(select(Registration).where(Registration.email == "eve@loom.example"))
    assert {row.state for row in made} <= {"pending_approval"}
    db.session.rollback()
    assert db.session.scalar(count) == grants


@pytest.mark.req("D-13")
def test_links_that_run_are_refused_wherever_one_is_given(world: World, alice: FlaskClient) -> None:
    event_id = world.event.id
    assert web_address(" https://a.example/x?y=1#z ") == "https://a.example/x?y=1#z"
    for text in SCRIPTS:
        with pytest.raises(ValueError, match="no web address"):
            web_address(text)
        with pytest.raises(ValueError, match="no web address"):
            audience.ensure_stream(
                audience.EnsureStream(event_id=event_id, slug="evil", name={"en": "Evil"}, url=text)
            )
        claim = {"platform": "X", "metric": "live.viewers_claimed", "number": "1", "quote": "q"}
        poll = {"stream": "main", "format": "owncast", "period_s": "30"}
        for path, form in (
            ("streams/player", {"stream": "main", "kind": "link", "address": text}),
            ("streams/poll", poll | {"url": text}),
            ("streams/claim", claim | {"period": "p", "url": text}),
            ("media", {"kind": "news", "outlet": "O", "title": "T", "url": text}),
            ("webhooks", {"url": text, "kinds": ["ticket.reissued"]}),
        ):
            answer = alice.post(f"{C}/{path}", data=form)
            assert answer.status_code in (400, 422), (path, text, answer.status_code)
    assert endpoints(event_id) == []
    for path in ("live", "watch", "report"):
        page = alice.get(f"/e/loom-week/{path}").text.lower()
        assert 'href="javascript' not in page
        assert 'href="data:' not in page


@pytest.mark.req("H-3")
@pytest.mark.parametrize(
    ("trusted", "forwarded", "seen"),
    [
        (0, "198.51.100.7", "127.0.0.1"),
        (1, "198.51.100.7, 203.0.113.9", "203.0.113.9"),
        (2, "198.51.100.7, 203.0.113.9, 10.0.0.2", "203.0.113.9"),
        (2, "203.0.113.9", "127.0.0.1"),  # shorter than the chain: nobody is believed
    ],
)
def test_the_address_comes_from_as_many_proxies_as_are_trusted(
    trusted: int, forwarded: str, seen: str
) -> None:
    app = Flask(__name__)
    http.init_app(app, trusted_proxies=trusted)
    app.add_url_rule("/", view_func=lambda: request.remote_addr or "")
    answer = app.test_client().get("/", headers={"X-Forwarded-For": forwarded})
    assert answer.text == seen


@pytest.mark.req("H-3")
def test_a_hundred_made_up_addresses_are_one_caller() -> None:
    app = Flask(__name__)
    http.init_app(app, trusted_proxies=2)
    app.register_error_handler(429, lambda _error: ("", 429))
    limiter = Limiter(get_remote_address, app=app, storage_uri="memory://")
    app.add_url_rule("/", view_func=limiter.limit("5 per hour")(lambda: "in"))
    client = app.test_client()
    statuses = []
    for number in range(100):
        chain = f"192.0.2.{number}, 203.0.113.9, 10.0.0.2"
        statuses.append(client.get("/", headers={"X-Forwarded-For": chain}).status_code)
    assert statuses.count(200) == 5
    other = client.get("/", headers={"X-Forwarded-For": "203.0.113.10, 10.0.0.2"})
    assert other.status_code == 200  # the control: another caller is another caller
