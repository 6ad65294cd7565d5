"""Published claims and other single figures as lines of a report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from sqlalchemy import select

from eventhub.audience.dictionary import METRICS
from eventhub.audience.queries import ObservationRow, streams
from eventhub.exposure.models import NotStated, SourceText
from eventhub.exposure.rules.lines import Claim, Line, SourceRef, Span
from eventhub.exposure.rules.uncertainty import Part, interval
from eventhub.kernel.db import I18n, db
from eventhub.programme.queries import zones

_WHOLE_EVENT = "event"


def observation_lines(event_id: int, rows: list[ObservationRow]) -> list[Line]:
    """Return one line per figure; claims carry their quotation and the passage around it."""
    passages = {
        row.source: row
        for row in db.session.scalars(select(SourceText).where(SourceText.event_id == event_id))
    }
    places = _places(event_id)
    return [_line(row, places, passages.get(row.source_name)) for row in rows]


def not_stated(event_id: int) -> tuple[Mapping[str, str], ...]:
    """Return what the sources of an event leave open, in their order."""
    statement = select(NotStated).where(NotStated.event_id == event_id).order_by(NotStated.position)
    return tuple({"topic": row.topic, **row.text} for row in db.session.scalars(statement))


@dataclass(frozen=True, slots=True)
class _Place:
    slug: str
    name: I18n


def _places(event_id: int) -> dict[tuple[str, int], _Place]:
    found = {("zone", zone.id): _Place(zone.slug, zone.name) for zone in zones(event_id)}
    shown = {("stream", row.id): _Place(row.slug, row.name) for row in streams(event_id)}
    return found | shown


def _line(
    row: ObservationRow, places: Mapping[tuple[str, int], _Place], passage: SourceText | None
) -> Line:
    metric = METRICS[row.metric]
    place = places.get(("zone", row.zone_id)) or places.get(("stream", row.stream_id))
    label = row.label or _label(metric.name.i18n(), place)
    parts = _parts(row)
    found = interval(parts)
    return Line(
        key=row.ref,
        metric=row.metric,
        zh=label["zh"],
        en=label["en"],
        value=_value(row.value, metric.digits),
        op=row.op.value,
        unit=row.unit,
        cls=row.cls.value,
        scope=_scope(row, place),
        span=Span(row.starts_at, row.ends_at) if row.starts_at and row.ends_at else None,
        low=found.low if found else None,
        high=found.high if found else None,
        sources=(_source(row),),
        note=row.note,
        claim=_claim(row, passage),
        facts=_facts(row),
        parts=parts,
    )


def _label(name: I18n, place: _Place | None) -> I18n:
    if place is None:
        return name
    return {"zh": f"{name['zh']}，{place.name['zh']}", "en": f"{name['en']}, {place.name['en']}"}


def _scope(row: ObservationRow, place: _Place | None) -> str:
    if row.starts_at is not None:
        period = row.starts_at.strftime("%Y-%m-%dT%H:%MZ")
    else:
        period = "" if row.period == _WHOLE_EVENT else row.period
    return "@".join(part for part in (place.slug if place else "", period) if part)


def _value(value: int | float, digits: int) -> int | str:
    number = Decimal(str(value)).quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_EVEN)
    return str(number) if digits else int(number)


def _parts(row: ObservationRow) -> tuple[Part, ...]:
    """Return what a figure of our own may be off by; a claim has none."""
    return () if row.rel_sd is None else (Part(row.value, row.rel_sd),)


def _source(row: ObservationRow) -> SourceRef:
    return SourceRef(
        source=row.source_name,
        title=row.source_title,
        observations=(row.ref,),
        sha256=row.evidence_sha256 or None,
    )


def _claim(row: ObservationRow, passage: SourceText | None) -> Claim | None:
    if row.quote is None:
        return None
    return Claim(
        quote=row.quote,
        number_text=row.number_text or "",
        unit_stated=row.unit_stated,
        sentence=passage.text if passage and row.quote in passage.text else row.quote,
        is_scope_stated=bool(row.is_scope_stated),
        scope_note=row.scope_note,
    )


def _facts(row: ObservationRow) -> dict[str, Any]:
    facts: dict[str, Any] = {"period": row.period}
    if row.scope_text:
        facts["scope"] = dict(row.scope_text)
    if row.noun_stated:
        facts["noun_stated"] = row.noun_stated
    if row.published_by:
        facts["published_by"] = row.published_by
    if row.url:
        facts["url"] = row.url
    if row.coverage is not None:
        facts["coverage"] = str(round(Decimal(str(row.coverage)), 4))
    return facts
