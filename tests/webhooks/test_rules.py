"""Signatures and waiting times."""

from __future__ import annotations

from datetime import timedelta

import pytest

from eventhub.webhooks import rules

BODY = b'{"kind":"test"}'


@pytest.mark.req("K-8")
def test_a_signature_covers_time_and_body() -> None:
    header = rules.signature("whsec_a", 1_000, BODY)
    assert rules.is_signed("whsec_a", header, BODY, 1_000)
    assert rules.is_signed("whsec_a", header, BODY, 1_300)
    assert not rules.is_signed("whsec_a", header, BODY, 1_301)
    assert not rules.is_signed("whsec_a", header, BODY, 699)
    assert not rules.is_signed("whsec_b", header, BODY, 1_000)
    assert not rules.is_signed("whsec_a", header, BODY + b" ", 1_000)
    assert not rules.is_signed("whsec_a", header.replace("t=1000", "t=1001"), BODY, 1_000)


@pytest.mark.parametrize("header", ["", "t=", "t=x,v1=", "v1=00", "t=٣,v1=00", "t=1000,v1=é"])
def test_what_is_no_signature_is_refused(header: str) -> None:
    assert not rules.is_signed("whsec_a", header, BODY, 1_000)


def test_tries_come_later_and_later_and_end() -> None:
    waits = [rules.wait_for(n, 0.0) for n in range(1, rules.ATTEMPTS)]
    assert waits == sorted(waits)
    assert waits[0] == timedelta(seconds=10)
    assert sum(waits, timedelta()) > timedelta(hours=20)
    assert rules.wait_for(rules.ATTEMPTS, 0.0) is None
    assert rules.wait_for(1, 1.0) == timedelta(seconds=11)
