"""The engine against a checker that compares everything with everything."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from eventhub.programme.enums import ConflictRule
from eventhub.programme.rules.conflicts import check
from tests.factories import plan
from tests.programme import brute_force

SCHEDULES = 1_000


@settings(max_examples=SCHEDULES, deadline=None)
@given(seed=st.integers(0, 2**32), count=st.integers(0, 40))
def test_the_engine_finds_what_comparing_all_with_all_finds(seed: int, count: int) -> None:
    facts = plan.random_facts(random.Random(seed), count)
    found = check(facts, rules=brute_force.RULES)
    assert {(row.rule.value, frozenset(row.subjects)) for row in found} == brute_force.findings(
        facts
    )


@settings(max_examples=200, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_shortages_of_kit_are_those_of_every_single_minute(seed: int) -> None:
    facts = plan.random_facts(random.Random(seed), 20, days=1)
    found = check(facts, rules=[ConflictRule.RESOURCE])
    minutes = {
        minute
        for row in found
        if row.starts_at and row.ends_at
        for minute in range(
            int(row.starts_at.timestamp()) // 60, int(row.ends_at.timestamp()) // 60
        )
    }
    assert minutes == brute_force.shortages(facts)


@settings(max_examples=200, deadline=None)
@given(seed=st.integers(0, 2**32), count=st.integers(0, 60))
def test_every_finding_has_a_name_of_its_own_and_both_languages(seed: int, count: int) -> None:
    found = check(plan.random_facts(random.Random(seed), count))
    names = [row.fingerprint for row in found]
    assert sorted(names) == sorted(set(names))
    assert all(row.message["zh"] and row.message["en"] for row in found)
