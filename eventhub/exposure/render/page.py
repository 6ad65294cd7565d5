"""The report page as plain values: every text and figure that the template prints."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from eventhub.exposure.enums import Section
from eventhub.exposure.render import chapters, figures, people, sections, sensitivity, words
from eventhub.exposure.render.doors import DoorRow, door_rows
from eventhub.exposure.render.series import HeatTable, StreamCurve, heat_tables, stream_curves
from eventhub.kernel.format import exact, short
from eventhub.kernel.i18n import current_lang

GROSS: Final = "gross"
RESIDUAL: Final = "residual"
_KEY_METRICS: Final = ("footfall.visits", "checkin.visitors", "live.pcu")
_SHORT_FROM: Final = 10_000
_WATERFALL_SHARE: Final = Decimal("0.01")  # below it a bar is thinner than its outline


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One row of the ledger, ready to print."""

    key: str
    letter: str
    name: str
    metric_name: str
    quote: str | None
    op: str
    value: str
    beside: str  # the 万 / 亿 form, empty below 10,000
    unit: str
    is_vague: bool  # the unit says that none was stated
    interval: str
    cls: str
    in_sum: str
    bar: figures.Bar | None


@dataclass(frozen=True, slots=True)
class ReportPage:
    """What the page shows; sums are None where nothing was published."""

    document: Mapping[str, Any]
    counted: tuple[LedgerRow, ...]
    others: tuple[LedgerRow, ...]  # measured or counted, but not contacts of the sum
    same_names: frozenset[str]  # of several figures; the metric tells them apart
    total: LedgerRow | None
    has_quotes: bool
    field: figures.UnitField | None
    scale: int | None  # end of the waterfall, None where its bars could not be seen
    sum_bars: tuple[figures.Bar, ...]
    residual_bar: figures.Bar | None
    share: Decimal | None
    shares: Mapping[str, Decimal]
    flags: tuple[tuple[str, str], ...]
    not_stated: tuple[str, ...]
    not_stated_of_figures: tuple[str, ...]  # only what is about the figures themselves
    key_rows: tuple[LedgerRow, ...]  # shown beside the sum where nothing was published
    footfall: tuple[HeatTable, ...]
    zones: tuple[HeatTable, ...]
    checkins: tuple[HeatTable, ...]
    tiers: tuple[HeatTable, ...]
    days: tuple[chapters.DayRow, ...]
    has_baseline: bool
    doors: tuple[DoorRow, ...]
    shows: tuple[chapters.ShowRow, ...]
    targets: tuple[chapters.TargetRow, ...]
    certainty: str
    drivers: tuple[sensitivity.DriverRow, ...]
    overlaps: people.Overlaps | None
    has_people: bool  # a range of people whose both ends are counted
    counted_channels: str  # those of the range of people that is counted, "" without one
    limits: tuple[chapters.Limit, ...]
    order: tuple[str, ...]  # sections, in the order chosen for this version
    accent: str
    logo: str  # SHA-256 of the picture
    streams: tuple[StreamCurve, ...]
    funnel: sections.Funnel | None
    media: sections.Media | None
    comparison: sections.Comparison | None


def report_page(document: Mapping[str, Any]) -> ReportPage:
    """Return the page of a report.json in the language of the request."""
    total = next((x for x in document["lines"] if x["metric"] == "exposure.total_claimed"), None)
    share = _decimal(document["share_of_claimed"])
    scale = max(document["gross"], document["claimed"] or 0)
    drawn = scale > 0 and (share is None or share >= _WATERFALL_SHARE)
    bars = figures.waterfall(document["lines"], scale) if drawn else {}
    plain = [x for x in document["lines"] if x is not total]
    ledger = [x for x in plain if x["in_gross"] or (x["quote"] and not drawn)]
    names = Counter(words.name_of(x) for x in plain)
    same = frozenset(name for name, count in names.items() if count > 1)
    return ReportPage(
        document=document,
        counted=tuple(ledger_row(x, bars.get(x["line"])) for x in ledger),
        others=tuple(ledger_row(x) for x in plain if x not in ledger),
        same_names=same,
        total=ledger_row(total, _whole_bar(document, scale, drawn)) if total else None,
        has_quotes=any(x["quote"] for x in document["lines"]),
        field=_field(document, drawn),
        scale=scale if drawn else None,
        sum_bars=figures.sum_bars(document["by_class"], scale) if drawn else (),
        residual_bar=_residual_bar(document, scale, drawn),
        share=share,
        shares=_shares(document),
        flags=tuple(words.flag_words(document, flag) for flag in document["flags"]),
        not_stated=tuple(str(item[current_lang()]) for item in document["unknown"]),
        not_stated_of_figures=_open_questions(document),
        key_rows=() if total else _key_rows(plain),
        footfall=heat_tables(document, "footfall_hours"),
        zones=heat_tables(document, "footfall_zones"),
        checkins=heat_tables(document, "checkin_hours"),
        tiers=heat_tables(document, "tier_hours"),
        days=chapters.days(document),
        has_baseline=chapters.has_baseline(document),
        doors=door_rows(document),
        shows=chapters.shows(document),
        targets=chapters.targets(document),
        certainty=chapters.certainty(document),
        drivers=sensitivity.driver_rows(document),
        overlaps=people.overlaps(document),
        has_people=None not in (document["people_low"], document["people_high"])
        and not people.is_bounded_by_universe(document),
        counted_channels=people.counted_channels(document),
        limits=chapters.limits(document),
        order=sections_of(document),
        accent=_layout(document).get("accent") or "",
        logo=_layout(document).get("logo") or "",
        streams=stream_curves(document),
        funnel=sections.funnel(document),
        media=sections.media(document),
        comparison=sections.comparison(document),
    )


def _layout(document: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = document.get("layout", {})
    return found


def sections_of(document: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the chosen sections; versions from before there was a choice have all."""
    return tuple(_layout(document).get("sections", [section.value for section in Section]))


def ledger_row(line: Mapping[str, Any], bar: figures.Bar | None = None) -> LedgerRow:
    """Return one line of report.json as a row to print."""
    value = line["value"]
    return LedgerRow(
        key=line["line"],
        letter=line["channel"] or "",
        name=words.name_of(line),
        metric_name=words.metric_name(line["metric"]),
        quote=line["quote"],
        op=words.op_sign(line["op"]),
        value=exact(Decimal(value)),
        beside=_beside(value),
        unit=words.unit_of(line),
        is_vague=words.is_vague(line),
        interval=interval(line),
        cls=line["class"],
        in_sum=words.in_sum_words(line["in_sum"]),
        bar=bar,
    )


def interval(line: Mapping[str, Any]) -> str:
    """Return the 95 % interval of a line, empty where it has none."""
    if line["low"] is None:
        return ""
    return f"{exact(line['low'])}–{exact(line['high'])}"


def _beside(value: int | str) -> str:
    number = Decimal(value)
    lang = current_lang()
    text = short(number, lang) if number >= _SHORT_FROM else ""
    return "" if text == exact(number) else text


def _field(document: Mapping[str, Any], is_drawn: bool) -> figures.UnitField | None:
    if is_drawn or not document["claimed"]:
        return None
    return figures.unit_field(document["claimed"], document["gross"])


def _whole_bar(document: Mapping[str, Any], scale: int, is_drawn: bool) -> figures.Bar | None:
    return figures.bar(0, document["claimed"], scale, "claimed") if is_drawn else None


def _residual_bar(document: Mapping[str, Any], scale: int, is_drawn: bool) -> figures.Bar | None:
    if not is_drawn or not document["residual"]:
        return None
    return figures.bar(document["gross"], document["residual"], scale, "residual")


def _open_questions(document: Mapping[str, Any]) -> tuple[str, ...]:
    families = {line["metric"].partition(".")[0] for line in document["lines"]}
    return tuple(
        str(item[current_lang()])
        for item in document["unknown"]
        if item["topic"].partition(".")[0] in families
    )


def _key_rows(lines: Sequence[Mapping[str, Any]]) -> tuple[LedgerRow, ...]:
    """Return the largest line of each key metric."""
    rows = []
    for metric in _KEY_METRICS:
        found = [line for line in lines if line["metric"] == metric]
        if found:
            rows.append(ledger_row(max(found, key=lambda line: Decimal(line["value"]))))
    return tuple(rows)


def _shares(document: Mapping[str, Any]) -> dict[str, Decimal]:
    gross = Decimal(document["gross"] or 1)
    return {cls: Decimal(value) / gross for cls, value in document["by_class"].items()}


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
