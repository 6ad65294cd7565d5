"""What check-in does beside the gates."""

from __future__ import annotations

from eventhub.checkin import service
from eventhub.kernel import locks
from eventhub.kernel.db import command


@command
def mark_first_entries() -> int:
    """Write the first entry on tickets that have come in since; return how many."""
    locks.check_lease()
    return service.mark_first_entries()
