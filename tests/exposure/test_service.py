"""Building, publishing and verifying reports on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from eventhub.audience.enums import Op
from eventhub.audience.service import RecordClaim, record_claim
from eventhub.exposure import queries
from eventhub.exposure.enums import ReportStatus
from eventhub.exposure.errors import (
    NoReport,
    OverlappingParts,
    ReportNotOpen,
    SamePersonApproves,
    SyntheticNotPublishable,
)
from eventhub.exposure.models import GrossExclusion, GrossPart, Overlap, Report
from eventhub.exposure.rules.canonical import canonical, sealed, sha256
from eventhub.exposure.service import (
    BuildReport,
    PublishReport,
    SubmitReport,
    build_report,
    publish,
    submit,
    verify,
)
from eventhub.kernel.db import command, db
from tests.factories import exposure as factory

# Of the report over tests/exposure/data/futian_2023.json: the same on every database.
FUTIAN_DIGEST = "84c3f1bb751744d53df09138187de5d04c4a31011a3752e9ca1a73dd588a4aa3"
COUNTED_DIGEST = "d189302fda1c4f512d4cad215c9480aa37a660ed5d9ecaf936c77ef0a0e6cef7"


def published(event_id: int) -> queries.ReportRow:
    """Return the report of an event, built by alice and approved by bob."""
    row = build_report(BuildReport(event_id=event_id, created_by=factory.make_person("alice")))
    return publish(
        PublishReport(
            event_id=event_id, version=row.version, approved_by=factory.make_person("bob")
        )
    )


def add_impressions(event_id: int, value: int) -> None:
    """Record impressions that a platform published for one creator."""
    record_claim(
        RecordClaim(
            event_id=event_id,
            metric="kol.impressions",
            value=value,
            op=Op.EQUAL,
            quote=f"曝光 {value}",
            source_name="platform",
            source_title={"zh": "平台导出", "en": "Platform export"},
            number_text=str(value),
            unit_stated="次",
        )
    )


def test_futian_report_holds_the_ledger(app: Flask) -> None:
    document = build_report(BuildReport(event_id=factory.make_futian())).document()
    assert {key: document[key] for key in factory.FUTIAN["expected"]} == factory.FUTIAN["expected"]
    assert document["share_measured"] == 0
    assert (document["people_low"], document["people_high"]) == (None, None)
    assert [flag["code"] for flag in document["flags"]] == [
        "above-population-share",
        "claim-far-above-gross",
    ]
    assert {line["class"] for line in document["lines"]} == {"claimed"}
    assert {(line["low"], line["high"]) for line in document["lines"]} == {(None, None)}
    ops = {line["line"]: line["op"] for line in document["lines"]}
    assert ops == {claim["id"]: claim["op"] for claim in factory.FUTIAN["claims"]}
    assert len(document["unknown"]) == 23
    assert document["synthetic"] is False


def test_lines_stand_by_channel_with_their_words_and_source(app: Flask) -> None:
    document = build_report(BuildReport(event_id=factory.make_futian())).document()
    letters = [(line["channel"], line["line"]) for line in document["lines"]]
    assert letters == [
        ("A", "footfall-opening-day"),
        ("L", "live-viewers"),
        ("M", "media-outlets"),
        ("M", "media-mentions"),
        ("K", "kol-creators"),
        (None, "exposure-total"),
    ]
    live = document["lines"][1]
    assert live["quote"] == "线上直播观看人数超过73万"
    assert live["quote"] in live["sentence"]
    assert live["unit"] == "人（口径未注明）"
    assert live["in_sum"] == "as_contacts"
    assert live["sources"] == [
        {
            "source": "reply-2023141",
            "title": factory.FUTIAN["source"]["title"],
            "observations": ["live-viewers"],
            "evidence": "线上直播观看人数超过73万",
            "sha256": None,
        }
    ]


def test_same_data_give_the_same_bytes_on_every_database(app: Flask) -> None:
    assert build_report(BuildReport(event_id=factory.make_futian())).document()["digest"] == (
        FUTIAN_DIGEST
    )


def test_counted_event_gives_the_same_bytes_on_every_database(app: Flask) -> None:
    event_id = factory.make_counted(factory.make_organisation())
    assert build_report(BuildReport(event_id=event_id)).document()["digest"] == COUNTED_DIGEST


def test_counted_event_adds_calibrated_visits_and_says_what_is_missing(app: Flask) -> None:
    event_id = factory.make_counted(factory.make_organisation())
    document = build_report(BuildReport(event_id=event_id)).document()
    lines = {line["line"]: line for line in document["lines"]}
    visits = lines["footfall-visits"]
    assert (visits["value"], visits["op"], visits["class"]) == (440, ">", "measured")
    assert visits["low"] < 440 < visits["high"]
    assert visits["facts"]["missing"] == ["north 2026-09-24T03:00:00Z"]
    assert document["gross"] == 440 + 900
    assert document["share_measured"] == round(440 / 1340, 6)
    assert document["claimed"] is None
    assert document["residual"] is None
    assert document["synthetic"] is True
    table = document["series"]["footfall_hours"][0]
    assert [row["values"] for row in table["rows"]] == [
        [10, 10, 10, None, 300, 10, 10, 10, 10, 10, 10, 10]
    ]


def test_passages_are_shown_and_never_added(app: Flask) -> None:
    event_id = factory.make_counted(factory.make_organisation())
    document = build_report(BuildReport(event_id=event_id)).document()
    line = next(x for x in document["lines"] if x["metric"] == "footfall.passages")
    assert (line["value"], line["in_gross"]) == (77, False)


def test_unchanged_data_make_no_new_version(app: Flask) -> None:
    event_id = factory.make_futian()
    first = build_report(BuildReport(event_id=event_id))
    assert build_report(BuildReport(event_id=event_id, note="again")) == first


def test_new_data_make_a_new_version_and_lower_the_residual_by_it(app: Flask) -> None:
    event_id = factory.make_futian()
    first = published(event_id)
    add_impressions(event_id, 1_000_000)
    second = build_report(BuildReport(event_id=event_id))
    assert (first.version, second.version) == (1, 2)
    before, after = first.document(), second.document()
    assert after["residual"] == before["residual"] - 1_000_000
    assert queries.version_of(event_id, 1).text == first.text


def test_publishing_supersedes_the_version_before(app: Flask) -> None:
    event_id = factory.make_futian()
    first = published(event_id)
    add_impressions(event_id, 5)
    second = build_report(BuildReport(event_id=event_id))
    submit(SubmitReport(event_id=event_id, version=second.version))
    publish(PublishReport(event_id=event_id, version=2, approved_by=factory.make_person("carol")))
    assert [row.status for row in queries.versions(event_id)] == [
        ReportStatus.PUBLISHED,
        ReportStatus.SUPERSEDED,
    ]
    assert queries.published(event_id) == queries.version_of(event_id, 2)
    assert queries.version_of(event_id, 1).text == first.text


def test_a_published_version_never_changes(app: Flask, db_session: Session) -> None:
    event_id = factory.make_futian()
    row = published(event_id)

    @command
    def forge() -> None:
        db.session.execute(update(Report).where(Report.id == row.id).values(document="{}"))

    with pytest.raises(IntegrityError):
        forge()
    assert queries.version_of(event_id, 1).text == row.text


def test_the_author_can_not_approve(app: Flask) -> None:
    event_id = factory.make_futian()
    alice = factory.make_person("alice")
    build_report(BuildReport(event_id=event_id, created_by=alice))
    with pytest.raises(SamePersonApproves):
        publish(PublishReport(event_id=event_id, version=1, approved_by=alice))
    assert queries.published(event_id) is None


def test_the_database_holds_the_second_person_too(app: Flask) -> None:
    event_id = factory.make_futian()
    alice = factory.make_person("alice")
    build_report(BuildReport(event_id=event_id, created_by=alice))

    @command
    def forge() -> None:
        db.session.execute(update(Report).values(status="published", approved_by=alice))

    with pytest.raises(SamePersonApproves):
        forge()


def test_one_synthetic_figure_blocks_publishing(app: Flask) -> None:
    event_id = factory.make_event(factory.make_organisation())
    factory.make_futian_claims(event_id, is_synthetic=True)
    row = build_report(BuildReport(event_id=event_id))
    assert row.document()["synthetic"] is True
    with pytest.raises(SyntheticNotPublishable):
        publish(PublishReport(event_id=event_id, version=1, approved_by=factory.make_person("bob")))

    @command
    def forge() -> None:
        bob = factory.make_person("ben")
        db.session.execute(update(Report).values(status="published", approved_by=bob))

    with pytest.raises(SyntheticNotPublishable):
        forge()


def test_a_version_is_published_once(app: Flask) -> None:
    event_id = factory.make_futian()
    published(event_id)
    with pytest.raises(ReportNotOpen):
        publish(
            PublishReport(event_id=event_id, version=1, approved_by=factory.make_person("carol"))
        )
    with pytest.raises(ReportNotOpen):
        submit(SubmitReport(event_id=event_id, version=1))


def test_unknown_version(app: Flask) -> None:
    event_id = factory.make_futian()
    with pytest.raises(NoReport):
        queries.version_of(event_id, 7)
    with pytest.raises(NoReport):
        submit(SubmitReport(event_id=event_id, version=7))


def test_counted_parts_are_kept_as_rows(app: Flask, db_session: Session) -> None:
    build_report(BuildReport(event_id=factory.make_futian()))
    parts = db_session.execute(
        select(GrossPart.channel, GrossPart.metric_id).order_by(GrossPart.channel)
    )
    assert [tuple(row) for row in parts] == [
        ("A", "footfall.visits"),
        ("L", "live.viewers_claimed"),
    ]
    assert db_session.scalar(select(func.count()).select_from(GrossExclusion)) == 1


def test_two_parts_of_which_one_lies_inside_the_other_are_refused(app: Flask) -> None:
    event_id = factory.make_futian()
    row = build_report(BuildReport(event_id=event_id))

    @command
    def count_both() -> None:
        edge = db.session.scalars(
            select(Overlap.id).where(Overlap.inner_metric == "checkin.visits")
        ).one()
        db.session.add(GrossExclusion(event_id=event_id, report_id=row.id, overlap_id=edge))
        db.session.flush()

    with pytest.raises(OverlappingParts):
        count_both()


def test_a_metric_that_is_no_contact_can_not_be_a_part(app: Flask) -> None:
    event_id = factory.make_futian()
    row = build_report(BuildReport(event_id=event_id))

    @command
    def count_people() -> None:
        db.session.add(
            GrossPart(
                event_id=event_id, report_id=row.id, channel="A", metric_id="checkin.visitors"
            )
        )
        db.session.flush()

    with pytest.raises(IntegrityError):
        count_people()


def test_verify_reproduces_a_version_and_names_what_differs(app: Flask) -> None:
    event_id = factory.make_futian()
    row = published(event_id)
    found = verify(event_id, row.version)
    assert found.is_reproduced
    assert found.differences == ()
    add_impressions(event_id, 5)
    later = verify(event_id, row.version)
    assert (later.is_intact, later.is_reproduced) == (True, False)
    assert [item["stored"] for item in later.differences] == [None]


def test_a_report_does_not_depend_on_the_hour_of_building(app: Flask, clock) -> None:  # type: ignore[no-untyped-def]
    event_id = factory.make_counted(factory.make_organisation())
    clock(datetime(2026, 9, 24, 6, tzinfo=UTC))
    early = build_report(BuildReport(event_id=event_id))
    clock(datetime(2026, 9, 30, 6, tzinfo=UTC))
    late = build_report(BuildReport(event_id=event_id))
    assert replace(late, created_at=early.created_at) == early


def test_a_version_of_an_earlier_form_is_verified_by_its_lines(app: Flask) -> None:
    event_id = factory.make_futian()
    stored = build_report(BuildReport(event_id=event_id)).document()
    for key in ("uncertainty", "layout", "targets", "priors", "exclusions", "adjustments"):
        del stored[key]
    text = canonical(sealed(stored | {"schema": "eventhub.report/1"}))

    @command
    def keep(text: str) -> None:
        db.session.execute(update(Report).values(document=text, sha256=sha256(text)))

    keep(text)
    assert verify(event_id, 1).is_reproduced
    add_impressions(event_id, 5)
    assert not verify(event_id, 1).is_reproduced
