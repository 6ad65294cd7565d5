"""What stands behind one figure: quotation and source, or counters and arithmetic."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from eventhub.audience.dictionary import METRICS
from eventhub.exposure.errors import NoReport
from eventhub.exposure.render import words
from eventhub.exposure.render.chapters import certainty
from eventhub.exposure.render.page import GROSS, RESIDUAL, LedgerRow, interval, ledger_row
from eventhub.kernel.format import day_text, exact, percent, range_text, stamp
from eventhub.kernel.i18n import current_lang, pick

Fact = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Passage:
    """The words around a quotation, cut at it, so that it can be marked."""

    before: str
    marked: str
    after: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """One figure and everything that it rests on."""

    key: str
    label: str  # "L · live.viewers_claimed"
    row: LedgerRow
    passage: Passage | None
    facts: tuple[Fact, ...]
    not_stated: tuple[str, ...]
    others: tuple[LedgerRow, ...]
    others_title: str


def evidence(document: Mapping[str, Any], key: str) -> Evidence:
    """
    Return what stands behind a line, or behind `gross` and `residual`.

    Raises:
        NoReport: The report has no such line.
    """
    if key == GROSS:
        return _gross(document)
    if key == RESIDUAL and document["residual"] is not None:
        return _residual(document)
    line = next((x for x in document["lines"] if x["line"] == key), None)
    if line is None:
        raise NoReport()
    names = {source["source"] for source in line["sources"]}
    others = [
        x
        for x in document["lines"]
        if x is not line and names & {source["source"] for source in x["sources"]}
    ]
    return Evidence(
        key=key,
        label=" · ".join(part for part in (line["channel"], line["metric"]) if part),
        row=ledger_row(line),
        passage=_passage(line),
        facts=tuple(
            _claim_facts(document, line) if line["quote"] else _count_facts(document, line)
        ),
        not_stated=_not_stated(document, line["metric"]),
        others=tuple(ledger_row(other) for other in others),
        others_title=_("Other figures of this source"),
    )


def _passage(line: Mapping[str, Any]) -> Passage | None:
    if not line["quote"]:
        return None
    before, _found, after = str(line["sentence"] or line["quote"]).partition(line["quote"])
    return Passage(before=before, marked=line["quote"], after=after)


def _claim_facts(document: Mapping[str, Any], line: Mapping[str, Any]) -> list[Fact]:
    facts = [(_("Source"), pick(source["title"]) or source["source"]) for source in line["sources"]]
    publisher = line["facts"].get("published_by")
    if publisher:
        facts.append((_("Published by"), publisher))
    facts += [
        (_("Recorded as"), _("Quoted from a document, not counted by this system")),
        (_("Printed number"), _number_sentence(line)),
        (_("Operator"), words.op_sentence(line)),
        (_("Unit"), words.unit_sentence(line)),
    ]
    facts += _time(document, line)
    scope = line["facts"].get("scope")
    if scope:
        facts.append((_("What it covers"), pick(scope)))
    if line.get("scope_note"):
        facts.append((_("Period"), pick(line["scope_note"])))
    return [*facts, *_shared_facts(line)]


def _number_sentence(line: Mapping[str, Any]) -> str:
    text = line.get("number_text") or line["quote"]
    return _("“%(text)s” is kept as %(value)s", text=text, value=exact(Decimal(line["value"])))


def _count_facts(document: Mapping[str, Any], line: Mapping[str, Any]) -> list[Fact]:
    metric = METRICS.get(line["metric"])
    lang = current_lang()
    facts: list[Fact] = []
    if metric is not None:
        facts.append((_("Definition"), metric.definition.i18n()[lang]))
        facts.append((_("Counted twice?"), metric.rule.i18n()[lang]))
    facts.append((_("How it was made"), _class_sentence(line["class"])))
    facts.append((_("Unit"), words.unit_of(line)))
    facts += _time(document, line)
    facts += _collected(document, line)
    if line["low"] is not None:
        facts.append((_("Interval, 95 %"), interval(line)))
    facts += _counter_facts(document, line["facts"])
    facts += _media_facts(line["facts"])
    if line["op"] == ">":
        facts.append((_("Operator"), _lower_bound(line["metric"])))
    return [*facts, *_shared_facts(line)]


def _time(document: Mapping[str, Any], line: Mapping[str, Any]) -> list[Fact]:
    """Return from when until when a figure counts; the second day is named once."""
    period = line.get("period")
    if not period:
        return []
    zone = ZoneInfo(document["timezone"])
    start, end = (datetime.fromisoformat(period[name]).astimezone(zone) for name in ("from", "to"))
    if start.date() == end.date():
        return [(_("Time covered"), f"{start:%Y-%m-%d} {range_text(start, end, zone)}")]
    return [(_("Time covered"), f"{start:%Y-%m-%d %H:%M} – {end:%Y-%m-%d %H:%M}")]


def _class_sentence(cls: str) -> str:
    if cls == "measured":
        return _("counted by a device or by this system, with a known rule")
    if cls == "claimed":
        return _("taken over unchanged from whoever published it, not counted by this system")
    return _("made from counts and a factor; the interval says how sure")


def _collected(document: Mapping[str, Any], line: Mapping[str, Any]) -> list[Fact]:
    """Return who collected a figure and of when, the files behind it, and what was corrected."""
    revised = document["generated_from"].get("revisions", {})
    facts: list[Fact] = []
    for source in line["sources"]:
        name = pick(source["title"]) or source["source"]
        facts.append((_("Collected by"), f"{name} ({source['source']})"))
        if source["observations"]:
            facts.append((_("Readings"), _refs(source)))
        if source["sha256"]:
            facts.append((_("Evidence file, SHA-256"), source["sha256"]))
        if revised.get(source["source"]):
            text = _("%(n)s readings replaced older ones.", n=exact(revised[source["source"]]))
            facts.append((_("Corrections"), text))
    left_out = sum(
        row["source"] in {source["source"] for source in line["sources"]}
        for row in document.get("exclusions", ())
    )
    if left_out:
        facts.append((_("Left out"), _("%(n)s readings set apart by a rule", n=exact(left_out))))
    return facts


def _counter_facts(document: Mapping[str, Any], known: Mapping[str, Any]) -> list[Fact]:
    zone, lang = ZoneInfo(document["timezone"]), current_lang()
    facts: list[Fact] = []
    if known.get("raw") is not None:
        facts.append((_("Before calibration"), exact(known["raw"])))
    facts += [
        (day_text(date.fromisoformat(day["day"]), lang), _day_figure(day))
        for day in known.get("days", [])
    ]
    if known.get("missing"):
        hours = ", ".join(_missing_hour(text, zone) for text in known["missing"])
        facts.append((_("No data"), hours))
    if known.get("coverage"):
        facts.append((_("Coverage"), percent(Decimal(known["coverage"]), 1)))
    if known.get("grain_s"):
        facts.append((_("Grain"), _("means of %(n)s seconds", n=known["grain_s"])))
    return facts


def _media_facts(known: Mapping[str, Any]) -> list[Fact]:
    facts: list[Fact] = []
    for part, whole, name in (
        ("with_reach", "mentions", _("Reports with a reach")),
        ("with_impressions", "posts", _("Posts with a figure")),
    ):
        if part in known:
            text = _("%(n)s out of %(all)s", n=exact(known[part]), all=exact(known[whole]))
            facts.append((name, text))
    if known.get("modelled"):
        facts.append((_("From reach × share seen"), exact(known["modelled"])))
    if known.get("copies"):
        facts.append((_("Reach of copies"), exact(known["copies"])))
    if known.get("reads") is not None:
        text = _("%(n)s, of %(all)s reports", n=exact(known["reads"]), all=known["with_reads"])
        facts.append((_("Reads, not in the reach"), text))
    return facts


def _lower_bound(metric: str) -> str:
    if metric.startswith(("media.", "kol.")):
        return _("a lower bound: some pieces have no figure")
    return _("a lower bound: some hours have no data")


def _day_figure(day: Mapping[str, Any]) -> str:
    sign = "" if day["op"] == "=" else f"{day['op']} "
    return f"{sign}{exact(day['value'])}"


def _missing_hour(text: str, zone: ZoneInfo) -> str:
    name, _space, at = text.rpartition(" ")
    return f"{name} {stamp(datetime.fromisoformat(at), zone)}"


def _refs(source: Mapping[str, Any]) -> str:
    refs = source["observations"]
    if len(refs) <= 4:
        return ", ".join(refs)
    return _("%(first)s and %(count)s more", first=refs[0], count=len(refs) - 1)


def _shared_facts(line: Mapping[str, Any]) -> list[Fact]:
    facts: list[Fact] = []
    if line["in_gross"]:
        facts.append((_("Used in"), _("the traceable sum")))
    elif line["in_sum"] == "beside":
        facts.append((_("Used in"), _("the unexplained part; beside the sum, never in it")))
    else:
        facts.append((_("Used in"), _("this line only; not added up")))
    if line["note"]:
        facts.append((_("Note"), pick(line["note"])))
    return facts


def _not_stated(document: Mapping[str, Any], metric: str) -> tuple[str, ...]:
    family = metric.partition(".")[0]
    return tuple(
        str(item[current_lang()])
        for item in document["unknown"]
        if item["topic"].partition(".")[0] == family
    )


def _gross(document: Mapping[str, Any]) -> Evidence:
    parts = [line for line in document["lines"] if line["in_gross"]]
    facts = [
        (_("Arithmetic"), " + ".join(exact(part["value"]) for part in parts) or "0"),
        (_("Operator"), _("follows from the parts: all = gives =, = and > give >, else ~")),
        (_("Class"), _("the weakest of its parts")),
        *([(_("How sure"), certainty(document))] if document.get("uncertainty") else []),
        (_("Unit"), _("contacts: one person may be counted many times")),
    ]
    row = _sum_row(
        document, GROSS, name=_("Traceable sum"), cls=document["gross_class"] or "claimed"
    )
    return Evidence(
        key=GROSS,
        label="exposure.gross",
        row=row,
        passage=None,
        facts=tuple(facts),
        not_stated=(),
        others=tuple(ledger_row(part) for part in parts),
        others_title=_("Its parts"),
    )


def _residual(document: Mapping[str, Any]) -> Evidence:
    facts = [
        (_("Arithmetic"), f"{exact(document['claimed'])} − {exact(document['gross'])}"),
        (_("Operator"), _residual_op(document)),
        *_residual_bounds(document),
        *(_reading(item) for item in document["residual_readings"]),
    ]
    total = [x for x in document["lines"] if x["metric"] == "exposure.total_claimed"]
    return Evidence(
        key=RESIDUAL,
        label="exposure.residual",
        row=_sum_row(document, RESIDUAL, name=_("Unexplained part"), cls="residual"),
        passage=None,
        facts=tuple(facts),
        not_stated=_not_stated(document, "exposure.residual"),
        others=tuple(ledger_row(line) for line in total),
        others_title=_("Subtracted from"),
    )


def _residual_bounds(document: Mapping[str, Any]) -> list[Fact]:
    found = document.get("uncertainty")
    if not found or found["residual_low"] is None:
        return []
    text = _(
        "%(low)s–%(high)s, from the errors of the traceable part alone",
        low=exact(found["residual_low"]),
        high=exact(found["residual_high"]),
    )
    return [(_("Interval, 95 %"), text)]


def _residual_op(document: Mapping[str, Any]) -> str:
    if document["residual_op"] == "~":
        return _("a nominal difference: neither a lower nor an upper bound")
    return str(document["residual_op"])


def _reading(item: Mapping[str, Any]) -> Fact:
    if item["per"] == ["inhabitants"]:
        return _("Per inhabitant"), _(
            "%(value)s contacts for everybody in China", value=item["value"]
        )
    value, count = exact(item["value"]), exact(item["count"])
    if item["per"] == ["media.mentions"]:
        return _("Per report"), _("%(value)s, over %(count)s reports", value=value, count=count)
    return _("Per piece"), _(
        "%(value)s, over %(count)s reports and creators", value=value, count=count
    )


def _sum_row(document: Mapping[str, Any], key: str, *, name: str, cls: str) -> LedgerRow:
    row = ledger_row(
        {
            "line": key,
            "metric": f"exposure.{key}",
            "channel": None,
            "zh": name,
            "en": name,
            "quote": None,
            "value": document[key],
            "op": document[f"{key}_op"],
            "unit": "次",
            "low": None,
            "high": None,
            "class": cls,
            "in_sum": "beside",
        }
    )
    return row
