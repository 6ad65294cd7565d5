"""Files of a report: the same figures in all, in both languages; places on slides."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import openpyxl
import pptx
import pytest
from flask import Flask
from pypdf import PdfReader

from eventhub.exposure import queries
from eventhub.exposure.enums import MentionKind, ReachKind
from eventhub.exposure.render import FORMATS, sections
from eventhub.exposure.render.deck import HEIGHT, WIDTH
from eventhub.exposure.render.page import report_page
from eventhub.exposure.render.pdf import report_pdf
from eventhub.exposure.render.slides import report_pptx
from eventhub.exposure.render.table import report_csv
from eventhub.exposure.render.workbook import report_xlsx
from eventhub.exposure.service import (
    BuildReport,
    CompareReports,
    EnsureOutlet,
    MentionFigures,
    RecordMentions,
    build_report,
    compare_reports,
    ensure_outlet,
    record_mentions,
)
from eventhub.kernel import clock
from eventhub.kernel.format import exact
from eventhub.kernel.i18n import in_lang
from eventhub.programme.queries import event_by_slug
from tests.exposure.test_service import published
from tests.factories import exposure as factory

pytestmark = pytest.mark.only("sqlite")
FIRST = datetime(2026, 9, 24, 4, tzinfo=UTC)
INCH = 914_400
SHEETS = ["Summary", "Lines", "Series", "Mentions", "Sources"]
SHEETS += ["Method", "Targets", "Shows", "Days", "Overlaps"]


def add_media(event_id: int) -> None:
    """Record two reports of one story, one with reads alone, and two posts."""
    ensure_outlet(
        EnsureOutlet(
            event_id=event_id,
            name={"zh": "望汐日报", "en": "Wangxi Daily"},
            kind="newspaper",
            tier=3,
        )
    )
    given = MentionFigures(
        outlet="望汐日报",
        title="=1+1 开幕",
        published_at=FIRST,
        url="https://wangxi.example/1",
        reach=186_000,
        reach_kind=ReachKind.CIRCULATION,
        tone=1,
    )
    items = (
        given,
        MentionFigures(outlet="Tide", title="=1+1 开幕", published_at=FIRST, reach=42_000),
        MentionFigures(
            outlet="公众号",
            title="Night",
            published_at=FIRST + timedelta(days=2),
            kind=MentionKind.WECHAT,
            reads=8_850,
        ),
        MentionFigures(
            outlet="Seam",
            title="Post",
            published_at=FIRST,
            kind=MentionKind.CREATOR_POST,
            reach=1_240_000,
            engagement=57_210,
        ),
    )
    with clock.fixed(FIRST + timedelta(days=4)):
        record_mentions(RecordMentions(event_id=event_id, items=items, is_synthetic=True))


@pytest.fixture
def demo(app: Flask) -> dict[str, Any]:
    """Return report.json of a demonstration with every section, beside the public record."""
    organisation = factory.make_organisation()
    event_id = factory.make_counted(organisation)
    other = factory.make_event(organisation)
    factory.make_futian_claims(other)
    published(other)
    add_media(event_id)
    compare_reports(CompareReports(event_id=event_id, compare_event_id=other))
    return build_report(BuildReport(event_id=event_id)).document()


@pytest.fixture
def futian(app: Flask) -> dict[str, Any]:
    """Return report.json of the public record."""
    return build_report(BuildReport(event_id=factory.make_futian())).document()


@pytest.fixture(params=["zh", "en"])
def lang(request: pytest.FixtureRequest, app: Flask) -> Iterator[str]:
    """Run a test in both languages."""
    with app.test_request_context(), in_lang(request.param):
        yield request.param


def pdf_text(document: dict[str, Any]) -> str:
    """Return the text of the PDF without white space."""
    pages = PdfReader(io.BytesIO(report_pdf(document))).pages
    return re.sub(r"\s+", "", "".join(page.extract_text() for page in pages))


def slide_texts(slide: Any) -> list[str]:
    """Return every text of a slide, cells of tables included."""
    found = []
    for shape in slide.shapes:
        if shape.has_text_frame:
            found.append(shape.text_frame.text)
        if shape.has_table:
            found += [cell.text for row in shape.table.rows for cell in row.cells]
    return [text for text in found if text]


def deck_of(document: dict[str, Any]) -> Any:
    """Return the deck as a reader opens it."""
    return pptx.Presentation(io.BytesIO(report_pptx(document)))


def book_of(document: dict[str, Any], *, values: bool = True) -> Any:
    """Return the workbook as a reader opens it."""
    return openpyxl.load_workbook(io.BytesIO(report_xlsx(document)), data_only=values)


def printed(document: dict[str, Any]) -> list[str]:
    """Return every figure of the ledger and its sums as outputs print it."""
    found = [exact(Decimal(line["value"])) for line in document["lines"]]
    sums = (document["gross"], document["claimed"], document["residual"])
    return [*found, *(exact(value) for value in sums if value is not None)]


@pytest.mark.parametrize("name", ["demo", "futian"])
def test_pdf_and_deck_print_every_figure(
    name: str, request: pytest.FixtureRequest, lang: str
) -> None:
    document = request.getfixturevalue(name)
    text = pdf_text(document)
    deck = [cell for slide in deck_of(document).slides for cell in slide_texts(slide)]
    for figure in printed(document):
        assert figure in text
        assert any(figure in cell for cell in deck)
    for line in document["lines"]:
        assert re.sub(r"\s+", "", line[lang]) in text
        assert line[lang] in deck


@pytest.mark.parametrize("name", ["demo", "futian"])
def test_workbook_holds_every_line_as_a_number_and_live_sums(
    name: str, request: pytest.FixtureRequest, lang: str
) -> None:
    document = request.getfixturevalue(name)
    book = book_of(document)
    assert book.sheetnames == SHEETS
    rows = [row for row in book["Lines"].iter_rows(min_row=5, values_only=True) if row[1]]
    assert [(row[1], row[2], row[3], Decimal(str(row[4]))) for row in rows] == [
        (line[lang], line["metric"], line["op"], Decimal(line["value"]))
        for line in document["lines"]
    ]
    assert [row[6] for row in rows] == [line["low"] for line in document["lines"]]
    assert book["Summary"]["C7"].value == document["gross"]
    formulas = book_of(document, values=False)
    assert formulas["Summary"]["C7"].value.startswith("=SUMIFS(Lines!")
    counted = sum(row[4] for row in rows if row[10] == "x")
    assert counted == document["gross"]
    if document["claimed"]:
        assert book["Summary"]["C9"].value == document["residual"]
        assert formulas["Summary"]["C9"].value == "=MAX(0,C8-C7)"


def test_strings_stay_strings(demo: dict[str, Any], lang: str) -> None:
    sheet = book_of(demo, values=False)["Mentions"]
    found = [cell for row in sheet.iter_rows() for cell in row if cell.value == "=1+1 开幕"]
    assert len(found) == 2
    assert {cell.data_type for cell in found} <= {"s", "inlineStr"}
    addresses = [row[8] for row in sheet.iter_rows(min_row=5, values_only=True)]
    assert "https://wangxi.example/1" in addresses


def test_series_name_their_gaps(demo: dict[str, Any], lang: str) -> None:
    rows = list(book_of(demo)["Series"].iter_rows(values_only=True))
    word = {"zh": "缺", "en": "no data"}[lang]
    assert sum(row[3] == word for row in rows) == 1
    assert sum(row[3] == 300 for row in rows) == 1


def test_demonstration_is_marked_on_every_page_sheet_and_slide(
    demo: dict[str, Any], lang: str
) -> None:
    for page in PdfReader(io.BytesIO(report_pdf(demo))).pages:
        assert "DEMONSTRATION DATA" in page.extract_text()
    for sheet in book_of(demo):
        assert sheet["A2"].value == sections.MARK
        assert sections.MARK in sheet.oddHeader.center.text
    for slide in deck_of(demo).slides:
        assert sections.MARK in slide_texts(slide)
    assert report_csv(demo).decode("utf-8-sig").startswith(sections.MARK)


def test_what_is_real_has_no_mark(futian: dict[str, Any], lang: str) -> None:
    assert "DEMONSTRATION" not in pdf_text(futian)
    assert all(sheet["A2"].value is None for sheet in book_of(futian))
    for slide in deck_of(futian).slides:
        assert sections.MARK not in slide_texts(slide)


def test_the_same_report_gives_the_same_workbook(demo: dict[str, Any], lang: str) -> None:
    assert report_xlsx(demo) == report_xlsx(demo)
    assert report_csv(demo) == report_csv(demo)


def test_charts_of_deck_and_workbook_can_be_edited(demo: dict[str, Any], lang: str) -> None:
    deck = deck_of(demo)
    assert deck.slide_width / deck.slide_height == pytest.approx(16 / 9, 0.001)
    charts = [shape.chart for slide in deck.slides for shape in slide.shapes if shape.has_chart]
    bars = {series.name: list(series.values) for series in charts[0].plots[0].series}
    gross = sum(value for values in bars.values() for value in values[-1:])
    assert gross == demo["gross"]
    days = charts[-1].plots[0]
    assert list(days.series[0].values) == demo["series"]["media_days"]["mentions"]
    assert len(book_of(demo)["Summary"]._charts) == 1


@pytest.mark.parametrize("name", ["demo", "futian"])
def test_nothing_leaves_a_slide_and_no_texts_overlap(
    name: str, request: pytest.FixtureRequest, lang: str
) -> None:
    assert faults_of(deck_of(request.getfixturevalue(name))) == []


def test_the_whole_demonstration_fits_its_slides(demo_app: Flask) -> None:
    for slug in ("demo", "futian-2023"):
        row = queries.latest(event_by_slug(slug).id)
        assert row is not None
        for lang in ("zh", "en"):
            with demo_app.test_request_context(), in_lang(lang):
                assert faults_of(deck_of(row.document())) == [], (slug, lang)


def faults_of(deck: Any) -> list[tuple[int, str, str]]:
    """Return what leaves its slide, and what lies over something else, by slide."""
    found = []
    for number, slide in enumerate(deck.slides, start=1):
        boxes = [box for shape in slide.shapes if (box := place(shape))]
        for x, y, right, bottom, text in boxes:
            if x < 0 or y < 0 or right > WIDTH + 0.01 or bottom > HEIGHT + 0.01:
                found.append((number, "outside", text))
        for at, one in enumerate(boxes):
            found += [(number, one[4], two[4]) for two in boxes[at + 1 :] if meet(one, two)]
    return found


def place(shape: Any) -> tuple[float, float, float, float, str] | None:
    """Return what a text, table or chart covers, inches; a text as its lines really wrap."""
    if shape.rotation or not (
        shape.has_chart or shape.has_table or (shape.has_text_frame and shape.text_frame.text)
    ):
        return None
    x, y, w, h = (value / INCH for value in (shape.left, shape.top, shape.width, shape.height))
    if shape.has_table:
        return x, y, x + w, y + table_height(shape.table), "table"
    if shape.has_chart:
        return x, y, x + w, y + h, "chart"
    size = max(run.font.size.pt for p in shape.text_frame.paragraphs for run in p.runs) / 72
    lines = sum(lines_of(p.text, size, w) for p in shape.text_frame.paragraphs)
    return x, y, x + w, y + lines * size * 1.2, shape.text_frame.text


def table_height(table: Any) -> float:
    """Return the height of a table whose cells wrap."""
    whole = 0.0
    for row in table.rows:
        needed = [row.height / INCH]
        for column, cell in enumerate(row.cells):
            paragraph = cell.text_frame.paragraphs[0]
            if paragraph.runs:
                size = paragraph.runs[0].font.size.pt / 72
                width = table.columns[column].width / INCH - 0.1
                needed.append(lines_of(paragraph.text, size, width) * size * 1.2 + 0.04)
        whole += max(needed)
    return whole


def lines_of(text: str, size: float, width: float) -> int:
    """Return how many lines a text takes: a Chinese character is square, others are half."""
    length = sum(size if ord(char) > 0x2E7F else size * 0.56 for char in text)
    return max(1, -int(-length // width))


def meet(
    one: tuple[float, float, float, float, str], other: tuple[float, float, float, float, str]
) -> bool:
    """Tell whether two places share more than a hair."""
    wide = min(one[2], other[2]) - max(one[0], other[0])
    high = min(one[3], other[3]) - max(one[1], other[1])
    return wide > 0.03 and high > 0.03


def test_sections_say_who_came_what_was_written_and_what_stands_beside(
    demo: dict[str, Any], lang: str
) -> None:
    page = report_page(demo)
    assert page.media is not None
    assert [day.mentions for day in page.media.days] == [2, 0, 1]
    assert page.media.outlets[0].value == "186,000"
    assert page.comparison is not None
    assert page.comparison.same_definitions
    beside = {row.name: row.theirs for row in page.comparison.rows}
    assert "100,000" in beside.values()
    assert page.funnel is None


def test_other_definitions_are_marked(demo: dict[str, Any], lang: str) -> None:
    other = {**demo["series"]["comparison"], "same_definitions": False, "definition_version": 9}
    document = {**demo, "series": {**demo["series"], "comparison": other}}
    found = sections.comparison(document)
    assert found is not None
    assert "9" in found.note
    mark = {"zh": "口径不同", "en": "Other definitions"}[lang]
    assert mark in pdf_text(document) or mark.replace(" ", "") in pdf_text(document)
    texts = [text for slide in deck_of(document).slides for text in slide_texts(slide)]
    assert any(text.startswith(mark) for text in texts)


def test_every_format_is_made_of_the_stored_text(app: Flask, lang: str) -> None:
    row = build_report(BuildReport(event_id=factory.make_futian()))
    for kind, made in FORMATS.items():
        assert made.make(row), kind


def test_a_version_of_an_earlier_form_still_gives_every_output(
    demo: dict[str, Any], lang: str
) -> None:
    for key in (
        "people",
        "overlaps",
        "uncertainty",
        "layout",
        "targets",
        "priors",
        "exclusions",
        "adjustments",
    ):
        del demo[key]
    for name in ("footfall_zones", "tier_hours", "baseline", "programme"):
        demo["series"].pop(name, None)
    assert report_page(demo).order
    for make in (report_pdf, report_pptx, report_xlsx, report_csv):
        assert make(demo)
