"""Recorded and constructed data: values that were found by other means than this system."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import itertools
import json
from collections import Counter
from pathlib import Path
from zoneinfo import ZoneInfo

import jsonschema
import pytest
from flask import Flask

from eventhub.audience import queries, service
from eventhub.audience.dictionary import METRICS
from eventhub.audience.enums import EvidenceClass
from eventhub.audience.service import FileFormat, ImportFile
from eventhub.audience.sources import counter_csv
from eventhub.kernel.db import db
from eventhub.kernel.printed import parse_number
from tests.audience.samples import shared
from tests.factories import audience as make

AKL = "footfall/akl_dirty_dst_and_duplicate_hours.csv"
SENSORS = ("210", "205", "261", "297", "30", "45")
STREET = " Queen Street"
LAST_WINS = (79_934, 16_367, 91_575, 59_541, 105_813, 80_385)
FIRST_WINS = (79_926, 16_341, 91_506, 59_454, 105_783, 80_268)
HLS = "hls/access_300sessions.jsonl.gz"


A, P = "audience/", "programme/"
# Which test module holds the known values of which file of the shared data.
MET = {
    "futian-2023/brief.json": "demo/test_record.py",
    "demo/festival.json": A + "test_known_values.py",
    **dict.fromkeys(
        (
            "nginx_rtmp/stat_idle.xml",
            "nginx_rtmp/stat_publisher_only.xml",
            "nginx_rtmp/stat_1publisher_5players.xml",
            "nginx_rtmp/stat_after_publish_done.xml",
            "constructed/footfall_generic_batch.json",
        ),
        A + "test_sources.py",
    ),
    "nginx_rtmp/ramp_46polls.json": A + "test_rules.py",
    "nginx_rtmp/hooks_sample.jsonl": A + "test_servers.py",
    **dict.fromkeys(("nginx_rtmp/lab.sh", "nginx_rtmp/nginx.conf.in"), A + "test_lab.py"),
    **dict.fromkeys(
        ("hls/access_300sessions.jsonl.gz", "hls/truth_300sessions.json"),
        A + "test_known_values.py",
    ),
    **dict.fromkeys(
        (
            "icecast/status_idle.json",
            "icecast/status_1source_4listeners.json",
            "icecast/status_2sources.json",
            "icecast/status_peak_after_leave.json",
            "icecast/status_title_dash.json",
            "icecast/admin_stats.xml",
            "icecast/admin_listclients.xml",
            "icecast/icecast.xml.in",
            "constructed/srs_api_v1_streams.json",
            "constructed/srs_api_v1_clients.json",
            "constructed/srs_hook_on_play.json",
            "constructed/owncast_api_status.json",
            "constructed/owncast_api_status_zero_or_hidden.json",
            "constructed/mediamtx_v3_paths_list.json",
            "constructed/youtube_videos_list.json",
            "constructed/youtube_videos_list_ended.json",
            "constructed/twitch_helix_streams.json",
            "constructed/bilibili_room_get_info.json",
            "constructed/mux_breakdown.json",
        ),
        A + "test_servers.py",
    ),
    "constructed/futian_2023_claims.json": A + "test_known_values.py",
    **dict.fromkeys(
        (
            "constructed/axis_live_sum.json",
            "constructed/xovis_logics_push.json",
            "constructed/hikvision_counting_search.xml",
        ),
        A + "test_devices.py",
    ),
    "constructed/meltwater_export_utf16.tsv": "exposure/test_media_rules.py",
    "footfall/akl_dirty_dst_and_duplicate_hours.csv": A + "test_known_values.py",
    "voc-schedule/schedule.xml.xsd": P + "test_exports.py",
    **dict.fromkeys(
        (
            "voc-schedule/schema.json",
            "voc-schedule/schema2.json",
            "voc-schedule/pretalx-democon.json",
            "voc-schedule/frab-camp2019.json",
            "voc-schedule/pretalx-rc3.json",
            "voc-schedule/hub-schedule2.json",
            "voc-schedule/invalid-example.json",
        ),
        A + "test_known_values.py",
    ),
    **dict.fromkeys(
        ("schedules/debconf23.xml", "schedules/fosdem_2021.xml.gz"), P + "test_import_files.py"
    ),
}
NOTICES = ("ATTRIBUTION.txt", "LICENCE.txt", "README.md", "SHA256SUMS.new")


def test_every_file_with_known_values_is_met_by_a_test() -> None:
    sums = shared("SHA256SUMS").read_text().splitlines()
    listed = {line.split(maxsplit=1)[1].lstrip("*./ ") for line in sums}
    assert {name for name in listed if not name.endswith(NOTICES)} == set(MET)
    tests = Path(__file__).parents[1]
    for name, module in MET.items():
        source = (tests / module).read_text()
        if module.endswith("test_known_values.py"):  # this list is no test of them
            source = source.partition("def test_the_files_are_those")[2]
            source += HLS + AKL
        whole = name.rpartition("/")[2]
        assert whole in source or whole.partition(".")[0] in source, (name, module)


def test_the_content_of_the_demonstration_is_the_one_that_was_written_for_it() -> None:
    shown = json.loads(shared("demo/festival.json").read_bytes())
    counts = {"shows": 42, "stages": 5, "gates": 4, "counters": 6, "streams": 3, "outlets": 24}
    counts |= {"mentions": 40, "creators": 15}
    assert {name: len(shown[name]) for name in counts} == counts
    kept = Path(__file__).parents[2] / "eventhub" / "demo" / "content" / "festival.json"
    assert json.loads(kept.read_bytes()) == shown
    known = [row["reach"] for row in shown["mentions"] if row["reach"] is not None]
    assert (len(known), sum(known)) == (34, 9_568_000)


def test_the_files_are_those_that_the_values_are_of() -> None:
    listed = shared("SHA256SUMS")
    checked = 0
    for line in listed.read_text().splitlines():
        digest, name = line.split(maxsplit=1)
        path = listed.parent / name.lstrip("*./ ")
        if path.exists():
            assert hashlib.sha256(path.read_bytes()).hexdigest() == digest, name
            checked += 1
    assert checked > 30


def test_the_street_file_has_the_rows_of_its_days() -> None:
    file = counter_csv.parse(shared(AKL).read_bytes(), zone=ZoneInfo("Pacific/Auckland"))
    rows = Counter(row["date"] for row in csv.DictReader(io.StringIO(shared(AKL).read_text())))
    assert list(rows.values()) == [24, 23, 21, 24, 25, 25, 26, 23]
    assert sum(rows.values()) == file.rows == 191


@pytest.mark.only("sqlite")
def test_of_two_values_of_a_street_hour_the_last_holds_and_the_first_is_kept(app: Flask) -> None:
    event = make.make_counted_event("street", timezone="Pacific/Auckland")
    cmd = ImportFile(
        event_id=event.id,
        source_name="street",
        file_format=FileFormat.COUNTER_CSV,
        file_name="street.csv",
        data=shared(AKL).read_bytes(),
        timezone=event.timezone,
    )
    assert service.import_file(cmd).revisions == 33
    assert totals(event) == dict(zip(SENSORS, LAST_WINS, strict=True))
    assert service.import_file(cmd).is_known
    assert totals(event) == dict(zip(SENSORS, LAST_WINS, strict=True))
    assert [done.drift for done in service.rebuild(event.id)] == [0, 0]
    file = counter_csv.parse(cmd.data, zone=event.zone)
    first: dict[tuple[str, object], int] = {}
    for row in file.readings:
        first.setdefault((row.counter, row.starts_at), row.passed or 0)
    for sensor, count in zip(SENSORS, FIRST_WINS, strict=True):
        assert (
            sum(value for (name, _at), value in first.items() if name == sensor + STREET) == count
        )


def totals(event: object) -> dict[str, int]:
    """Return passages by sensor as pages and reports read them, from the sums."""
    db.session.rollback()
    found: Counter[str] = Counter()
    for row in queries.footfall_days(event):  # type: ignore[arg-type]
        found[row.counter.name.removeprefix("street/").removesuffix(STREET)] += row.passages
    return dict(found)


def test_the_log_of_the_players_is_the_one_that_the_sessions_are_of() -> None:
    lines = [json.loads(line) for line in gzip.decompress(shared(HLS).read_bytes()).splitlines()]
    assert len(lines) == 9_721
    assert {line["s"] for line in lines} == {200}
    assert len({line["sid"] for line in lines}) == 300
    assert len({(line["ip"], line["ua"]) for line in lines}) == 1
    assert sum(".m3u8" in line["u"] for line in lines) == 4_105
    segments = Counter(line["u"].partition("?")[0] for line in lines if ".m3u8" not in line["u"])
    assert segments.most_common(1)[0][1] == 210


@pytest.mark.only("sqlite")
def test_the_log_of_three_hundred_players_is_taken_in_as_an_event_sees_it(app: Flask) -> None:
    event = make.make_counted_event()
    cmd = service.ImportHlsLog(event_id=event.id, slug="main", data=shared(HLS).read_bytes())
    done = service.import_hls_log(cmd)
    assert (done.accepted, done.rejected) == (3, ())
    assert service.import_hls_log(cmd).duplicates == 3
    (series,) = queries.stream_series(event.id)
    assert series.viewer_minutes == pytest.approx(8_226.66 / 60, abs=1.0)


def test_the_truth_of_the_players_sums_to_what_the_page_says() -> None:
    truth = json.loads(shared("hls/truth_300sessions.json").read_bytes())
    spans = [(join, leave) for _sid, join, leave, *_ in truth["sess"]]
    watched = sum(leave - join for join, leave in spans)
    steps = sorted(step for join, leave in spans for step in ((join, 1), (leave, -1)))
    assert len(spans) == 300
    assert round(truth["t1"] - truth["t0"], 2) == 92.02
    assert watched == pytest.approx(8_226.66, abs=0.01)
    assert round(watched / len(spans), 2) == 27.42
    assert max(itertools.accumulate(step for _at, step in steps)) == 161


CLAIMS = {
    "footfall.visits": ("10万", 100_000, "="),
    "live.viewers_claimed": ("超过73万", 730_000, ">"),
    "media.outlets": ("近40", 40, "~<"),
    "media.mentions": ("超过80", 80, ">"),
    "kol.creators": ("15", 15, "="),
    "exposure.total_claimed": ("超3.5亿", 350_000_000, ">"),
}


def test_the_short_form_of_the_claims_says_what_its_quotations_say() -> None:
    rows = json.loads(shared("constructed/futian_2023_claims.json").read_bytes())["claims"]
    assert [row["metric"] for row in rows] == list(CLAIMS)
    for row in rows:
        text, value, op = CLAIMS[row["metric"]]
        number = parse_number(text)
        assert text in row["quote"]
        assert (number.value, number.op) == (row["value"], row["op"]) == (value, op)
        assert EvidenceClass.CLAIMED in METRICS[row["metric"]].classes


SCHEDULES = [
    ("pretalx-democon", "schema.json", 36, 0),
    ("frab-camp2019", "schema.json", 79, 80),
    ("pretalx-rc3", "schema.json", 48, 97),
    ("invalid-example", "schema.json", 1, 5),
    ("hub-schedule2", "schema2.json", 2, 0),
]


@pytest.mark.parametrize(("name", "schema", "events", "errors"), SCHEDULES)
def test_schedule_files_have_the_events_and_the_faults_that_their_page_lists(
    name: str, schema: str, events: int, errors: int
) -> None:
    document = json.loads(shared(f"voc-schedule/{name}.json").read_bytes())
    rules = json.loads(shared(f"voc-schedule/{schema}").read_bytes())
    conference = document["schedule"]
    if schema == "schema2.json":
        found = conference["events"]
    else:
        rooms = [room for day in conference["conference"]["days"] for room in day["rooms"].values()]
        found = list(itertools.chain.from_iterable(rooms))
    assert len(found) == events
    assert len(list(jsonschema.Draft6Validator(rules).iter_errors(document))) == errors
