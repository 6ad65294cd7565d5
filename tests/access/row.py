"""One row of the access table, and the columns it is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from tests.people import NAMES

BEARERS: Final = ("key", "narrow_key", "foreign_key", "device")
EVERYBODY: Final = (*NAMES, *BEARERS)


def of(default: int, **others: int) -> Mapping[str, int]:
    """Return the status for everybody: `default`, and what differs by name."""
    return {name: others.get(name, default) for name in EVERYBODY}


def console(**allowed: int) -> Mapping[str, int]:
    """Return the statuses of a console page; who is not named and has a part is refused."""
    inside = dict.fromkeys(("alice", "frank", "bob", "dana"), 403)
    outside = dict.fromkeys(("charlie", "erin"), 404)
    return of(303, **(inside | outside | allowed))


def api(status: int) -> Mapping[str, int]:
    """Return the statuses of a call that needs a key: cookies of people count for nothing."""
    return of(401, key=status, narrow_key=403, foreign_key=404)


def owners(status: int) -> dict[str, int]:
    """Return the status for both owners of alice's organisation."""
    return {"alice": status, "frank": status}


@dataclass(frozen=True, slots=True)
class Row:
    """One route: how it is called and what everybody gets. Bodies are wrong on purpose."""

    method: str
    path: str
    answers: Mapping[str, int]
    form: Mapping[str, Any] = field(default_factory=dict)
    json: Any = None


OPEN: Final = of(200)
E: Final = "/e/{slug}"
C: Final = "/console/e/{slug}"
V1: Final = "/api/v1"
GATE: Final = "/api/gate/v1"
