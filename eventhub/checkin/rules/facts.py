"""What a verdict is decided from: plain values, times in Unix milliseconds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CodeFacts:
    """How the ticket was shown; `rev` is None for codes that carry none."""

    kind: str  # GS, GR, GD, search
    rev: int | None = None
    check_id: bool = False


@dataclass(frozen=True, slots=True)
class TicketFacts:
    """
    The ticket as the list has it.

    `product` and `window` count, not those of the code: a ticket may have
    been moved. `party` is the number of places on it.
    """

    product: int
    window: int
    rev: int
    party: int
    status: str  # valid, unpaid, not_approved, blocked, cancelled
    is_listed: bool = True


@dataclass(frozen=True, slots=True)
class GateFacts:
    """A gate; `products` None admits every ticket type."""

    number: int
    group: str
    direction: str  # in, out, both
    state: str  # open, closed, exit_only
    products: frozenset[int] | None = None


@dataclass(frozen=True, slots=True)
class PolicyFacts:
    """The rules that hold for this type at this gate."""

    once: str = "event"
    reentry: str = "no"
    reentry_max: int | None = None
    reentry_gap_s: int = 0
    unlisted: str = "ask"
    unpaid: str = "refuse"
    kinds: frozenset[str] = frozenset({"GS", "GR"})
    party: str = "partial"
    ask: str | None = None


@dataclass(frozen=True, slots=True)
class WindowFacts:
    """When the ticket admits, `[opens_ms, closes_ms)`; None stands for "always"."""

    opens_ms: int
    closes_ms: int
    is_cancelled: bool = False
    group: str | None = None


@dataclass(frozen=True, slots=True)
class PlaceFacts:
    """One turn of one place, in any order."""

    place: int
    turn: int
    device_id: int
    gate_id: int
    entered_ms: int
    left_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """
    Everything that one verdict needs.

    `places` are the admissions of the ticket in this scope; `persons` how many
    want to pass (0 = all that are left); `is_full` is true when the zone is at
    a capacity that may not be passed. `has_answer`: the question that the policy
    asks was answered before, or is with this scan.
    """

    code: CodeFacts
    ticket: TicketFacts
    gate: GateFacts
    policy: PolicyFacts
    window: WindowFacts | None
    places: tuple[PlaceFacts, ...]
    device_id: int
    now_ms: int
    direction: str = "in"
    persons: int = 0
    is_full: bool = False
    has_answer: bool = False
