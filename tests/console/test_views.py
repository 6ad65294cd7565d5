"""The organizer's pages: what they show, to whom, and what their forms do."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from eventhub.accounts import service as accounts
from eventhub.accounts.enums import Role
from eventhub.console.queries import GuestSearch, guests
from eventhub.kernel import clock
from eventhub.programme import service as programme
from eventhub.programme.service import CreateEvent
from tests.factories.registration import make_registration
from tests.people import People, make_people, post
from tests.world import World, make_world

pytestmark = pytest.mark.only("sqlite")  # test_queries.py reads on both databases


@pytest.fixture
def people(app: Flask) -> People:
    return make_people()


@pytest.fixture
def world(people: People) -> World:
    return make_world(people.organisation_id)


@pytest.fixture
def alice(app: Flask, people: People, world: World) -> FlaskClient:
    return people.client(app, "alice")


def text(client: FlaskClient, path: str, lang: str = "en") -> str:
    answer = client.get(path, headers={"Accept-Language": lang})
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)))


def test_my_only_event_opens_at_once(alice: FlaskClient) -> None:
    answer = alice.get("/console/")
    assert (answer.status_code, answer.location) == (303, "/console/e/loom-week/")


def test_several_events_are_a_list(alice: FlaskClient, people: People) -> None:
    programme.create_event(
        CreateEvent(
            organisation_id=people.organisation_id,
            slug="second",
            title={"zh": "第二", "en": "Second week"},
            timezone="Asia/Shanghai",
            uid_domain="loom.example",
        )
    )
    shown = text(alice, "/console/")
    assert "My events" in shown
    assert "Second week" in shown
    assert "Loom Fashion Week" in shown


def test_who_has_no_part_sees_no_event(app: Flask, people: People, world: World) -> None:
    assert "No events for you yet" in text(people.client(app, "charlie"), "/console/")


def test_gate_staff_begin_at_the_gates(app: Flask, people: People, world: World) -> None:
    answer = people.client(app, "bob").get("/console/")
    assert answer.location == "/console/e/loom-week/gates"


def test_a_role_in_one_event_opens_that_event_alone(
    app: Flask, people: People, world: World
) -> None:
    other = make_world(people.organisation_id, slug="other-week")
    accounts.grant_role(
        person_id=people.ids["charlie"],
        organisation_id=people.organisation_id,
        role=Role.GUESTS,
        event_id=world.event.id,
    )
    charlie = people.client(app, "charlie")
    assert charlie.get("/console/e/loom-week/guests").status_code == 200
    assert charlie.get(f"/console/e/{other.event.slug}/guests").status_code == 404


def test_home_begins_with_the_number_of_things_to_do(alice: FlaskClient) -> None:
    shown = text(alice, "/console/e/loom-week/")
    assert "1 thing to do" in shown  # three confirmations wait, no mail server is set
    assert "Messages wait in the outbox" in shown
    assert "3 shows today" in shown
    assert "Tide line" in shown
    assert "no device" in shown


def test_home_speaks_chinese(alice: FlaskClient) -> None:
    shown = text(alice, "/console/e/loom-week/", "zh")
    assert "现在有 1 件事" in shown
    assert "邮件在发件箱等着" in shown


def test_an_unreleased_event_has_an_empty_home(alice: FlaskClient, people: People) -> None:
    programme.create_event(
        CreateEvent(
            organisation_id=people.organisation_id,
            slug="bare",
            title={"zh": "空", "en": "Bare"},
            timezone="Asia/Shanghai",
            uid_domain="loom.example",
        )
    )
    shown = text(alice, "/console/e/bare/")
    assert "The programme is not released" in shown
    assert "No more shows today." in shown
    assert "This event has no gates." in shown
    for page in ("guests", "outbox", "gates", "counters", "report"):
        assert alice.get(f"/console/e/bare/{page}").status_code == 200


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["Anna Meyer", "欧阳修", "王芳"]),
        ("q=anna", ["Anna Meyer"]),
        ("q=芳", ["王芳"]),
        ("q=GUEST1@", ["欧阳修"]),
        ("q=%25", []),
        ("q=_", []),
        ("state=confirmed", ["Anna Meyer", "欧阳修", "王芳"]),
        ("state=waitlisted", []),
        ("type=public", ["Anna Meyer", "欧阳修", "王芳"]),
        ("type=press", []),
        ("page=2", []),
        ("page=-1&state='--", []),
    ],
)
def test_guests_are_searched_and_narrowed(alice: FlaskClient, query: str, names: list[str]) -> None:
    html = alice.get(f"/console/e/loom-week/guests?{query}").get_data(as_text=True)
    assert re.findall(r'<th scope="row"><strong><a [^>]+>([^<]+)', html) == names


def test_guests_are_found_by_their_code(alice: FlaskClient, world: World) -> None:
    shown = text(alice, f"/console/e/loom-week/guests?q={world.guests[1].code.lower()}")
    assert "欧阳修" in shown
    assert "Anna Meyer" not in shown


def test_the_ticket_link_of_the_list_opens(alice: FlaskClient) -> None:
    html = alice.get("/console/e/loom-week/guests").get_data(as_text=True)
    links = re.findall(r'href="http://localhost(/t/[^"]+)"', html)
    assert len(links) == 3
    assert alice.get(links[0]).status_code == 200


def test_long_lists_have_pages(alice: FlaskClient, world: World) -> None:
    for _ in range(48):
        make_registration(world.event.id, "public", name="路人")
    first = text(alice, "/console/e/loom-week/guests")
    assert "1–50 / 51" in first
    second = text(alice, "/console/e/loom-week/guests?page=2")
    assert "51–51 / 51" in second
    assert len(guests(world.event.id, GuestSearch(page=2)).rows) == 1


def test_the_outbox_shows_text_and_says_that_nothing_is_sent(alice: FlaskClient) -> None:
    html = alice.get("/console/e/loom-week/outbox", headers={"Accept-Language": "en"}).get_data(
        as_text=True
    )
    assert "Nothing is sent." in html
    links = re.findall(r'href="(/console/e/loom-week/outbox/\d+)"', html)
    assert len(links) == 3
    assert "王芳" in text(alice, links[-1])


def test_another_events_message_is_not_found(alice: FlaskClient, people: People) -> None:
    make_world(people.other_organisation_id, slug="rival-week")
    assert alice.get("/console/e/loom-week/outbox/4").status_code == 404
    assert alice.get("/console/e/loom-week/outbox/99").status_code == 404


def test_pairing_shows_the_code_once_and_works(app: Flask, alice: FlaskClient) -> None:
    answer = post(
        alice,
        "/console/e/loom-week/gates/north-1/pairing",
        {},
        form_at="/console/e/loom-week/gates",
    )
    assert answer.status_code == 200
    html = answer.get_data(as_text=True)
    code = re.search(r"GP[0-9A-Z]{26}", html)
    assert code is not None
    assert '<svg class="qr"' in html
    assert answer.headers["Cache-Control"] == "no-store"
    paired = app.test_client().post("/api/gate/v1/pair", json={"code": code[0]})
    assert paired.status_code == 201


def test_a_gate_that_does_not_exist(alice: FlaskClient) -> None:
    answer = post(
        alice, "/console/e/loom-week/gates/none/pairing", {}, form_at="/console/e/loom-week/gates"
    )
    assert answer.status_code == 404


GOOD_FILE = (
    "counter,start,minutes,in,out\n"
    "door-b,2025-11-20T10:00:00+08:00,15,40,3\n"
    "door-b,2025-11-20T10:15:00+08:00,15,many,3\n"
    "door-b,2025-11-20T10:30:00+08:00,15,42,5\n"
)


def upload(client: FlaskClient, content: str, **fields: str) -> object:
    return post(
        client,
        "/console/e/loom-week/counters",
        {
            "source": "doors",
            "format": "counter-csv",
            "file": (io.BytesIO(content.encode()), "doors.csv"),
            **fields,
        },
    )


def test_a_counter_file_is_read_and_bad_lines_are_listed(alice: FlaskClient) -> None:
    answer = upload(alice, GOOD_FILE)
    assert answer.status_code == 303  # type: ignore[attr-defined] - a test answer
    shown = text(alice, answer.location)  # type: ignore[attr-defined] - as above
    assert "doors.csv" in shown
    assert "Rejected lines" in shown
    row = re.search(r"Rejected lines .* Reason (\d+) ", shown)
    assert row is not None
    assert row[1] == "3"


def test_the_same_file_again_changes_nothing(alice: FlaskClient) -> None:
    first, second = upload(alice, GOOD_FILE), upload(alice, GOOD_FILE)
    assert first.location == second.location  # type: ignore[attr-defined] - test answers


@pytest.mark.parametrize(
    ("content", "fields"),
    [("", {}), ("no header at all", {}), (GOOD_FILE, {"source": ""}), (GOOD_FILE, {"format": "x"})],
)
def test_unusable_uploads_say_so(alice: FlaskClient, content: str, fields: dict[str, str]) -> None:
    answer = upload(alice, content, **fields)
    assert answer.status_code == 422  # type: ignore[attr-defined] - a test answer


def test_an_upload_without_a_file(alice: FlaskClient) -> None:
    answer = post(alice, "/console/e/loom-week/counters", {"source": "doors"})
    assert answer.status_code == 422


@pytest.mark.parametrize("key", ["x", "0" * 16, "%27", "0" * 300])
def test_results_of_unknown_files(alice: FlaskClient, key: str) -> None:
    assert alice.get(f"/console/e/loom-week/counters?file={key}").status_code == 404


def act(client: FlaskClient, step: str, **fields: object) -> int:
    page = "/console/e/loom-week/report"
    return int(post(client, f"{page}/{step}", dict(fields), form_at=page).status_code)


def test_a_second_person_publishes_the_report(
    app: Flask, people: People, alice: FlaskClient
) -> None:
    assert act(alice, "build") == 303
    assert act(alice, "publish", version=1) == 400  # not handed in
    assert act(alice, "submit", version=1) == 303
    assert act(alice, "publish", version=1) == 409  # built it herself
    frank = people.client(app, "frank")
    assert act(frank, "publish", version=1) == 303
    assert "Published" in text(alice, "/console/e/loom-week/report")
    assert app.test_client().get("/e/loom-week/report").status_code == 200


def test_report_steps_refuse_nonsense(alice: FlaskClient) -> None:
    assert act(alice, "submit") == 400
    assert act(alice, "submit", version="one") == 400
    assert act(alice, "submit", version=9) == 404
    assert act(alice, "publish", version=9) == 404


def test_demonstration_data_are_never_published(app: Flask, people: People) -> None:
    make_world(people.organisation_id, is_synthetic=True)
    alice, frank = people.client(app, "alice"), people.client(app, "frank")
    assert act(alice, "build") == 303
    assert act(alice, "submit", version=1) == 303
    assert act(frank, "publish", version=1) == 409
    assert "演示" in text(alice, "/console/e/loom-week/report", "zh")


def test_an_idle_session_has_to_sign_in_again(app: Flask, people: People, world: World) -> None:
    alice = people.client(app, "alice")
    with clock.fixed(clock.now() + timedelta(minutes=31)):
        answer = alice.get("/console/e/loom-week/")
    assert answer.status_code == 303
    assert answer.location.startswith("/login?next=")


def test_an_event_of_others_answers_like_none(app: Flask, people: People, world: World) -> None:
    erin = people.client(app, "erin")
    answers = [erin.get(f"/console/e/{slug}/guests") for slug in ("loom-week", "no-such")]
    pages = [re.sub(r"[0-9a-f]{16}", "", a.get_data(as_text=True)) for a in answers]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert pages[0].replace("loom-week", "") == pages[1].replace("no-such", "")
