"""Which assumption moves the sum of a report how far, ready to print."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from eventhub.exposure.render import words
from eventhub.kernel.format import exact
from eventhub.kernel.i18n import current_lang


@dataclass(frozen=True, slots=True)
class DriverRow:
    """One assumption; the bar is in per cent of the widest, `middle` is the sum as stated."""

    name: str
    low: str
    high: str
    down: str  # difference to the sum, signed
    up: str
    start: str
    width: str
    middle: str


def driver_rows(document: Mapping[str, Any]) -> tuple[DriverRow, ...]:
    """Return the assumptions of a report, the strongest first; none in versions without them."""
    sure = document.get("uncertainty") or {}
    found = sure.get("drivers", ())
    if not found:
        return ()
    total = sure["subtotal"]
    least = min(total, *(one["low"] for one in found))
    most = max(total, *(one["high"] for one in found))
    span = most - least or 1
    names = {line["line"]: words.name_of(line) for line in document["lines"]}
    return tuple(
        DriverRow(
            name=_name(one, names),
            low=exact(one["low"]),
            high=exact(one["high"]),
            down=f"{one['low'] - total:+,}".replace("-", "\N{MINUS SIGN}"),
            up=f"{one['high'] - total:+,}".replace("-", "\N{MINUS SIGN}"),
            start=f"{(one['low'] - least) / span * 100:.3f}%",
            width=f"{(one['high'] - one['low']) / span * 100:.3f}%",
            middle=f"{(total - least) / span * 100:.3f}%",
        )
        for one in found
    )


def driver_sentence(document: Mapping[str, Any]) -> str:
    """Say what moves the sum most; "" where nothing does."""
    rows = driver_rows(document)[:3]
    if not rows:
        return ""
    comma, semicolon = ("，", "；") if current_lang() == "zh" else (", ", "; ")
    listed = semicolon.join(f"{row.name}{comma}{row.low}–{row.high}" for row in rows)
    return _("What moves it most, each alone: %(listed)s.", listed=listed)


def _name(one: Mapping[str, Any], names: Mapping[str, str]) -> str:
    groups = {
        "counters": _("Calibration of the counters"),
        "prior:print": _("Share that sees the front page of a newspaper"),
        "prior:news": _("Share that sees an article"),
        "prior:followers": _("Share of followers that sees a post"),
    }
    own = " + ".join(names[key] for key in one["lines"])
    return groups.get(one["group"], own)
