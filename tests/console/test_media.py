"""The page of media: by hand, by file, taken back; who may."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from eventhub.exposure import queries
from tests.assertions import assert_html
from tests.people import People, make_people, post
from tests.world import World, make_world

pytestmark = pytest.mark.only("sqlite")  # tests/exposure reads and writes on both databases

MELTWATER = (
    Path(__file__).parent.parent / "exposure" / "data" / "meltwater_export_utf16.tsv"
).read_bytes()
MEDIA = "/console/e/loom-week/media"
BY_HAND = {
    "outlet": "示例晚报",
    "title": "开幕",
    "url": "https://m.example.com/a?utm_source=x",
    "published_at": "2023-11-17T20:00",
    "kind": "news",
    "reach": "1.2万",
    "reach_kind": "circulation",
    "reads": "",
}


@pytest.fixture
def people(app: Flask) -> People:
    return make_people()


@pytest.fixture
def world(people: People) -> World:
    return make_world(people.organisation_id)


@pytest.fixture
def dana(app: Flask, people: People, world: World) -> FlaskClient:
    client = people.client(app, "dana")
    client.set_cookie("lang", "en")
    return client


def shown(client: FlaskClient, path: str = MEDIA) -> str:
    html = assert_html(client.get(path, headers={"Accept-Language": "en"}))
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def upload(client: FlaskClient, data: bytes) -> int:
    form = {"file": (io.BytesIO(data), "clippings.csv")}
    return post(client, f"{MEDIA}/files", form, form_at=MEDIA).status_code


def test_one_mention_by_hand_and_the_same_again(dana: FlaskClient, world: World) -> None:
    assert "No mention yet" in shown(dana)
    assert post(dana, MEDIA, BY_HAND, form_at=MEDIA).status_code == 303
    page = shown(dana)
    assert "It is recorded." in page
    assert "12,000" in page
    (row,) = queries.mention_rows(world.event.id)
    assert (row.url, row.reach, row.reads) == ("https://example.com/a", 12_000, None)
    assert row.published_at == datetime(2023, 11, 17, 12, tzinfo=UTC)
    assert post(dana, MEDIA, BY_HAND, form_at=MEDIA).status_code == 303
    assert "known already" in shown(dana)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("outlet", "", "Fill in this field."),
        ("title", "", "Fill in this field."),
        ("url", "javascript:alert(1)", "Write the whole address"),
        ("reach", "many", "Write one figure"),
        ("published_at", "", "Fill in this field."),
        ("published_at", "2999-01-01T10:00", "It can not lie in the future."),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(
    dana: FlaskClient, world: World, name: str, value: str, said: str
) -> None:
    answer = post(dana, MEDIA, BY_HAND | {name: value}, form_at=MEDIA)
    assert answer.status_code == 422
    assert said in answer.get_data(as_text=True)
    assert queries.mention_rows(world.event.id) == []


def test_a_file_is_read_listed_and_taken_back(dana: FlaskClient, world: World) -> None:
    assert upload(dana, MELTWATER) == 303
    page = shown(dana)
    assert "2 new, 0 known already, 0 rejected." in page
    assert "1,234,567" in page
    assert "AVE" not in page
    assert "9,999" not in page
    key = queries.media_batches(world.event.id)[0].sha256
    assert take_back(dana, key).status_code == 303
    page = shown(dana)
    assert "2 rows are taken back." in page
    assert "No mention yet" in page
    assert "taken back" in page
    assert take_back(dana, key).status_code == 404
    assert take_back(dana, "1").status_code == 400


def test_a_file_without_its_columns_says_so(dana: FlaskClient) -> None:
    assert upload(dana, b"a,b\n1,2\n") == 422
    assert "No files yet" in shown(dana)


def test_readers_of_reports_neither_see_nor_change_it(app: Flask, people: People) -> None:
    make_world(people.organisation_id)
    assert people.client(app, "bob").get(MEDIA).status_code == 403
    assert people.client(app, "erin").get(MEDIA).status_code == 404


def take_back(client: FlaskClient, key: str) -> Any:
    form = {"key": key, "reason": "twice"}
    return post(client, f"{MEDIA}/undo", form, form_at=MEDIA)
