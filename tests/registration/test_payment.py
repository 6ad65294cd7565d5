"""The seam for paid types: no price is taken yet, and what an adapter has to keep to."""

from __future__ import annotations

import pytest

from eventhub.programme.queries import EventRow
from eventhub.registration.errors import PaidTypesOff
from eventhub.registration.payment import (
    Intent,
    PaymentProvider,
    PaymentState,
    PretendProvider,
    UnsignedNotice,
    total_minor,
)
from tests.factories.registration import make_ticket_type

INTENT = Intent("K7M2QX", total_minor(12_000, 2), "CNY", "https://example.org/t/x")


def test_a_ticket_type_with_a_price_is_refused(event: EventRow) -> None:
    with pytest.raises(PaidTypesOff) as refused:
        make_ticket_type(event.id, slug="gold", price_minor=100)
    assert refused.value.error_code == "paid-types-off"


def test_a_payment_goes_through_its_states() -> None:
    provider: PaymentProvider = PretendProvider(b"k")
    first = provider.create(INTENT)
    assert provider.create(INTENT) == first  # asked twice, begun once
    assert provider.status(first.ref) is PaymentState.OPEN
    assert isinstance(provider, PretendProvider)
    body, headers = provider.pay(first.ref)
    for _ in range(2):  # a report may come again
        notice = provider.verify_webhook(body, headers)
        assert (notice.ref, notice.state, notice.amount_minor) == (first.ref, "paid", 24_000)
    with pytest.raises(UnsignedNotice):
        provider.verify_webhook(body.replace(b"24000", b"1"), headers)
    with pytest.raises(UnsignedNotice):
        provider.verify_webhook(body, {})
    provider.refund(first.ref, 4_000)
    with pytest.raises(ValueError, match="more than was paid"):
        provider.refund(first.ref, 20_001)
    provider.refund(first.ref, 20_000)
    assert provider.status(first.ref) is PaymentState.REFUNDED
    with pytest.raises(KeyError):
        provider.status("unknown")


@pytest.mark.parametrize(("amount", "currency"), [(0, "CNY"), (-1, "CNY"), (100, "yuan")])
def test_what_is_no_sum_of_money_is_refused(amount: int, currency: str) -> None:
    with pytest.raises(ValueError, match="positive"):
        Intent("K7M2QX", amount, currency, "https://example.org")
