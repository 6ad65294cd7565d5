"""The reports of the two demonstration events."""

from __future__ import annotations

import json

from flask import Flask

from eventhub.exposure import queries
from eventhub.exposure.jobs import draw_due
from eventhub.exposure.render.evidence import evidence
from eventhub.kernel.i18n import in_lang
from eventhub.programme.queries import event_by_slug
from tests.assertions import assert_html
from tests.factories.exposure import FUTIAN


def test_the_public_record_is_published_with_its_ledger(demo_app: Flask) -> None:
    row = queries.published(event_by_slug("futian-2023").id)
    assert row is not None
    document = row.document()
    assert {key: document[key] for key in FUTIAN["expected"]} == FUTIAN["expected"]
    assert {line["line"]: line["quote"] for line in document["lines"]} == {
        claim["id"]: claim["quote"] for claim in FUTIAN["claims"]
    }
    assert document["synthetic"] is False
    assert len(document["unknown"]) == 23
    assert row.created_by != row.approved_by


def test_building_it_again_makes_no_new_version(demo_app: Flask) -> None:
    before = queries.versions(event_by_slug("futian-2023").id)
    printed = demo_app.test_cli_runner().invoke(args=["report", "build", "futian-2023", "--json"])
    assert printed.stdout == before[0].text + "\n"
    assert queries.versions(event_by_slug("futian-2023").id) == before


def test_the_invented_festival_is_never_published(demo_app: Flask) -> None:
    args = ["report", "publish", "demo", "--by", "reviewer@weaving-the-tide.example"]
    result = demo_app.test_cli_runner().invoke(args=args)
    assert result.exit_code == 1
    assert result.stderr.startswith("synthetic-not-publishable")


def test_only_the_outer_cordons_are_added(demo_app: Flask) -> None:
    row = queries.latest(event_by_slug("demo").id)
    assert row is not None
    document = row.document()
    counted = {line["line"]: line for line in document["lines"] if line["in_gross"]}
    sources = {source["source"] for source in counted["footfall-visits"]["sources"]}
    assert sources == {"avenue-north", "avenue-south", "works-door", "moonbend-gate"}
    assert counted["footfall-visits"]["op"] == ">"
    assert sum(line["value"] for line in counted.values()) == document["gross"]
    assert document["synthetic"] is True
    assert None in json.loads(row.text)["series"]["footfall_hours"][0]["rows"][1]["values"]


def test_its_page_draws_hours_and_curves(demo_app: Flask) -> None:
    assert draw_due() > 0
    html = assert_html(demo_app.test_client().get("/e/demo/report?lang=en"))
    assert 'class="gap"' in html
    assert html.count('class="drawn-narrow drawn-light"') >= 3  # hours, streams, media
    assert 'role="graphics-' not in html
    assert "Demonstration data" in html


def test_its_range_of_people_is_that_of_the_channels_that_count_people(demo_app: Flask) -> None:
    row = queries.latest(event_by_slug("demo").id)
    assert row is not None
    document = row.document()
    lines = {line["metric"]: line for line in document["lines"]}
    asked, viewers = lines["footfall.persons"], lines["live.viewers_day"]
    counted = document["people_counted"]
    assert counted["channels"] == ["A", "L"]
    assert counted["low"] == document["people_low"] == max(asked["low"], viewers["low"])
    plays = sum(x["value"] for x in document["lines"] if x["channel"] == "L" and x["in_gross"])
    assert counted["high"] == asked["high"] + plays  # not every channel counts: 12 million at most
    assert document["people_high"] == document["universe"]["people"] == 12_000_000
    assert asked["period"]["from"] == lines["footfall.visits"]["period"]["from"]


def test_every_figure_that_was_counted_says_when_how_and_by_whom(demo_app: Flask) -> None:
    row = queries.latest(event_by_slug("demo").id)
    assert row is not None
    document = row.document()
    with demo_app.test_request_context(), in_lang("en"):
        for line in document["lines"]:
            names = [name for name, _text in evidence(document, line["line"]).facts]
            wanted = {"Unit", "Used in"}
            wanted |= (
                {"Source", "Printed number"} if line["quote"] else {"Collected by", "Readings"}
            )
            if not line["metric"].startswith("reg."):  # what is registered stands for no time
                wanted |= {"Time covered"}
            assert wanted <= set(names), line["line"]
