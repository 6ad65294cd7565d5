"""
The seam for paid ticket types: what a provider has to do, and one that only pretends.

No ticket type has a price yet: the database refuses one (`paid-types-off`).
When that changes, a registration waits in `awaiting_payment`, counted like a
held place, until its provider reports the money by `verify_webhook`; the amount
is always computed here, never taken from a form or from the provider.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

import orjson

from eventhub.kernel.ids import new_public_id


class PaymentState(StrEnum):
    """Where a payment is; the last three are ends."""

    OPEN = "open"
    PAID = "paid"
    FAILED = "failed"
    REFUNDED = "refunded"


@dataclass(frozen=True, slots=True)
class Intent:
    """What is to be paid: `amount_minor` in the smallest unit of `currency`, never a fraction."""

    registration: str
    amount_minor: int
    currency: str
    return_url: str

    def __post_init__(self) -> None:
        """Refuse what is no sum of money."""
        if self.amount_minor <= 0 or len(self.currency) != 3:
            raise ValueError("a payment needs a positive amount and a currency of three letters")


@dataclass(frozen=True, slots=True)
class Redirect:
    """Where the person pays, and what the provider calls it."""

    ref: str
    url: str


@dataclass(frozen=True, slots=True)
class Notice:
    """What a provider reports; the same `ref` and state may come any number of times."""

    ref: str
    state: PaymentState
    amount_minor: int
    currency: str


class UnsignedNotice(ValueError):
    """The report does not come from the provider, or was changed."""


class PaymentProvider(Protocol):
    """What a provider's adapter does; all calls may fail and be made again."""

    def create(self, intent: Intent) -> Redirect:
        """Begin a payment; the same registration and amount give the same one."""

    def status(self, ref: str) -> PaymentState:
        """Return where a payment is; raises KeyError for an unknown one."""

    def refund(self, ref: str, amount_minor: int) -> None:
        """Give back at most what was paid; raises ValueError otherwise."""

    def verify_webhook(self, body: bytes, headers: Mapping[str, str]) -> Notice:
        """Return what a signed report says; raises UnsignedNotice."""


def total_minor(price_minor: int, people: int) -> int:
    """Return what a group pays, in the smallest unit of the currency."""
    if price_minor < 0 or people < 1:
        raise ValueError("no price below zero and no group without people")
    return price_minor * people


@dataclass(slots=True)
class _Payment:
    intent: Intent
    state: PaymentState = PaymentState.OPEN
    refunded_minor: int = 0


@dataclass(slots=True)
class PretendProvider:
    """Moves no money; for tests and for trying out pages. `key` signs its reports."""

    key: bytes
    _payments: dict[str, _Payment] = field(default_factory=dict)

    def create(self, intent: Intent) -> Redirect:
        """Begin a payment; the same registration and amount give the same one."""
        for ref, known in self._payments.items():
            if known.intent == intent:
                return self._redirect(ref)
        ref = new_public_id()
        self._payments[ref] = _Payment(intent)
        return self._redirect(ref)

    def status(self, ref: str) -> PaymentState:
        """Return where a payment is; raises KeyError for an unknown one."""
        return self._payments[ref].state

    def refund(self, ref: str, amount_minor: int) -> None:
        """Give back at most what was paid; raises ValueError otherwise."""
        payment = self._payments[ref]
        left = payment.intent.amount_minor - payment.refunded_minor
        is_paid = payment.state in {PaymentState.PAID, PaymentState.REFUNDED}
        if not is_paid or not 0 < amount_minor <= left:
            raise ValueError("more than was paid")
        payment.refunded_minor += amount_minor
        if payment.refunded_minor == payment.intent.amount_minor:
            payment.state = PaymentState.REFUNDED

    def verify_webhook(self, body: bytes, headers: Mapping[str, str]) -> Notice:
        """Return what a signed report says; raises UnsignedNotice."""
        if not hmac.compare_digest(headers.get("X-Signature", ""), self._mac(body)):
            raise UnsignedNotice
        data = orjson.loads(body)
        return Notice(
            data["ref"], PaymentState(data["state"]), data["amount_minor"], data["currency"]
        )

    def pay(
        self, ref: str, state: PaymentState = PaymentState.PAID
    ) -> tuple[bytes, dict[str, str]]:
        """Pretend that somebody paid; return the report as the provider would send it."""
        payment = self._payments[ref]
        payment.state = PaymentState.PAID
        intent = payment.intent
        body = orjson.dumps(
            {
                "ref": ref,
                "state": payment.state.value,
                "amount_minor": intent.amount_minor,
                "currency": intent.currency,
            }
        )
        return body, {"X-Signature": self._mac(body)}

    def _mac(self, body: bytes) -> str:
        return hmac.new(self.key, body, "sha256").hexdigest()

    def _redirect(self, ref: str) -> Redirect:
        return Redirect(ref, f"{self._payments[ref].intent.return_url}?paid={ref}")
