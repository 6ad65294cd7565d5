"""Differences of versions: a property against plain set arithmetic, and each kind alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventhub.programme.enums import ChangeKind
from eventhub.programme.rules.diff import Shown, diff

T0 = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
ONE = Shown(
    performance_id=1,
    uuid="1",
    show_code="S00001",
    title={"zh": "织", "en": "Weave"},
    stage="hall",
    starts_at=T0,
    ends_at=T0 + timedelta(minutes=45),
)


def _shown(key: int, minutes: int, length: int, stage: str, title: str, status: str) -> Shown:
    starts_at = T0 + timedelta(minutes=minutes)
    return Shown(
        performance_id=key,
        uuid=str(key),
        show_code=f"S{key:05d}",
        title={"en": title},
        stage=stage,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=length),
        status=status,
    )


VERSION = st.dictionaries(
    st.integers(1, 12),
    st.tuples(
        st.integers(0, 2),
        st.integers(1, 2),
        st.sampled_from("ab"),
        st.sampled_from("xy"),
        st.sampled_from(["scheduled", "cancelled"]),
    ),
).map(lambda rows: {key: _shown(key, *row) for key, row in rows.items()})


@given(before=VERSION, after=VERSION)
def test_the_diff_is_what_sets_say(before: dict[int, Shown], after: dict[int, Shown]) -> None:
    found = {
        kind: {row.performance_id for row in diff(before, after).changes if row.kind == kind}
        for kind in ChangeKind
    }
    both = before.keys() & after.keys()

    def differ(value: Any) -> set[int]:
        return {key for key in both if value(before[key]) != value(after[key])}

    off = {key for key in both if after[key].status == "cancelled"}
    turned = differ(lambda row: row.status)
    assert found == {
        ChangeKind.NEW: after.keys() - before.keys(),
        ChangeKind.REMOVED: before.keys() - after.keys(),
        ChangeKind.CANCELLED: turned & off,
        ChangeKind.RESTORED: turned - off,
        ChangeKind.MOVED: differ(lambda row: (row.starts_at, row.stage)),
        ChangeKind.RESIZED: differ(lambda row: row.ends_at - row.starts_at),
        ChangeKind.RETITLED: differ(lambda row: row.title),
        ChangeKind.CAST: set(),
    }


@pytest.mark.parametrize(
    ("change", "kinds"),
    [
        ({}, []),
        ({"ends_at": ONE.ends_at + timedelta(minutes=5)}, [ChangeKind.RESIZED]),
        ({"title": {"zh": "潮"}}, [ChangeKind.RETITLED]),
        ({"cast": ("a",)}, [ChangeKind.CAST]),
        ({"stage": "yard"}, [ChangeKind.MOVED]),
        ({"starts_at": T0 + timedelta(minutes=5)}, [ChangeKind.MOVED, ChangeKind.RESIZED]),
        ({"status": "cancelled", "stage": "yard"}, [ChangeKind.CANCELLED, ChangeKind.MOVED]),
    ],
)
def test_one_performance_may_change_in_several_ways(
    change: dict[str, Any], kinds: list[ChangeKind]
) -> None:
    found = diff({1: ONE}, {1: replace(ONE, **change)})
    assert [row.kind for row in found.changes] == kinds


def test_a_change_lists_what_was_and_what_is() -> None:
    [found] = diff({1: ONE}, {1: replace(ONE, stage="yard")}).changes
    assert (found.old, found.new) == (
        {"start": "2026-11-21T02:00:00+00:00", "stage": "hall"},
        {"start": "2026-11-21T02:00:00+00:00", "stage": "yard"},
    )
