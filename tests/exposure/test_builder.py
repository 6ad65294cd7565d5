"""What an organizer chooses for a report, links for readers, the kept dictionary."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import openpyxl
import pptx
import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from pypdf import PdfReader
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from eventhub.audience.dictionary import METRICS
from eventhub.exposure import queries, render
from eventhub.exposure.enums import PriorKind, ReachKind, Section
from eventhub.exposure.errors import (
    DefinitionChanged,
    LinkOver,
    NoReport,
    OverlappingParts,
    TargetFrozen,
    UnlikeUnits,
    UnreadableLogo,
)
from eventhub.exposure.models import MetricDefinition, ReportLink, VisibilityPrior
from eventhub.exposure.rules.uncertainty import Prior
from eventhub.exposure.service import (
    BuildReport,
    MakeLink,
    MentionFigures,
    NoteDays,
    RecordMentions,
    RevokeLink,
    SetLayout,
    SetLogo,
    SetPriors,
    SetTargets,
    build_report,
    differences,
    keep_dictionary,
    make_link,
    note_days,
    record_mentions,
    revoke_link,
    set_layout,
    set_logo,
    set_priors,
    set_targets,
    sum_of_lines,
)
from eventhub.kernel import clock as clock_module
from eventhub.kernel.db import command, db
from eventhub.kernel.errors import Invalid
from eventhub.kernel.i18n import in_lang
from tests.assertions import assert_html, assert_problem
from tests.exposure.test_files import FIRST, slide_texts
from tests.exposure.test_service import published
from tests.factories import exposure as factory

BEFORE = datetime(2026, 9, 1, tzinfo=UTC)
DURING = datetime(2026, 9, 24, 12, tzinfo=UTC)


def png(size: tuple[int, int] = (900, 300), **more: str) -> bytes:
    """Return a picture with a comment inside."""
    target = io.BytesIO()
    image = Image.new("RGB", size, "navy")
    image.save(target, more.get("kind", "PNG"), comment="secret place")
    return target.getvalue()


@pytest.fixture
def counted(app: Flask) -> int:
    """Return the id of a demonstration of two days with counters."""
    return factory.make_counted(factory.make_organisation())


def built(event_id: int) -> queries.ReportRow:
    """Return the newest version of an event's report."""
    return build_report(BuildReport(event_id=event_id))


def test_the_dictionary_is_kept_once_and_never_changes(app: Flask, db_session: Session) -> None:
    keep_dictionary()
    keep_dictionary()
    assert db.session.scalar(select(func.count()).select_from(MetricDefinition)) == len(METRICS)
    row = db.session.get_one(MetricDefinition, ("live.ama", 1))
    assert row.unit == METRICS["live.ama"].unit.i18n()
    db.session.rollback()
    with pytest.raises(IntegrityError):
        command(lambda: db.session.execute(update(MetricDefinition).values(digits=3)))()
    with pytest.raises(IntegrityError):
        command(lambda: db.session.delete(db.session.get_one(MetricDefinition, ("live.ama", 1))))()


def test_no_report_is_built_with_another_definition_of_the_same_version(app: Flask) -> None:
    @command
    def keep_another() -> None:
        db.session.add(
            MetricDefinition(
                id="live.ama",
                version=1,
                name={"zh": "", "en": ""},
                definition={"zh": "", "en": "something else"},
                unit={"zh": "", "en": ""},
                kind="people",
                aggregation="sum",
                rule={"zh": "", "en": ""},
                classes="measured",
                digits=0,
                sha256="0" * 64,
            )
        )

    keep_another()
    event_id = factory.make_futian()
    with pytest.raises(DefinitionChanged):
        build_report(BuildReport(event_id=event_id))
    assert queries.versions(event_id) == []


def test_layout_goes_into_the_next_version_and_stays_with_it(counted: int) -> None:
    first = built(counted)
    set_layout(
        SetLayout(event_id=counted, sections=(Section.MEDIA, Section.FOOTFALL), accent="#B4231A")
    )
    set_logo(SetLogo(event_id=counted, data=png()))
    second = built(counted)
    assert first.document()["layout"]["sections"] == [section.value for section in Section]
    layout = second.document()["layout"]
    assert (layout["sections"], layout["accent"]) == (["media", "footfall"], "#B4231A")
    set_logo(SetLogo(event_id=counted, data=None))
    set_layout(SetLayout(event_id=counted, sections=()))
    assert render.logo_of(queries.version_of(counted, second.version)) is not None
    assert queries.version_of(counted, second.version).text == second.text
    assert built(counted).document()["layout"] == {"sections": [], "accent": None, "logo": None}


def test_blanks_are_no_accent(counted: int) -> None:
    set_layout(SetLayout(event_id=counted, sections=(), accent=" \t"))
    assert built(counted).document()["layout"]["accent"] is None


@pytest.mark.parametrize("accent", ["#F2E94E", "#9AB7D3", "#B4231", "red\t"])
def test_a_pale_accent_is_refused_and_nothing_changes(counted: int, accent: str) -> None:
    with pytest.raises(Invalid) as refusal:
        set_layout(SetLayout(event_id=counted, sections=(), accent=accent))
    assert list(refusal.value.fields) == ["accent"]
    assert queries.setting(counted) == queries.Setting()


@pytest.mark.only("sqlite")
def test_a_logo_is_drawn_anew_and_small(counted: int) -> None:
    set_logo(SetLogo(event_id=counted, data=png()))
    kept = queries.logo(counted, queries.setting(counted).logo_sha256)
    assert kept is not None
    assert b"secret place" not in kept
    with Image.open(io.BytesIO(kept)) as image:
        assert image.format == "PNG"
        assert image.size == (600, 200)


@pytest.mark.only("sqlite")
@pytest.mark.parametrize(
    "data",
    [b"", b"GIF89a\x01\x00\x01\x00", b"<svg onload='x'/>", png()[:200], b"\0" * 2_100_000],
    ids=["empty", "gif", "svg", "cut", "large"],
)
def test_what_is_no_picture_is_refused(counted: int, data: bytes) -> None:
    with pytest.raises(UnreadableLogo):
        set_logo(SetLogo(event_id=counted, data=data))
    assert queries.setting(counted).logo_sha256 == ""


def test_targets_stand_beside_what_was_reached(
    counted: int, clock: Callable[[datetime], None]
) -> None:
    clock(BEFORE)
    values = {"footfall.visits": Decimal(2_000), "kol.creators": Decimal(5)}
    set_targets(SetTargets(event_id=counted, values=values))
    found = {row["metric"]: row for row in built(counted).document()["targets"]}
    visits = next(
        line for line in built(counted).document()["lines"] if line["metric"] == "footfall.visits"
    )
    assert found["footfall.visits"]["reached"] == visits["value"]
    assert found["footfall.visits"]["line"] == visits["line"]
    share = Decimal(visits["value"]) / 2_000
    assert Decimal(found["footfall.visits"]["share"]) == round(share, 3)
    assert found["kol.creators"]["reached"] is None
    assert not found["footfall.visits"]["late"]


def test_a_target_from_before_the_opening_stays_and_a_later_one_is_late(
    counted: int, clock: Callable[[datetime], None]
) -> None:
    clock(BEFORE)
    set_targets(SetTargets(event_id=counted, values={"footfall.visits": Decimal(2_000)}))
    clock(DURING)
    with pytest.raises(TargetFrozen):
        set_targets(SetTargets(event_id=counted, values={"footfall.visits": Decimal(900)}))
    with pytest.raises(TargetFrozen):
        set_targets(SetTargets(event_id=counted, values={}))
    both = {"footfall.visits": Decimal(2_000), "checkin.visitors": Decimal(50)}
    set_targets(SetTargets(event_id=counted, values=both))
    late = {row["metric"]: row["late"] for row in built(counted).document()["targets"]}
    assert late == {"footfall.visits": False, "checkin.visitors": True}


@pytest.mark.parametrize("values", [{"no.metric": Decimal(1)}, {"live.pcu": Decimal(0)}])
def test_a_target_is_a_metric_and_above_zero(counted: int, values: dict[str, Decimal]) -> None:
    with pytest.raises(Invalid):
        set_targets(SetTargets(event_id=counted, values=values))
    assert queries.targets(counted) == []


def add_article(event_id: int) -> None:
    """Record one article of a site with a million visitors a month."""
    item = MentionFigures(
        outlet="Site",
        title="Opening",
        published_at=FIRST,
        reach=1_000_000,
        reach_kind=ReachKind.MONTHLY_VISITORS,
    )
    with clock_module.fixed(FIRST + timedelta(days=1)):
        record_mentions(RecordMentions(event_id=event_id, items=[item]))


def test_a_prior_replaces_potential_by_seen_with_its_interval(counted: int) -> None:
    add_article(counted)
    before = built(counted).document()
    prior = Prior(Decimal("0.002"), Decimal("0.02"))
    set_priors(SetPriors(event_id=counted, priors={PriorKind.NEWS: prior}))
    after = built(counted).document()
    seen = next(line for line in after["lines"] if line["metric"] == "media.seen")
    potential = next(line for line in after["lines"] if line["metric"] == "media.potential")
    assert seen["value"] == 6_325
    assert 1_000 < seen["low"] < 2_000 < 20_000 < seen["high"] < 30_000
    assert (seen["in_gross"], potential["in_gross"]) == (True, False)
    assert after["gross"] == before["gross"] - potential["value"] + 6_325
    assert after["uncertainty"]["method"] == "monte-carlo"
    driver, *_others = after["uncertainty"]["drivers"]
    assert (driver["group"], driver["lines"]) == ("prior:news", [seen["line"]])
    rest = after["uncertainty"]["subtotal"] - seen["value"]
    assert (driver["low"], driver["high"]) == (rest + seen["low"], rest + seen["high"])
    assert after["priors"] == [
        {"kind": "news", "version": 1, "low": "0.002", "high": "0.02", "used": "0.0063"}
    ]
    set_priors(SetPriors(event_id=counted, priors={PriorKind.NEWS: None}))
    assert built(counted).document()["gross"] == before["gross"]
    versions = db.session.scalars(select(VisibilityPrior.version)).all()
    assert sorted(versions) == [1, 2]


def test_notes_of_days_stand_in_the_report(counted: int) -> None:
    note = {"zh": "16 时起下雨", "en": "Rain from 16:00"}
    note_days(NoteDays(event_id=counted, notes={date(2026, 9, 24): note}))
    days = {row["day"]: row["note"] for row in built(counted).document()["series"]["baseline"]}
    assert days["2026-09-24"] == note
    empty = {"zh": "", "en": ""}
    note_days(NoteDays(event_id=counted, notes={date(2026, 9, 24): empty}))
    assert queries.day_notes(counted) == {}
    with pytest.raises(Invalid):
        note_days(NoteDays(event_id=counted, notes={date(2026, 9, 24): {"zh": "雨" * 201}}))


def test_a_new_version_says_line_by_line_what_changed(counted: int) -> None:
    first = built(counted)
    assert differences(counted, first.version) == ()
    add_article(counted)
    changed = {row["line"]: row for row in differences(counted, built(counted).version)}
    assert changed["recorded-media-potential"]["stored"] is None
    assert changed["recorded-media-potential"]["now"]["value"] == 33_333


def test_sums_of_lines_refuse_unlike_units_and_what_lies_inside(app: Flask) -> None:
    event_id = factory.make_futian()
    version = built(event_id).version
    keys = ["footfall-opening-day", "live-viewers"]
    with pytest.raises(UnlikeUnits) as refusal:
        sum_of_lines(event_id, version, keys)
    assert set(refusal.value.details["units"]) == {"visits", "contacts"}
    with pytest.raises(OverlappingParts):
        sum_of_lines(event_id, version, ["live-viewers", "live-viewers"])
    with pytest.raises(NoReport):
        sum_of_lines(event_id, version, ["nothing"])
    assert sum_of_lines(event_id, version, ["live-viewers"])["value"] == 730_000


def test_a_link_shows_one_version_until_it_ends(
    app: Flask, client: FlaskClient, clock: Callable[[datetime], None]
) -> None:
    clock(DURING)
    event_id = factory.make_futian()
    row = built(event_id)
    made = make_link(MakeLink(event_id=event_id, version=1, label="District office", days=7))
    page = client.get(f"/r/{made.token}?lang=en")
    html = assert_html(page)
    assert "350,000,000" in html
    assert (page.headers["X-Robots-Tag"], page.headers["Cache-Control"]) == ("noindex", "no-store")
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert f"/r/{made.token}/evidence/gross" in html
    assert "/e/futian-2023/report/evidence" not in html
    assert client.get(f"/r/{made.token}/report.json").get_data(as_text=True) == row.text
    for kind in ("csv", "xlsx"):
        assert client.get(f"/r/{made.token}/report.{kind}").status_code == 200
    assert_html(client.get(f"/r/{made.token}/evidence/live-viewers?lang=en"))
    assert_html(client.get(f"/r/{made.token}/footfall"))
    assert client.get(f"/r/{made.token}/footfall.csv").status_code == 200
    assert_problem(client.get(f"/r/{made.token}x/report.json"), 404, "not-found")
    clock(DURING + timedelta(days=7))
    assert_problem(client.get(f"/r/{made.token}/report.json"), 410, "link-over")
    clock(DURING)
    revoke_link(RevokeLink(event_id=event_id, public_id=made.public_id))
    with pytest.raises(LinkOver):
        queries.linked(made.token)
    stored = db.session.scalars(select(ReportLink)).one()
    assert made.token not in str(vars(stored))


@pytest.mark.parametrize(("label", "days"), [(" ", 7), ("x" * 81, 7), ("Office", 0), ("O", 366)])
def test_a_link_needs_a_reader_and_an_end(app: Flask, label: str, days: int) -> None:
    event_id = factory.make_futian()
    built(event_id)
    with pytest.raises(Invalid):
        make_link(MakeLink(event_id=event_id, version=1, label=label, days=days))
    assert queries.links(event_id) == []


@pytest.mark.only("sqlite")
def test_a_link_of_another_event_is_not_found(app: Flask) -> None:
    event_id = factory.make_futian()
    published(event_id)
    with pytest.raises(NoReport):
        make_link(MakeLink(event_id=event_id, version=9, label="Office", days=1))


@pytest.mark.only("sqlite")
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_all_files_carry_the_choice_and_the_same_figures(
    counted: int, app: Flask, lang: str, clock: Callable[[datetime], None]
) -> None:
    clock(BEFORE)
    set_targets(SetTargets(event_id=counted, values={"footfall.visits": Decimal(123_457)}))
    prior = Prior(Decimal("0.002"), Decimal("0.02"))
    set_priors(SetPriors(event_id=counted, priors={PriorKind.NEWS: prior}))
    note = {"zh": "16 时起下雨", "en": "Rain from 16:00"}
    note_days(NoteDays(event_id=counted, notes={date(2026, 9, 24): note}))
    sections = (Section.FOOTFALL, Section.TARGETS)
    set_layout(SetLayout(event_id=counted, sections=sections, accent="#B4231A"))
    set_logo(SetLogo(event_id=counted, data=png()))
    clock(DURING)
    add_article(counted)
    row = built(counted)
    document = row.document()
    sure = document["uncertainty"]
    with app.test_request_context(), in_lang(lang):
        pages = PdfReader(io.BytesIO(render.FORMATS["pdf"].make(row))).pages
        deck = pptx.Presentation(io.BytesIO(render.FORMATS["pptx"].make(row)))
        book = openpyxl.load_workbook(io.BytesIO(render.FORMATS["xlsx"].make(row)))
        hours = openpyxl.load_workbook(
            io.BytesIO(render.FOOTFALL_FORMATS["xlsx"].make(row)), data_only=True
        )
    text = "".join("".join(page.extract_text().split()) for page in pages)
    slides = " ".join(cell for slide in deck.slides for cell in slide_texts(slide))
    cells = [str(cell.value) for sheet in book for line in sheet.iter_rows() for cell in line]
    for figure in (f"{sure['low']:,}", f"{sure['high']:,}", "123,457"):
        assert figure in text
        assert figure in slides
    moved = [f"{one[end]:,}" for one in sure["drivers"] for end in ("low", "high")]
    assert len(moved) == 4
    everything = " ".join(cells)
    assert all(figure in text and figure in slides and figure in everything for figure in moved)
    assert "123457" in cells
    assert "".join(note[lang].split()) in text
    assert note[lang] in slides
    assert note[lang] in cells
    assert any(shape.shape_type == 13 for shape in deck.slides[0].shapes)  # the logo
    assert sum(len(page.images) for page in pages[:1]) == 1
    totals = [row[-1] for row in hours["Counters"].iter_rows(values_only=True) if row[-1]]
    table = document["series"]["footfall_hours"][0]
    assert sum(value or 0 for value in table["rows"][0]["values"]) in totals


@pytest.mark.only("sqlite")
def test_the_pdf_is_tagged_and_its_fonts_are_embedded(counted: int, app: Flask) -> None:
    with app.test_request_context(), in_lang("zh"):
        reader = PdfReader(io.BytesIO(render.FORMATS["pdf"].make(built(counted))))
    assert bool(reader.root_object["/MarkInfo"]["/Marked"])
    assert reader.root_object["/Lang"] == "zh"
    fonts = [
        font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"]
        for page in reader.pages
        for font in page["/Resources"]["/Font"].values()
    ]
    assert fonts
    assert all({"/FontFile2", "/FontFile3"} & set(font.get_object()) for font in fonts)
    assert len(reader.outline) >= 4
