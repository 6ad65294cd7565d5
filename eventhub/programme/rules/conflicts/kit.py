"""Rules about what shows share: kit by quantity, channels of livestreams."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from eventhub.programme.enums import ConflictRule
from eventhub.programme.rules.conflicts import spans
from eventhub.programme.rules.conflicts.finding import Hit
from eventhub.programme.rules.conflicts.spans import performance
from eventhub.programme.rules.conflicts.texts import say
from eventhub.programme.rules.facts import Facts, Kit, Placed

_MINUTE = 60


@dataclass(frozen=True, slots=True)
class _Busy:
    """Some of a kit is in use from start to end."""

    start_s: int
    end_s: int
    quantity: int
    row: Placed


def resource(facts: Facts, _params: Mapping[str, float]) -> Iterator[Hit]:
    """Find spans in which more of a kit is in use than there is (C11)."""
    busy: dict[int, list[_Busy]] = defaultdict(list)
    for use in facts.uses:
        row = facts.by_id.get(use.item_id)
        if row is not None:
            start_s = row.start_s - use.before_min * _MINUTE
            end_s = row.end_s + use.after_min * _MINUTE
            busy[use.kit_id].append(_Busy(start_s, end_s, use.quantity, row))
    for kit_id, rows in busy.items():
        yield from _shortages(facts.kits[kit_id], rows)


def _shortages(kit: Kit, rows: Sequence[_Busy]) -> Iterator[Hit]:
    """Sweep over starts and ends; what ends at an instant is free for what begins at it."""
    edges = sorted(
        [(row.end_s, 0, n) for n, row in enumerate(rows)]
        + [(row.start_s, 1, n) for n, row in enumerate(rows)]
    )
    running: set[int] = set()
    used = most = since_s = 0
    involved: set[int] = set()
    for at_s, is_start, n in edges:
        was_short = used > kit.quantity
        used += rows[n].quantity if is_start else -rows[n].quantity
        (running.add if is_start else running.discard)(n)
        if used > kit.quantity:
            if not was_short:
                since_s, most, involved = at_s, 0, set()
            most = max(most, used)
            involved |= running
        elif was_short and at_s > since_s:
            yield _shortage(kit, [rows[i] for i in sorted(involved)], most, (since_s, at_s))


def _shortage(kit: Kit, rows: Sequence[_Busy], used: int, span: spans.Span) -> Hit:
    values = {"used": used, "quantity": kit.quantity}
    return Hit(
        ConflictRule.RESOURCE,
        spans.subjects(f"resource:{kit.uuid}", *(performance(row.row) for row in rows)),
        tuple(sorted({row.row.id for row in rows})),
        say("resource", kit=kit.name, **values),
        values,
        *span,
    )


def stream_clash(facts: Facts, _params: Mapping[str, float]) -> Iterator[Hit]:
    """Find two livestreams on one channel at once, and streams shorter than the show (C14)."""
    channels: dict[str, list[Placed]] = defaultdict(list)
    for stream in facts.streams:
        row = facts.by_id.get(stream.item_id)
        if row is None:
            continue
        start_s = row.start_s if stream.start_s is None else stream.start_s
        end_s = row.end_s if stream.end_s is None else stream.end_s
        if start_s > row.start_s or end_s < row.end_s:
            yield _hit(facts, "stream_short", stream.channel, (row,), (row.start_s, row.end_s))
        if end_s > start_s:
            on_air = Placed(start_s, end_s, row.id, row.stage_id, row.show_id, row.item)
            channels[stream.channel].append(on_air)
    for channel, rows in channels.items():
        rows.sort(key=lambda row: (row.start_s, row.end_s, row.id))
        for a, b in spans.overlapping(rows):
            if a.id != b.id:
                span = (b.start_s, min(a.end_s, b.end_s))
                yield _hit(facts, "stream_clash", channel, (a, b), span)


def _hit(facts: Facts, text: str, channel: str, rows: tuple[Placed, ...], span: spans.Span) -> Hit:
    titles = dict(zip("ab", (spans.title(facts, row) for row in rows), strict=False))
    return Hit(
        ConflictRule.STREAM_CLASH,
        spans.subjects(*(performance(row) for row in rows), f"channel:{channel}"),
        tuple(row.id for row in rows),
        say(text, channel=channel, **titles),
        {"fault": text, "channel": channel},
        *span,
    )
