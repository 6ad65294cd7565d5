"""Sanity flags: what a reader should doubt. A flag never changes a figure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any, Final

from eventhub.exposure.enums import FlagCode
from eventhub.exposure.rules.lines import TOTAL_CLAIMED, Line
from eventhub.exposure.rules.rollup import Ledger

# People in China at the end of 2023. Source: National Bureau of Statistics, communiqué of
# 29 February 2024, 1,409.67 million.
POPULATION: Final = 1_409_670_000
_PART_OF_POPULATION: Final = 10  # more contacts than a tenth of the country has people
_DOMINANT_PERCENT: Final = 90
_CLAIM_TIMES: Final = 10
# People who can pass per metre of width and second, free flow. Source: docs/metrics.md.
_FLOW_PER_M_S: Final = Decimal("1.3")


@dataclass(frozen=True, slots=True)
class Flag:
    """One doubt: about which figure, what was found, and the limit it passes."""

    code: FlagCode
    subject: str
    value: int | str
    limit: int | str

    def as_json(self) -> dict[str, Any]:
        """Return the flag as report.json prints it."""
        return {
            "code": self.code.value,
            "subject": self.subject,
            "value": self.value,
            "limit": self.limit,
        }


def sanity_flags(lines: Sequence[Line], ledger: Ledger) -> list[Flag]:
    """
    Return the doubts that a ledger raises, those about the sums first.

    Args:
        lines: All figures of the report. A line may carry `cordon_width_m`
            and `open_s` among its facts; then its flow is checked.

        ledger: Their sums.
    """
    flags = _population(ledger)
    by_key = {line.key: line for line in lines}
    if len(ledger.parts) > 1:
        flags += [
            Flag(FlagCode.ONE_PART_DOMINATES, key, int(by_key[key].value), _DOMINANT_PERCENT)
            for key in ledger.parts
            if int(by_key[key].value) * 100 > ledger.gross * _DOMINANT_PERCENT
        ]
    if ledger.claimed is not None and ledger.gross > ledger.claimed:
        flags.append(
            Flag(FlagCode.GROSS_OVER_CLAIM, "exposure.gross", ledger.gross, ledger.claimed)
        )
    if ledger.claimed and ledger.gross and ledger.claimed > ledger.gross * _CLAIM_TIMES:
        times = one_digit(Decimal(ledger.claimed) / Decimal(ledger.gross))
        flags.append(Flag(FlagCode.CLAIM_FAR_ABOVE_GROSS, TOTAL_CLAIMED, times, _CLAIM_TIMES))
    return flags + _flow(lines) + _streams(lines) + _gates(lines)


def one_digit(value: Decimal) -> str:
    """Return a ratio with one decimal, rounded half-even."""
    return str(value.quantize(Decimal("0.1"), rounding=ROUND_HALF_EVEN))


def _population(ledger: Ledger) -> list[Flag]:
    limit = POPULATION // _PART_OF_POPULATION
    found = (("exposure.gross", ledger.gross), (TOTAL_CLAIMED, ledger.claimed or 0))
    return [
        Flag(FlagCode.ABOVE_POPULATION_SHARE, subject, value, limit)
        for subject, value in found
        if value > limit
    ]


def _flow(lines: Sequence[Line]) -> list[Flag]:
    flags = []
    for line in lines:
        width, open_s = line.facts.get("cordon_width_m"), line.facts.get("open_s")
        if line.metric != "footfall.visits" or not width or not open_s:
            continue
        limit = int(Decimal(str(width)) * _FLOW_PER_M_S * int(open_s))
        if int(line.value) > limit:
            flags.append(Flag(FlagCode.ABOVE_CORDON_FLOW, line.key, int(line.value), limit))
    return flags


def _streams(lines: Sequence[Line]) -> list[Flag]:
    """Nobody is at once or different where nobody began to watch: starts stand for views."""
    opened = {
        line.scope: int(line.value)
        for metric in ("live.starts", "live.views")
        for line in lines
        if line.metric == metric
    }
    flags = []
    for line in sorted(lines, key=lambda line: (line.metric, line.scope)):
        views = opened.get(line.scope, line.facts.get("starts"))
        if views is None:
            continue
        value, subject = int(Decimal(line.value)), line.scope or line.metric
        if line.metric == "live.pcu" and views < value:
            flags.append(Flag(FlagCode.VIEWS_BELOW_PEAK, subject, views, value))
        if line.metric == "live.viewers_day" and value > views:
            flags.append(Flag(FlagCode.UNIQUES_ABOVE_VIEWS, subject, value, views))
    return flags


def _gates(lines: Sequence[Line]) -> list[Flag]:
    counted = [line for line in lines if line.cls != "claimed"]
    visits = sum(int(line.value) for line in counted if line.metric == "footfall.visits")
    entries = sum(int(line.value) for line in counted if line.metric == "checkin.entries")
    if visits and entries > visits:
        return [Flag(FlagCode.COUNTER_IMPLAUSIBLE, "footfall.visits", visits, entries)]
    return []
