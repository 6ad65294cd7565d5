"""Media and creators: recorded, imported, taken back, added up."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient, FlaskCliRunner
from sqlalchemy import select

from eventhub.accounts import service as accounts
from eventhub.accounts.enums import Scope
from eventhub.audience.models import TakenBack
from eventhub.exposure import queries
from eventhub.exposure.enums import MediaFormat, MentionKind, ReachKind
from eventhub.exposure.errors import NoBatch, SyntheticNotPublishable, UnreadableMediaFile
from eventhub.exposure.service import (
    BuildReport,
    ImportMedia,
    MentionFigures,
    PublishReport,
    RecordMentions,
    UndoMedia,
    build_report,
    import_media,
    publish,
    record_mentions,
    undo_media,
)
from eventhub.kernel import clock
from eventhub.kernel.db import db
from tests.assertions import assert_problem
from tests.factories import exposure as factory
from tests.people import make_people

MELTWATER = Path(__file__).parent / "data" / "meltwater_export_utf16.tsv"
REPORT = MentionFigures(
    outlet="示例晚报",
    title="开幕",
    published_at=datetime(2023, 11, 17, 12, tzinfo=UTC),
    url="https://example.com/a",
    reach=1_000_000,
    reach_kind=ReachKind.CIRCULATION,
)


def add(event_id: int, *items: MentionFigures, **changes: Any) -> tuple[int, int, list[str]]:
    """Record items and return accepted, duplicates and reasons."""
    done = record_mentions(RecordMentions(event_id=event_id, items=items, **changes))
    return done.accepted, done.duplicates, [item.reason for item in done.rejected]


def read(event_id: int, data: bytes | None = None, **changes: Any) -> Any:
    """Import the Meltwater file, or other bytes."""
    return import_media(
        ImportMedia(
            event_id=event_id,
            file_format=MediaFormat.MELTWATER,
            file_name="export.csv",
            data=MELTWATER.read_bytes() if data is None else data,
            **changes,
        )
    )


def document(event_id: int) -> dict[str, Any]:
    """Return report.json of the data as they stand."""
    return build_report(BuildReport(event_id=event_id)).document()


def values(found: dict[str, Any]) -> dict[str, Any]:
    """Return the recorded figures of media and creators by metric."""
    return {
        line["metric"]: line["value"]
        for line in found["lines"]
        if line["line"].startswith("recorded-")
    }


@pytest.fixture
def event_id(app: Flask) -> Iterator[int]:
    """Return an event without figures, at noon of a later day."""
    with clock.fixed(datetime(2026, 11, 20, 4, tzinfo=UTC)):
        yield factory.make_event(factory.make_organisation())


def test_a_mention_lowers_the_residual_by_exactly_its_reach(app: Flask) -> None:
    event = factory.make_futian()
    before = document(event)
    assert add(event, REPORT) == (1, 0, [])
    after = document(event)
    assert after["residual"] == before["residual"] - 1_000_000 == 348_170_000
    assert after["gross"] == 1_830_000
    assert after["gross"] + after["residual"] == after["claimed"]
    assert {line["class"] for line in after["lines"] if line["in_gross"]} == {
        "claimed",
        "estimated",
    }
    assert after["residual_readings"][0]["count"] == 80


def test_the_file_of_the_vendor_is_two_mentions_of_one_story(event_id: int) -> None:
    found = read(event_id)
    assert (found.rows, found.accepted, found.duplicates, found.rejected) == (2, 2, 0, ())
    report = document(event_id)
    assert values(report) == {
        "media.mentions": 2,
        "media.stories": 1,
        "media.outlets": 2,
        "media.potential": 1_690_567,
        "media.tone_net": "50.0",
    }
    assert report["gross"] == 1_690_567
    text = json.dumps(report)
    assert "AVE" not in text
    assert "utm_" not in text
    assert "9,999" not in text


def test_the_same_file_twice_changes_nothing(event_id: int) -> None:
    read(event_id)
    before = document(event_id)
    again = read(event_id)
    assert (again.accepted, again.duplicates, again.is_known) == (0, 2, True)
    other = read(event_id, MELTWATER.read_bytes() + "\n".encode("utf-16-le"))
    assert (other.accepted, other.duplicates) == (0, 2)
    after = document(event_id)
    assert after["gross"] == before["gross"]
    assert values(after) == values(before)


def test_a_rehearsal_keeps_nothing(event_id: int) -> None:
    assert read(event_id, is_dry_run=True).accepted == 2
    assert queries.media_batches(event_id) == []
    assert queries.mention_rows(event_id) == []


def test_a_batch_is_taken_back_and_may_come_again(event_id: int) -> None:
    add(event_id, REPORT)
    read(event_id, b"Headline,Source,Date,Reach\nX,Y,2026-11-01,5\n")
    key = queries.media_batches(event_id)[0].sha256[:16]
    assert undo_media(UndoMedia(event_id=event_id, reason="twice", key=key, undone_by="Alice")) == 1
    assert [row.title for row in queries.mention_rows(event_id)] == ["开幕"]
    assert queries.media_batches(event_id)[0].undone_at is not None
    with pytest.raises(NoBatch):
        undo_media(UndoMedia(event_id=event_id, reason="twice", key=key))
    again = read(event_id, b"Headline,Source,Date,Reach\nX,Y,2026-11-01,5\n")
    assert (again.accepted, len(queries.media_batches(event_id))) == (1, 2)


@pytest.mark.parametrize("key", ["", "%", "0" * 16])
def test_no_batch_is_taken_back_by_accident(event_id: int, key: str) -> None:
    read(event_id)
    with pytest.raises(NoBatch):
        undo_media(UndoMedia(event_id=event_id, reason="twice", key=key))


def test_a_file_without_the_columns_is_refused_whole(event_id: int) -> None:
    with pytest.raises(UnreadableMediaFile) as refusal:
        read(event_id, b"a,b\n1,2\n")
    assert refusal.value.error_code == "unknown-columns"
    assert queries.media_batches(event_id) == []


def test_the_same_article_is_one_mention(event_id: int) -> None:
    tracked = replace(REPORT, url="http://www.example.com/a/?utm_source=x#top", title="Other words")
    nameless = replace(REPORT, url="")
    assert add(event_id, REPORT, tracked, nameless, replace(nameless, title="开 幕！")) == (
        2,
        2,
        [],
    )


def test_poisoned_items_are_listed_and_the_others_kept(event_id: int) -> None:
    accepted, _duplicates, reasons = add(
        event_id,
        replace(REPORT, reach=-1),
        replace(REPORT, reach=10**13),
        replace(REPORT, url="javascript:alert(1)"),
        replace(REPORT, title="\x00"),
        replace(REPORT, published_at=datetime(2027, 1, 1, tzinfo=UTC)),
        REPORT,
    )
    assert accepted == 1
    assert [reason.partition(":")[0] for reason in reasons] == [
        "reach",
        "reach",
        "url or text",
        "url or text",
        "published_at",
    ]


def test_reads_alone_are_seen_and_an_unknown_reach_is_a_lower_bound(event_id: int) -> None:
    quiet = replace(REPORT, reach=None, reach_kind=ReachKind.NONE, reads=700, url="")
    add(event_id, quiet)
    lines = {line["metric"]: line for line in document(event_id)["lines"]}
    assert (lines["media.seen"]["value"], lines["media.seen"]["op"]) == (700, "=")
    add(event_id, REPORT)
    lines = {line["metric"]: line for line in document(event_id)["lines"]}
    assert (lines["media.potential"]["value"], lines["media.potential"]["op"]) == (1_000_000, ">")
    assert "media.seen" not in lines


def test_posts_of_creators_are_claims_without_interval(event_id: int) -> None:
    post = replace(REPORT, kind=MentionKind.CREATOR_POST, outlet="线头侦探", engagement=9)
    add(event_id, post, replace(post, url="https://example.com/b", reach=None))
    report = document(event_id)
    line = next(line for line in report["lines"] if line["metric"] == "kol.impressions")
    assert (line["value"], line["op"], line["class"], line["low"]) == (
        1_000_000,
        ">",
        "claimed",
        None,
    )
    assert values(report)["kol.creators"] == 1
    assert values(report)["kol.posts"] == 2
    assert report["series"]["creators"]["rows"][0]["without_figure"] == 1


def test_one_invented_mention_blocks_publishing(event_id: int) -> None:
    add(event_id, REPORT, is_synthetic=True)
    row = build_report(BuildReport(event_id=event_id))
    assert row.is_synthetic
    with pytest.raises(SyntheticNotPublishable):
        publish(PublishReport(event_id=event_id, version=1, approved_by=factory.make_person("bob")))


def test_api_takes_mentions_of_keys_with_the_scope(app: Flask, client: FlaskClient) -> None:
    people = make_people()
    event = factory.make_event(people.organisation_id)
    key = accounts.create_api_key(
        organisation_id=people.organisation_id, event_id=event, scopes=[Scope.AUDIENCE_WRITE]
    )
    headers = {"Authorization": f"Bearer {key}"}
    item = {
        "url": "https://example.com/a?utm_medium=x",
        "outlet": "示例晚报",
        "title": "开幕",
        "published_at": "2023-11-17T20:00:00+08:00",
        "reach": 1_000_000,
        "kind": "news",
    }
    address = "/api/v1/events/futian-2023/mentions"
    first = client.post(address, json={"mentions": [item]}, headers=headers)
    assert (first.status_code, first.get_json()) == (
        201,
        {"accepted": 1, "duplicates": 0, "rejected": []},
    )
    again = client.post(address, json={"mentions": [item]}, headers=headers)
    assert (again.status_code, again.get_json()["duplicates"]) == (200, 1)
    assert queries.mention_rows(event)[0].url == "https://example.com/a"
    for wrong in ({"reach": -1}, {"published_at": "2023-11-17"}, {"kind": "x"}, {"ave": 1}):
        body = {"mentions": [item | wrong]}
        assert_problem(client.post(address, json=body, headers=headers), 422, "invalid")
    assert_problem(client.post(address, json={"mentions": [item]}), 401, "not-signed-in")


def test_commands_import_rehearse_and_take_back(
    event_id: int, runner: FlaskCliRunner, tmp_path: Path
) -> None:
    args = ["report", "import-media", "futian-2023", str(MELTWATER), "--format", "meltwater"]
    rehearsal = json.loads(runner.invoke(args=[*args, "--dry-run", "--json"]).stdout)
    found = json.loads(runner.invoke(args=[*args, "--json"]).stdout)
    assert rehearsal == found == {"rows": 2, "accepted": 2, "duplicates": 0, "rejected": []}
    assert "2 known already" in runner.invoke(args=args).stdout
    key = queries.media_batches(event_id)[0].sha256
    taken = runner.invoke(
        args=["report", "undo-media", "futian-2023", key, "--reason", "twice", "--json"]
    )
    assert json.loads(taken.stdout) == {"removed": 2}
    table, columns = tmp_path / "t.csv", tmp_path / "map.json"
    table.write_text("Kopf,Blatt,Tag\nA,B,2026-11-01\nC,D,nie\n")
    columns.write_text('{"title": "Kopf", "outlet": "Blatt", "published_at": "Tag"}')
    args = ["report", "import-media", "futian-2023", str(table), "--format", "csv"]
    assert runner.invoke(args=args).exit_code == 1
    mapped = runner.invoke(args=[*args, "--map", str(columns)])
    assert mapped.stdout.splitlines() == [
        "2 rows: 1 new, 0 known already, 1 rejected.",
        "  line 3: date: nie",
    ]
    columns.write_text("[]")
    assert runner.invoke(args=[*args, "--map", str(columns)]).exit_code == 2


def test_a_report_of_another_file_stands_when_the_first_is_taken_back(event_id: int) -> None:
    head = b"Headline,Source,Date,Reach\n"
    first, second = b"X,Y,2026-11-01,5\n", b"X,Y,2026-11-01,7\nX,Z,2026-11-01,9\n"
    read(event_id, head + first)
    before = document(event_id)
    read(event_id, head + second)  # its first row is known already
    assert [row.reach for row in queries.mention_rows(event_id)] == [5, 9]
    keys = [row.sha256 for row in queries.media_batches(event_id)]
    assert undo_media(UndoMedia(event_id=event_id, reason="twice", key=keys[1])) == 1
    db.session.rollback()
    assert sorted(row.reach or 0 for row in queries.mention_rows(event_id)) == [7, 9]
    assert sum(row.is_original for row in queries.mention_rows(event_id)) == 1
    assert undo_media(UndoMedia(event_id=event_id, reason="late", key=keys[0])) == 2
    db.session.rollback()
    assert queries.mention_rows(event_id) == []
    kept = [row.raw["reach"] for row in db.session.scalars(select(TakenBack))]
    assert sorted(kept) == [5, 7, 9]
    read(event_id, head + first)
    assert values(document(event_id)) == values(before)
    rows = queries.media_batches(event_id)
    assert [row.undone_reason for row in rows] == ["", "late", "twice"]
