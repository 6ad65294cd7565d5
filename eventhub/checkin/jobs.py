"""What check-in does beside the gates."""

from __future__ import annotations

from eventhub.checkin import service
from eventhub.kernel import clock, locks
from eventhub.kernel.db import command
from eventhub.registration.service import ensure_keys_ahead


def make_day_keys() -> int:
    """Make the keys of rotating codes ahead of their days; return for how many events."""
    locks.check_lease()
    return ensure_keys_ahead(clock.now())


def watch_zones() -> int:
    """Read how full zones are and raise what follows; return how many were read."""
    return service.watch_zones()


@command
def mark_first_entries() -> int:
    """Write the first entry on tickets that have come in since; return how many."""
    locks.check_lease()
    return service.mark_first_entries()
