"""The organizer's pages; importing this package completes the blueprint."""

from eventhub.console.views import figures, people
from eventhub.console.views.frame import blueprint

__all__ = ["blueprint", "figures", "people"]
