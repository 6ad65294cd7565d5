"""Console pages of the report: builder, review, links; what is wrong is said and kept."""

from __future__ import annotations

import io
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from eventhub.exposure import queries
from eventhub.exposure.enums import ReportStatus, Section
from eventhub.exposure.service import BuildReport, SubmitReport, build_report, submit
from tests.assertions import assert_html
from tests.exposure.test_builder import png
from tests.factories import exposure as factory
from tests.people import make_people, post

pytestmark = pytest.mark.only("sqlite")
C = "/console/e/demo/report"


@pytest.fixture
def event_id(app: Flask) -> int:
    """Return a demonstration of the organisation of alice, with one version."""
    people = make_people()
    found = factory.make_counted(people.organisation_id)
    build_report(BuildReport(event_id=found))
    app.extensions["test_people"] = people
    return found


@pytest.fixture
def alice(app: Flask, event_id: int) -> FlaskClient:
    """Return the browser of an owner."""
    return app.extensions["test_people"].client(app, "alice")


def test_sections_are_ticked_and_ordered_by_number(alice: FlaskClient, event_id: int) -> None:
    form = {
        "compare": "0",
        "accent": "#b4231a",
        "show-media": "1",
        "place-media": "1",
        "show-targets": "1",
        "place-targets": "9",
        "show-footfall": "1",
        "place-footfall": "x",
    }
    assert post(alice, f"{C}/layout", form, form_at=f"{C}/builder").status_code == 303
    chosen = queries.setting(event_id)
    assert chosen.sections == (Section.MEDIA, Section.FOOTFALL, Section.TARGETS)
    assert chosen.accent == "#B4231A"
    page = assert_html(alice.get(f"{C}/builder?lang=en"))
    boxes = re.findall(r'name="show-(\w+)" value="1"( checked)?', page)
    assert [name for name, ticked in boxes if ticked] == ["media", "footfall", "targets"]


def test_people_who_could_be_reached_are_typed_in_words_or_digits(
    alice: FlaskClient, event_id: int
) -> None:
    for typed, kept in (("1,200万", 12_000_000), ("", None), ("90000", 90_000)):
        form = {"universe": typed}
        assert post(alice, f"{C}/priors", form, form_at=f"{C}/builder").status_code == 303
        assert queries.setting(event_id).universe == kept


def test_the_page_follows_the_chosen_order(alice: FlaskClient, event_id: int) -> None:
    form = {"compare": "0", "show-footfall": "1", "show-targets": "1", "place-footfall": "1"}
    post(alice, f"{C}/layout", form, form_at=f"{C}/builder")
    post(alice, f"{C}/targets", {"target-footfall.visits": "1,000"}, form_at=f"{C}/builder")
    post(alice, f"{C}/logo", {"logo": (io.BytesIO(png()), "a.png")}, form_at=f"{C}/builder")
    build_report(BuildReport(event_id=event_id))
    page = assert_html(alice.get("/e/demo/report?lang=en"))
    at = [page.index(f'id="{name}"') for name in ("ledger", "footfall", "targets", "limits")]
    assert at == sorted(at)
    assert 'id="livestream"' not in page
    assert "44 %" in page  # 440 of 1,000 visits
    assert alice.get("/e/demo/report/logo.png").mimetype == "image/png"


@pytest.mark.parametrize(
    ("path", "form", "sentence"),
    [
        ("layout", {"compare": "0", "accent": "#F2E94E"}, "too pale"),
        ("layout", {"compare": "0", "accent": "red"}, "# and six digits."),
        ("targets", {"target-live.pcu": "many"}, "Write a whole number above 0"),
        ("targets", {"target-live.pcu": "-4"}, "Write a whole number above 0"),
        ("priors", {"low-news": "9", "high-news": "2"}, "Two shares in per cent"),
        ("priors", {"low-news": "NaN", "high-news": "2"}, "Two shares in per cent"),
        ("priors", {"low-news": "1", "high-news": "200"}, "Two shares in per cent"),
        ("priors", {"universe": "many"}, "Write a whole number above 0"),
        ("priors", {"universe": "99999亿"}, "A whole number of people above 0."),
        ("notes", {"note-2026-09-24-en": "x" * 201}, "at most 200 characters"),
    ],
)
def test_what_can_not_be_kept_is_said_and_nothing_is_lost(
    alice: FlaskClient, event_id: int, path: str, form: dict[str, str], sentence: str
) -> None:
    alice.get("/e/demo/report?lang=en")
    answer = post(alice, f"{C}/{path}", form, form_at=f"{C}/builder?lang=en")
    assert answer.status_code == 422
    text = answer.get_data(as_text=True)
    assert sentence in text
    for value in form.values():
        assert f'value="{value}"' in text
    assert queries.setting(event_id) == queries.Setting()
    assert queries.targets(event_id) == []
    assert queries.priors(event_id) == []


def test_a_file_that_is_no_picture_is_refused(alice: FlaskClient, event_id: int) -> None:
    data = {"logo": (io.BytesIO(b"<svg/>"), "logo.svg")}
    answer = post(alice, f"{C}/logo", data, form_at=f"{C}/builder")
    assert answer.status_code == 422
    assert queries.setting(event_id).logo_sha256 == ""


def test_a_review_hands_a_version_back_with_its_reason(alice: FlaskClient, event_id: int) -> None:
    submit(SubmitReport(event_id=event_id, version=1))
    refused = post(alice, f"{C}/return", {"version": "1", "reason": " "}, form_at=C)
    assert refused.status_code == 422
    done = post(alice, f"{C}/return", {"version": "1", "reason": "North is missing"}, form_at=C)
    assert done.status_code == 303
    assert queries.version_of(event_id, 1).status is ReportStatus.DRAFT
    assert "North is missing" in assert_html(alice.get(C))
    submit(SubmitReport(event_id=event_id, version=1))
    assert "North is missing" not in assert_html(alice.get(C))


def test_a_link_is_shown_once_and_ended(
    app: Flask, alice: FlaskClient, client: FlaskClient, event_id: int
) -> None:
    form = {"version": "1", "label": "区文体局", "days": "30"}
    made = post(alice, f"{C}/links", form, form_at=C)
    assert made.status_code == 201
    address = re.search(r'value="[^"]*(/r/[\w-]+)"', made.get_data(as_text=True))
    assert address is not None
    assert client.get(address[1]).status_code == 200
    page = assert_html(alice.get(C))
    assert "区文体局" in page
    assert address[1] not in page
    link = queries.links(event_id)[0].public_id
    assert post(alice, f"{C}/links/revoke", {"link": link}, form_at=C).status_code == 303
    assert client.get(address[1]).status_code == 410
    assert post(alice, f"{C}/links/revoke", {"link": "none"}, form_at=C).status_code == 404
    assert post(alice, f"{C}/links", {"version": "7", "label": "x", "days": "30"}, form_at=C)


def test_a_new_version_lists_what_changed_and_why(alice: FlaskClient, event_id: int) -> None:
    form = {"compare": "0", "show-media": "1"}
    post(alice, f"{C}/layout", form, form_at=f"{C}/builder")
    post(alice, f"{C}/build", {"note": "Only the media"}, form_at=C)
    page = assert_html(alice.get(f"{C}?lang=en"))
    assert "Only the media" in page
    assert queries.latest(event_id).note == "Only the media"  # type: ignore[union-attr]
