"""Guest lists in the console: read, confirm, mail, take back, export."""

from __future__ import annotations

import io
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from eventhub.kernel import audit
from eventhub.programme.queries import event_by_slug
from eventhub.registration import queries
from tests.people import People, make_people, post
from tests.world import World, make_world

pytestmark = pytest.mark.only("sqlite")  # tests/registration reads and writes on both databases

CSV = "姓名,邮箱,备注\n王小芳,xf@example.com,=1+1\n李雷,lilei@example.com,\n谁,nobody,\n"
LISTS = "/console/e/loom-week/guest-lists"


@pytest.fixture
def people(app: Flask) -> People:
    return make_people()


@pytest.fixture
def world(people: People) -> World:
    return make_world(people.organisation_id)


@pytest.fixture
def alice(app: Flask, people: People, world: World) -> FlaskClient:
    client = people.client(app, "alice")
    client.set_cookie("lang", "en")
    return client


def shown(client: FlaskClient, path: str) -> str:
    answer = client.get(path, headers={"Accept-Language": "en"})
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)))


def upload(client: FlaskClient, data: bytes = CSV.encode("gb18030"), kind: str = "public") -> str:
    answer = post(
        client,
        LISTS,
        {"file": (io.BytesIO(data), "guests.csv"), "ticket_type": kind},
        form_at=LISTS,
    )
    assert answer.status_code == 303
    return str(answer.location)


def test_a_list_is_looked_at_applied_mailed_and_taken_back(
    alice: FlaskClient, world: World
) -> None:
    path = upload(alice)
    before = shown(alice, path)
    assert "Not applied yet" in before
    assert "This is no e-mail address. nobody" in before
    assert queries.counts(world.event.id).people == 3
    assert post(alice, f"{path}/apply", {}, form_at=path).status_code == 303
    assert "No message was sent." in shown(alice, path)
    assert queries.counts(world.event.id).people == 5
    assert post(alice, f"{path}/undo", {}, form_at=path).status_code == 303
    assert "2 lines were taken back." in shown(alice, path)
    assert queries.counts(world.event.id).confirmed == 3
    again = upload(alice)
    post(alice, f"{again}/apply", {}, form_at=again)
    assert post(alice, f"{again}/tickets", {}, form_at=again).status_code == 303
    assert "Tickets of 2 guests sent." in shown(alice, again)
    assert "guests.csv" in shown(alice, LISTS)


def test_lines_are_narrowed_to_one_verdict(alice: FlaskClient) -> None:
    path = upload(alice)
    found = shown(alice, f"{path}?verdict=error")
    assert "王小芳" not in found.partition("All lines")[2]
    assert "谁" in found


def test_a_file_that_can_not_be_read_says_so_beside_the_field(alice: FlaskClient) -> None:
    answer = post(
        alice,
        LISTS,
        {"file": (io.BytesIO(b"\xff\xff\0"), "x.csv"), "ticket_type": ""},
        form_at=LISTS,
    )
    assert answer.status_code == 422
    assert "UTF-8" in answer.get_data(as_text=True)


def test_the_export_is_harmless_in_a_spreadsheet(alice: FlaskClient) -> None:
    path = upload(alice)
    post(alice, f"{path}/apply", {}, form_at=path)
    answer = post(alice, "/console/e/loom-week/guests.csv?lang=en", {}, form_at=LISTS)
    data = answer.get_data()
    assert data.startswith(b"\xef\xbb\xbfCode,State,Ticket type,Name,")
    assert "王小芳,,xf@example.com,,,'=1+1," in data.decode()
    sheet = post(alice, "/console/e/loom-week/guests.xlsx", {}, form_at=LISTS)
    assert sheet.get_data().startswith(b"PK")
    assert answer.headers["Cache-Control"] == "no-store"
    noted = [
        row for row in audit.entries(event_by_slug("loom-week").id) if row.subject == "guests:csv"
    ]
    assert [(row.action, row.actor_name, row.after) for row in noted] == [
        ("guests.export", "Alice", {"list": "all", "people": data.count(b"\r\n") - 1})
    ]
    assert noted[0].organisation_ref > 0


def test_lists_of_another_organizer_do_not_exist(
    app: Flask, people: People, alice: FlaskClient
) -> None:
    make_world(people.other_organisation_id, slug="rival-week")
    path = upload(alice).replace("loom-week", "rival-week")
    assert people.client(app, "erin").get(path).status_code == 404
