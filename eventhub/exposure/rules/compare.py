"""What two events can be set side by side in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from eventhub.exposure.rules.lines import Line

# What two events can be set side by side in; a figure that one lacks stays empty.
COMPARED: Final = (
    "footfall.visits",
    "checkin.visitors",
    "live.starts",
    "live.views",
    "live.viewers_claimed",
    "live.pcu",
    "media.mentions",
    "media.outlets",
    "media.potential",
    "kol.creators",
    "kol.impressions",
)
_SUMMED: Final = frozenset({"footfall.visits", "live.starts", "live.views"})


@dataclass(frozen=True, slots=True)
class KeyFigure:
    """One figure of a metric: a sum of its parts, else the largest; `key` names a line."""

    value: int | str
    op: str
    cls: str
    key: str


def key_figure(lines: Sequence[Line], metric: str) -> KeyFigure | None:
    """Return the figure that a metric is judged by, None where nothing was measured."""
    rows = [line for line in lines if line.metric == metric]
    if not rows:
        return None
    largest = max(rows, key=lambda row: (Decimal(row.value), row.key))
    is_sum = metric in _SUMMED and len({row.op for row in rows}) == 1
    value = sum(int(row.value) for row in rows) if is_sum else largest.value
    return KeyFigure(value, largest.op, largest.cls, largest.key)


def key_figures(lines: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return one figure per compared metric: a sum of its parts, else the largest."""
    found = []
    for metric in COMPARED:
        rows = [line for line in lines if line["metric"] == metric]
        if not rows:
            continue
        is_sum = metric in _SUMMED and len({row["op"] for row in rows}) == 1
        largest = max(rows, key=lambda row: Decimal(row["value"]))
        value = sum(int(row["value"]) for row in rows) if is_sum else largest["value"]
        found.append(
            {
                "metric": metric,
                "value": value,
                "op": largest["op"],
                "class": largest["class"],
                "unit": largest["unit"],
            }
        )
    return found
