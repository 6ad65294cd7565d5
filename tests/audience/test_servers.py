"""Parsers of stream servers and platforms: own small files, and recordings where present."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventhub.audience.enums import EvidenceClass, StreamState
from eventhub.audience.sources import registry
from eventhub.audience.sources.hooks import HookAction, read, rtmp_hook, srs_hook
from eventhub.audience.sources.reading import ServerReading, StreamReading, UnreadableFile
from eventhub.audience.sources.registry import StreamFormat
from tests.audience.samples import HERE, shared

LIVE, OFF, WAITING, UNKNOWN = (
    StreamState.LIVE,
    StreamState.OFFLINE,
    StreamState.WAITING,
    StreamState.UNKNOWN,
)


def parsed(kind: str, *answers: Any) -> ServerReading:
    """Return the reading of answers given as bytes, text or JSON values."""
    bodies = [
        one
        if isinstance(one, bytes)
        else one.encode()
        if isinstance(one, str)
        else json.dumps(one).encode()
        for one in answers
    ]
    return registry.parse(StreamFormat(kind), bodies)


def recorded(kind: str, *names: str) -> ServerReading:
    """Return the reading of files of the shared data."""
    return registry.parse(StreamFormat(kind), [shared(name).read_bytes() for name in names])


def refusal(kind: str, *answers: Any) -> str:
    """Return the code with which answers are refused."""
    with pytest.raises(UnreadableFile) as refused:
        parsed(kind, *answers)
    return refused.value.code


@pytest.mark.parametrize(
    ("name", "viewers", "peaks", "warnings"),
    [
        ("status_idle.json", {}, {}, ()),
        ("status_1source_4listeners.json", {"stage98": 4}, {"stage98": 4}, ()),
        ("status_2sources.json", {"civic": 0, "stage98": 4}, {"civic": 0, "stage98": 4}, ()),
        (
            "status_peak_after_leave.json",
            {"civic": 0, "stage98": 1},
            {"civic": 0, "stage98": 4},
            (),
        ),
        (
            "status_title_dash.json",
            {"civic": 0, "stage98": 1},
            {"civic": 0, "stage98": 4},
            ("invalid-json-repaired",),
        ),
        ("admin_stats.xml", {"stage98": 4}, {"stage98": 4}, ()),
        ("admin_listclients.xml", {"stage98": 4}, {"stage98": None}, ()),
    ],
)
def test_recorded_icecast_pages(
    name: str, viewers: dict[str, int], peaks: dict[str, int | None], warnings: tuple[str, ...]
) -> None:
    found = recorded("icecast", f"icecast/{name}")
    assert {one.name: one.viewers for one in found.streams} == viewers
    assert {one.name: one.peak for one in found.streams} == peaks
    assert found.warnings == warnings


def mount(**more: Any) -> dict[str, Any]:
    return {"listenurl": "http://radio.example/main.mp3", "listeners": 3} | more


def test_an_icecast_source_may_be_absent_an_object_or_a_list() -> None:
    assert parsed("icecast", {"icestats": {}}).streams == ()
    assert parsed("icecast", {"icestats": {"source": mount()}}).streams == (
        StreamReading("main", 3, LIVE),
    )
    both = {"icestats": {"source": [mount(), mount(listenurl="/b.ogg", listeners=0)]}}
    assert [(one.name, one.viewers) for one in parsed("icecast", both).streams] == [
        ("main", 3),
        ("b", 0),
    ]


def test_a_dash_is_repaired_only_where_it_stands_alone() -> None:
    text = '{"icestats":{"source":{"listenurl":"/a","listeners":2,"title":-,"x":":-,","y":-}}}'
    assert parsed("icecast", text).warnings == ("invalid-json-repaired",)
    assert refusal("icecast", '{"icestats":{"source":{"title":--}}}') == "invalid-json"
    assert refusal("icecast", '{"icestats":') == "invalid-json"


def test_double_encoded_chinese_names_are_mended_and_others_kept() -> None:
    broken = "织潮".encode().decode("latin-1")
    for name, expected in ((broken, "织潮"), ("Caf\u00e9", "Caf\u00e9"), ("织潮", "织潮")):
        found = parsed("icecast", {"icestats": {"source": mount(server_name=name)}})
        assert found.streams[0].application == expected


@pytest.mark.parametrize("value", [-1, 1.5, "NaN", "-3", True, 2**40, "9" * 20])
def test_one_impossible_number_refuses_the_answer(value: Any) -> None:
    document = {"icestats": {"source": mount(listeners=value)}}
    assert refusal("icecast", document) == "invalid-count"


@pytest.mark.parametrize("kind", [one.value for one in StreamFormat if one != "hooks"])
def test_answers_of_another_shape_are_refused_by_every_parser(kind: str) -> None:
    for answer in (b"", b"{", b"[]", b"5", b'{"a": 1}', b"[" * 100 + b"]" * 100, b"x" * 2_100_000):
        assert refusal(kind, answer)


def test_srs_viewers_are_clients_that_do_not_publish() -> None:
    streams, clients = ((HERE / f"srs_{name}.json").read_bytes() for name in ("streams", "clients"))
    found = parsed("srs", streams, clients)
    assert found.streams == (
        StreamReading("runway", 2, LIVE, "live"),
        StreamReading("talk", 0, WAITING, "live"),
    )
    assert found.warnings == ()
    alone = parsed("srs", streams)
    assert [one.viewers for one in alone.streams] == [None, None]
    assert alone.warnings == ("no-client-list",)


def test_srs_pages_over_ten_rows_count_together_and_a_missing_page_is_said() -> None:
    rows = [{"id": str(n), "stream": "s", "publish": n == 0} for n in range(26)]
    streams = {"streams": [{"id": "s", "name": "a", "app": "live", "clients": 26}]}
    pages = [{"clients": rows[n : n + 10]} for n in (0, 10, 20)]
    assert parsed("srs", streams, *pages).streams[0].viewers == 25
    assert parsed("srs", streams, pages[0]).warnings == ("incomplete-pages",)
    assert refusal("srs", {"code": 2048}) == "error-answer"


def test_recorded_shapes_of_other_servers() -> None:
    srs = recorded(
        "srs", "constructed/srs_api_v1_streams.json", "constructed/srs_api_v1_clients.json"
    )
    assert [(one.name, one.viewers) for one in srs.streams] == [("opening", 5)]
    mediamtx = recorded("mediamtx", "constructed/mediamtx_v3_paths_list.json")
    assert [(one.application, one.name, one.viewers) for one in mediamtx.streams] == [
        ("live", "opening", 4)
    ]
    assert recorded("mux", "constructed/mux_breakdown.json").streams[0].viewers == 87
    assert recorded("twitch", "constructed/twitch_helix_streams.json").streams == (
        StreamReading("demo", 321, LIVE),
    )


def test_owncast_without_a_number_is_unknown_never_zero() -> None:
    assert recorded("owncast", "constructed/owncast_api_status.json").streams == (
        StreamReading("stream", 113, LIVE),
    )
    hidden = recorded("owncast", "constructed/owncast_api_status_zero_or_hidden.json")
    assert hidden.streams == (StreamReading("stream", None, LIVE),)
    assert hidden.warnings == ("viewers-unknown-or-zero",)
    assert parsed("owncast", {"online": False}).streams == (StreamReading("stream", 0, OFF),)


def test_mediamtx_pages_and_the_stand_in_of_old_versions() -> None:
    item = {"name": "live/a", "ready": True, "readers": [{"type": "hlsMuxer", "id": "1"}]}
    found = parsed("mediamtx", {"itemCount": 2, "pageCount": 2, "items": [item]})
    assert [one.viewers for one in found.streams] == [0]
    assert found.warnings == ("hls-not-counted", "incomplete-pages")
    second = {"itemCount": 2, "pageCount": 2, "items": [{"name": "b", "readers": None}]}
    whole = parsed("mediamtx", {"itemCount": 2, "pageCount": 2, "items": [item]}, second)
    assert [(one.name, one.state) for one in whole.streams] == [("a", LIVE), ("b", WAITING)]


def test_youtube_after_the_end_has_views_and_no_viewers() -> None:
    live = recorded("youtube", "constructed/youtube_videos_list.json")
    assert live.streams == (StreamReading("VIDEO", 1820, LIVE, views=73_012),)
    ended = recorded("youtube", "constructed/youtube_videos_list_ended.json")
    assert ended.streams == (StreamReading("VIDEO", None, OFF, views=73_512),)


def test_bilibili_popularity_never_becomes_viewers() -> None:
    found = recorded("bilibili", "constructed/bilibili_room_get_info.json")
    assert found.streams == (StreamReading("1", None, LIVE, popularity=268_602),)
    assert found.warnings == ("popularity-is-not-viewers",)
    assert registry.class_of(StreamFormat.BILIBILI) is EvidenceClass.CLAIMED
    assert registry.class_of(StreamFormat.SRS) is EvidenceClass.MEASURED


def test_generic_json_needs_viewers_and_takes_one_stream_or_several() -> None:
    one = parsed("generic-json", {"viewers": 7, "views": 90})
    assert one.streams == (StreamReading("stream", 7, LIVE, views=90),)
    two = {"streams": [{"name": "a", "viewers": 1}, {"name": "b", "viewers": None}]}
    assert [(s.name, s.state) for s in parsed("generic-json", two).streams] == [
        ("a", LIVE),
        ("b", UNKNOWN),
    ]
    assert refusal("generic-json", {"name": "a"}) == "unknown-shape"


def test_hooks_keep_no_stream_key_and_no_address() -> None:
    hook = rtmp_hook("app=live&addr=10.0.0.7&clientid=2&call=publish&name=a&key=secret&sid=x1")
    assert hook is not None
    assert (hook.action, hook.stream, hook.sid) == (HookAction.PUBLISH, "a", "x1")
    assert "secret" not in repr(hook)
    assert "10.0.0.7" not in repr(hook)
    assert rtmp_hook("call=connect&clientid=1") is None
    assert srs_hook({"action": "on_hls"}) is None


def test_who_plays_after_hooks_and_the_end_of_a_publication_ends_plays() -> None:
    lines = [
        "call=publish&app=live&name=a&clientid=1",
        "call=play&app=live&name=a&clientid=2",
        "call=play&app=live&name=a&clientid=3",
        "call=play&app=live&name=a&clientid=3",
        "call=play_done&app=live&name=a&clientid=2",
    ]
    assert parsed("hooks", "\n".join(lines)).streams == (StreamReading("a", 1, LIVE, "live"),)
    lines.append("call=publish_done&app=live&name=a&clientid=1")
    assert parsed("hooks", "\n".join(lines)).streams == (StreamReading("a", 0, OFF, "live"),)


def test_recorded_hooks() -> None:
    found = read(shared("nginx_rtmp/hooks_sample.jsonl").read_bytes())
    assert len(found) == 10
    assert [hook.action.value for hook in found].count("update_play") == 2
    assert "demo" not in repr(found)
    srs = read(shared("constructed/srs_hook_on_play.json").read_bytes())
    assert [(hook.client, hook.sid, hook.stream) for hook in srs] == [("c2", "r1", "opening")]


@given(st.binary(max_size=200), st.sampled_from(list(StreamFormat)))
def test_any_bytes_are_read_or_refused(data: bytes, kind: StreamFormat) -> None:
    with contextlib.suppress(UnreadableFile):
        registry.parse(kind, [data])
