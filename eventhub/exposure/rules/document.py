"""report.json as a pure function of the figures that go into it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any, Final, NamedTuple

from eventhub.exposure.rules.canonical import canonical, sealed
from eventhub.exposure.rules.compare import Figure, key_figure
from eventhub.exposure.rules.flags import POPULATION, sanity_flags
from eventhub.exposure.rules.lines import Claim, I18n, Line, SourceRef, Span
from eventhub.exposure.rules.people import PeopleRange, overlaps, people_behind
from eventhub.exposure.rules.rollup import Ledger, in_sum, roll_up, select_parts

SCHEMA: Final = "eventhub.report/5"
# How the lines of a report stand: by channel, and inside it the figure before its counts.
ORDER: Final = (
    "reg.registered",
    "reg.",
    "footfall.visits",
    "footfall.",
    "checkin.entries",
    "checkin.visits",
    "checkin.visitors",
    "checkin.",
    "live.viewers_claimed",
    "live.starts",
    "live.views",
    "live.",
    "media.seen",
    "media.potential",
    "media.outlets",
    "media.",
    "kol.impressions",
    "kol.",
    "owned.",
    "ooh.",
    "exposure.",
)
# The counts of which the residual is printed per piece, and per all pieces before it.
_PIECES: Final = ("media.mentions", "kol.creators")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportInputs:
    """
    All that a report is made of, without a clock and without database ids.

    `generated_from` names the state of the data; `series` is by name, times as
    ISO UTC text, a gap as None; `not_stated` is what the sources leave open;
    `universe` is how many people could be reached at all, None = not bounded.
    """

    event: str
    title: I18n
    period: I18n | None
    place: I18n | None
    timezone: str
    day_start: str
    definition_version: int
    generated_from: Mapping[str, Any]
    lines: tuple[Line, ...]
    series: Mapping[str, Any]
    not_stated: tuple[Mapping[str, str], ...] = ()
    universe: int | None = None
    layout: Mapping[str, Any] = field(default_factory=dict)
    priors: tuple[Mapping[str, Any], ...] = ()
    targets: tuple[Mapping[str, Any], ...] = ()
    exclusions: tuple[Mapping[str, str], ...] = ()
    adjustments: tuple[Mapping[str, Any], ...] = ()
    is_synthetic: bool = False


def report_document(inputs: ReportInputs, *, version: int) -> dict[str, Any]:
    """
    Return report.json as a dictionary, with its digest.

    The order of the lines, of sources and of flags depends on the figures
    alone, so the same data give the same bytes on every database.
    """
    lines = sorted(inputs.lines, key=_place)
    ledger = roll_up(lines)
    parts = select_parts(lines)
    people = people_behind(lines, parts, universe=inputs.universe)
    document = {
        "schema": SCHEMA,
        "event": inputs.event,
        "title": dict(inputs.title),
        "period": _optional(inputs.period),
        "place": _optional(inputs.place),
        "timezone": inputs.timezone,
        "version": version,
        "definition_version": inputs.definition_version,
        "generated_from": dict(inputs.generated_from),
        "day_start": inputs.day_start,
        "lines": [_line(line, parts, event=inputs.event) for line in lines],
        "series": dict(inputs.series),
        "flags": [flag.as_json() for flag in sanity_flags(lines, ledger)],
        "unknown": [dict(item) for item in inputs.not_stated],
        "uncertainty": _uncertainty(ledger),
        "people_low": people.low,
        "people_high": people.high,
        "universe": _universe(inputs.universe, people),
        "people": [channel.as_json() for channel in people.channels],
        "people_counted": people.counted.as_json() if people.counted else None,
        "overlaps": [pair.as_json() for pair in overlaps(lines, parts, people)],
        "layout": dict(inputs.layout),
        "priors": [dict(prior) for prior in inputs.priors],
        "targets": [
            _reached(target, lines, ledger)
            for target in sorted(inputs.targets, key=lambda target: _rank(target["metric"]))
        ],
        "adjustments": sorted((dict(one) for one in inputs.adjustments), key=canonical),
        "exclusions": sorted((dict(one) for one in inputs.exclusions), key=canonical),
        "synthetic": inputs.is_synthetic,
    }
    return sealed(document | _sums(ledger) | {"residual_readings": _readings(ledger, lines)})


def _rank(metric: str) -> int:
    return next(n for n, head in enumerate((*ORDER, "")) if metric.startswith(head))


def _place(line: Line) -> tuple[int, str, str, str]:
    place, _at, period = line.scope.partition("@")
    return _rank(line.metric), line.metric, f"{period} {place}", line.key


def _sums(ledger: Ledger) -> dict[str, Any]:
    share = ledger.share_of_claimed
    return {
        "gross": ledger.gross,
        "gross_op": ledger.gross_op,
        "gross_class": ledger.gross_class,
        "gross_parts": list(ledger.parts),
        "by_class": dict(ledger.by_class),
        "claimed": ledger.claimed,
        "claimed_op": ledger.claimed_op,
        "residual": ledger.residual,
        "residual_op": ledger.residual_op,
        "share_of_claimed": None if share is None else str(share),
        "share_measured": _number(ledger.share_measured),
    }


def _uncertainty(ledger: Ledger) -> dict[str, Any] | None:
    """
    Return how sure the measured and estimated parts are; None where nothing has an error.

    The residual moves the other way by as much: the published total stays as
    printed, it has no error of its own.
    """
    sure = ledger.subtotal_interval
    if sure is None:
        return None
    claims = ledger.by_class["claimed"]
    rest: dict[str, int | None] = {"residual_low": None, "residual_high": None}
    if ledger.claimed is not None:
        rest = {
            "residual_low": max(0, ledger.claimed - claims - sure.high),
            "residual_high": max(0, ledger.claimed - claims - sure.low),
        }
    return {
        "subtotal": ledger.subtotal,
        "low": sure.low,
        "high": sure.high,
        "method": sure.method,
        "without_error": claims,
        "drivers": [
            {"group": one.group, "lines": list(one.lines), "low": one.low, "high": one.high}
            for one in ledger.drivers
        ],
        **rest,
    }


def _universe(universe: int | None, people: PeopleRange) -> dict[str, Any] | None:
    """Return how many people could be reached and where the high end would go without that."""
    if universe is None:
        return None
    return {"people": universe, "high_to": people.unbounded}


def _reached(target: Mapping[str, Any], lines: Sequence[Line], ledger: Ledger) -> dict[str, Any]:
    """Return a target with what was reached and which line says so; None is not measured."""
    if target["metric"] == "exposure.gross":
        reached = _Reached(ledger.gross, ledger.gross_op, ledger.gross_class, "gross")
    else:
        counted = set(ledger.parts)
        figures = (Figure.of_line(line, is_counted=line.key in counted) for line in lines)
        found = key_figure(figures, target["metric"])
        if found is None:
            return {
                **target,
                "reached": None,
                "op": None,
                "class": None,
                "line": None,
                "share": None,
            }
        reached = _Reached(found.value, found.op, found.cls, found.key)
    share = Decimal(reached.value) / Decimal(target["value"])
    return {
        **target,
        "reached": reached.value,
        "op": reached.op,
        "class": reached.cls,
        "line": reached.line,
        "share": str(share.quantize(Decimal("0.001"), rounding=ROUND_HALF_EVEN)),
    }


class _Reached(NamedTuple):
    value: int | str
    op: str
    cls: str | None
    line: str


def _line(line: Line, parts: Sequence[Line], *, event: str) -> dict[str, Any]:
    channel = line.channel
    opened_at = f"/e/{event}/report/evidence/{line.key}"
    evidence = line.claim.quote if line.claim else opened_at
    return {
        "line": line.key,
        "metric": line.metric,
        "channel": channel.value if channel else None,
        "scope": line.scope,
        "period": _period(line.span),
        "zh": line.zh,
        "en": line.en,
        "value": line.value,
        "op": line.op,
        "unit": line.unit,
        "low": line.low,
        "high": line.high,
        "class": line.cls,
        "in_gross": line in parts,
        "in_sum": in_sum(line, parts).value,
        "sources": [_source(source, evidence) for source in line.sources],
        "note": _optional(line.note),
        "facts": dict(line.facts),
        **_claim(line.claim),
    }


def _period(span: Span | None) -> dict[str, str] | None:
    """Return the instants that a figure is about, as ISO UTC text."""
    if span is None:
        return None
    ends = {"from": span.starts_at, "to": span.ends_at}
    return {name: at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") for name, at in ends.items()}


def _source(source: SourceRef, evidence: str) -> dict[str, Any]:
    return {
        "source": source.source,
        "title": _optional(source.title),
        "observations": list(source.observations),
        "evidence": evidence,
        "sha256": source.sha256,
    }


def _claim(claim: Claim | None) -> dict[str, Any]:
    if claim is None:
        return {"quote": None}
    return {
        "quote": claim.quote,
        "number_text": claim.number_text,
        "unit_stated": claim.unit_stated,
        "sentence": claim.sentence,
        "scope_stated": claim.is_scope_stated,
        "scope_note": _optional(claim.scope_note),
    }


def _readings(ledger: Ledger, lines: Sequence[Line]) -> list[dict[str, Any]]:
    """Say what the residual would mean per published piece and per inhabitant."""
    if not ledger.residual:
        return []
    found: list[dict[str, Any]] = []
    pieces, basis = 0, []
    for metric in _PIECES:
        counts = [int(line.value) for line in lines if line.metric == metric]
        count = max(counts, default=0)  # what was published, or what is recorded when more
        if not count:
            continue
        pieces += count
        basis.append(metric)
        each = Decimal(ledger.residual) / pieces
        found.append({"per": list(basis), "count": pieces, "value": _whole(each)})
    each = Decimal(ledger.residual) / POPULATION
    step = Decimal("0.01")
    text = str(each.quantize(step, rounding=ROUND_HALF_EVEN))
    return [*found, {"per": ["inhabitants"], "count": POPULATION, "value": text}]


def _whole(value: Decimal) -> int:
    return int(value.quantize(Decimal(1), rounding=ROUND_HALF_EVEN))


def _number(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)


def _optional(text: I18n | None) -> dict[str, str] | None:
    return None if text is None else dict(text)
