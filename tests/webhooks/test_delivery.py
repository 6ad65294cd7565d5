"""Deliveries to a real server: signed, once written, tried again, logged, sent again by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from flask import Flask
from sqlalchemy import select

from eventhub.kernel import audit, fetch
from eventhub.kernel import clock as kernel_clock
from eventhub.kernel.db import db
from eventhub.kernel.errors import Invalid, NotFound
from eventhub.programme import service as programme
from eventhub.registration import service as registration
from eventhub.webhooks import jobs, queries, rules, service
from eventhub.webhooks.enums import DeliveryState, Kind
from eventhub.webhooks.errors import TooManyEndpoints
from eventhub.webhooks.models import WebhookDelivery, WebhookEndpoint
from tests.factories.programme import make_event
from tests.factories.registration import make_registration, make_ticket_type
from tests.people import make_people, post
from tests.webhooks.receiver import Receiver, receiver
from tests.world import make_world

NOON = datetime(2026, 11, 25, 4, 0, tzinfo=UTC)
Clock = Callable[[datetime], None]


@pytest.fixture
def program(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    """Return a running receiver that the settings allow."""
    with receiver() as found:
        monkeypatch.setattr(jobs, "allowed_hosts", lambda: frozenset({found.host}))
        yield found


def on_sale(event_id: int) -> None:
    programme.open_registration(event_id, is_open=True)
    make_ticket_type(event_id, slug="public")


def endpoint(event_id: int, url: str, *kinds: Kind) -> service.NewEndpoint:
    return service.create_endpoint(event_id=event_id, url=url, kinds=kinds or list(Kind))


def log(event_id: int) -> list[tuple[str, str, int, int | None, str | None]]:
    db.session.rollback()
    (found,) = queries.endpoints(event_id)
    return [
        (row.kind, row.state, row.attempts, row.status, row.error)
        for row in queries.deliveries(found.id)
    ]


@pytest.mark.req("K-8")
def test_a_registration_is_told_signed_and_without_names(app: Flask, program: Receiver) -> None:
    event = make_event(slug="loom")
    on_sale(event.id)
    made = endpoint(event.id, program.url, Kind.REGISTRATION_CONFIRMED)
    guest = make_registration(event.id, "public", name="王小芳", email="fang@loom.example")
    assert jobs.deliver() == 1
    [(headers, body)] = program.got
    assert headers["content-type"] == "application/json"
    assert headers["eventhub-event"] == "registration.confirmed"
    now = int(kernel_clock.now().timestamp())
    assert rules.is_signed(made.secret, headers["eventhub-signature"], body, now)
    sent = orjson.loads(body)
    assert sent["id"] == headers["eventhub-delivery"]
    assert sent["data"] == {"registration": guest.code, "state": "confirmed"}
    assert not {"王小芳", "fang"} & set(body.decode().split('"'))
    assert log(event.id) == [("registration.confirmed", "delivered", 1, 200, "")]
    assert jobs.deliver() == 0


def test_only_what_is_asked_for_is_told_and_only_there(app: Flask, program: Receiver) -> None:
    event, other = make_event(slug="loom"), make_event(slug="mill")
    on_sale(event.id)
    endpoint(event.id, program.url, Kind.REGISTRATION_CANCELLED)
    endpoint(other.id, program.url)
    guest = make_registration(event.id, "public")
    assert log(event.id) == log(other.id) == []
    registration.cancel(guest.registration_id)
    assert [row[0] for row in log(event.id)] == ["registration.cancelled"]
    assert log(other.id) == []


def test_what_is_undone_is_not_told(app: Flask, program: Receiver) -> None:
    from eventhub.kernel.db import command  # noqa: PLC0415 - this test only

    event = make_event(slug="loom")
    endpoint(event.id, program.url)

    @command
    def act() -> None:
        assert service.emit(event.id, Kind.SCHEDULE_RELEASED, {"version": "v1"}) == 1
        raise ValueError("after telling")

    with pytest.raises(ValueError, match="after telling"):
        act()
    assert log(event.id) == []


@pytest.mark.parametrize(
    ("status", "location", "error"),
    [(500, "", ""), (404, "", ""), (302, "http://127.0.0.1:1/", "redirect-refused")],
)
def test_a_failing_endpoint_is_tried_again_with_the_same_id(
    app: Flask, program: Receiver, clock: Clock, status: int, location: str, error: str
) -> None:
    clock(NOON)
    event = make_event(slug="loom")
    endpoint(event.id, program.url)
    service.emit(event.id, Kind.SCHEDULE_RELEASED, {"version": "v1"})
    program.status, program.location = status, location
    at = NOON
    for attempt in range(1, rules.ATTEMPTS):
        assert jobs.deliver() == 0
        told = None if error else status
        assert log(event.id) == [("schedule.released", "deferred", attempt, told, error)]
        assert jobs.deliver() == 0
        assert len(program.got) == attempt  # not before its time
        at += (rules.wait_for(attempt, 1.0) or timedelta()) + timedelta(seconds=1)
        clock(at)
    jobs.deliver()
    assert log(event.id)[0][1:3] == ("dead", rules.ATTEMPTS)
    assert len({headers["eventhub-delivery"] for headers, _body in program.got}) == 1
    assert len({headers["eventhub-signature"] for headers, _body in program.got}) > 1
    (row,) = queries.endpoints(event.id)
    assert row.dead == 1
    program.status, program.location = 204, ""
    delivery = queries.deliveries(row.id)[0].public_id
    service.replay(event_id=event.id, public_id=row.public_id, delivery=delivery)
    assert jobs.deliver() == 1
    assert log(event.id)[0][1:4] == ("delivered", 1, 204)
    assert program.got[-1][0]["eventhub-delivery"] == delivery
    assert audit.entries(event.id, limit=1)[0].action == "webhook.replay"


def test_a_slow_endpoint_is_left_and_holds_nobody_up(
    app: Flask, program: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "_LIMITS", fetch.Limits(connect_s=0.2, total_s=0.2, max_bytes=1000))
    event = make_event(slug="loom")
    with receiver() as other:
        both = frozenset({program.host, other.host})
        monkeypatch.setattr(jobs, "allowed_hosts", lambda: both)
        endpoint(event.id, program.url)
        service.create_endpoint(event_id=event.id, url=other.url, kinds=list(Kind))
        program.wait_s = 0.6
        service.emit(event.id, Kind.TEST, {})
        assert jobs.deliver() == 1
        assert len(other.got) == 1
    slow = queries.endpoints(event.id)[0]
    assert [(row.state, row.status, row.error) for row in queries.deliveries(slow.id)] == [
        ("deferred", None, "too-slow")
    ]


@pytest.mark.req("D-5")
def test_a_private_address_is_refused_at_each_use(app: Flask) -> None:
    event = make_event(slug="loom")
    with receiver() as program:
        endpoint(event.id, program.url)
        service.emit(event.id, Kind.TEST, {})
        assert jobs.deliver() == 0
        assert program.got == []
    assert log(event.id) == [("test", "deferred", 1, None, "address-refused")]


def test_a_worker_that_lost_its_claim_writes_nothing(app: Flask, clock: Clock) -> None:
    clock(NOON)
    event = make_event(slug="loom")
    endpoint(event.id, "https://loom.example/hook")
    service.emit(event.id, Kind.TEST, {})
    [first] = service.claim(10)
    assert service.claim(10) == []
    clock(NOON + service.CLAIM_FOR + timedelta(seconds=1))
    [second] = service.claim(10)
    done = service.Tried(status=200, error="", took_ms=1)
    service.note_tries([(first, service.Tried(status=500, error="", took_ms=1))])
    assert log(event.id)[0][1] == "queued"
    service.note_tries([(second, done)])
    assert log(event.id) == [("test", "delivered", 1, 200, "")]


@pytest.mark.req("K-6")
def test_the_secret_is_sealed_and_an_endpoint_can_go(app: Flask) -> None:
    event = make_event(slug="loom")
    made = endpoint(event.id, "https://loom.example/hook")
    row = db.session.scalars(select(WebhookEndpoint)).one()
    assert made.secret.encode() not in row.secret_enc
    service.emit(event.id, Kind.TEST, {})
    service.set_endpoint_active(event_id=event.id, public_id=made.public_id, is_active=False)
    assert service.emit(event.id, Kind.TEST, {}) == 0
    with pytest.raises(NotFound):
        service.remove_endpoint(event_id=event.id + 1, public_id=made.public_id)
    service.remove_endpoint(event_id=event.id, public_id=made.public_id)
    assert db.session.scalars(select(WebhookDelivery)).all() == []
    acts = [entry.action for entry in audit.entries(event.id, limit=3)]
    assert acts == ["webhook.remove", "webhook.change", "webhook.create"]


@pytest.mark.parametrize(
    "url",
    ["", "loom.example", "ftp://loom.example/", "https://", "https://a:b@loom.example/",
     "https://loom.example/ x", "https://loom.example/é", "javascript:alert(1)", "https://[::1"],
)  # fmt: skip
def test_what_is_no_address_is_refused(app: Flask, url: str) -> None:
    with pytest.raises(Invalid):
        service.create_endpoint(event_id=1, url=url, kinds=list(Kind))


def test_ten_endpoints_are_enough(app: Flask) -> None:
    for _ in range(service.MOST_ENDPOINTS):
        endpoint(7, "https://loom.example/hook")
    with pytest.raises(TooManyEndpoints):
        endpoint(7, "https://loom.example/hook")
    assert endpoint(8, "https://loom.example/hook")


@pytest.mark.only("sqlite")
def test_the_console_adds_tries_shows_and_removes(app: Flask, program: Receiver) -> None:
    people = make_people()
    world = make_world(people.organisation_id)
    alice = people.client(app, "alice")
    base = f"/console/e/{world.event.slug}/webhooks"
    assert post(alice, f"{base}?lang=en", {"url": "no"}, form_at=base).status_code == 422
    form: dict[str, Any] = {"url": program.url, "kinds": ["registration.confirmed"]}
    made = post(alice, f"{base}?lang=en", form, form_at=base)
    assert made.status_code == 201
    assert "whsec_" in made.get_data(as_text=True)
    assert "whsec_" not in alice.get(base).get_data(as_text=True)
    (row,) = queries.endpoints(world.event.id)
    one = f"{base}/{row.public_id}"
    assert post(alice, f"{one}/test", {}, form_at=one).status_code == 303
    jobs.deliver()
    page = alice.get(f"{one}?lang=en").get_data(as_text=True)
    assert "Delivered" in page
    assert "1 try" in page
    delivery = queries.deliveries(row.id)[0].public_id
    again = f"{one}/deliveries/{delivery}/replay"
    assert post(alice, again, {}, form_at=one).status_code == 303
    jobs.deliver()
    assert [headers["eventhub-delivery"] for headers, _body in program.got] == [delivery] * 2
    assert post(alice, f"{one}/active", {"active": "0"}, form_at=one).status_code == 303
    assert not queries.endpoints(world.event.id)[0].is_active
    assert post(alice, f"{one}/remove", {}, form_at=one).status_code == 303
    assert queries.endpoints(world.event.id) == []


@pytest.mark.only("sqlite")
def test_the_api_adds_reads_pages_and_removes(app: Flask, program: Receiver) -> None:
    from eventhub.accounts import service as accounts  # noqa: PLC0415 - this test only

    people = make_people()
    world = make_world(people.organisation_id)
    key = accounts.create_api_key(
        organisation_id=people.organisation_id,
        event_id=world.event.id,
        scopes=["access:read", "access:write"],
    )
    base = f"/api/v1/events/{world.event.slug}/webhooks"
    client, head = app.test_client(), {"Authorization": f"Bearer {key}"}
    made = client.post(base, json={"url": program.url, "kinds": ["test"]}, headers=head)
    assert made.status_code == 201
    one = made.headers["Location"]
    assert made.json["secret"].startswith("whsec_")
    listed = client.get(base, headers=head)
    assert listed.json["webhooks"] == [made.json | {"secret": None}]
    same = client.get(base, headers=head | {"If-None-Match": listed.headers["ETag"]})
    assert same.status_code == 304
    for _ in range(5):
        service.send_test(event_id=world.event.id, public_id=made.json["id"])
    seen, before = [], None
    while True:
        query = {"limit": 2} | ({"before": before} if before else {})
        answer = client.get(f"{one}/deliveries", headers=head, query_string=query).json
        seen += [row["id"] for row in answer["deliveries"]]
        before = answer["next"]
        if before is None:
            break
    assert len(seen) == len(set(seen)) == 5
    assert client.post(f"{one}/deliveries/{seen[0]}/replay", headers=head).status_code == 202
    assert client.post(f"{one}/deliveries/none/replay", headers=head).status_code == 404
    members = client.get(f"/api/v1/events/{world.event.slug}/members", headers=head).json
    assert {(row["name"], row["role"]) for row in members["members"]} >= {("Alice", "owner")}
    assert client.delete(one, headers=head).status_code == 204
    assert client.get(one, headers=head).status_code == 404


def test_states_are_those_of_the_table() -> None:
    allowed = {
        str(check.sqltext)
        for check in WebhookDelivery.__table__.constraints  # type: ignore[attr-defined]
        if check.name and "state" in check.name
    }
    assert allowed == {f"state IN ({', '.join(repr(one.value) for one in DeliveryState)})"}
