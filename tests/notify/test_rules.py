"""When a message is tried again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventhub.notify import rules

AT = datetime(2026, 11, 21, 12, tzinfo=UTC)


def test_wait_doubles_up_to_four_hours() -> None:
    waits = [rules.next_try_at(n, AT, key=0) - AT for n in range(1, 11)]
    minutes = [wait // timedelta(minutes=1) for wait in waits]
    assert minutes == [1, 2, 4, 8, 16, 32, 64, 128, 240, 240]


@given(attempts=st.integers(1, 40), key=st.integers(0, 2**63))
def test_messages_that_failed_together_spread_over_a_quarter(attempts: int, key: int) -> None:
    least = rules.next_try_at(attempts, AT, key=0) - AT
    wait = rules.next_try_at(attempts, AT, key=key) - AT
    assert least <= wait <= least * 1.25
    assert rules.next_try_at(attempts, AT, key=key) - AT == wait


def test_eighth_try_is_the_last() -> None:
    assert [rules.is_last(n) for n in (1, 7, 8, 9)] == [False, False, True, True]


def test_nothing_failed_is_not_a_time() -> None:
    with pytest.raises(ValueError, match="nothing has failed"):
        rules.next_try_at(0, AT, key=1)
