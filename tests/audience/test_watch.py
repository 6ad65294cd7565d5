"""The watch page: what it plays, and which hosts it lets in."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from eventhub.audience import queries, service
from eventhub.audience.errors import BadPlayerAddress
from eventhub.programme.queries import EventRow
from tests.assertions import assert_html, assert_problem
from tests.factories import audience as make


@pytest.fixture
def event(app: Flask) -> EventRow:
    """Return an event whose stream `main` is watched here."""
    event = make.make_counted_event()
    watch(event, "main", "/hls/main.m3u8")
    return event


def watch(event: EventRow, slug: str, address: str, kind: service.PlayerKind = "hls") -> None:
    service.set_player(service.SetPlayer(event_id=event.id, slug=slug, kind=kind, address=address))


@pytest.mark.only("sqlite")
def test_the_watch_page_plays_here_and_takes_no_other_host(
    event: EventRow, client: FlaskClient
) -> None:
    answer = client.get("/e/cloth-week/watch")
    page = assert_html(answer)
    assert '<source src="/hls/main.m3u8"' in page
    assert 'data-stream="cloth-week/main"' in page
    assert "Set-Cookie" not in answer.headers
    assert "media-src 'self' blob:;" in answer.headers["Content-Security-Policy"]
    assert_problem(
        client.get("/e/cloth-week/watch/none", headers={"Accept": "application/json"}),
        404,
        "unknown-stream",
    )


@pytest.mark.only("sqlite")
def test_another_host_is_allowed_only_when_it_is_the_players(
    event: EventRow, client: FlaskClient
) -> None:
    watch(event, "main", "https://cdn.example/main.m3u8")
    watch(event, "tube", "https://video.example/embed/7", kind="embed")
    watch(event, "page", "https://page.example/live", kind="link")

    def policy(path: str) -> str:
        answer = client.get(f"/e/cloth-week/watch/{path}")
        assert_html(answer)
        return answer.headers["Content-Security-Policy"]

    assert "media-src 'self' blob: https://cdn.example;" in policy("main")
    assert "https://" not in policy("tube")
    assert "frame-src https://video.example" in policy("tube?load=1")
    assert "https://" not in policy("page")


@pytest.mark.only("sqlite")
def test_an_event_without_streams_says_so(app: Flask, client: FlaskClient) -> None:
    make.make_counted_event()
    assert "Nothing to watch yet" in assert_html(client.get("/e/cloth-week/watch?lang=en"))


@pytest.mark.only("sqlite")
@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "http://video.example/x",
        "//video.example/x",
        "https://a b/",
        "x.m3u8",
    ],
)
def test_a_player_takes_only_safe_addresses(event: EventRow, address: str) -> None:
    with pytest.raises(BadPlayerAddress):
        watch(event, "main", address)


@pytest.mark.only("sqlite")
def test_the_page_says_whether_a_stream_has_begun_runs_or_is_over(
    event: EventRow, client: FlaskClient, clock: Callable[[datetime], None]
) -> None:
    starts_at = datetime(2026, 11, 20, 11, 30, tzinfo=UTC)
    (stream,) = queries.streams(event.id)
    service.ensure_stream_programme(
        service.EnsureStreamProgramme(
            event_id=event.id,
            stream_id=stream.id,
            title={"zh": "开幕秀", "en": "Opening"},
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=1),
        )
    )

    def phase(minutes: int, query: str = "") -> str:
        clock(starts_at + timedelta(minutes=minutes))
        page = assert_html(client.get(f"/e/cloth-week/watch?lang=en{query}"))
        assert ("watch.js" in page) == ("<video" in page)
        found = re.search(r'data-phase="(\w+)"', page)
        return found[1] if found else "player" if "<video" in page else ""

    assert [phase(at) for at in (-600, -16, -15, 0, 59, 74, 75, 6_000)] == [
        *("before", "before"),
        *("player", "player", "player", "player"),
        *("ended", "ended"),
    ]
    clock(starts_at - timedelta(hours=5))
    assert "Next on air:" in client.get("/e/cloth-week/watch?lang=en").text
    assert (phase(-600, "&load=1"), phase(6_000, "&load=1")) == ("player", "player")
    make.record_viewers(event, "main", starts_at + timedelta(minutes=90), [40])
    assert phase(91) == "player"  # it goes on, whatever the programme says
