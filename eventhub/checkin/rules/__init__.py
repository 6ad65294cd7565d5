"""Pure decisions of check-in: whether a code admits, and what a scan log amounts to."""

from eventhub.checkin.rules.facts import (
    CodeFacts,
    GateFacts,
    PlaceFacts,
    PolicyFacts,
    Question,
    TicketFacts,
    WindowFacts,
)
from eventhub.checkin.rules.fold import (
    UNDO_MS,
    Fold,
    FoldPolicy,
    LoggedEntry,
    Place,
    fold,
    following_nonce,
)
from eventhub.checkin.rules.scope import scope_key
from eventhub.checkin.rules.verdict import (
    REPEAT_MS,
    Move,
    Verdict,
    overridden,
    passed_checks,
    verdict,
)

__all__ = [
    "REPEAT_MS",
    "UNDO_MS",
    "CodeFacts",
    "Fold",
    "FoldPolicy",
    "GateFacts",
    "LoggedEntry",
    "Move",
    "Place",
    "PlaceFacts",
    "PolicyFacts",
    "Question",
    "TicketFacts",
    "Verdict",
    "WindowFacts",
    "fold",
    "following_nonce",
    "overridden",
    "passed_checks",
    "scope_key",
    "verdict",
]
