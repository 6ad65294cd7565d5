"""Exports of platforms: claims with the words of their row, curves, kept columns."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import xlsxwriter
from flask import Flask
from flask.testing import FlaskClient

from eventhub.audience import queries, service
from eventhub.audience.errors import UnreadableSource
from eventhub.audience.service import ImportExport
from eventhub.audience.sources import platform_export
from eventhub.audience.sources.reading import UnreadableFile
from eventhub.kernel.db import db
from eventhub.programme.queries import EventRow, event_by_slug
from tests.assertions import assert_html
from tests.factories import audience as make
from tests.people import make_people

ZONE = ZoneInfo("Asia/Shanghai")
SHOWS = """抖音直播数据,,,,,,,
直播间标题,开播时间,下播时间,观看人数,观看人次,最高在线,观看时长(小时),平均在线
开幕走秀,2026/11/20 19:30,2026/11/20 21:00,2.1万,3.5万,"4,210",1200,880
旗袍秀,2026/11/21 19:30,21:10,超过１０万＋,--,--,--,--
坏行,昨天,,1,1,1,1,1
压轴,2026/11/22 23:30,2026/11/22 22:00,1,1,1,1,1
"""
CURVE = "时间,在线人数\n2026-11-20 19:30,400\n2026-11-20 19:31,1.2万\n2026-11-20 19:32,--\n"


def workbook(text: str) -> bytes:
    """Return the table as a spreadsheet, numbers as numbers."""
    found = io.BytesIO()
    with xlsxwriter.Workbook(found) as book:
        sheet = book.add_worksheet()
        for y, line in enumerate(text.splitlines()):
            for x, cell in enumerate(line.replace('"4,210"', "4210").split(",")):
                sheet.write(y, x, int(cell) if cell.isdigit() else cell)
    return found.getvalue()


def give(event: EventRow, data: bytes | str, **changes: Any) -> service.ImportedExport:
    values: dict[str, Any] = {
        "event_id": event.id,
        "slug": "douyin",
        "platform": "抖音",
        "file_name": "直播.csv",
        "data": data.encode("gb18030") if isinstance(data, str) else data,
        "timezone": event.timezone,
    }
    return service.import_export(ImportExport(**(values | changes)))


@pytest.mark.parametrize(
    "data",
    [SHOWS.encode("utf-8-sig"), SHOWS.encode("gb18030"), SHOWS.encode("utf-16"), workbook(SHOWS)],
    ids=["utf-8", "gb18030", "utf-16", "xlsx"],
)
def test_one_table_reads_the_same_from_every_kind_of_file(data: bytes) -> None:
    file = platform_export.parse(data, zone=ZONE)
    opening, cheongsam = file.shows
    assert {name: (one.value, one.op) for name, one in opening.figures.items()} == {
        "live.views": (35_000, "="),
        "live.viewers_claimed": (21_000, "="),
        "live.pcu": (4_210, "="),
        "live.watch_minutes": (72_000, "="),
    }
    assert opening.starts_at.astimezone(UTC) == datetime(2026, 11, 20, 11, 30, tzinfo=UTC)
    assert (cheongsam.ends_at - cheongsam.starts_at).total_seconds() == 100 * 60
    assert file.unused == ("平均在线",)  # an average is no claim of the dictionary
    assert "平均在线：880" in opening.words
    # 「超过１０万＋」 says "more" twice the same way: one operator
    (figure,) = cheongsam.figures.values()
    assert (figure.value, figure.op) == (100_000, ">")
    assert [(bad.line, bad.reason.partition(":")[0]) for bad in file.rejected] == [
        (5, "start"),
        (6, "end"),
    ]


def test_a_table_that_says_neither_when_nor_how_many_is_refused_with_its_headers() -> None:
    with pytest.raises(UnreadableFile, match="场观"):
        platform_export.parse("场次,场观\n开幕,3\n".encode(), zone=ZONE)
    with pytest.raises(UnreadableFile, match="nowhere"):
        platform_export.parse(b"day,pv\n", zone=ZONE, columns={"views": "nowhere"})
    with pytest.raises(UnreadableFile):
        platform_export.parse(b"PK\x03\x04 no workbook", zone=ZONE)


def test_figures_of_a_file_are_claims_once_and_a_later_file_corrects_them(app: Flask) -> None:
    event = make.make_counted_event()
    first = give(event, SHOWS)
    assert (first.rows, first.accepted, len(first.rejected)) == (4, 5, 2)
    again = give(event, SHOWS)
    assert (again.is_known, again.accepted, again.revisions) == (True, 0, 0)
    db.session.rollback()
    rows = queries.observations(event.id)
    assert {row.cls for row in rows} == {"claimed"}
    assert {row.quote for row in rows if row.metric == "live.views"} == {
        "直播间标题：开幕走秀；开播时间：2026/11/20 19:30；下播时间：2026/11/20 21:00；"
        "观看人数：2.1万；观看人次：3.5万；最高在线：4,210；观看时长(小时)：1200；平均在线：880"
    }
    later = give(event, SHOWS.replace("3.5万", "3.6万"))
    assert (later.accepted, later.duplicates, later.revisions) == (0, 1, 4)  # words changed too
    db.session.rollback()
    (views,) = [row for row in queries.observations(event.id) if row.metric == "live.views"]
    assert (views.value, views.seq) == (36_000, 1)


@pytest.mark.only("sqlite")
def test_a_curve_is_a_claimed_stream_in_no_count_of_ours(app: Flask) -> None:
    event = make.make_counted_event()
    done = give(event, CURVE)
    assert (done.accepted, done.rejected, done.quarantined) == (3, (), 0)
    assert give(event, CURVE + "\n").duplicates == 3  # other bytes, same samples
    poisoned = give(event, "时间,在线人数\n2026-11-20 19:33,-5\n2026-11-20 19:34,10亿\n")
    assert (len(poisoned.rejected), poisoned.quarantined) == (1, 1)
    (series,) = queries.stream_series(event.id)
    assert (series.stream.cls, series.peak) == ("claimed", 12_000)
    assert queries.live(event).viewers is None


@pytest.mark.only("sqlite")
def test_a_stream_that_we_count_takes_no_file_of_a_platform(app: Flask) -> None:
    event = make.make_counted_event()
    make.make_stream(event, "douyin")
    with pytest.raises(UnreadableSource):
        give(event, SHOWS)
    db.session.rollback()
    assert queries.observations(event.id) == []


@pytest.mark.only("sqlite")
def test_alice_reads_a_file_with_headers_of_its_own_and_keeps_them(alice: FlaskClient) -> None:
    event = event_by_slug("cloth-week")
    file = "第几天,场观\n2026-11-20,3.5万\n".encode()
    form = {"platform": "视频号", "stream": "channels"}

    def send(**more: Any) -> Any:
        page = alice.get("/console/e/cloth-week/streams/files").get_data(as_text=True)
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
        data = form | {"file": (io.BytesIO(file), "视频号.csv")} | more
        data["csrf_token"] = token[1] if token else ""
        return alice.post("/console/e/cloth-week/streams/files", data=data)

    assert "场观" in assert_html(send(), status=422)
    mapped = {"columns": "day = 第几天\nviews = 场观", "keep_as": "channels"}
    assert send(**mapped).status_code == 303
    (row,) = queries.observations(event.id)
    assert (row.metric, row.value, row.published_by) == ("live.views", 35_000, "视频号")
    assert queries.export_maps(event.id)["channels"] == {"day": "第几天", "views": "场观"}
    file = "第几天,场观\n2026-11-21,4万\n".encode()
    assert send(map="channels").status_code == 303
    db.session.rollback()
    assert [row.value for row in queries.observations(event.id)] == [35_000, 40_000]
    shown = assert_html(alice.get("/console/e/cloth-week/streams/files"))
    assert "视频号.csv" in shown
    answer = alice.post(
        "/api/v1/events/cloth-week/platform-exports/weibo?platform=Weibo",
        data=SHOWS.encode(),
        headers=make.make_key(event),
    )
    assert (answer.status_code, answer.json["accepted"]) == (201, 5)


@pytest.fixture
def alice(app: Flask) -> FlaskClient:
    """Return the organizer's browser."""
    event = make.make_counted_event()
    return make_people(event.organisation_id).client(app, "alice")
