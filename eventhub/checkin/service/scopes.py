"""Numbers of scopes, given when a scope is first listed."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import text

from eventhub.checkin.queries.changes import scope_numbers
from eventhub.kernel.db import command, db

_GIVE = text(
    "INSERT INTO gate_scope (event_id, number, key)"
    " SELECT :event_id, COALESCE((SELECT MAX(number) FROM gate_scope"
    " WHERE event_id = :event_id), -1) + 1, :key WHERE true ON CONFLICT DO NOTHING"
)
_TRIES = 5


def numbered_scopes(event_id: int, keys: Iterable[str]) -> dict[str, int]:
    """Return the numbers of all scopes of an event; those of `keys` are given now if missing."""
    wanted = set(keys)
    for _ in range(_TRIES):  # another process may give the same number at the same moment
        known = scope_numbers(event_id)
        missing = sorted(wanted - known.keys())
        if not missing:
            return known
        _give(event_id, missing)
    raise RuntimeError("scopes could not be numbered")


@command
def _give(event_id: int, keys: list[str]) -> None:
    for key in keys:
        db.session.execute(_GIVE, {"event_id": event_id, "key": key})
