"""Doors that two counters see, as a report prints them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from eventhub.kernel.format import day_text, exact
from eventhub.kernel.i18n import current_lang


@dataclass(frozen=True, slots=True)
class DoorRow:
    """One door that two counters see, on one day, ready to print."""

    day: str
    door: str
    counted: str  # name of the counter that counts
    value: str
    other: str
    other_value: str
    apart: str
    is_apart: bool  # more than their joint 95 % interval explains
    stood_in: str  # when the other one counted for the silent one, "" if never


def door_rows(document: Mapping[str, Any]) -> tuple[DoorRow, ...]:
    """Return doors with two counters, what counts and how far the other is from it."""
    lang = current_lang()
    return tuple(
        DoorRow(
            day=day_text(date.fromisoformat(row["day"]), lang),
            door=row["door"],
            counted=row["counted"][lang],
            value=exact(row["counted"]["value"]),
            other=row["other"][lang],
            other_value=exact(row["other"]["value"]),
            apart=f"{row['apart']:+,}",
            is_apart=row["is_apart"],
            stood_in=_stood_in(row, document),
        )
        for row in document["series"].get("doors", ())
    )


def _stood_in(row: Mapping[str, Any], document: Mapping[str, Any]) -> str:
    """Say when the other counter of a door counted for the silent one; "" if never."""
    found = row.get("stood_in")
    if not found:
        return ""
    zone = ZoneInfo(document["timezone"])
    spans = [
        "–".join(f"{datetime.fromisoformat(at).astimezone(zone):%H:%M}" for at in span)
        for span in found["spans"]
    ]
    return _(
        "%(times)s: the first one was silent, the second one stood in with %(n)s entries",
        times=("、" if current_lang() == "zh" else ", ").join(spans),
        n=exact(found["value"]),
    )
