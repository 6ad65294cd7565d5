"""One bin of a counter: as it stands, as a part of a sum, as something that was told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from eventhub.audience.enums import BinFlag
from eventhub.audience.rules import rollup as rules
from eventhub.audience.rules.counters import Held
from eventhub.audience.rules.rollup import Sum
from eventhub.audience.service.deliveries import Said
from eventhub.kernel import clock

Key = tuple[int, datetime, int, str]


@dataclass(slots=True)
class Bin:
    """
    A bin as kept or as delivered.

    `before` is passages, coverage and flags as the database has them, null for
    a bin that it has not; `batch_id` 0 is no file.
    """

    held: Held
    coverage: float
    flags: str
    batch_id: int = 0  # 0: not of a file
    is_new: bool = False
    is_changed: bool = False
    before: tuple[int, float, str] | None = None  # passages, coverage and flags as kept


def part(key: Key, passages: int, coverage: float, flags: str) -> tuple[rules.Key, Sum]:
    """Return the sum that a bin is added into, and what it adds."""
    source_id, starts_at, duration_s, direction = key
    place = rules.Key(source_id, rules.quarter_s(starts_at), direction, duration_s, flags)
    return place, Sum(passages, 1, duration_s * coverage)


def row_key(starts_at: datetime, duration_s: int, direction: str, name: str = "") -> str:
    """Return the text under which a bin stands in `revision` and `quarantine`."""
    return f"{clock.utc_text(starts_at)}/{duration_s}/{direction}{name}"


def said(key: Key, one: Bin) -> Said:
    """Return a bin as what was told of it."""
    raw = {"value": one.held.value, "coverage": one.coverage, "flags": one.flags}
    return Said(one.held.seq, raw, key[0], key[1])


def after(before: Said, arriving: Bin) -> Said:
    """Return what one batch says of a bin when it tells of it again, by the rules of `merge`."""
    raw = dict(before.raw)
    if raw["value"] != arriving.held.value:
        raw["flags"] = flagged(raw["flags"])
        if arriving.held.seq >= before.seq:
            raw |= {"value": arriving.held.value, "coverage": arriving.coverage}
    return Said(max(before.seq, arriving.held.seq), raw, before.source_id, before.at)


def flagged(flags: str) -> str:
    """Return flags with that of contradicting values."""
    return ",".join(sorted({*filter(None, flags.split(",")), BinFlag.CONFLICTING}))
