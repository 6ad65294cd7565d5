"""Pages and files of a report."""

from __future__ import annotations

import csv
import io
import json
import re
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient

from eventhub.exposure.render.table import report_csv
from eventhub.exposure.service import BuildReport, build_report
from tests.assertions import assert_html, assert_problem, assert_queries
from tests.exposure.test_service import add_impressions, published
from tests.factories import exposure as factory
from tests.people import make_people

REPORT = "/e/futian-2023/report"


def text_of(client: FlaskClient, path: str) -> str:
    """Return the visible text of a page, white space folded."""
    html = assert_html(client.get(path))
    plain = re.sub(r"<[^>]+>", "", re.sub(r"<(br|/?(td|th|p|div|li|dt|dd|span))[^>]*>", " ", html))
    return re.sub(r"\s+", " ", unescape(plain))


@pytest.fixture
def futian(app: Flask) -> int:
    """Return the id of the Futian event with a published report."""
    event_id = factory.make_futian()
    published(event_id)
    return event_id


def test_statement_and_exact_figures(client: FlaskClient, futian: int) -> None:
    zh = text_of(client, f"{REPORT}?lang=zh")
    assert "公布总曝光超 3.5亿 ， 可追到出处的是 83万 。" in zh
    en = text_of(client, f"{REPORT}?lang=en")
    assert "Over 350 million published. 830,000 can be traced." in en
    for page in (zh, en):
        for figure in ("350,000,000", "830,000", "349,170,000", "0.237 %", "99.763 %", "421.7 ×"):
            assert figure in page


def test_every_quotation_is_verbatim_on_the_page(client: FlaskClient, futian: int) -> None:
    for lang in ("zh", "en"):
        html = assert_html(client.get(f"{REPORT}?lang={lang}"))
        for claim in factory.FUTIAN["claims"]:
            assert f'<q lang="zh-Hans">{claim["quote"]}</q>' in html


def test_every_figure_opens_to_its_evidence(client: FlaskClient, futian: int) -> None:
    html = assert_html(client.get(REPORT))
    addresses = set(re.findall(r'href="([^"]+/evidence/[^"]+)"', html))
    names = [claim["id"] for claim in factory.FUTIAN["claims"]]
    assert addresses == {f"{REPORT}/evidence/{name}" for name in [*names, "gross", "residual"]}
    for address in addresses:
        assert_html(client.get(address))


def test_evidence_marks_the_quotation_in_its_sentence(client: FlaskClient, futian: int) -> None:
    html = assert_html(client.get(f"{REPORT}/evidence/live-viewers?lang=en"))
    assert "<mark>线上直播观看人数超过73万</mark>" in html
    text = text_of(client, f"{REPORT}/evidence/live-viewers?lang=en")
    assert factory.FUTIAN["source"]["text"] in text
    assert factory.FUTIAN["source"]["title"]["en"] in text
    assert "“73万” is kept as 730,000" in text
    assert "Platforms and number of streams" in text
    assert "350,000,000" in text


def test_evidence_of_the_sums_shows_the_arithmetic(client: FlaskClient, futian: int) -> None:
    assert "100,000 + 730,000" in text_of(client, f"{REPORT}/evidence/gross")
    residual = text_of(client, f"{REPORT}/evidence/residual?lang=en")
    assert "350,000,000 − 830,000" in residual
    assert "4,364,625, over 80 reports" in residual
    assert "0.25 contacts for everybody in China" in residual


def test_no_interval_is_printed_for_claims(client: FlaskClient, futian: int) -> None:
    assert not re.search(r"\d–\d", text_of(client, REPORT))


def test_all_open_questions_are_listed(client: FlaskClient, futian: int) -> None:
    text = text_of(client, f"{REPORT}?lang=zh")
    for item in factory.FUTIAN["not_stated"]:
        assert item["zh"] in text


def test_event_without_a_report_says_so(app: Flask, client: FlaskClient) -> None:
    event_id = factory.make_futian()
    build_report(BuildReport(event_id=event_id))
    text = text_of(client, f"{REPORT}?lang=en")
    assert "No report is published yet." in text
    assert "830,000" not in text
    assert_problem(client.get(f"{REPORT}.json"), 404, "not-found")
    assert client.get(f"{REPORT}/evidence/gross").status_code == 404


def test_unknown_event_line_and_version(client: FlaskClient, futian: int) -> None:
    for path in (
        "/e/nowhere/report",
        f"{REPORT}/evidence/nothing",
        f"{REPORT}?version=9",
        f"{REPORT}?version=x",
        f"{REPORT}?version=99999999999",
    ):
        assert client.get(path).status_code == 404


def test_a_draft_is_for_those_with_the_right(app: Flask, client: FlaskClient) -> None:
    people = make_people()
    event_id = factory.make_event(people.organisation_id)
    factory.make_futian_claims(event_id)
    build_report(BuildReport(event_id=event_id))
    address = f"{REPORT}?version=1"
    assert client.get(address).status_code == 303
    assert people.client(app, "charlie").get(address).status_code == 404
    assert people.client(app, "bob").get(address).status_code == 403
    assert "350,000,000" in assert_html(people.client(app, "dana").get(address))


def test_an_old_version_stays_readable_at_its_address(client: FlaskClient, futian: int) -> None:
    first = client.get(f"{REPORT}.json").get_data()
    add_impressions(futian, 1_000_000)
    build_report(BuildReport(event_id=futian))
    assert client.get(f"{REPORT}.json?version=1").get_data() == first
    assert client.get(f"{REPORT}.json").get_data() == first


def test_json_is_the_stored_text_and_answers_304(client: FlaskClient, futian: int) -> None:
    answer = client.get(f"{REPORT}.json")
    assert json.loads(answer.get_data())["residual"] == 349_170_000
    again = client.get(f"{REPORT}.json", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


def test_csv_is_safe_in_a_spreadsheet(client: FlaskClient, futian: int) -> None:
    answer = client.get(f"{REPORT}.csv")
    text = answer.get_data().decode("utf-8-sig")
    assert answer.get_data().startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(text)))
    assert rows[0][:5] == ["metric", "zh", "en", "value", "op"]
    assert rows[1][3:6] == ["100000", "'=", "人次"]
    assert rows[2][4] == ">"
    assert rows[-1][3] == "349170000"


def test_csv_defuses_formulas_in_names() -> None:
    row = {"metric": "live.starts", "zh": "＝1+1", "en": "@cmd", "value": 1, "op": "=", "unit": "-"}
    row |= {"low": None, "high": None, "class": "measured", "sources": [], "quote": None}
    sums = {"gross": 0, "gross_op": "=", "gross_class": None, "residual": None}
    text = report_csv({"lines": [row], "synthetic": True, **sums}).decode("utf-8-sig")
    assert text.splitlines()[0].startswith("演示数据 / DEMONSTRATION DATA")
    assert text.splitlines()[2].startswith("live.starts,'＝1+1,'@cmd,1,'=,'-,")


def test_demonstration_shows_its_draft_marked_as_such(app: Flask, client: FlaskClient) -> None:
    event_id = factory.make_counted(factory.make_organisation())
    build_report(BuildReport(event_id=event_id))
    text = text_of(client, "/e/demo/report?lang=en")
    assert "Demonstration data · Draft 1, not published" in text
    assert "1,340 contacts counted. 32.8 % of them measured." in text
    assert "no data" in text
    evidence = text_of(client, "/e/demo/report/evidence/footfall-visits?lang=en")
    assert "north 09-24 11:00" in evidence
    assert "400" in evidence


def test_query_count_does_not_grow_with_lines(client: FlaskClient, futian: int) -> None:
    client.get(REPORT)
    with assert_queries(2):
        client.get(REPORT)
    for value in (5, 6, 7):
        add_impressions(futian, value)
    with assert_queries(2):
        client.get(REPORT)


def test_a_page_is_kept_by_language_and_version(client: FlaskClient, futian: int) -> None:
    first = client.get(f"{REPORT}?lang=en").get_data()
    assert client.get(f"{REPORT}?lang=en").get_data() == first
    assert client.get(f"{REPORT}?lang=zh").get_data() != first
    add_impressions(futian, 1_000_000)
    build_report(BuildReport(event_id=futian))
    assert client.get(f"{REPORT}?lang=en").get_data() == first


def test_every_file_is_offered_and_opens(client: FlaskClient, futian: int) -> None:
    html = assert_html(client.get(f"{REPORT}?lang=en"))
    for kind, head in {"pdf": b"%PDF", "xlsx": b"PK", "pptx": b"PK"}.items():
        assert f'href="{REPORT}.{kind}"' in html
        answer = client.get(f"{REPORT}.{kind}")
        assert answer.get_data().startswith(head)
        assert answer.headers["Content-Disposition"].endswith(f'.{kind}"')
