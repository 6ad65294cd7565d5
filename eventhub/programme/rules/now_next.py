"""What is on now and what comes next on each stage."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Protocol, TypeVar

_OFF = frozenset({"cancelled", "postponed"})


class Placed(Protocol):
    """A performance with its place and time."""

    @property
    def stage_slug(self) -> str: ...  # noqa: D102 - protocol member
    @property
    def stage_position(self) -> int: ...  # noqa: D102 - protocol member
    @property
    def starts_at(self) -> datetime: ...  # noqa: D102 - protocol member
    @property
    def ends_at(self) -> datetime: ...  # noqa: D102 - protocol member
    @property
    def status(self) -> str: ...  # noqa: D102 - protocol member


P = TypeVar("P", bound=Placed)


@dataclass(frozen=True, slots=True)
class StageNow(Generic[P]):
    """What runs on one stage at an instant, and the first thing after it."""

    stage_slug: str
    now: tuple[P, ...]
    next: P | None


def now_and_next(rows: Iterable[P], at: datetime) -> list[StageNow[P]]:
    """
    Return one entry per stage of `rows`, in order of stage position.

    Intervals are half open: a show that ends at `at` is over. Cancelled and
    postponed performances count for neither.
    """
    by_stage: dict[tuple[int, str], list[P]] = {}
    for row in rows:
        if row.status not in _OFF:
            by_stage.setdefault((row.stage_position, row.stage_slug), []).append(row)
    found = []
    for (_, slug), placed in sorted(by_stage.items(), key=lambda item: item[0]):
        placed.sort(key=lambda row: (row.starts_at, row.ends_at))
        running = tuple(row for row in placed if row.starts_at <= at < row.ends_at)
        following = next((row for row in placed if row.starts_at > at), None)
        found.append(StageNow(slug, running, following))
    return found
