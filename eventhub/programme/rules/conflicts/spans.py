"""Half-open spans of seconds, and the sweeps that pair items without comparing all with all."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence

from eventhub.programme.rules.facts import Facts, I18n, Item, Placed

Span = tuple[int, int]
_MINUTE = 60


def overlapping(rows: Sequence[Placed]) -> Iterator[tuple[Placed, Placed]]:
    """
    Yield each pair that overlaps, the earlier one first.

    Args:
        rows: In order of start, each longer than zero.

    Cost: the rows that run at each start, which is the number of pairs.
    """
    running: list[Placed] = []
    for row in rows:
        start_s = row.start_s
        if running:
            running = [other for other in running if other.end_s > start_s]
            for other in running:
                yield other, row
        running.append(row)


def followers(rows: Sequence[Placed]) -> Iterator[tuple[Placed, Placed]]:
    """
    Yield each item with the one that ended last before it began.

    An item that begins while the longest of the earlier ones still runs
    follows nothing: the overlap is another rule's.
    """
    last: Placed | None = None
    for row in rows:
        if last is not None and last.end_s <= row.start_s:
            yield last, row
        if last is None or row.end_s >= last.end_s:
            last = row


def merged(spans: Iterable[Span]) -> list[Span]:
    """Return the union as separate spans in order; touching ones become one."""
    found: list[Span] = []
    for start_s, end_s in sorted(spans):
        if found and start_s <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end_s))
        else:
            found.append((start_s, end_s))
    return found


def covered(span: Span, union: Sequence[Span]) -> bool:
    """Tell whether a span lies wholly inside a merged union."""
    at = bisect_right(union, span[0], key=lambda row: row[0]) - 1
    return at >= 0 and union[at][1] >= span[1]


def common(span: Span, union: Sequence[Span]) -> int:
    """Return how many seconds of a span lie in a merged union."""
    at = max(bisect_right(union, span[0], key=lambda row: row[0]) - 1, 0)
    seconds = 0
    for start_s, end_s in union[at:]:
        if start_s >= span[1]:
            break
        seconds += max(min(end_s, span[1]) - max(start_s, span[0]), 0)
    return seconds


def minutes(seconds: int) -> int:
    """Return whole minutes, rounded up, so that a second of overlap is not told as 0."""
    return -(-seconds // _MINUTE)


def performance(row: Placed | Item) -> str:
    """Return an item as a subject."""
    return f"performance:{row.item.uuid if isinstance(row, Placed) else row.uuid}"


def subjects(*names: str) -> tuple[str, ...]:
    """Return subjects in order, each once."""
    return tuple(sorted(set(names)))


def title(facts: Facts, row: Placed | Item) -> I18n:
    """Return the title of an item; of a preparation with its kind."""
    item = row.item if isinstance(row, Placed) else row
    text = facts.shows[item.show_id].title
    added = _KINDS.get(item.kind)
    if added is None:
        return text
    return {lang: f"{value} ({added.get(lang, item.kind)})" for lang, value in text.items()}


_KINDS = {
    "rehearsal": {"zh": "彩排", "en": "rehearsal"},
    "soundcheck": {"zh": "试音", "en": "sound check"},
    "load_in": {"zh": "进场", "en": "load-in"},
    "doors": {"zh": "开门", "en": "doors"},
    "break": {"zh": "休息", "en": "break"},
    "blocker": {"zh": "占用", "en": "blocked"},
    "signing": {"zh": "签售", "en": "signing"},
}
