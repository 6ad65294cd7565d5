"""
Adding up contacts: gross exposure, the published total, and what lies between.

gross = A + L + M + K + O + H, one metric per channel and scope. Contacts add
up, people do not: people across channels are a range. Nothing but the metrics
of `quantity.RANKS` may enter.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final

from eventhub.exposure.enums import InSum
from eventhub.exposure.rules.lines import TOTAL_CLAIMED, Line
from eventhub.exposure.rules.quantity import RANKS, as_contacts, total
from eventhub.exposure.rules.uncertainty import Driver, Interval, drivers, interval

# Pairs of which the first lies inside the second, by definition of the metrics.
SUBSETS: Final = (
    ("checkin.visits", "footfall.visits"),
    ("media.seen", "media.potential"),
)
# A metric that is not added where another is counted: the counter sees who checks in, and what
# was seen is what became of a potential.
_GIVES_WAY: Final = {"checkin.visits": "footfall.visits", "media.potential": "media.seen"}
_CLASSES: Final = ("measured", "estimated", "claimed")
_LOWER: Final = frozenset({">"})
_UPPER: Final = frozenset({"<", "~<"})
_STARTS_CLAIMED: Final = 3  # starts count first only when they are measured


@dataclass(frozen=True, slots=True)
class Ledger:
    """The sums of a report. Money-like: integers, nominal values, operators beside them."""

    parts: tuple[str, ...]  # keys of the counted lines, in the order of the lines
    gross: int
    gross_op: str
    gross_class: str | None  # the weakest class of its parts; None without parts
    by_class: dict[str, int]
    claimed: int | None
    claimed_op: str | None
    residual: int | None
    residual_op: str | None
    share_of_claimed: Decimal | None
    share_measured: Decimal
    subtotal: int  # measured and estimated parts alone
    subtotal_interval: Interval | None  # None where they have no error; claims never have one
    drivers: tuple[Driver, ...]  # assumptions of the subtotal, the strongest first


def sum_op(ops: Iterable[str]) -> str:
    """
    Return the operator of a sum.

    All `=` give `=`; only `=` and `>` give `>`; only `=`, `<` and `~<` give
    `<`; anything else is `~`.
    """
    found = set(ops) - {"="}
    if not found:
        return "="
    if found <= _LOWER:
        return ">"
    return "<" if found <= _UPPER else "~"


def difference_op(left: str, right: str) -> str:
    """
    Return the operator of `left - right`.

    The difference of two lower bounds is neither a lower nor an upper bound:
    it is the nominal value, with `~`.
    """
    turned = {"=": "=", ">": "<", "<": ">", "~<": ">"}.get(right, "~")
    return sum_op((left, turned))


def weakest(classes: Iterable[str]) -> str | None:
    """Return the weakest of some evidence classes, None for none."""
    return max(classes, key=_CLASSES.index, default=None)


def select_parts(lines: Sequence[Line]) -> tuple[Line, ...]:
    """
    Return the lines that enter gross exposure, in their own order.

    One metric per channel and scope, the best documented first. Check-ins
    never add to counted footfall. A figure for the whole event and figures by
    cordon, stream or day are never both counted: the better documented stay,
    the finer ones when both are known alike.
    """
    best: dict[tuple[str, str], Line] = {}
    for line in lines:
        if line.metric not in RANKS or line.channel is None:
            continue
        place = (line.channel.value, line.scope)
        if place not in best or _preference(line) < _preference(best[place]):
            best[place] = line
    chosen = {line.key for line in best.values()}
    return tuple(line for line in lines if line.key in chosen and _adds(line, best))


def _preference(line: Line) -> tuple[int, int, str]:
    rank = RANKS[line.metric]
    if line.metric == "live.starts" and line.cls != "measured":
        rank = _STARTS_CLAIMED
    return rank, _CLASSES.index(line.cls), line.key


def _adds(line: Line, best: dict[tuple[str, str], Line]) -> bool:
    rivals = [other for (channel, _), other in best.items() if channel == line.channel]
    if _GIVES_WAY.get(line.metric) in {other.metric for other in rivals}:
        return False
    own = _CLASSES.index(line.cls)
    others = [other for other in rivals if bool(other.scope) != bool(line.scope)]
    if line.scope:  # a part of a figure that is known better as a whole
        return not any(_CLASSES.index(other.cls) < own for other in others)
    return not any(_CLASSES.index(other.cls) <= own for other in others)


def in_sum(line: Line, parts: Sequence[Line]) -> InSum:
    """Return what a line does in the sum, in the words of the ledger."""
    if line.metric == TOTAL_CLAIMED:
        return InSum.BESIDE
    if line in parts:
        is_contact = line.metric == "live.viewers_claimed"
        return InSum.AS_CONTACTS if is_contact else InSum.COUNTED
    outer_counted = any(part.metric == "footfall.visits" for part in parts)
    if line.metric in {"checkin.visits", "checkin.entries"} and outer_counted:
        return InSum.INSIDE
    return InSum.BESIDE if line.metric in RANKS else InSum.COUNT_ONLY


def roll_up(lines: Sequence[Line]) -> Ledger:
    """
    Add up the lines of a report.

    Args:
        lines: All figures, any order; the sums do not depend on it.

    Returns:
        Nominal sums. gross + residual = claimed whenever claimed > gross;
        otherwise the residual is 0. Without a published total there is no
        residual (None).
    """
    parts = select_parts(lines)
    gross = total(as_contacts(part.metric, int(part.value)) for part in parts).value
    gross_op = sum_op(part.op for part in parts)
    by_class = dict.fromkeys(_CLASSES, 0)
    for part in parts:
        by_class[part.cls] += int(part.value)
    claim = _published_total(lines)
    claimed = None if claim is None else int(claim.value)
    subtotal = gross - by_class["claimed"]
    return Ledger(
        parts=tuple(part.key for part in parts),
        gross=gross,
        gross_op=gross_op,
        gross_class=weakest(part.cls for part in parts),
        by_class=by_class,
        claimed=claimed,
        claimed_op=claim.op if claim else None,
        residual=None if claimed is None else max(0, claimed - gross),
        residual_op=_residual_op(claim, gross=gross, gross_op=gross_op),
        share_of_claimed=rounded_share(gross, claimed, digits=6) if claimed else None,
        share_measured=rounded_share(by_class["measured"], gross or 1, digits=6),
        subtotal=subtotal,
        subtotal_interval=_subtotal_interval(parts),
        drivers=drivers({part.key: part.parts for part in parts}, total=subtotal),
    )


def _subtotal_interval(parts: Sequence[Line]) -> Interval | None:
    """Return the interval of the measured and estimated parts; claims stay outside."""
    counted = [part for part in parts if part.cls != "claimed"]
    uncertain = [part for line in counted for part in line.parts]
    known = sum(int(line.value) for line in counted)
    return interval(uncertain, exact=known - round(sum(part.value for part in uncertain)))


def _published_total(lines: Sequence[Line]) -> Line | None:
    totals = [line for line in lines if line.metric == TOTAL_CLAIMED]
    return max(totals, key=lambda line: (int(line.value), line.key), default=None)


def _residual_op(claim: Line | None, *, gross: int, gross_op: str) -> str | None:
    if claim is None:
        return None
    return "=" if int(claim.value) <= gross else difference_op(claim.op, gross_op)


def rounded_share(part: int, whole: int, *, digits: int) -> Decimal:
    """Return part ÷ whole, rounded half-even to `digits` decimals."""
    step = Decimal(1).scaleb(-digits)
    return (Decimal(part) / Decimal(whole)).quantize(step, rounding=ROUND_HALF_EVEN)
