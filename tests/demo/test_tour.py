"""The tour leads through real pages in both languages, without a script, and can be left."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from eventhub.accounts.queries import organisation_by_slug
from tests.people import make_people

_NEXT = re.compile(r'<a class="tour-next" href="([^"]+)"')
_BAR = re.compile(r'<aside class="tour-bar".*?</aside>', re.DOTALL)
_LEAVE = re.compile(r'<a href="([^"]+)">(?:Leave the tour|退出导览)</a>')
PAGES = [
    "/e/demo/programme",
    "/e/demo/register",
    "/console/e/demo/gates",
    "/console/e/demo/",
    "/console/e/demo/programme",
    "/e/demo/live",
    "/e/futian-2023/report",
]


@pytest.fixture
def alice(demo_app: Flask) -> FlaskClient:
    """Return the browser of an owner of the demonstration."""
    return make_people(organisation_by_slug("demonstration")).client(demo_app, "alice")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_each_page_leads_to_the_next_and_none_to_a_dead_end(alice: FlaskClient, lang: str) -> None:
    front = alice.get(f"/?lang={lang}").text
    assert '<a href="/tour">' in front
    overview = alice.get("/tour").text
    assert re.findall(r'row-link" href="([^"?]+)\?tour=', overview) == PAGES
    address = re.findall(r'class="btn" href="([^"]+)"', overview)[0]
    walked = []
    while address != "/tour":
        answer = alice.get(address)
        assert answer.status_code == 200, address
        bar = _BAR.findall(answer.text)
        assert len(bar) == 1, address
        number = len(walked) + 1
        assert f"<strong>{number} / {len(PAGES)} " in bar[0]
        leave = _LEAVE.findall(bar[0])[0]
        assert "tour" not in alice.get(leave).text.split("</head>")[1].split("<header")[0]
        walked.append(leave)
        address = _NEXT.findall(bar[0])[0]
    assert walked == PAGES


def test_the_log_in_says_what_the_page_behind_it_would(demo_app: Flask) -> None:
    client = demo_app.test_client()
    answer = client.get("/console/e/demo/gates?tour=3", follow_redirects=True)
    assert answer.request.path == "/login"
    assert "<strong>3 / 7 " in answer.text


@pytest.mark.parametrize("asked", ["", "0", "8", "12", "-1", "x", "²", "<b>"])
def test_other_numbers_show_no_bar(demo_app: Flask, asked: str) -> None:
    answer = demo_app.test_client().get("/e/demo/programme", query_string={"tour": asked})
    assert answer.status_code == 200
    assert _BAR.findall(answer.text) == []


@pytest.mark.only("sqlite")
def test_without_the_demonstration_there_is_no_tour(client: FlaskClient) -> None:
    assert client.get("/tour").status_code == 404
    assert "/tour" not in client.get("/").text
