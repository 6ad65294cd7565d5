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
from eventhub.checkin.rules.fold import Fold, FoldPolicy, LoggedEntry, Place, fold
from eventhub.checkin.rules.scope import scope_key
from eventhub.checkin.rules.verdict import REPEAT_MS, Move, Verdict, passed_checks, verdict

__all__ = [
    "REPEAT_MS",
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
    "passed_checks",
    "scope_key",
    "verdict",
]
