"""Media reports of today on the wall; the domain that keeps them says how many."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from flask import Flask, current_app

from eventhub.programme.queries import EventRow

_KEY: Final = "eventhub.coverage"


@dataclass(frozen=True, slots=True)
class Coverage:
    """Reports published on the running day, and how many outlets they are of."""

    mentions: int
    outlets: int


CoverageOf = Callable[[EventRow], Coverage | None]


def set_coverage(app: Flask, of: CoverageOf) -> None:
    """Let `of` say what media reported today; media stand above this domain."""
    app.extensions[_KEY] = of


def coverage(event: EventRow) -> Coverage | None:
    """Return what media reported today, None where nobody keeps reports of this event."""
    of: CoverageOf | None = current_app.extensions.get(_KEY)
    return of(event) if of else None
