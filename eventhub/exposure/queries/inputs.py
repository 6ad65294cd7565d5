"""Everything that a report of one event is made of, read in one go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from eventhub.audience.dictionary import DEFINITION_VERSION
from eventhub.audience.queries import batches, exclusions, observations, revision_counts
from eventhub.exposure.queries.claims import not_stated, observation_lines
from eventhub.exposure.queries.comparison import comparison
from eventhub.exposure.queries.footfall import footfall
from eventhub.exposure.queries.funnel import funnel
from eventhub.exposure.queries.livestream import livestream
from eventhub.exposure.queries.media import media
from eventhub.exposure.queries.people import people, reach
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
    counted, hours = footfall(event)
    known = frozenset((line.metric, line.scope) for line in recorded)
    shown, curves = livestream(event.id, known)
    admitted, gate_hours = people(event)
    published = media(event)
    lines = (*recorded, *counted, *shown, *admitted, *published.lines)
    series: dict[str, Any] = {
        "footfall_hours": hours,
        "checkin_hours": gate_hours,
        "concurrency": curves,
        **_known("funnel", funnel(event)),
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
        reach=reach(list(lines)),
        is_synthetic=event.is_synthetic
        or published.is_synthetic
        or any(row.is_synthetic for row in rows),
    )


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
        "batches": sorted(batch.sha256 for batch in batches(event.id)),
        "evidence": evidence,
        "excluded": len(exclusions(event.id)),
        "revisions": revision_counts(event.id),
        **({"media": dict(published)} if published else {}),
    }
