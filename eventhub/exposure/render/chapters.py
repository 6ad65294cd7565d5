"""Targets, days against other weeks, shows, errors and limits of a report, ready to print."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from flask_babel import ngettext

from eventhub.exposure.enums import Channel
from eventhub.exposure.render import words
from eventhub.exposure.render.sensitivity import driver_sentence
from eventhub.kernel.format import day_text, exact, percent
from eventhub.kernel.i18n import current_lang, pick

_STEPS: Final = (0.1, 0.25, 0.45, 0.7, 0.9)  # limits of the six heat steps, share of the largest
_FULL: Final = Decimal(1)
_SEVERAL: Final = 2


@dataclass(frozen=True, slots=True)
class TargetRow:
    """A target beside what was reached; `line` opens the evidence, "" where nothing was."""

    name: str
    target: str
    reached: str
    unit: str
    cls: str
    share: str
    width: str  # of the bar, at most 100 %
    line: str
    note: str
    is_met: bool


@dataclass(frozen=True, slots=True)
class DayHour:
    """One hour of a day beside the usual one; None is not known."""

    label: str
    value: int | None
    usual: int | None


@dataclass(frozen=True, slots=True)
class DayRow:
    """Visits of one day beside the median of the same weekday; "" where nothing is known."""

    day: str
    value: str
    cls: str
    usual: str
    days: str  # how many days the median is of
    uplift: str
    note: str
    compared: str  # what the ratio is of, where it is not all visits of the day
    hours: tuple[DayHour, ...]


@dataclass(frozen=True, slots=True)
class ShowRow:
    """One performance: who registered, who came, by ticket type, and who watched."""

    name: str
    when: str
    stage: str
    registered: str
    arrived: str
    step: int  # heat 1-6 of those who came, 0 where nobody was counted
    share: str  # of the places of the stage
    types: str
    peak: str
    ama: str
    stream: str
    stream_cls: str


@dataclass(frozen=True, slots=True)
class Limit:
    """One thing that a reader has to know: what, and in plain words why."""

    head: str
    text: str


def targets(document: Mapping[str, Any]) -> tuple[TargetRow, ...]:
    """Return targets and what was reached in the language of the request."""
    return tuple(_target(row) for row in document.get("targets", ()))


def days(document: Mapping[str, Any]) -> tuple[DayRow, ...]:
    """Return the days of the event beside those of other weeks."""
    names = {
        row["key"]: pick(row)
        for table in document["series"].get("footfall_hours", ())
        for row in table["rows"]
    }
    return tuple(_day(row, names) for row in document["series"].get("baseline", ()))


def has_baseline(document: Mapping[str, Any]) -> bool:
    """Tell whether any day has other weeks to stand beside."""
    return any(row["baseline"] is not None for row in document["series"].get("baseline", ()))


def shows(document: Mapping[str, Any]) -> tuple[ShowRow, ...]:
    """Return the performances that drew anybody, by start."""
    rows = document["series"].get("programme", ())
    zone = ZoneInfo(document["timezone"])
    most = max((row["arrived"] or 0 for row in rows), default=0)
    return tuple(_show(row, zone, most) for row in rows)


def certainty(document: Mapping[str, Any]) -> str:
    """Say how sure the sum is; "" where no part of it has a known error."""
    found = document.get("uncertainty")
    if not found:
        return ""
    text = _(
        "Measured and estimated parts: %(value)s, 95 %% interval %(low)s–%(high)s (%(method)s).",
        value=exact(found["subtotal"]),
        low=exact(found["low"]),
        high=exact(found["high"]),
        method=method_word(found["method"]),
    )
    text = f"{text}{_gap()}{driver_sentence(document)}".rstrip()
    if not found["without_error"]:
        return text
    claims = _(
        "Published values of %(value)s come on top; nobody gave an error for them.",
        value=exact(found["without_error"]),
    )
    return f"{text}{_gap()}{claims}"


def method_word(method: str) -> str:
    """Return how an interval was found."""
    if method == "monte-carlo":
        return _("10,000 draws, fixed seed")
    return _("in quadrature, shared calibration linear")


def limits(document: Mapping[str, Any]) -> tuple[Limit, ...]:
    """Return method and limits in plain words, only what applies to this report."""
    found = [
        Limit(
            _("What the sum is"),
            _(
                "Gross exposure adds contacts over channels. One person may be counted many times "
                "and in several channels; it is not a number of people."
            ),
        ),
        *_shared_limits(document),
        *_class_limits(document),
        *_gap_limits(document),
        *_prior_limits(document),
    ]
    if document.get("exclusions"):
        found.append(Limit(_("Left out"), _exclusions(document)))
    revised = sum(document["generated_from"].get("revisions", {}).values())
    if revised:
        found.append(
            Limit(_("Corrected"), _("%(n)s readings replaced older ones.", n=exact(revised)))
        )
    if document.get("adjustments"):
        found.append(Limit(_("Adjusted"), _adjusted(document)))
    boundary = f"{document['day_start']} {document['timezone']}"
    text = _("A day runs from %(at)s to the next; another boundary moves day totals.", at=boundary)
    return (*found, Limit(_("Day boundary"), text))


def _shared_limits(document: Mapping[str, Any]) -> list[Limit]:
    """Say between which channels the same people may be counted; how many nobody knows."""
    letters = {line["channel"] for line in document["lines"] if line["in_gross"]}
    counted = [words.channel_name(letter) for letter in Channel if letter in letters]
    if len(counted) < _SEVERAL:
        return []
    text = _(
        "The same people may stand in several of these: %(channels)s. How many is not known, so "
        "people are never added over channels.",
        channels=("、" if current_lang() == "zh" else ", ").join(counted),
    )
    return [Limit(_("Shared"), text)]


def _adjusted(document: Mapping[str, Any]) -> str:
    found = document["adjustments"]
    text = _(
        "%(n)s quarters of an hour changed after their day was closed, by %(delta)s passages in "
        "all.",
        n=exact(len(found)),
        delta=f"{sum(row['delta'] for row in found):+,}",
    )
    return str(text)


def _class_limits(document: Mapping[str, Any]) -> list[Limit]:
    classes = {line["class"] for line in document["lines"] if line["in_gross"]}
    texts = {
        "measured": _("counted by a device or by this system, with a known rule"),
        "estimated": _("made from counts and a factor; the interval says how sure"),
        "claimed": _("printed by somebody; kept word for word, with no error of its own"),
    }
    heads = {"measured": _("Measured"), "estimated": _("Estimated"), "claimed": _("Claimed")}
    return [Limit(heads[cls], texts[cls]) for cls in texts if cls in classes]


def _gap_limits(document: Mapping[str, Any]) -> list[Limit]:
    missing = sum(len(line["facts"].get("missing", ())) for line in document["lines"])
    if not missing:
        return []
    text = ngettext(
        "%(n)s hour of a counter has no data. It is not filled and not 0: the sum is a lower "
        "bound.",
        "%(n)s hours of counters have no data. They are not filled and not 0: the sum is a "
        "lower bound.",
        missing,
        n=exact(missing),
    )
    return [Limit(_("Gaps"), text)]


def _prior_limits(document: Mapping[str, Any]) -> list[Limit]:
    names = {
        "print": _("Front page of a newspaper, of its circulation"),
        "news": _("Page of one article, of a site’s monthly visitors"),
        "followers": _("One post, of a creator’s followers"),
    }
    return [
        Limit(
            names[prior["kind"]],
            _(
                "%(low)s–%(high)s see it, taken as %(used)s; set by the organizer, version %(n)s.",
                low=_share(prior["low"]),
                high=_share(prior["high"]),
                used=_share(prior["used"]),
                n=prior["version"],
            ),
        )
        for prior in document.get("priors", ())
    ]


def _share(text: str) -> str:
    return percent(Decimal(text), 2)


def _exclusions(document: Mapping[str, Any]) -> str:
    counts = Counter((row["source"], row["rule"]) for row in document["exclusions"])
    parts = [f"{source}: {_rule(rule)} ({n})" for (source, rule), n in sorted(counts.items())]
    return "；".join(parts) if current_lang() == "zh" else "; ".join(parts)


def _rule(rule: str) -> str:
    words_of = {
        "jump": _("a jump of more than 50 times in a minute"),
        "over-width": _("more people than the door lets through"),
        "too-many": _("more viewers than a stream can have"),
    }
    return words_of.get(rule, rule)


def _target(row: Mapping[str, Any]) -> TargetRow:
    unit = words.unit_of({"metric": row["metric"], "quote": None, "unit": ""})
    name = words.metric_name(row["metric"])
    late = _("set after the opening") if row["late"] else ""
    wanted = exact(Decimal(str(row["value"])))
    if row["reached"] is None:
        note = " · ".join(filter(None, (_("not measured"), late)))
        return TargetRow(name, wanted, "", unit, "", "", "0%", "", note, is_met=False)
    share = Decimal(row["share"])
    return TargetRow(
        name=name,
        target=wanted,
        reached=words.signed(row["op"], row["reached"]),
        unit=unit,
        cls=row["class"] or "",
        share=percent(share, 1),
        width=f"{min(share, _FULL) * 100:.1f}%",
        line=row["line"],
        note=late,
        is_met=share >= 1,
    )


def _day(row: Mapping[str, Any], names: Mapping[str, str]) -> DayRow:
    count = len(row["baseline_days"])
    hours = row.get("hours", ())  # none in versions of an earlier form
    return DayRow(
        day=day_text(date.fromisoformat(row["day"]), current_lang()),
        value=words.signed(row["op"], row["value"]),
        cls=row["class"],
        usual=exact(row["baseline"]) if row["baseline"] is not None else "",
        days=_("median of %(n)s days", n=count) if count else "",
        uplift=f"{row['uplift']} ×" if row["uplift"] else "",
        note=pick(row["note"]) if row["note"] else "",
        compared=_compared(row, names),
        hours=tuple(DayHour(f"{one['hour']:02d}", one["value"], one["usual"]) for one in hours),
    )


def _compared(row: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """Say in which counters a day is compared; "" where it is all of them in all hours."""
    if row.get("compared") in (None, row["value"]):
        return ""
    comma = "、" if current_lang() == "zh" else ", "
    text = _(
        "%(value)s in the same counters and hours: %(counters)s",
        value=exact(row["compared"]),
        counters=comma.join(names.get(name, name) for name in row["counters"]),
    )
    if row["left_out"]:
        left = _("days left out for gaps: %(n)s", n=len(row["left_out"]))
        return f"{text}{'；' if current_lang() == 'zh' else '; '}{left}"
    return str(text)


def _show(row: Mapping[str, Any], zone: ZoneInfo, most: int) -> ShowRow:
    at = datetime.fromisoformat(row["at"]).astimezone(zone)
    day = day_text(date.fromisoformat(row["day"]), current_lang())
    came, places = row["arrived"], row["capacity"]
    return ShowRow(
        name=pick({"zh": row["zh"], "en": row["en"]}),
        when=f"{day} {at:%H:%M}",
        stage=pick(row["stage"]) if row["stage"] else "",
        registered=exact(row["registered"]) if row["registered"] else "",
        arrived=exact(came) if came is not None else "",
        step=_step(came, most),
        share=percent(Decimal(came) / places, 0) if came is not None and places else "",
        types=" · ".join(f"{pick(kind)} {exact(kind['arrived'])}" for kind in row["types"]),
        peak=exact(row["peak"]) if row["peak"] is not None else "",
        ama=exact(row["ama"]) if row["ama"] is not None else "",
        stream=pick(row["stream"]) if row["stream"] else "",
        stream_cls=row["stream_class"] or "",
    )


def _step(came: int | None, most: int) -> int:
    if came is None or not most:
        return 0
    return 1 + sum(came >= most * limit for limit in _STEPS)


def _gap() -> str:
    return "" if current_lang() == "zh" else " "
