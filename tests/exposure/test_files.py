"""Files of a report: the same figures in all, in both languages; places on slides."""

from __future__ import annotations

import io
import json
import re
from dataclasses import dataclass
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
from eventhub.exposure.queries import ReportRow
from eventhub.exposure.render import FORMATS, sections, words
from eventhub.exposure.render.deck import HEIGHT, WIDTH
from eventhub.exposure.render.evidence import evidence
from eventhub.exposure.render.page import ReportPage, report_page
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
from eventhub.kernel.format import short
from eventhub.kernel.i18n import in_lang
from eventhub.programme.queries import event_by_slug
from tests.exposure.test_service import published
from tests.factories import exposure as factory

pytestmark = pytest.mark.only("sqlite")
FIRST = datetime(2026, 9, 24, 4, tzinfo=UTC)
INCH = 914_400
CLASSES = {
    "measured": {"zh": "实测", "en": "Measured"},
    "estimated": {"zh": "估算", "en": "Estimated"},
    "claimed": {"zh": "公布", "en": "Claimed"},
}
JUST_UNDER = {"zh": "近", "en": "just under"}
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


@dataclass(frozen=True)
class Files:
    """Every file of a version in one language, made once, as a reader opens it."""

    document: dict[str, Any]
    lang: str
    page: ReportPage
    made: dict[str, bytes]
    pdf: list[str]  # text of its pages
    deck: Any
    book: Any

    @property
    def slides(self) -> list[list[str]]:
        """Return the texts of the deck by slide."""
        return [slide_texts(slide) for slide in self.deck.slides]

    @property
    def cells(self) -> list[Any]:
        """Return every value of the workbook."""
        return [
            cell
            for sheet in self.book
            for row in sheet.iter_rows(values_only=True)
            for cell in row
            if cell is not None
        ]


def files_of(row: ReportRow, lang: str) -> Files:
    """Return the files of a version in a language."""
    with in_lang(lang):
        made = {kind: form.make(row) for kind, form in FORMATS.items()}
        page = report_page(row.document())
    return Files(
        document=row.document(),
        lang=lang,
        page=page,
        made=made,
        pdf=[page.extract_text() for page in PdfReader(io.BytesIO(made["pdf"])).pages],
        deck=pptx.Presentation(io.BytesIO(made["pptx"])),
        book=openpyxl.load_workbook(io.BytesIO(made["xlsx"]), data_only=True),
    )


@pytest.fixture
def demo(app: Flask) -> ReportRow:
    """Return a demonstration with every section, beside the public record."""
    organisation = factory.make_organisation()
    event_id = factory.make_counted(organisation)
    other = factory.make_event(organisation)
    factory.make_futian_claims(other)
    published(other)
    add_media(event_id)
    compare_reports(CompareReports(event_id=event_id, compare_event_id=other))
    return build_report(BuildReport(event_id=event_id))


def slide_texts(slide: Any) -> list[str]:
    """Return every text of a slide, cells of tables included."""
    found = []
    for shape in slide.shapes:
        if shape.has_text_frame:
            found.append(shape.text_frame.text)
        if shape.has_table:
            found += [cell.text for row in shape.table.rows for cell in row.cells]
    return [text for text in found if text]


def tables_of(deck: Any) -> list[list[list[str]]]:
    """Return the tables of a deck as rows of texts."""
    return [
        [[cell.text for cell in row.cells] for row in shape.table.rows]
        for slide in deck.slides
        for shape in slide.shapes
        if shape.has_table
    ]


def bare(text: str) -> str:
    """Return a text without white space, as lines of a page wrap anywhere."""
    return re.sub(r"\s+", "", text)


def test_files_of_the_demonstration_and_the_record_say_what_report_json_says(
    demo_app: Flask,
) -> None:
    for slug in ("demo", "futian-2023"):
        row = queries.latest(event_by_slug(slug).id)
        assert row is not None
        for lang in ("zh", "en"):
            with demo_app.test_request_context(), in_lang(lang):
                files = files_of(row, lang)
                same_lines(files)
                same_sums(files)
                no_other_number(files)
                marked_where_invented(files)
                same_again(row, files)
                assert faults_of(files.deck) == [], (slug, lang)
                assert charts_have_data(files.deck)


def same_lines(files: Files) -> None:
    """Every line stands in each file with operator, value, unit, interval and class."""
    document, lang = files.document, files.lang
    pages = bare("".join(files.pdf))
    table = [row for rows in tables_of(files.deck) for row in rows if len(row) == 6]
    sheet = [row for row in files.book["Lines"].iter_rows(min_row=5, values_only=True) if row[1]]
    expected = []
    for line, cells in zip(document["lines"], sheet, strict=True):
        with in_lang(lang):
            unit, in_sum = words.unit_of(line), words.in_sum_words(line["in_sum"])
        figure, word = f"{Decimal(line['value']):,}", CLASSES[line["class"]][lang]
        op = JUST_UNDER[lang] if line["op"] == "~<" else line["op"]
        sure = f"{line['low']:,}–{line['high']:,}" if line["low"] is not None else ""
        shown = "" if op == "=" else op
        beside = f"[0-9.,万亿]*{re.escape(bare(unit))}{re.escape(sure)}"
        pattern = f"{re.escape(bare(line[lang]))}.*?{bare(op)}?{figure}{beside}{word}"
        assert re.search(pattern, pages), (line["line"], pattern)
        assert re.search(f"{bare(op)}{figure}{re.escape(bare(unit))}", pages), line["line"]
        signed = f"{shown} {figure}".strip()
        expected.append([line["channel"] or "", line[lang], signed, unit, word, in_sum])
        flag = "x" if line["in_gross"] else None
        flag = "total" if line["metric"] == "exposure.total_claimed" else flag
        assert cells[:4] == (line["channel"], line[lang], line["metric"], line["op"])
        assert Decimal(str(cells[4])) == Decimal(line["value"])
        assert cells[5:] == (unit, line["low"], line["high"], word, in_sum, flag, line["quote"])
        assert unit
        assert all(source["source"] for source in line["sources"])
        assert line["sources"], line["line"]
        if line["quote"]:
            assert bare(line["quote"]) in pages
            assert bare(line["sentence"]) in pages
    assert [row for row in table if row in expected] == expected
    sources = {cell.value for cell in files.book["Sources"]["B"]}
    assert {x["source"] for line in document["lines"] for x in line["sources"]} <= sources


def same_sums(files: Files) -> None:
    """Gross, published total and residual stand in each file; the workbook adds them up."""
    document = files.document
    sheet = files.book["Summary"]
    pages, texts = bare("".join(files.pdf)), [text for slide in files.slides for text in slide]
    for number, key in enumerate(("gross", "claimed", "residual")):
        if document[key] is None:
            continue
        sign = "" if document[f"{key}_op"] == "=" else f"{document[f'{key}_op']} "
        figure = f"{sign}{document[key]:,}"
        assert bare(figure) in pages
        assert figure in texts
        assert sheet.cell(7 + number, 3).value == document[key]
        assert sheet.cell(7 + number, 2).value == document[f"{key}_op"]
    formulas = openpyxl.load_workbook(io.BytesIO(files.made["xlsx"]))["Summary"]
    assert formulas["C7"].value.startswith("=SUMIFS(Lines!")
    if document["claimed"]:
        assert formulas["C9"].value == "=MAX(0,C8-C7)"
    for row in document["targets"]:
        if row["reached"] is not None:
            assert f"{Decimal(row['reached']):,}" in pages


def no_other_number(files: Files) -> None:
    """No file prints a number that neither report.json nor the page made of it has."""
    with in_lang(files.lang):
        lines = [evidence(files.document, line["line"]) for line in files.document["lines"]]
    known = numbers(json.dumps(files.document, ensure_ascii=False), str(files.page), str(lines))
    known |= {f"{int(text):,}" for text in known if text.isdigit()}
    known |= {str(n) for n in range(101)}  # pages, hours, counts of rows
    known |= shares_and_sums(files)
    digest = files.document["digest"]
    known |= numbers(digest[:32], digest[32:], *(digest[n : n + 4] for n in range(0, 16, 4)))
    slides = "\n".join(text for slide in files.slides for text in slide)
    assert numbers(slides) - known == set()
    assert numbers("\n".join(files.pdf)) - known == set()
    ratios = {cell for cell in files.cells if isinstance(cell, float) and cell % 1}
    for ratio in ratios:  # a formula; report.json keeps two or three digits of it
        assert known & {f"{ratio:.3f}", f"{ratio:.2f}", f"{ratio:.1f}"}, ratio
    whole = (cell for cell in files.cells if cell not in ratios)
    texts = "\n".join(f"{x:g}" if isinstance(x, float) else str(x) for x in whole)
    assert numbers(texts) - known == set()


def shares_and_sums(files: Files) -> set[str]:
    """Return shares in per cent and the short forms of the sums, worked out of report.json."""
    document = files.document
    parts = [Decimal(value) / document["gross"] for value in document["by_class"].values()]
    of_claimed = Decimal(document["share_of_claimed"] or 0)
    parts += [of_claimed, 1 - of_claimed, Decimal(str(document["share_measured"]))]
    found = {f"{share * 100:.{digits}f}" for share in parts for digits in range(4)}
    sums = [document[key] for key in ("gross", "claimed", "residual") if document[key] is not None]
    return found | numbers(*(short(value, files.lang) for value in sums))


def numbers(*texts: str) -> set[str]:
    """Return the numbers of some texts, as printed."""
    found = (match for text in texts for match in re.findall(r"[0-9]+(?:[.,][0-9]+)*", text))
    return set(found)


def marked_where_invented(files: Files) -> None:
    """Invented data are marked on every page, slide and sheet, and nothing else is."""
    is_marked = files.document["synthetic"]
    assert all(("DEMONSTRATION DATA" in page) is is_marked for page in files.pdf)
    assert all((sections.MARK in slide) is is_marked for slide in files.slides)
    assert files.book.sheetnames == SHEETS
    for sheet in files.book:
        assert (sheet["A2"].value == sections.MARK) is is_marked
        assert (sections.MARK in (sheet.oddHeader.center.text or "")) is is_marked
    assert (sections.MARK in files.made["csv"].decode("utf-8-sig")) is is_marked


def same_again(row: ReportRow, files: Files) -> None:
    """The same version gives the same JSON, CSV, PDF and workbook byte for byte."""
    for kind in ("json", "csv", "xlsx", "pdf"):
        assert FORMATS[kind].make(row) == files.made[kind], kind
    fresh = build_report(BuildReport(event_id=row.event_id))
    assert fresh.text == row.text


def charts_have_data(deck: Any) -> bool:
    """Tell whether every chart of a deck has a figure to show."""
    charts = [shape.chart for slide in deck.slides for shape in slide.shapes if shape.has_chart]
    return all(any(any(one.values) for one in chart.plots[0].series) for chart in charts)


def test_strings_stay_strings_gaps_are_named_and_charts_can_be_edited(demo: ReportRow) -> None:
    document = demo.document()
    with in_lang("en"):
        book = openpyxl.load_workbook(io.BytesIO(report_xlsx(document)))
        deck = pptx.Presentation(io.BytesIO(report_pptx(document)))
        page = report_page(document)
    found = [c for row in book["Mentions"].iter_rows() for c in row if c.value == "=1+1 开幕"]
    assert len(found) == 2
    assert {cell.data_type for cell in found} <= {"s", "inlineStr"}
    addresses = [row[8] for row in book["Mentions"].iter_rows(min_row=5, values_only=True)]
    assert "https://wangxi.example/1" in addresses
    series = list(book["Series"].iter_rows(values_only=True))
    assert sum(row[3] == "no data" for row in series) == 1
    assert sum(row[3] == 300 for row in series) == 1
    assert deck.slide_width / deck.slide_height == pytest.approx(16 / 9, 0.001)
    charts = [shape.chart for slide in deck.slides for shape in slide.shapes if shape.has_chart]
    bars = {series.name: list(series.values) for series in charts[0].plots[0].series}
    assert sum(value for values in bars.values() for value in values[-1:]) == document["gross"]
    assert (
        list(charts[-1].plots[0].series[0].values) == document["series"]["media_days"]["mentions"]
    )
    assert len(book["Summary"]._charts) == 1
    assert page.media is not None
    assert [day.mentions for day in page.media.days] == [2, 0, 1]
    assert page.media.outlets[0].value == "186,000"
    assert page.comparison is not None
    assert "100,000" in {row.theirs for row in page.comparison.rows}
    assert page.funnel is None
    assert faults_of(deck) == []


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


def test_other_definitions_are_marked(demo: ReportRow) -> None:
    stored = demo.document()
    other = {**stored["series"]["comparison"], "same_definitions": False, "definition_version": 9}
    document = {**stored, "series": {**stored["series"], "comparison": other}}
    for lang, mark in (("zh", "口径不同"), ("en", "Other definitions")):
        with in_lang(lang):
            found = sections.comparison(document)
            pages = PdfReader(io.BytesIO(report_pdf(document))).pages
            deck = pptx.Presentation(io.BytesIO(report_pptx(document)))
        assert found is not None
        assert "9" in found.note
        assert bare(mark) in bare("".join(page.extract_text() for page in pages))
        assert any(text.startswith(mark) for slide in deck.slides for text in slide_texts(slide))


def test_a_version_of_an_earlier_form_still_gives_every_output(demo: ReportRow) -> None:
    document = demo.document()
    for key in ("uncertainty", "layout", "targets", "priors", "exclusions", "adjustments"):
        del document[key]
    for key in ("people", "overlaps", "universe"):
        del document[key]
    third = json.loads(json.dumps(document))  # days without hours
    for row in third["series"]["baseline"]:
        for key in ("hours", "compared", "counters", "left_out"):
            del row[key]
    for name in ("footfall_zones", "tier_hours", "baseline", "programme"):
        document["series"].pop(name, None)
    with in_lang("en"):
        for earlier in (document, third):
            assert report_page(earlier).order
            for make in (report_pdf, report_pptx, report_xlsx, report_csv):
                assert make(earlier)
