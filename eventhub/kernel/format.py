"""Numbers, days and times as look and language ask for them; pure functions."""

from __future__ import annotations

from datetime import date, datetime, tzinfo
from decimal import ROUND_HALF_EVEN, Decimal

from babel.dates import get_day_names, get_month_names

_WAN = 10_000
_YI = 100_000_000
_THIN = 2  # digits of a 万 or 亿 form


def exact(number: int | float | Decimal | None) -> str:
    """Return a number with thousands separators; an em dash for nothing."""
    if number is None:
        return "—"
    value = Decimal(str(number))
    if value == value.to_integral_value():
        return f"{int(value):,}"
    return f"{value.normalize():,f}"


def short(number: int | float | Decimal | None, lang: str) -> str:
    """
    Return the form for sentences: 3.5亿, 83万, 350 million.

    At most two decimals; below 10,000 (zh) or a million (en) the exact form.
    """
    if number is None:
        return "—"
    value = Decimal(str(number))
    if lang == "zh":
        for unit, word in ((_YI, "亿"), (_WAN, "万")):
            if abs(value) >= unit:
                return f"{_rounded(value / unit)}{word}"
        return exact(number)
    for unit, word in ((1_000_000_000, " billion"), (1_000_000, " million")):
        if abs(value) >= unit:
            return f"{_rounded(value / unit)}{word}"
    return exact(number)


def percent(share: float | Decimal | None, digits: int = 3) -> str:
    """Return a share of 1 as a percentage with at most `digits` decimals and a space."""
    if share is None:
        return "—"
    step = Decimal(1).scaleb(-digits)
    value = (Decimal(str(share)) * 100).quantize(step, rounding=ROUND_HALF_EVEN)
    return f"{_plain(value)} %"


def time_text(at: datetime, zone: tzinfo) -> str:
    """Return the wall clock time, 19:30."""
    return f"{at.astimezone(zone):%H:%M}"


def range_text(start: datetime, end: datetime, zone: tzinfo) -> str:
    """Return two wall clock times with an en dash, 18:15–19:15."""
    return f"{time_text(start, zone)}–{time_text(end, zone)}"


def day_text(day: date, lang: str) -> str:
    """Return 11 月 21 日 周六 or Saturday 21 November."""
    if lang == "zh":
        name = get_day_names("abbreviated", locale="zh_Hans_CN")[day.weekday()]
        return f"{day.month} 月 {day.day} 日 {name}"
    weekday = get_day_names("wide", locale="en")[day.weekday()]
    return f"{weekday} {day.day} {get_month_names('wide', locale='en')[day.month]}"


def stamp(at: datetime, zone: tzinfo) -> str:
    """Return month, day and wall clock time, 11-21 19:41."""
    return f"{at.astimezone(zone):%m-%d %H:%M}"


def _rounded(value: Decimal) -> str:
    step = Decimal(1).scaleb(-_THIN)
    return _plain(value.quantize(step, rounding=ROUND_HALF_EVEN))


def _plain(value: Decimal) -> str:
    text = f"{value:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
