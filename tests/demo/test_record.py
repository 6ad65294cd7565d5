"""The public record of 2023: every figure with its words, nothing added."""

from __future__ import annotations

import json
from typing import Any

from flask import Flask
from sqlalchemy import select

from eventhub.audience.models import Observation
from eventhub.demo import content
from eventhub.exposure.models import NotStated
from eventhub.kernel.db import db
from eventhub.programme import queries
from eventhub.registration.models import Registration
from tests.data import shared


def _brief() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(shared("futian-2023/brief.json").read_text())
    return found


def test_all_quotations_are_carried_verbatim() -> None:
    record, brief = content.futian(), _brief()
    assert record["source"]["sentence"] == brief["source"]["sentence"]
    assert [(row["id"], row["quote"]) for row in record["claims"]] == [
        (row["id"], row["quote"]) for row in brief["claims"]
    ]
    assert [(row["id"], row["quote"]) for row in record["facts"]] == [
        (row["id"], row["quote"]) for row in brief["facts"]
    ]
    assert [row["id"] for row in record["unknown"]] == [row["id"] for row in brief["unknown"]]


def test_figures_are_those_of_the_brief() -> None:
    keys = ("id", "metric", "value", "op", "number_text", "unit_stated", "noun_stated", "class")
    record, brief = content.futian(), _brief()
    assert [[row[key] for key in keys] for row in record["claims"]] == [
        [row[key] for key in keys] for row in brief["claims"]
    ]
    assert record["ledger"] == brief["expected_ledger"]


def test_every_claim_fact_and_show_names_its_source() -> None:
    record = content.futian()
    title = record["source"]["title"]["zh"]
    for row in (*record["claims"], *record["facts"]):
        assert (row["source_title"], bool(row["quote"])) == (title, True)
    quotes = {row["id"]: row["quote"] for row in record["facts"]}
    for row in record["shows"]:
        assert [quotes[fact] for fact in row["facts"]] == row["quotes"]


def test_what_another_paragraph_states_is_marked_as_assumed() -> None:
    rows = [row for row in content.futian()["shows"] if row["track"] == "fashion-week"]
    assert [(row["code"], row["assumed"]) for row in rows] == [
        ("SZFWOP", True),
        ("LAUREL", True),
        ("THREED", True),
    ]
    assert all("推定" in row["line"]["zh"] and "Assumed" in row["line"]["en"] for row in rows)


def test_all_claims_of_the_sentence_stand_in_it() -> None:
    record = content.futian()
    sentence = record["source"]["sentence"]
    assert [row["quote"] in sentence for row in record["claims"]] == [True] * 6
    assert [row["number_text"] in row["quote"] for row in record["claims"]] == [True] * 6


def test_the_event_states_no_date_and_no_time(demo: Flask) -> None:
    event = queries.event_by_slug("futian-2023")
    assert (event.starts_on, event.ends_on, event.is_synthetic) == (None, None, False)
    assert event.period_text == {"zh": "2023 年 9 月", "en": "September 2023"}
    assert queries.programme(event) == []
    assert queries.stages(event.id) == []


def test_its_programme_is_what_the_document_states(demo: Flask) -> None:
    event = queries.event_by_slug("futian-2023")
    rows = queries.unplaced_shows(event)
    assert [row.show_code for row in rows] == [
        "OPENCE", "RUNWAY", "EXHIBI", "FORUM1", "STREAM", "SZFWOP", "LAUREL", "THREED",
    ]  # fmt: skip
    named = {party.slug for row in rows for party in row.parties}
    assert named == {"laurel", "ellassay"}
    title = content.futian()["source"]["title"]["zh"]
    assert all(title in (row.description or {})["zh"] for row in rows)


def test_it_has_claims_and_open_questions_and_nobody(demo: Flask) -> None:
    event = queries.event_by_slug("futian-2023")
    claims = db.session.scalars(
        select(Observation).where(Observation.event_id == event.id).order_by(Observation.id)
    ).all()
    assert [(row.ref, row.value, row.op, row.cls) for row in claims] == [
        (row["id"], row["value"], row["op"], "claimed") for row in content.futian()["claims"]
    ]
    assert all(row.rel_sd is None and not row.is_synthetic for row in claims)
    open_questions = select(NotStated.topic).where(NotStated.event_id == event.id)
    assert len(db.session.scalars(open_questions).all()) == 23
    people = select(Registration.id).where(Registration.event_id == event.id)
    assert db.session.scalars(people).all() == []
