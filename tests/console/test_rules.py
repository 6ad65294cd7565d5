"""What an organizer has to do, and in which order."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from eventhub.console.enums import Severity, TaskKind
from eventhub.console.rules import (
    Backlog,
    Facts,
    Feed,
    GateState,
    Task,
    is_near,
    is_silent,
    ordered,
    tasks,
)

NOW = datetime(2025, 11, 21, 11, 42, tzinfo=UTC)
NONE = Backlog(0, None)
QUIET = Facts(
    gates=[],
    counters=[],
    streams=[],
    is_released=True,
    approvals=NONE,
    conflicts=NONE,
    messages_dead=NONE,
    messages_held=NONE,
    reports_submitted=NONE,
    readings_set_apart=NONE,
)


def ago(minutes: int) -> datetime:
    return NOW - timedelta(minutes=minutes)


def named(text: str) -> dict[str, str]:
    return {"zh": text, "en": text}


def test_nothing_to_do() -> None:
    assert tasks(QUIET, NOW) == []


def test_severity_first_then_the_oldest() -> None:
    facts = replace(
        QUIET,
        gates=[GateState(named("North 2"), ago(6), 41), GateState(named("East 1"), ago(1), 0)],
        counters=[Feed(named("River B"), ago(14), 60), Feed(named("River A"), ago(4), 60)],
        approvals=Backlog(38, ago(26 * 60)),
        messages_held=Backlog(96, ago(41)),
        messages_dead=Backlog(2, ago(12)),
    )
    assert tasks(facts, NOW) == [
        Task(TaskKind.MESSAGES_DEAD, Severity.STOP, 2, ago(12)),
        Task(TaskKind.GATES_OFFLINE, Severity.STOP, 1, ago(6), (named("North 2"),)),
        Task(TaskKind.COUNTERS_SILENT, Severity.HOLD, 1, ago(14), (named("River B"),)),
        Task(TaskKind.APPROVALS, Severity.TODO, 38, ago(26 * 60)),
        Task(TaskKind.MESSAGES_HELD, Severity.TODO, 96, ago(41)),
    ]


def test_changes_that_nobody_sees_and_notices_that_nobody_sends_do_not_wait_silently() -> None:
    waits = replace(QUIET, draft=Backlog(3, ago(7 * 60)), notices=Backlog(40, ago(25 * 60)))
    assert tasks(waits, NOW) == [
        Task(TaskKind.NOTICES_WAITING, Severity.HOLD, 40, ago(25 * 60)),
        Task(TaskKind.DRAFT_UNRELEASED, Severity.HOLD, 3, ago(7 * 60)),
    ]
    young = replace(QUIET, draft=Backlog(3, ago(5 * 60)), notices=Backlog(40, ago(23 * 60)))
    assert tasks(young, NOW) == []
    first, last = date(2025, 11, 20), date(2025, 11, 23)
    near = [date(2025, 11, 12), date(2025, 11, 13), last, date(2025, 11, 24)]
    assert [is_near(first, last, day) for day in near] == [False, True, True, False]
    assert not is_near(None, None, last)


def test_a_lost_gate_without_scans_to_hand_in_only_warns() -> None:
    facts = replace(QUIET, gates=[GateState(named("North 2"), ago(6), 0)])
    assert [task.severity for task in tasks(facts, NOW)] == [Severity.HOLD]


def test_lost_things_of_one_kind_are_one_task_that_names_the_longest_silent_first() -> None:
    facts = replace(QUIET, streams=[Feed(named("A"), ago(10), 30), Feed(named("B"), ago(30), 30)])
    assert tasks(facts, NOW) == [
        Task(TaskKind.STREAMS_SILENT, Severity.HOLD, 2, ago(30), (named("B"), named("A")))
    ]


def test_a_quarter_hour_counter_may_be_silent_for_longer() -> None:
    assert not is_silent(Feed(named("slow"), ago(60), 900), NOW)
    assert is_silent(Feed(named("slow"), ago(76), 900), NOW)
    assert not is_silent(Feed(named("fast"), ago(5), 60), NOW)
    assert is_silent(Feed(named("fast"), ago(6), 60), NOW)


def test_an_unreleased_programme_is_a_task() -> None:
    assert tasks(replace(QUIET, is_released=False), NOW) == [
        Task(TaskKind.NOT_RELEASED, Severity.HOLD, 0)
    ]


@given(
    st.lists(
        st.builds(
            Task,
            st.sampled_from(TaskKind),
            st.sampled_from(Severity),
            st.integers(0, 9),
            st.none() | st.integers(0, 99).map(ago),
        )
    )
)
def test_order_does_not_depend_on_how_tasks_are_found(found: list[Task]) -> None:
    keys = [(task.severity, task.since or NOW) for task in ordered(found, NOW)]
    again = [(task.severity, task.since or NOW) for task in ordered(reversed(found), NOW)]
    assert keys == again
    rank = [list(Severity).index(severity) for severity, _since in keys]
    assert rank == sorted(rank)
