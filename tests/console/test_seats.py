"""Seats in the console: map, blocks, one seat at a time, by rule, on paper."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import update

from eventhub.accounts.service import create_api_key
from eventhub.kernel.db import command, db
from eventhub.kernel.i18n import in_lang
from eventhub.programme.queries import performances_of
from eventhub.registration.models import Ticket, TicketType
from eventhub.registration.queries import seats as queries
from eventhub.registration.queries.seats import SeatRow
from eventhub.registration.rules.seat_chart import chart, text_on
from eventhub.registration.seat_print import chart_pdf, door_list_pdf
from tests.people import People, make_people, post
from tests.world import World, make_world

pytestmark = pytest.mark.only("sqlite")  # tests/registration reads and writes on both databases

SEATS = "/console/e/loom-week/seats"
PLAN = "# East\r\nE1:1-4 a=1\r\n# West\r\nW1:1-4"


@pytest.fixture
def people(app: Flask) -> People:
    return make_people()


@pytest.fixture
def world(people: People) -> World:
    made = make_world(people.organisation_id)
    seat_everybody(made.event.id)
    return made


@pytest.fixture
def alice(app: Flask, people: People, world: World) -> FlaskClient:
    client = people.client(app, "alice")
    client.set_cookie("lang", "en")
    return client


@command
def seat_everybody(event_id: int) -> None:
    db.session.execute(
        update(TicketType).where(TicketType.event_id == event_id).values(is_seated=True)
    )


def shown(client: FlaskClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return words(answer.get_data(as_text=True))


def words(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def with_map(client: FlaskClient) -> str:
    """Give the first performance a map and return its page."""
    form = {"stage": stage_of(client), "map_name": "Runway", "plan": PLAN}
    assert post(client, SEATS, form).status_code == 303
    page = f"{SEATS}/1"
    plan = {"map_id": "1", "release_min": "15"}
    assert post(client, f"{page}/plan", plan, form_at=page).status_code == 303
    return page


def stage_of(client: FlaskClient) -> str:
    found = re.search(r'<option value="(\d+)">Runway', client.get(SEATS).get_data(as_text=True))
    assert found
    return found[1]


def ticket_ids() -> list[int]:
    db.session.rollback()
    return [row[0] for row in db.session.query(Ticket.id).order_by(Ticket.id)]


def test_a_wrong_plan_is_explained_and_kept(alice: FlaskClient) -> None:
    form = {"stage": stage_of(alice), "map_name": "Runway", "plan": "A:1-9 A:1-3"}
    answer = post(alice, SEATS, form)
    assert answer.status_code == 422
    assert "This row stands there twice: A:1-3" in words(answer.text)
    assert "A:1-9 A:1-3</textarea>" in answer.text


def test_seats_are_given_swapped_and_freed_by_forms(alice: FlaskClient, world: World) -> None:
    page = with_map(alice)
    first, second, _ = ticket_ids()
    give = {"act": "assign", "seat": "e1-2", "ticket": str(first)}
    assert post(alice, page, give).location.endswith("seat=E1-2")
    late = post(alice, page, {**give, "ticket": str(second)})
    assert late.status_code == 409
    assert "This seat is taken. The next free one is E1-3." in words(late.text)
    post(alice, page, {**give, "seat": "W1-1", "ticket": str(second)})
    post(alice, page, {"act": "move", "seat": "E1-2", "to": "W1-1"})
    assert "Seat W1-1" in shown(alice, f"{page}?seat=W1-1")
    assert "王芳" in shown(alice, f"{page}?seat=W1-1")
    post(alice, page, {"act": "protect", "seat": "W1-1"})
    assert "protected" in shown(alice, f"{page}?seat=W1-1")
    post(alice, page, {"act": "release", "seat": "W1-1"})
    post(alice, page, {"act": "hold", "seat": "W1-2", "note": "<b>mayor</b>"})
    html = alice.get(f"{page}?seat=W1-2").text
    assert "&lt;b&gt;mayor&lt;/b&gt;" in html
    assert "<b>mayor" not in html
    for wrong in (
        {"act": "hold", "seat": "Z-1"},
        {"act": "fly", "seat": "E1-1"},
        {"act": "assign", "seat": "E1-1", "ticket": "x"},
    ):
        assert post(alice, page, wrong).status_code == 404
    actions = [row.action for row in queries.seat_log(performance_of(world))]
    assert actions[::-1] == [
        "assigned",
        "assigned",
        "moved",
        "moved",
        "protected",
        "released",
        "held",
    ]


def performance_of(world: World) -> int:
    db.session.rollback()
    return next(iter(queries.plan_counts(world.event.id)))


def test_the_rule_seats_everybody_and_blocks_are_edited(alice: FlaskClient) -> None:
    page = with_map(alice)
    block = {"name_zh": "前排", "name_en": "Front", "seats": "W1:1-4", "priority": "5"}
    assert post(alice, f"{page}/blocks", block, form_at=page).status_code == 303
    wrong = post(alice, f"{page}/blocks", {**block, "seats": "W1:1-9"}, form_at=page)
    assert wrong.status_code == 422
    assert "The map has no seat W1-5." in words(wrong.text)
    assert post(alice, f"{page}/allocate", {}, form_at=page).status_code == 303
    text = shown(alice, page)
    assert "3 seats given." in text
    assert "Everybody has a seat." in text
    assert "W1:1-4" in text
    assert "3 of 8" in shown(alice, SEATS)


def test_the_api_seats_by_code(app: Flask, alice: FlaskClient, world: World) -> None:
    with_map(alice)
    key = create_api_key(
        organisation_id=world.event.organisation_id,
        event_id=world.event.id,
        scopes=("registrations:read", "registrations:write"),
    )
    headers = {"Authorization": f"Bearer {key}"}
    url = "/api/v1/events/loom-week/performances/1/seats"
    client = app.test_client()
    body = {"registration": world.guests[0].code}
    given = client.put(f"{url}/E1-2", json=body, headers=headers)
    assert given.json == {
        "seat": "E1-2",
        "kind": "standard",
        "block": None,
        "state": "assigned",
        "registration": world.guests[0].code,
        "name": "王芳",
        "protected": False,
    }
    taken = client.put(f"{url}/E1-2", json={"registration": world.guests[1].code}, headers=headers)
    assert (taken.status_code, taken.json["code"], taken.json["next"]) == (
        409,
        "seat-taken",
        "E1-3",
    )
    made = client.post(f"{url}/allocation", headers=headers)
    assert made.json == {"seated": 2, "left": 0}
    read = client.get(url, headers=headers).json
    assert (len(read["seats"]), read["unseated"]) == (8, 0)
    assert client.delete(f"{url}/E1-2", headers=headers).json["state"] == "free"


def test_commands_seat_free_and_print(app: Flask, alice: FlaskClient, tmp_path: Path) -> None:
    with_map(alice)
    runner = app.test_cli_runner()
    out = f"{tmp_path}/door.pdf"
    seats = ["registration", "seats"]
    trial = runner.invoke(args=[*seats, "allocate", "loom-week", "--dry-run", "--json"])
    assert '"seated": 3' in trial.output
    done = runner.invoke(args=[*seats, "allocate", "loom-week", "--show", "1"])
    assert done.output.split() == ["1", "seated", "3,", "left", "0"]
    made = runner.invoke(
        args=[*seats, "chart", "loom-week", "--show", "1", "--door-list", "-o", out]
    )
    assert made.exit_code == 0, made.output
    assert "欧阳修" in text_of(Path(out).read_bytes())
    late = runner.invoke(args=[*seats, "release", "loom-week"])  # the show has begun
    assert late.output.split() == ["1", "3", "released"]
    assert (
        runner.invoke(args=[*seats, "chart", "loom-week", "--show", "99", "-o", out]).exit_code == 1
    )


def text_of(pdf: bytes) -> str:
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


NAMES = (
    "陈欣怡",
    "喆堃镕",
    "䶮㛃",
    "欧阳娜娜",
    "Anna Meyer",
    "Maximilian von Hohenberg",
    "单雄信",
    "吕布",
)


def full_house(count: int = 300) -> list[SeatRow]:
    """Return a hall in which everybody has a name of their own."""
    return [
        SeatRow(
            id=n,
            section="East" if n < count / 2 else "West",
            row_label=f"{'E' if n < count / 2 else 'W'}{n % (count // 2) // 25 + 1}",
            row_rank=n % (count // 2) // 25 + 1,
            number=n % 25 + 1,
            position=n % 25 + 1,
            kind="standard",
            block_id=1,
            block_name={"zh": "区", "en": "Block"},
            tier_letter="F",
            tier_color="#8c2f39",
            state="assigned",
            ticket_id=n,
            name=f"{NAMES[n % len(NAMES)]} {n}",
            latin_name=None,
            code=f"C{n:05d}",
            type_name={"zh": "前排席", "en": "Front row"},
            readings="",
            note="",
            is_protected=False,
        )
        for n in range(count)
    ]


def test_a_chart_of_300_seats_is_one_a3_page_with_every_name(world: World) -> None:
    rows = full_house()
    show = shown_performance(world)
    with in_lang("zh"):
        pdf = chart_pdf(world.event, show, rows, [])
    reader = PdfReader(io.BytesIO(pdf))
    assert len(reader.pages) == 1
    box = reader.pages[0].mediabox
    assert (round(box.width / 72 * 25.4), round(box.height / 72 * 25.4)) == (420, 297)
    found = re.sub(r"\s+", "", text_of(pdf))
    missing = [row.name for row in rows if re.sub(r"\s+", "", row.name) not in found]
    assert missing == []
    fonts = reader.pages[0]["/Resources"]["/Font"].values()
    for font in fonts:
        inner = font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"]
        assert {"/FontFile2", "/FontFile3"} & set(inner.get_object())


def test_a_door_list_is_by_row_and_then_by_pinyin(world: World) -> None:
    rows = full_house(16)
    with in_lang("zh"):
        pdf = door_list_pdf(world.event, shown_performance(world), rows)
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages]
    assert len(pages) == 2
    order = re.findall(r"(陈欣怡|喆堃镕|欧阳娜娜|单雄信|吕布) \d+", pages[1])
    assert (
        order == ["陈欣怡"] * 2 + ["吕布"] * 2 + ["欧阳娜娜"] * 2 + ["单雄信"] * 2 + ["喆堃镕"] * 2
    )
    assert pages[0].index("E1-1") < pages[0].index("E1-2") < pages[0].index("W1-9")


def shown_performance(world: World) -> object:
    (show,) = performances_of(world.event, [1])
    return show


def test_sides_face_each_other_and_text_reads_on_its_colour() -> None:
    drawn = chart(full_house(100))
    assert [row.label for row in drawn.above] == ["E2", "E1"]
    assert [row.label for row in drawn.below] == ["W1", "W2"]
    assert (text_on("#8c2f39"), text_on("#ffd400"), text_on("")) == (
        "#ffffff",
        "#101312",
        "#101312",
    )
