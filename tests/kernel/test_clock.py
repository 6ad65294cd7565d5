"""Time has one source."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from eventhub.kernel import clock


def test_fixed_time_stands_still_and_is_utc() -> None:
    at = datetime(2026, 11, 21, 20, tzinfo=timezone(timedelta(hours=8)))
    with clock.fixed(at):
        assert clock.now() == clock.now() == datetime(2026, 11, 21, 12, tzinfo=UTC)
        assert clock.now().tzinfo is UTC
        assert clock.now_ms() == 1_795_262_400_000


def test_fixed_times_nest() -> None:
    outer, inner = (datetime(2026, 11, day, tzinfo=UTC) for day in (21, 22))
    with clock.fixed(outer):
        with clock.fixed(inner):
            assert clock.now() == inner
        assert clock.now() == outer


def test_naive_time_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"), clock.fixed(datetime(2026, 11, 21)):  # noqa: DTZ001 - that is the point
        pass


def test_real_time_moves() -> None:
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5)
    assert clock.monotonic_s() <= clock.monotonic_s()


def test_an_instant_of_an_early_year_can_be_read_back() -> None:
    early = datetime(201, 12, 30, 17, 53, 55, tzinfo=UTC)
    assert clock.utc_text(early) == "0201-12-30T17:53:55Z"
    assert datetime.fromisoformat(clock.utc_text(early, "microseconds")) == early
