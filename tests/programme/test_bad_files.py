"""Files that are broken or hostile: refused whole or by line, never half taken."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner

from eventhub.programme import queries
from tests.factories import programme as make

HEAD = "<conference><title>T</title><time_zone_name>Asia/Shanghai</time_zone_name></conference>"
DAY = '<day index="1" date="2026-11-20"><room name="Hall">{}</room></day>'
FINE = (
    '<event guid="11111111-1111-4111-8111-111111111111" id="1"><title>Fine</title>'
    "<start>10:00</start><duration>00:30</duration></event>"
)


def xml(*events: str, head: str = HEAD) -> bytes:
    """Return a schedule.xml with one event a line, the first on line 3."""
    rows = "\n".join(events)
    return f"<schedule>{head}\n{DAY.format(chr(10) + rows + chr(10))}</schedule>".encode()


def event(**parts: str) -> str:
    """Return an event like the fine one with other parts; empty parts are left out."""
    given = {"guid": "22222222-2222-4222-8222-222222222222", "id": "2"} | {
        name: parts.pop(name) for name in ("guid", "id") if name in parts
    }
    texts = {"title": "Bad", "start": "11:00", "duration": "00:30"} | parts
    inner = "".join(f"<{name}>{text}</{name}>" for name, text in texts.items() if text)
    identity = " ".join(f'{name}="{value}"' for name, value in given.items() if value)
    return f"<event {identity}>{inner}</event>"


@pytest.fixture
def load(app: Flask, runner: FlaskCliRunner, tmp_path: Path) -> Any:
    """Return a function that imports bytes and returns (exit code, output, error)."""
    make.make_event("weaving")

    def run(data: bytes, kind: str = "frab-xml", *more: str) -> tuple[int, str, str]:
        path = tmp_path / "file"
        path.write_bytes(data)
        args = ["schedule", "import", "weaving", str(path), "--format", kind, "--json", *more]
        done = runner.invoke(args=args)
        assert done.exception is None or isinstance(done.exception, SystemExit)
        return done.exit_code, done.stdout, done.stderr

    return run


def stored() -> tuple[int, int]:
    """Return how many performances and slots with a time the event has."""
    event = queries.event_by_slug("weaving")
    counts = queries.event_counts(event.id)
    return counts["performances"], len(queries.version(event, "wip").rows)


BOMB = b'<!DOCTYPE s [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><schedule>&b;</schedule>'
UNREADABLE = {
    "bomb": (BOMB, "frab-xml", "a document type or entity"),
    "external entity": (
        b'<!DOCTYPE s [<!ENTITY x SYSTEM "file:///etc/passwd">]><schedule>&x;</schedule>',
        "frab-xml",
        "a document type or entity",
    ),
    "doctype": (b"<!DOCTYPE schedule><schedule/>", "frab-xml", "a document type or entity"),
    "cut off": (xml(FINE)[:-30], "frab-xml", "not XML"),
    "other root": (b"<html/>", "frab-xml", "not <schedule>"),
    "empty": (b"", "frab-xml", "not XML"),
    "no encoding": (b'<?xml version="1.0" encoding="klingon"?><schedule/>', "frab-xml", ""),
    "not json": (b'{"schedule": ', "frab-json", "not JSON"),
    "json list": (b"[]", "frab-json", "no object"),
    "json deep": (b'{"a":' * 100_000, "frab-json", "not JSON"),
    "no conference": (b'{"schedule": {"version": "1"}}', "frab-json", "conference"),
    "not utf-8": (b'{"schedule": "\xff"}', "frab-json", "not UTF-8"),
    "no calendar": (b"hello", "ical", "not a calendar"),
    "no header": (b"a,b\n1,2\n", "csv", "no column"),
    "empty table": (b"", "csv", "empty"),
    "broken gzip": (gzip.compress(xml(FINE))[:-20] + b"x" * 12, "frab-xml", ""),
    "huge": (b" " * (20 * 1024 * 1024 + 1), "frab-xml", "larger than 20 MB"),
    "huge unpacked": (gzip.compress(b" " * (30 * 1024 * 1024)), "frab-xml", "larger than 20 MB"),
}


@pytest.mark.only("sqlite")
@pytest.mark.parametrize("name", UNREADABLE)
def test_a_file_that_can_not_be_read_is_refused_whole(load: Any, name: str) -> None:
    data, kind, reason = UNREADABLE[name]
    code, out, error = load(data, kind)
    assert (code, out, stored()) == (1, "", (0, 0))
    assert error.startswith("import-unreadable: ")
    assert reason in error


ROWS = {
    "zero length": (event(duration="00:00"), "zero-length"),
    "negative length": (event(duration="-00:30"), "negative-length"),
    "no length": (event(duration=""), "no-length"),
    "no times": (event(start=""), "no-times"),
    "no such time": (event(start="25:00"), "bad-time"),
    "no such date": (event(date="2026-02-30T10:00:00+08:00"), "bad-time"),
    "far future": (event(date="9999-12-31T23:59:00-11:00"), "bad-time"),
    "long title": (event(title="x" * 301), "too-long"),
    "no title": (event(title=""), "no-title"),
    "no identity": (event(guid="", id=""), "no-identity"),
    "bad guid": (event(guid="22222222"), "bad-guid"),
    "bad id": (event(id="two"), "bad-id"),
    "other content": (FINE.replace("Fine", "Not fine"), "duplicate-guid"),
}


@pytest.mark.only("sqlite")
@pytest.mark.parametrize("name", ROWS)
def test_a_row_that_can_not_be_taken_is_listed_with_line_and_reason(load: Any, name: str) -> None:
    row, reason = ROWS[name]
    code, out, _ = load(xml(FINE, row))
    said = json.loads(out)
    assert (code, said["created"], stored()) == (0, 1, (1, 1))
    assert [(one["line"], one["reason"].split(":")[0]) for one in said["rejected"]] == [(4, reason)]


def test_a_repeated_row_is_taken_once(load: Any) -> None:
    said = json.loads(load(xml(FINE, FINE))[1])
    guid = "11111111-1111-4111-8111-111111111111"
    assert (said["created"], said["rejected"]) == (1, [])
    assert said["duplicates"] == [{"line": 4, "guid": guid, "first_line": 3}]


def test_an_unknown_zone_refuses_times_without_offset(load: Any) -> None:
    head = HEAD.replace("Asia/Shanghai", "Mars/Base")
    with_offset = event(date="2026-11-20T11:00:00+08:00")
    said = json.loads(load(xml(FINE, with_offset, head=head))[1])
    assert said["created"] == 1
    assert [(one["line"], one["reason"].split(":")[0]) for one in said["rejected"]] == [
        (3, "no-zone")
    ]
    assert said["notes"][0]["reason"].startswith("zone: 'Mars/Base' is unknown")


def test_rows_on_days_that_the_event_does_not_have_are_told(load: Any) -> None:
    said = json.loads(load(xml(event(date="2027-01-01T11:00:00+08:00")))[1])
    assert (said["created"], said["notes"]) == (
        1,
        [{"line": 3, "reason": "outside: on no day of the event, 1 in all"}],
    )


def test_a_dry_run_says_the_same_and_writes_nothing(load: Any) -> None:
    dry = load(xml(FINE), "frab-xml", "--dry-run")
    assert stored() == (0, 0)
    assert load(xml(FINE)) == dry


def test_markup_in_texts_is_taken_away_and_signs_in_titles_stay(load: Any) -> None:
    row = event(
        title="Weave &lt;b&gt; &amp; tide",
        abstract="&lt;p&gt;One &lt;b&gt;line&lt;/b&gt;.&lt;/p&gt;&lt;script&gt;x()&lt;/script&gt;",
    )
    load(xml(row))
    [found] = queries.version(queries.event_by_slug("weaving"), "wip").rows
    assert (found.title, found.line) == ({"en": "Weave <b> & tide"}, {"en": "One line."})


def test_what_the_next_file_leaves_out_leaves_the_working_copy(load: Any) -> None:
    load(xml(FINE, event()))
    said = json.loads(load(xml(event()))[1])
    assert (said["removed"], said["unchanged"], stored()) == (1, 1, (2, 1))
    assert json.loads(load(xml(event()))[1])["removed"] == 0
    back = json.loads(load(xml(FINE, event()))[1])
    assert (back["created"], back["changed"], stored()) == (0, 1, (2, 2))


def test_a_row_that_becomes_unreadable_stays_as_it_was(load: Any) -> None:
    load(xml(FINE, event()))
    said = json.loads(load(xml(FINE, event(duration="00:00")))[1])
    assert (said["removed"], said["unchanged"], len(said["rejected"])) == (0, 1, 1)
    assert stored() == (2, 2)


def test_a_changed_row_changes_what_it_says_and_raises_the_row_version(load: Any) -> None:
    load(xml(event()))
    said = json.loads(load(xml(event(start="12:00", title="Better", track="Strand")))[1])
    [found] = queries.version(queries.event_by_slug("weaving"), "wip").rows
    start = found.starts_at.astimezone(queries.event_by_slug("weaving").zone)
    assert (said["changed"], found.title, f"{start:%H:%M}") == (1, {"en": "Better"}, "12:00")
    assert found.track_name == {"en": "Strand"}


def test_an_import_into_an_unknown_event_is_refused(
    app: Flask, runner: FlaskCliRunner, tmp_path: Path
) -> None:
    path = tmp_path / "file"
    path.write_bytes(xml(FINE))
    args = ["schedule", "import", "nothing", str(path), "--format", "frab-xml"]
    done = runner.invoke(args=args)
    assert (done.exit_code, done.stderr.split(":")[0]) == (1, "unknown-event")
