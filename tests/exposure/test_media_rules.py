"""Addresses, stories, files of monitoring, and sums over mentions."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventhub.exposure.enums import MentionKind, ReachKind
from eventhub.exposure.rules.exports import UnreadableExport, decode, parse_date, parse_export
from eventhub.exposure.rules.media import MentionRow, PostRow, creator_sums, media_sums
from eventhub.exposure.rules.stories import StoryFile, similarity, title_key
from eventhub.exposure.rules.web import canonical_url

ZONE = ZoneInfo("Asia/Shanghai")
AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
MELTWATER = Path(__file__).parent / "data" / "meltwater_export_utf16.tsv"
ROW = MentionRow(
    ref="m1",
    outlet="a",
    title="T",
    url="",
    kind="news",
    published_at=AT,
    story="s",
    is_original=True,
    reach=None,
    reach_kind=ReachKind.NONE,
    op="=",
    reads=None,
    tone=None,
)


@pytest.mark.parametrize(
    ("given_url", "expected"),
    [
        ("http://Example.com/a?utm_source=x", "https://example.com/a"),
        ("https://m.example.com/a/?id=3&spm=1.2&from=timeline#top", "https://example.com/a?id=3"),
        ("https://www.example.com:443/a?share_token=1", "https://example.com/a"),
        ("https://m.co/a", "https://m.co/a"),
        ("https://example.com:8443/a?b=", "https://example.com:8443/a?b="),
    ],
)
def test_an_address_keeps_only_what_it_points_at(given_url: str, expected: str) -> None:
    assert canonical_url(given_url) == expected
    assert canonical_url(expected) == expected


@pytest.mark.parametrize(
    "bad",
    [
        "javascript:alert(1)",
        "example.com/a",
        "https://user@example.com",
        "http://a b.com",
        "",
        "ftp://a.b/c",
    ],
)
def test_what_is_no_web_address_is_refused(bad: str) -> None:
    with pytest.raises(ValueError, match="no web address"):
        canonical_url(bad)


@given(st.text(max_size=60))
def test_any_text_is_an_address_or_refused(text: str) -> None:
    try:
        found = canonical_url(text)
    except ValueError:
        return
    assert found.startswith("https://")


def test_titles_lose_site_names_and_marks_of_copies() -> None:
    whole = title_key("望汐发布「织潮」节目单：五天四十二场")
    for title in (
        "望汐发布「织潮」节目单：五天四十二场（转载）",
        "望汐发布「织潮」节目单:五天四十二场_观汛网",
        "转：望汐发布 织潮 节目单，五天四十二场！",
        "望汐发布「织潮」节目单：五天四十二场 | 澜湾",
    ):
        assert title_key(title) == whole
    assert title_key("A-B") == "ab"


def test_a_story_ends_after_a_week_and_takes_near_titles_in() -> None:
    stories = StoryFile()
    first, is_first = stories.story_of("Guest house docks in Wangxi with a show cut from sails", AT)
    assert is_first
    near = "Guest house docks in Wangxi with a show cut from sails!!"
    assert stories.story_of(near, AT + timedelta(days=6)) == (first, False)
    longer = "The guest house docks in Wangxi with a show cut from sails"
    assert similarity(title_key(longer), title_key(near)) >= 0.85
    assert stories.story_of(longer, AT) == (first, False)
    assert stories.story_of("Another story of the same festival in Wangxi", AT)[1]
    assert stories.story_of(near, AT + timedelta(days=30))[1]


def test_meltwater_file_in_utf16_with_a_value_nobody_prints() -> None:
    file = parse_export(MELTWATER.read_bytes(), zone=ZONE)
    rows = [row for _line, row in file.rows]
    assert (len(rows), file.rejected) == (2, ())
    assert [row.reach for row in rows] == [1_234_567, 456_000]
    assert [row.tone for row in rows] == [1, 0]
    assert rows[0].published_at == datetime(2023, 11, 17, 12, tzinfo=UTC)
    assert "AVE" in rows[0].raw
    assert len({title_key(row.title) for row in rows}) == 1


def test_chinese_columns_numbers_and_encodings() -> None:
    text = (
        "标题;媒体名称;原文链接;发布时间;影响力;阅读数;倾向性;点赞;转发;类型\n"
        "开幕;示例报;https://e.com/1;2026-11-20 09:30;3.5亿;１０万＋;正面;12;3;公众号\n"
        "闭幕;示例报;;2026年11月21日;约500;-;中性;;;报纸\n"
        "坏;示例报;;昨天;;;;;;\n"
        "坏数;示例报;;2026-11-20;很多;;;;;\n"
        ";示例报;;2026-11-20;;;;;;\n"
    )
    for encoding in ("utf-8-sig", "gb18030", "utf-16"):
        file = parse_export(text.encode(encoding), zone=ZONE)
        first, second = (row for _line, row in file.rows)
        assert (first.reach, first.op, first.reads) == (350_000_000, "=", 100_000)
        assert (first.tone, first.kind, first.engagement) == (1, MentionKind.WECHAT, 15)
        assert (second.reach, second.op, second.reads) == (500, "~", None)
        assert second.published_at == datetime(2026, 11, 20, 16, tzinfo=UTC)
        assert [(bad.line, bad.reason.partition(":")[0]) for bad in file.rejected] == [
            (4, "date"),
            (5, "reach"),
            (6, "title"),
        ]


def test_a_map_names_columns_that_no_alias_knows() -> None:
    data = b"Kopf,Blatt,Tag,Zahl\nA,B,2026-11-20,7\n"
    columns = {"title": "Kopf", "outlet": "Blatt", "published_at": "Tag", "reach": "Zahl"}
    assert parse_export(data, zone=ZONE, columns=columns).rows[0][1].reach == 7
    for wrong in (None, {**columns, "title": "Nix"}, {**columns, "money": "Zahl"}):
        with pytest.raises(UnreadableExport, match="unknown-columns"):
            parse_export(data, zone=ZONE, columns=wrong)


@pytest.mark.parametrize("data", [b"\xff\xff\xff", b"a\0b,c", b""])
def test_files_that_are_no_table_are_refused(data: bytes) -> None:
    with pytest.raises(UnreadableExport):
        parse_export(data, zone=ZONE)


def test_dates_of_vendors() -> None:
    noon = datetime(2023, 11, 17, 12, tzinfo=UTC)
    for text in (
        "17-Nov-2023 08:00PM",
        "2023/11/17 20:00",
        "2023-11-17T12:00:00Z",
        "1700222400000",
    ):
        assert parse_date(text, ZONE) == noon
    with pytest.raises(ValueError, match="soon"):
        parse_date("soon", ZONE)
    assert decode("标题".encode("gb18030")) == "标题"


def test_copies_keep_their_reach_and_are_one_story() -> None:
    rows = [
        replace(ROW, reach=100, reach_kind=ReachKind.CIRCULATION, tone=1),
        replace(ROW, ref="m2", outlet="b", is_original=False, reach=40, tone=0),
        replace(ROW, ref="m3", outlet="b", story="t", reach=3_000, tone=-1),
        replace(ROW, ref="m4", story="u", reads=9, tone=1),
    ]
    rows[2] = replace(rows[2], reach_kind=ReachKind.MONTHLY_VISITORS)
    sums = media_sums(rows)
    assert (sums.mentions, sums.stories, sums.outlets) == (4, 3, 2)
    assert (sums.potential, sums.potential_op, sums.with_reach) == (240, ">", 3)
    assert (sums.copies, sums.reads) == (40, 9)
    assert sums.tone_net == Decimal("25.0")


def test_sums_of_nothing_are_unknown_and_never_zero() -> None:
    sums = media_sums([ROW])
    assert (sums.potential, sums.reads, sums.tone_net) == (None, None, None)
    post = PostRow("p", "c", "t", "", AT, None, "=", None)
    found = creator_sums([post, replace(post, ref="q", impressions=10, engagement=2)])
    assert (found.creators, found.posts, found.impressions, found.impressions_op) == (1, 2, 10, ">")
    assert found.engagement == 2
