"""Reads of the console over all domains."""

from eventhub.console.queries.counts import navigation_counts
from eventhub.console.queries.guests import GuestPage, GuestRow, GuestSearch, guests, ticket_types
from eventhub.console.queries.health import DatabaseState, database_state
from eventhub.console.queries.home import Entered, NextShow, entered, next_shows
from eventhub.console.queries.programme import Steps, steps
from eventhub.console.queries.tasks import facts

__all__ = [
    "DatabaseState",
    "Entered",
    "GuestPage",
    "GuestRow",
    "GuestSearch",
    "NextShow",
    "Steps",
    "database_state",
    "entered",
    "facts",
    "guests",
    "navigation_counts",
    "next_shows",
    "steps",
    "ticket_types",
]
