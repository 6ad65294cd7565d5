"""
How many people stand behind contacts: a range, and what each channel could change in it.

Contacts add up, people do not. Of a channel two things may be known: the fewest
distinct people (counted as people, by tickets or a survey) and the most (nobody is
met by fewer than one contact, so there are never more people than contacts). Over
channels everybody may be the same people or all different ones:

    low = max of the fewest            high = min(sum of the most, universe)

A channel whose people are counted has both alike; then this is max(R) … min(ΣR, U).

One channel whose contacts nobody knows as people takes the high end to millions, and
the range says little. So the range over those channels that count people stands beside.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from itertools import combinations
from typing import Any, Final

from eventhub.exposure.enums import Channel, OverlapKind
from eventhub.exposure.rules.lines import Line
from eventhub.exposure.rules.rollup import SUBSETS, sum_op

_BOUNDED: Final = frozenset({"=", "<", "~<"})  # operators that leave no more above the value
_TICKETS: Final = "checkin.visitors"
_SURVEY: Final = "footfall.persons"
_DAILY: Final = "live.viewers_day"


@dataclass(frozen=True, slots=True)
class ChannelPeople:
    """
    The people behind one channel's contacts; None is not known.

    `low_to` is where the low end of the range would go if all contacts of this
    channel were different people, `high_to` where the high end would go if it
    had only its fewest: what this channel alone can change, all else as stated.
    With an open `most`, `low_to` carries the operator of the contacts; without
    `fewest`, nobody knows `high_to`.
    """

    channel: Channel
    contacts: int
    op: str
    fewest: int | None
    most: int | None
    lines: tuple[str, ...]  # keys of the figures that say so
    low_to: int | None = None
    high_to: int | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the channel as report.json prints it."""
        return {
            "channel": self.channel.value,
            "contacts": self.contacts,
            "op": self.op,
            "fewest": self.fewest,
            "most": self.most,
            "lines": list(self.lines),
            "low_to": self.low_to,
            "high_to": self.high_to,
        }


@dataclass(frozen=True, slots=True)
class PeopleRange:
    """The fewest and the most people over all channels; None where that end is open."""

    low: int | None
    high: int | None
    channels: tuple[ChannelPeople, ...]
    unbounded: int | None = None  # where the high end would go without the universe
    counted: CountedPeople | None = None  # None where every channel counts people, or none does


@dataclass(frozen=True, slots=True)
class CountedPeople:
    """The fewest and the most people over those channels that count people at both ends."""

    channels: tuple[Channel, ...]
    low: int
    high: int

    def as_json(self) -> dict[str, Any]:
        """Return the range as report.json prints it."""
        return {
            "channels": [channel.value for channel in self.channels],
            "low": self.low,
            "high": self.high,
        }


@dataclass(frozen=True, slots=True)
class Pair:
    """
    How two channels or metrics overlap; `most` people can be in both, None is open.

    `subset`: all of `one` lies inside `other`, so only one of them is counted.
    """

    one: str
    other: str
    kind: OverlapKind
    most: int | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the pair as report.json prints it."""
        return {
            "one": self.one,
            "other": self.other,
            "kind": self.kind.value,
            "most": self.most,
        }


def people_behind(
    lines: Sequence[Line], parts: Sequence[Line], *, universe: int | None = None
) -> PeopleRange:
    """
    Return the people behind the counted lines and what each channel could change.

    Args:
        lines: All figures of the report.

        parts: Those of them that enter the sum.

        universe: People who could be reached at all; None = not bounded.
    """
    counted = [channel for channel in Channel if any(x.channel is channel for x in parts)]
    found = [_behind(channel, lines, parts) for channel in counted]
    low, high = _ends(found, universe)
    moved = tuple(_moved(one, found, universe) for one in found)
    return PeopleRange(
        low, high, moved, unbounded=_ends(found, None)[1], counted=_counted(found, universe)
    )


def _counted(found: Sequence[ChannelPeople], universe: int | None) -> CountedPeople | None:
    own = [one for one in found if one.fewest is not None and one.most is not None]
    low, high = _ends(own, universe)
    if low is None or high is None or len(own) == len(found):
        return None
    return CountedPeople(tuple(one.channel for one in own), low, high)


def overlaps(lines: Sequence[Line], parts: Sequence[Line], found: PeopleRange) -> tuple[Pair, ...]:
    """
    Return every pair of counted channels, and the figures that lie inside a counted one.

    Between two channels the same people may stand: at most as many as the
    smaller one can hold.
    """
    shared = [
        Pair(
            one.channel.value,
            other.channel.value,
            OverlapKind.SHARED,
            min((end for end in (one.most, other.most) if end is not None), default=None),
        )
        for one, other in combinations(found.channels, 2)
    ]
    known = {line.metric for line in lines}
    counted = {line.metric for line in parts}
    inside = [
        Pair(inner, outer, OverlapKind.SUBSET)
        for inner, outer in SUBSETS
        if {inner, outer} <= known and {inner, outer} & counted
    ]
    return (*shared, *inside)


def people_middle(reach: Sequence[int], *, universe: int) -> int | None:
    """
    Return the people behind several reaches if nothing tied one channel to another.

    U × (1 − Π(1 − R ÷ U)): labelled as an assumption wherever it is shown.

    Source:
        Sainsbury's formula of media planning, for independent vehicles.
    """
    if not reach:
        return None
    missed = Decimal(1)
    for people in reach:
        missed *= 1 - Decimal(people) / universe
    share = universe * (1 - missed)
    return int(share.quantize(Decimal(1), rounding=ROUND_HALF_EVEN))


def _behind(channel: Channel, lines: Sequence[Line], parts: Sequence[Line]) -> ChannelPeople:
    own = [line for line in parts if line.channel is channel]
    op = sum_op(line.op for line in own)
    contacts = sum(int(line.value) for line in own)
    most = sum(_top(line) for line in own) if op in _BOUNDED else None
    fewest, keys = None, []
    for line in _people_lines(channel, lines):
        bottom = int(line.value) if line.low is None else line.low
        if fewest is None or bottom > fewest:
            fewest, keys = bottom, [line.key]
        if _is_whole(line, own):
            most = min(_top(line), most) if most is not None else _top(line)
    return ChannelPeople(channel, contacts, op, fewest, most, tuple(keys))


def _people_lines(channel: Channel, lines: Sequence[Line]) -> list[Line]:
    """Return the figures of a channel that count distinct people; claims never say whom."""
    metrics = {Channel.ATTENDANCE: (_SURVEY, _TICKETS), Channel.LIVESTREAM: (_DAILY,)}
    wanted = metrics.get(channel, ())
    return [line for line in lines if line.metric in wanted and line.cls != "claimed"]


def _is_whole(line: Line, parts: Sequence[Line]) -> bool:
    """
    Tell whether a figure counts everybody behind the contacts, so that there are no more.

    A survey does when it is about all their time and place, and ticket holders
    do when nothing but check-ins is counted.
    """
    if line.metric == _TICKETS:
        return all(part.metric == "checkin.visits" for part in parts)
    return line.metric == _SURVEY and (
        not line.scope or all(_is_about(line, part) for part in parts)
    )


def _is_about(survey: Line, part: Line) -> bool:
    """Tell whether a survey of no place of its own is about all the time of a figure."""
    if survey.span is None or part.span is None or "@" in survey.scope:
        return False
    return survey.span.holds(part.span)


def _top(line: Line) -> int:
    return int(line.value) if line.high is None else line.high


def _ends(found: Iterable[ChannelPeople], universe: int | None) -> tuple[int | None, int | None]:
    channels = list(found)
    low = max((one.fewest for one in channels if one.fewest is not None), default=None)
    tops = [one.most for one in channels if one.most is not None]
    if not channels or len(tops) < len(channels):
        return low, universe if channels else None
    return low, _at_most(sum(tops), universe)


def _moved(
    one: ChannelPeople, found: Sequence[ChannelPeople], universe: int | None
) -> ChannelPeople:
    rest = [other for other in found if other is not one]

    def as_if(people: int | None) -> tuple[int | None, int | None]:
        changed = ChannelPeople(one.channel, one.contacts, one.op, people, people, one.lines)
        return _ends((*rest, changed), universe)

    all_of_them = one.contacts if one.most is None else one.most
    low_to = max(x for x in (as_if(all_of_them)[0], 0) if x is not None)
    low_to = _at_most(low_to, universe)
    high_to = as_if(one.fewest)[1] if one.fewest is not None else None
    return ChannelPeople(
        one.channel, one.contacts, one.op, one.fewest, one.most, one.lines, low_to, high_to
    )


def _at_most(people: int, universe: int | None) -> int:
    return people if universe is None else min(people, universe)
