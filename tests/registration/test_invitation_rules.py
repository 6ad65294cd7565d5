"""Where invitations stand and when people are reminded: pure."""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta

import pytest

from eventhub.registration.rules.invitations import (
    STEPS,
    Facts,
    Standing,
    Step,
    is_reminder_due,
    standing,
)

NOW = datetime.fromisoformat("2026-11-19T12:00:00+08:00")


def test_every_standing_is_reached_and_steps_only_lead_on() -> None:
    soon, past = NOW + timedelta(days=1), NOW - timedelta(days=1)
    found = {
        standing(Facts(step, answer_by, mail, made, entered, doors), NOW)
        for step, answer_by, mail, made, entered, doors in itertools.product(
            Step,
            (soon, past),
            (None, "queued", "sent", "dead"),
            (None, "confirmed", "waitlisted", "cancelled"),
            (True, False),
            (None, past),
        )
    }
    assert found == set(Standing)
    assert STEPS[Step.ACCEPTED] == STEPS[Step.WITHDRAWN] == frozenset()
    assert Step.DRAFT not in set().union(*STEPS.values())


@pytest.mark.parametrize(
    ("days_before", "last_days_before", "due"),
    [(8, 9, False), (7, 9, True), (6, 7, False), (3, 7, True), (2, 3, False), (0, 1, False)],
)
def test_a_reminder_is_due_once_per_day_of_the_plan(
    days_before: int, last_days_before: int, due: bool
) -> None:
    answer_by = NOW + timedelta(days=20)
    found = is_reminder_due(
        (7, 3, 1),
        answer_by=answer_by,
        last_at=answer_by - timedelta(days=last_days_before),
        at=answer_by - timedelta(days=days_before),
    )
    assert found is due
