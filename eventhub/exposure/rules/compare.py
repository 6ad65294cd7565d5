"""What two events can be set side by side in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final, Self

from eventhub.exposure.rules.lines import Line
from eventhub.exposure.rules.rollup import sum_op, weakest

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
class Figure:
    """One line of a report as a judgement of its metric needs it."""

    metric: str
    value: int | str
    op: str
    cls: str
    unit: str
    key: str
    scope: str
    is_counted: bool

    @classmethod
    def of_line(cls, line: Line, *, is_counted: bool) -> Self:
        """Return a line that a report is made of."""
        return cls(
            metric=line.metric,
            value=line.value,
            op=line.op,
            cls=line.cls,
            unit=line.unit,
            key=line.key,
            scope=line.scope,
            is_counted=is_counted,
        )

    @classmethod
    def of_json(cls, line: Mapping[str, Any]) -> Self:
        """Return a line of report.json."""
        return cls(
            metric=line["metric"],
            value=line["value"],
            op=line["op"],
            cls=line["class"],
            unit=line["unit"],
            key=line["line"],
            scope=line["scope"],
            is_counted=line["in_gross"],
        )


def key_figure(figures: Iterable[Figure], metric: str) -> Figure | None:
    """
    Return the figure that a metric is judged by, None where nothing was measured.

    Visits, starts and views add up, with the operator and the weakest class of
    their parts; of everything else the largest stands. A figure for the whole
    event and its parts are never added: then those that the sum counts are.
    `key` names the largest part.
    """
    rows = [row for row in figures if row.metric == metric]
    if not rows:
        return None
    if metric not in _SUMMED:
        return max(rows, key=_size)
    if len({bool(row.scope) for row in rows}) > 1:
        rows = [row for row in rows if row.is_counted] or [row for row in rows if not row.scope]
    return replace(
        max(rows, key=_size),
        value=sum(int(row.value) for row in rows),
        op=sum_op(row.op for row in rows),
        cls=weakest(row.cls for row in rows) or "claimed",
    )


def key_figures(lines: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return one figure per compared metric of a report.json."""
    figures = [Figure.of_json(line) for line in lines]
    found = (key_figure(figures, metric) for metric in COMPARED)
    return [
        {
            "metric": one.metric,
            "value": one.value,
            "op": one.op,
            "class": one.cls,
            "unit": one.unit,
        }
        for one in found
        if one is not None
    ]


def _size(figure: Figure) -> tuple[Decimal, str]:
    return Decimal(figure.value), figure.key
