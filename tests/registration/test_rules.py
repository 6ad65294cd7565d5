"""Identity, admission and states: pure rules."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventhub.kernel.text import email_limit_key, normalise_email, normalise_phone
from eventhub.registration.enums import IdentityKind, RegistrationState, TicketStatus
from eventhub.registration.rules import admission, states
from eventhub.registration.rules.admission import (
    Admit,
    Availability,
    Refusal,
    Refuse,
    TypeTerms,
    WindowTerms,
)
from eventhub.registration.rules.identity import IdentityKey, body_digest, identity_keys

AT = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def terms(**changes: object) -> TypeTerms:
    values: dict[str, object] = {
        "visibility": "public",
        "approval": "none",
        "waitlist": "off",
        "sale_from": None,
        "sale_until": None,
        "max_group": 2,
        "is_per_day": False,
    }
    return TypeTerms(**(values | changes))  # type: ignore[arg-type]


def window(starts: timedelta, *, lasts: timedelta = HOUR, number: int = 1) -> WindowTerms:
    return WindowTerms(number, AT + starts, AT + starts + lasts)


def decided(kind: TypeTerms, **changes: object) -> Admit | Refuse:
    values: dict[str, object] = {"is_open": True, "at": AT, "group_size": 1, "window": None}
    return admission.decide(kind, **(values | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("typed", "normal"),
    [
        (" Fang.Wang@Example.COM ", "fang.wang@example.com"),
        ("ｆａｎｇ＠example.com", "fang@example.com"),
        ("FANG@例子.中国", "fang@xn--fsqu00a.xn--fiqs8s"),
    ],
)
def test_one_address_has_one_spelling(typed: str, normal: str) -> None:
    assert normalise_email(typed) == normal


@pytest.mark.parametrize(
    ("typed", "normal"),
    [
        ("１３８ ００１３ ８０００", "+8613800138000"),
        ("+86 138-0013-8000", "+8613800138000"),
        ("0086 13800138000", "+8613800138000"),
        ("8613800138000", "+8613800138000"),
        ("(0755) 8291-2345", "+8675582912345"),
        ("+852 5123 4567", "+85251234567"),
    ],
)
def test_one_number_has_one_spelling(typed: str, normal: str) -> None:
    assert normalise_phone(typed) == normal


def test_plus_tags_count_for_limits_only() -> None:
    assert email_limit_key("fang.wang+show@gmail.com") == "fangwang@gmail.com"
    assert normalise_email("fang.wang+show@gmail.com") == "fang.wang+show@gmail.com"


def test_keys_stand_in_one_order_whatever_was_given() -> None:
    assert identity_keys(email="a@b.cn", phone="+8613800138000") == (
        IdentityKey(IdentityKind.EMAIL, "a@b.cn"),
        IdentityKey(IdentityKind.PHONE, "+8613800138000"),
    )
    assert identity_keys(email=None, phone=None) == ()


@given(st.dictionaries(st.text(max_size=5), st.integers() | st.text(max_size=5), max_size=6))
def test_the_digest_does_not_depend_on_the_order_of_keys(body: dict[str, object]) -> None:
    assert body_digest(body) == body_digest(dict(reversed(body.items())))


def test_another_body_has_another_digest() -> None:
    assert body_digest({"name": "陈欣怡"}) != body_digest({"name": "陈欣悦"})


def test_a_free_public_type_is_confirmed_and_needs_a_place() -> None:
    assert decided(terms()) == Admit(RegistrationState.CONFIRMED)
    assert Admit(RegistrationState.CONFIRMED).needs_place


def test_a_type_with_approval_waits_for_it_without_a_place() -> None:
    asked = decided(terms(approval="required"))
    assert asked == Admit(RegistrationState.PENDING_APPROVAL)
    assert not Admit(RegistrationState.PENDING_APPROVAL).needs_place


@pytest.mark.parametrize(
    ("kind", "changes", "reason"),
    [
        (terms(), {"is_open": False}, Refusal.NOT_OPEN),
        (terms(visibility="hidden"), {}, Refusal.NOT_OPEN),
        (terms(visibility="invitation"), {}, Refusal.BY_INVITATION),
        (terms(sale_from=AT + HOUR), {}, Refusal.NOT_YET),
        (terms(sale_until=AT), {}, Refusal.OVER),
        (terms(), {"group_size": 3}, Refusal.GROUP_TOO_LARGE),
        (terms(), {"group_size": 0}, Refusal.GROUP_TOO_LARGE),
        (terms(is_per_day=True), {}, Refusal.NO_SUCH_DAY),
        (terms(), {"window": window(-2 * HOUR)}, Refusal.DAY_OVER),
    ],
)
def test_each_refusal_has_its_reason(
    kind: TypeTerms, changes: dict[str, object], reason: Refusal
) -> None:
    assert decided(kind, **changes) == Refuse(reason)


def test_the_sale_begins_with_its_first_instant_and_ends_before_its_last() -> None:
    kind = terms(sale_from=AT, sale_until=AT + HOUR)
    assert decided(kind) == Admit(RegistrationState.CONFIRMED)
    assert decided(kind, at=AT + HOUR) == Refuse(Refusal.OVER)


def test_an_invitation_opens_hidden_types_and_skips_approval() -> None:
    kind = terms(visibility="invitation", approval="required", sale_until=AT)
    assert decided(kind, has_invitation=True) == Admit(RegistrationState.CONFIRMED)


@pytest.mark.parametrize(
    ("kind", "left", "size", "state"),
    [
        (terms(), None, None, Availability.OPEN),
        (terms(), 11, 100, Availability.OPEN),
        (terms(), 10, 100, Availability.FEW),
        (terms(), 0, 100, Availability.FULL),
        (terms(waitlist="auto"), 0, 100, Availability.WAITLIST),
        (terms(approval="required"), 0, 100, Availability.APPROVAL),
        (terms(sale_from=AT + HOUR), 5, 5, Availability.NOT_YET),
        (terms(sale_until=AT), 5, 5, Availability.OVER),
    ],
)
def test_what_the_page_says_of_a_type(
    kind: TypeTerms, left: int | None, size: int | None, state: Availability
) -> None:
    assert admission.availability(kind, is_open=True, at=AT, left=left, size=size) == state


def test_the_best_day_speaks_for_a_type() -> None:
    assert admission.best([Availability.OVER, Availability.FULL, Availability.FEW]) == "few"
    assert admission.best([]) == Availability.OVER


def test_without_a_choice_the_first_day_with_a_place_is_taken() -> None:
    past, full, free = (window(n * HOUR, number=place) for place, n in enumerate((-2, 1, 3)))
    choices = [(free, 4), (full, 0), (past, 9)]
    assert admission.choose_window(choices, at=AT) == free
    assert admission.choose_window([(free, 0), (full, 0)], at=AT) == full
    assert admission.choose_window([(past, 9)], at=AT) is None


def test_full_turns_away_or_queues() -> None:
    assert admission.when_full("off") is None
    assert admission.when_full("auto") is RegistrationState.WAITLISTED


STEPS = {
    ("held", "confirmed"),
    ("held", "pending_approval"),
    ("held", "awaiting_proof"),
    ("held", "waitlisted"),
    ("held", "expired"),
    ("held", "cancelled"),
    ("awaiting_proof", "confirmed"),
    ("awaiting_proof", "pending_approval"),
    ("awaiting_proof", "waitlisted"),
    ("awaiting_proof", "expired"),
    ("pending_approval", "confirmed"),
    ("pending_approval", "waitlisted"),
    ("pending_approval", "declined"),
    ("pending_approval", "cancelled"),
    ("waitlisted", "held"),
    ("waitlisted", "cancelled"),
    ("confirmed", "pending_approval"),
    ("confirmed", "cancelled"),
    ("declined", "confirmed"),
    ("cancelled", "confirmed"),
    ("expired", "confirmed"),
}


def test_only_the_written_steps_are_legal() -> None:
    found = {
        (old.value, new.value)
        for old in RegistrationState
        for new in RegistrationState
        if states.may_step(old, new)
    }
    assert found == STEPS


def test_a_cancelled_ticket_stays_cancelled() -> None:
    assert not any(states.may_step_ticket(TicketStatus.CANCELLED, new) for new in TicketStatus)


@given(st.sampled_from(RegistrationState))
def test_no_state_counts_a_place_twice(state: RegistrationState) -> None:
    assert not (states.takes_place(state) and states.holds_place(state))
