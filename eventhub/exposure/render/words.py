"""The words of a report page: operators, units, what a line does in the sum, flags."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from flask_babel import gettext as _

from eventhub.audience.dictionary import METRICS
from eventhub.exposure.enums import Channel, FlagCode, InSum
from eventhub.kernel.format import exact
from eventhub.kernel.i18n import current_lang

_UNIT_MATTERS: Final = frozenset({"live.viewers_claimed", "exposure.total_claimed"})


def name_of(row: Mapping[str, Any]) -> str:
    """Return the name of a line in the language of the page."""
    return str(row[current_lang()])


def metric_name(metric: str) -> str:
    """Return the name of a metric in the language of the page."""
    found = METRICS.get(metric)
    if found is None:
        return metric
    name = found.name.i18n()[current_lang()]
    return name[:1].upper() + name[1:]


def op_sign(op: str) -> str:
    """Return the sign before a value in a ledger; 近 keeps its word."""
    return _("just under") if op == "~<" else op


def signed(op: str, value: int | str | Decimal) -> str:
    """Return a value with the operator before it; = is not printed."""
    text = exact(Decimal(value))
    return text if op == "=" else f"{op_sign(op)} {text}"


def channel_name(letter: str) -> str:
    """Return the name of a channel of the sum."""
    match Channel(letter):
        case Channel.ATTENDANCE:
            return _("on site")
        case Channel.LIVESTREAM:
            return _("livestream")
        case Channel.MEDIA:
            return _("media")
        case Channel.CREATORS:
            return _("creators")
        case Channel.OWNED:
            return _("own channels")
        case Channel.OUT_OF_HOME:
            return _("out of home")


def op_sentence(line: Mapping[str, Any]) -> str:
    """Say how the words of a claim became an operator."""
    texts = {
        ">": _("“more than” is kept as >: a lower bound, without an interval"),
        "<": _("“less than” is kept as <: an upper bound, without an interval"),
        "~<": _("“close to” is kept as just under, without an interval"),
        "~": _("“about” is kept as ~, without an interval"),
        "=": _("printed without a qualifier, kept as =, without an interval"),
    }
    return texts[line["op"]]


def is_vague(line: Mapping[str, Any]) -> bool:
    """Tell whether a claim is counted as contacts although its words name no unit."""
    is_open = line["metric"] in _UNIT_MATTERS
    return is_open and bool(line["quote"]) and line.get("unit_stated") is None


def unit_of(line: Mapping[str, Any]) -> str:
    """Return the unit of a line; a claim of contacts without one says so."""
    if is_vague(line):
        return _("not defined") if line["metric"] == "live.viewers_claimed" else _("no unit")
    metric = METRICS.get(line["metric"])
    if current_lang() == "zh" or metric is None:
        return str(line.get("unit_stated") or line["unit"])
    return metric.unit.en


def unit_sentence(line: Mapping[str, Any]) -> str:
    """Say what a claim states as its unit and how it is counted."""
    stated = line.get("unit_stated")
    if stated:
        return _("%(unit)s, as printed", unit=stated)
    if line["in_sum"] == InSum.AS_CONTACTS.value:
        return _("The text names no unit; it is added up as contacts")
    return _("The text names no unit")


def in_sum_words(value: str) -> str:
    """Return what a line does in the sum."""
    match InSum(value):
        case InSum.COUNTED:
            return _("counted")
        case InSum.AS_CONTACTS:
            return _("as contacts")
        case InSum.COUNT_ONLY:
            return _("count only")
        case InSum.BESIDE:
            return _("beside, not added")
        case InSum.INSIDE:
            return _("inside the visits")


def subject_name(document: Mapping[str, Any], subject: str) -> str:
    """Return the name of what a flag is about: a line, a metric or a stream."""
    for line in document["lines"]:
        if subject in (line["line"], line["metric"], line["scope"]):
            return name_of(line)
    metric = METRICS.get(subject)
    return subject if metric is None else metric.name.i18n()[current_lang()]


def flag_words(document: Mapping[str, Any], flag: Mapping[str, Any]) -> tuple[str, str]:
    """Return the sentence of a flag and the figure beside it; ▲ where there is none."""
    subject = subject_name(document, flag["subject"])
    match FlagCode(flag["code"]):
        case FlagCode.ABOVE_POPULATION_SHARE:
            return _("%(figure)s is above 10 %% of the country's population", figure=subject), "▲"
        case FlagCode.ONE_PART_DOMINATES:
            return _("%(figure)s is more than 90 %% of the sum", figure=subject), "▲"
        case FlagCode.CLAIM_FAR_ABOVE_GROSS:
            return _("Published ÷ traceable"), f"{flag['value']} ×"
        case FlagCode.GROSS_OVER_CLAIM:
            return _("The traceable sum is above the published total"), "▲"
        case FlagCode.ABOVE_CORDON_FLOW:
            text = _("%(figure)s: more than can walk through an entrance so wide", figure=subject)
            return text, exact(flag["limit"])
        case FlagCode.VIEWS_BELOW_PEAK:
            return _("%(figure)s: fewer views than people at once", figure=subject), "▲"
        case FlagCode.UNIQUES_ABOVE_VIEWS:
            return _("%(figure)s: more people than views", figure=subject), "▲"
        case FlagCode.COUNTER_IMPLAUSIBLE:
            return _("Counters saw fewer people than were admitted"), exact(flag["value"])
