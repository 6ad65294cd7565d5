"""Everything that a report of one event is made of, read in one go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from eventhub.audience.dictionary import DEFINITION_VERSION
from eventhub.audience.queries import (
    AdjustmentRow,
    ExclusionRow,
    adjustments,
    batches,
    exclusions,
    observations,
    revision_counts,
    stream_results,
)
from eventhub.exposure.queries.builder import (
    PriorRow,
    TargetRow,
    day_notes,
    priors,
    setting,
    targets,
)
from eventhub.exposure.queries.claims import not_stated, observation_lines
from eventhub.exposure.queries.comparison import comparison
from eventhub.exposure.queries.footfall import footfall
from eventhub.exposure.queries.funnel import funnel
from eventhub.exposure.queries.livestream import house_player, livestream
from eventhub.exposure.queries.media import media
from eventhub.exposure.queries.people import people
from eventhub.exposure.queries.presence import presence
from eventhub.exposure.queries.programme import drawn
from eventhub.exposure.rules.canonical import canonical, sha256
from eventhub.exposure.rules.document import ReportInputs
from eventhub.exposure.rules.lines import Line
from eventhub.programme.queries import EventRow, released


def inputs(event: EventRow) -> ReportInputs:
    """
    Return the figures, series and open questions of an event as they stand now.

    Holds no clock and no database id: the same data give the same inputs.
    """
    rows = observations(event.id)
    recorded = observation_lines(event.id, rows)
    counted = footfall(event, day_notes(event.id))
    known = frozenset((line.metric, line.scope) for line in recorded)
    results = stream_results(event.id)
    shown, curves = livestream(event.id, results, known)
    present = presence(event)
    admitted, gate_hours = people(event, present)
    prior_rows = priors(event.id)
    chosen = setting(event.id)
    published = media(event, {row.kind: row.prior for row in prior_rows})
    played = house_player(event, recorded)
    lines = (*recorded, *counted.lines, *shown, *played, *admitted, *published.lines)
    series: dict[str, Any] = {
        **counted.series,
        **gate_hours,
        "programme": drawn(event, present, results),
        "concurrency": curves,
        **_known("funnel", funnel(event, present)),
        **_known("comparison", comparison(event)),
        **published.series,
    }
    return ReportInputs(
        event=event.slug,
        title=event.title,
        period=event.period_text,
        place=event.place_text,
        timezone=event.timezone,
        day_start=event.day_start_local.strftime("%H:%M"),
        definition_version=DEFINITION_VERSION,
        generated_from=_state(event, lines, series, published.state),
        lines=lines,
        series={name: value for name, value in series.items() if value},
        not_stated=not_stated(event.id),
        layout=chosen.as_json(),
        universe=chosen.universe,
        priors=tuple(_prior(row) for row in prior_rows),
        targets=tuple(_target(row, event) for row in targets(event.id)),
        exclusions=tuple(_exclusion(row) for row in exclusions(event.id)),
        adjustments=tuple(_adjustment(row) for row in adjustments(event.id)),
        is_synthetic=event.is_synthetic
        or published.is_synthetic
        or any(row.is_synthetic for row in rows),
    )


def _exclusion(row: ExclusionRow) -> dict[str, Any]:
    return {"source": row.source_name, "reading": row.row_key, "rule": row.rule}


def _adjustment(row: AdjustmentRow) -> dict[str, Any]:
    return {
        **row.title,
        "at": row.starts_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "direction": row.direction,
        "delta": row.delta,
        "reason": row.reason,
    }


def _prior(row: PriorRow) -> dict[str, Any]:
    return {
        "kind": row.kind.value,
        "version": row.version,
        "low": str(row.prior.low),
        "high": str(row.prior.high),
        "used": str(row.prior.median.quantize(Decimal("0.0001"))),
    }


def _target(row: TargetRow, event: EventRow) -> dict[str, Any]:
    """Return a target; one that was set after the opening is marked as late."""
    opening = event.day_bounds(event.starts_on)[0] if event.starts_on else None
    return {
        "metric": row.metric,
        "value": str(row.value.normalize()) if row.value % 1 else int(row.value),
        "late": opening is not None and row.set_at >= opening,
    }


def _known(name: str, value: Any) -> dict[str, Any]:
    return {name: value} if value else {}


def _state(
    event: EventRow,
    lines: Sequence[Line],
    series: Mapping[str, Any],
    published: Mapping[str, Any],
) -> dict[str, Any]:
    release = released(event.id)
    refs = sorted({ref for line in lines for s in line.sources for ref in s.observations})
    evidence = sorted({s.sha256 for line in lines for s in line.sources if s.sha256})
    return {
        "dictionary": DEFINITION_VERSION,
        "programme_release": release.name if release else None,
        "observations": len(refs),
        "observations_sha256": sha256(canonical({"observations": refs})),
        "series_sha256": sha256(canonical(series)),
        "batches": sorted(row.sha256 for row in batches(event.id) if row.undone_at is None),
        "evidence": evidence,
        "excluded": len(exclusions(event.id)),
        "revisions": revision_counts(event.id),
        **({"media": dict(published)} if published else {}),
    }
