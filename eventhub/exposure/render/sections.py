"""Funnel, media, creators and comparison of a report as rows that every output prints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from flask_babel import gettext as _

from eventhub.exposure.render import words
from eventhub.exposure.rules.compare import COMPARED, key_figures
from eventhub.kernel.format import day_text, exact, percent
from eventhub.kernel.i18n import current_lang, pick

MARK: Final = "演示数据 / DEMONSTRATION DATA"


@dataclass(frozen=True, slots=True)
class Step:
    """One step from registration to arrival; `share` is of the first, `width` in per cent."""

    name: str
    value: int
    share: str
    width: str


@dataclass(frozen=True, slots=True)
class TypeRow:
    """One ticket type; `no_show` is empty as long as its people may still come."""

    name: str
    registered: int
    confirmed: int
    arrived: int
    no_show: str


@dataclass(frozen=True, slots=True)
class Funnel:
    """From registration to arrival; `no_show` is about tickets whose days are over."""

    steps: tuple[Step, ...]
    types: tuple[TypeRow, ...]
    due: int
    no_show: int
    no_show_share: str
    days: str


@dataclass(frozen=True, slots=True)
class MediaDay:
    """One day of the timeline."""

    label: str
    title: str
    mentions: int
    posts: int
    reach: int


@dataclass(frozen=True, slots=True)
class OutletRow:
    """One outlet or creator with what its rows add up to; "" is unknown."""

    name: str
    note: str
    count: int
    extra: str
    value: str


@dataclass(frozen=True, slots=True)
class Media:
    """Timeline, outlets and creators."""

    days: tuple[MediaDay, ...]
    top: int  # pieces on the busiest day
    outlets: tuple[OutletRow, ...]
    outlet_count: int
    creators: tuple[OutletRow, ...]
    creator_count: int
    mentions: tuple[Mapping[str, Any], ...]
    mention_count: int


@dataclass(frozen=True, slots=True)
class CompareRow:
    """One figure of both events; "" where an event does not have it."""

    name: str
    unit: str
    ours: str
    our_class: str
    theirs: str
    their_class: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two events side by side; never one series when the definitions differ."""

    title: str
    other_title: str
    other: str
    same_definitions: bool
    note: str
    rows: tuple[CompareRow, ...]


def funnel(document: Mapping[str, Any]) -> Funnel | None:
    """Return the funnel of a report in the language of the request."""
    found = document["series"].get("funnel")
    if not found:
        return None
    first = max(1, found["steps"][0]["value"])
    lang = current_lang()
    days = [day_text(date.fromisoformat(day), lang) for day in found["days"]]
    due = found["due"]
    return Funnel(
        steps=tuple(_step(step, first) for step in found["steps"]),
        types=tuple(_type(row) for row in found["types"]),
        due=due,
        no_show=found["no_show"],
        no_show_share=percent(Decimal(found["no_show"]) / due, 1) if due else "",
        days="–".join(dict.fromkeys((days[0], days[-1]))) if days else "",
    )


def media(document: Mapping[str, Any]) -> Media | None:
    """Return timeline, outlets and creators in the language of the request."""
    series = document["series"]
    if "media_days" not in series:
        return None
    days = _media_days(series["media_days"])
    outlets = series.get("outlets") or {"count": 0, "rows": []}
    creators = series.get("creators") or {"count": 0, "rows": []}
    mentions = series.get("mentions") or {"count": 0, "rows": []}
    return Media(
        days=days,
        top=max((day.mentions + day.posts for day in days), default=0),
        outlets=tuple(_outlet(row) for row in outlets["rows"]),
        outlet_count=outlets["count"],
        creators=tuple(_creator(row) for row in creators["rows"]),
        creator_count=creators["count"],
        mentions=tuple(mentions["rows"]),
        mention_count=mentions["count"],
    )


def comparison(document: Mapping[str, Any]) -> Comparison | None:
    """Return both events' figures side by side in the language of the request."""
    other = document["series"].get("comparison")
    if not other:
        return None
    ours = {row["metric"]: row for row in key_figures(document["lines"])}
    theirs = {row["metric"]: row for row in other["figures"]}
    rows = [
        _compare(metric, ours.get(metric), theirs.get(metric))
        for metric in COMPARED
        if metric in ours or metric in theirs
    ]
    return Comparison(
        title=pick(document["title"]),
        other_title=" · ".join(filter(None, (pick(other["title"]), pick(other["period"])))),
        other=other["event"],
        same_definitions=other["same_definitions"],
        note=_comparison_note(other),
        rows=(*rows, *_sum_rows(document, other)),
    )


def class_word(cls: str) -> str:
    """Return the word of a class of evidence."""
    found = {
        "measured": _("Measured"),
        "estimated": _("Estimated"),
        "claimed": _("Claimed"),
        "residual": _("Unexplained"),
    }
    return found.get(cls, "")


def kind_word(kind: str) -> str:
    """Return the word of a kind of publication; a kind without one as it is."""
    found = {
        "news": _("News site"),
        "print": _("Print"),
        "tv": _("Television"),
        "radio": _("Radio"),
        "wechat": _("WeChat account"),
        "weibo": _("Weibo"),
        "video": _("Video"),
        "livestream": _("Livestream"),
        "ooh": _("Out of home"),
        "portal": _("Portal"),
        "newspaper": _("Newspaper"),
        "magazine": _("Magazine"),
    }
    return found.get(kind, kind)


def tier_word(tier: int | None) -> str:
    """Return the word of an outlet's tier, "" when it is not known."""
    found = {1: _("national"), 2: _("regional or trade"), 3: _("local"), 4: _("self-media")}
    return found.get(tier or 0, "")


def tone_word(tone: int | None) -> str:
    """Return the word of a tone, "" when nobody coded it."""
    found = {1: _("positive"), 0: _("neutral"), -1: _("negative")}
    return "" if tone is None else found[tone]


def _step(step: Mapping[str, Any], first: int) -> Step:
    names = {
        "registered": _("Registered people"),
        "confirmed": _("Confirmed"),
        "arrived": _("Arrived"),
    }
    share = Decimal(step["value"]) / first
    return Step(
        name=names[step["step"]],
        value=step["value"],
        share=percent(share, 1),
        width=f"{share * 100:.3f}%",
    )


def _type(row: Mapping[str, Any]) -> TypeRow:
    due, missed = row["due"], max(0, row["due"] - row["due_arrived"])
    return TypeRow(
        name=_name(row),
        registered=row["registered"],
        confirmed=row["confirmed"],
        arrived=row["arrived"],
        no_show=f"{percent(Decimal(missed) / due, 1)}" if due else "",
    )


def _media_days(found: Mapping[str, Any]) -> tuple[MediaDay, ...]:
    lang = current_lang()
    rows = list(zip(found["days"], found["mentions"], found["posts"], found["reach"], strict=True))
    made = []
    for day, mentions, posts, reach in rows:
        at = date.fromisoformat(day)
        made.append(
            MediaDay(
                label=f"{at.month}-{at.day:02d}",
                title=day_text(at, lang),
                mentions=mentions,
                posts=posts,
                reach=reach,
            )
        )
    return tuple(made)


def _name(row: Mapping[str, Any]) -> str:
    return pick({"zh": row["zh"], "en": row["en"]})


def _outlet(row: Mapping[str, Any]) -> OutletRow:
    notes = (kind_word(row["kind"]), tier_word(row["tier"]))
    reads = _("%(n)s reads", n=exact(row["reads"])) if row["reads"] is not None else ""
    return OutletRow(
        name=_name(row),
        note=" · ".join(filter(None, notes)),
        count=row["mentions"],
        extra=reads or (_("%(n)s copied", n=row["copies"]) if row["copies"] else ""),
        value=words.signed(row["op"], row["reach"]) if row["reach"] is not None else "",
    )


def _creator(row: Mapping[str, Any]) -> OutletRow:
    notes = (
        pick(row["platform"]),
        _("%(n)s followers", n=exact(row["followers"])) if row["followers"] is not None else "",
    )
    missing = row["without_figure"]
    return OutletRow(
        name=_name(row),
        note=" · ".join(filter(None, notes)),
        count=row["posts"],
        extra=_("%(n)s without a figure", n=missing) if missing else "",
        value=words.signed(row["op"], row["impressions"]) if row["impressions"] is not None else "",
    )


def _compare(
    metric: str, ours: Mapping[str, Any] | None, theirs: Mapping[str, Any] | None
) -> CompareRow:
    known = ours or theirs or {}
    return CompareRow(
        name=words.metric_name(metric),
        unit=words.unit_of({"metric": metric, "quote": None, **known}),
        ours=words.signed(ours["op"], ours["value"]) if ours else "",
        our_class=ours["class"] if ours else "",
        theirs=words.signed(theirs["op"], theirs["value"]) if theirs else "",
        their_class=theirs["class"] if theirs else "",
    )


def _sum_rows(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> Sequence[CompareRow]:
    contacts = _("contacts")
    rows = [
        CompareRow(
            _("Gross with evidence"),
            contacts,
            words.signed(ours["gross_op"], ours["gross"]),
            ours["gross_class"] or "",
            words.signed(theirs["gross_op"], theirs["gross"]),
            "",
        ),
        CompareRow(
            _("Share measured"),
            "",
            percent(Decimal(str(ours["share_measured"])), 1),
            "",
            percent(Decimal(str(theirs["share_measured"])), 1),
            "",
        ),
    ]
    if ours["claimed"] is not None or theirs["claimed"] is not None:
        published = [
            words.signed(found["claimed_op"], found["claimed"])
            if found["claimed"] is not None
            else ""
            for found in (ours, theirs)
        ]
        rows.append(
            CompareRow(_("Published total"), contacts, published[0], "", published[1], "claimed")
        )
    return rows


def _comparison_note(other: Mapping[str, Any]) -> str:
    version = _("version %(n)s", n=other["version"])
    if other["same_definitions"]:
        return _(
            "Definitions %(n)s in both; the other figures are those of its public %(version)s.",
            n=other["definition_version"],
            version=version,
        )
    return _(
        "The other report uses definitions %(n)s: these figures can not be compared.",
        n=other["definition_version"],
    )
