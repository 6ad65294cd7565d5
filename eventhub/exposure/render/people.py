"""Where the same people may be counted twice, and how many people it could be, ready to print."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from flask_babel import gettext as _

from eventhub.exposure.enums import OverlapKind
from eventhub.exposure.render import words
from eventhub.kernel.format import exact
from eventhub.kernel.i18n import current_lang

_SEVERAL: Final = 2


@dataclass(frozen=True, slots=True)
class Cell:
    """One pair of the matrix; `kind` is own, shared, open, inside or empty."""

    text: str
    kind: str


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """One channel, or one figure inside a channel, against all channels before it and itself."""

    key: str
    name: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class PeopleRow:
    """One channel: its contacts, the people behind them, what it alone could change."""

    letter: str
    name: str
    contacts: str
    fewest: str
    most: str
    source: str  # the figure that counts people, "" where none does
    moves: tuple[str, ...]  # beside `heads` of the whole; unchanged where it moves nothing


@dataclass(frozen=True, slots=True)
class Overlaps:
    """The matrix, the channels, and the range in one sentence."""

    columns: tuple[str, ...]
    matrix: tuple[MatrixRow, ...]
    rows: tuple[PeopleRow, ...]
    heads: tuple[str, ...]  # of the ends of the range that a channel alone could move
    sentence: str


def overlaps(document: Mapping[str, Any]) -> Overlaps | None:
    """Return what may be counted twice; None with one channel and in versions without it."""
    channels: Sequence[Mapping[str, Any]] = document.get("people", ())
    pairs = document.get("overlaps", ())
    if len(channels) < _SEVERAL and not pairs:
        return None
    names = {
        "low": _("Low end, if all were different people"),
        "high": _("High end, if they were the fewest"),
    }
    ends = [end for end in names if any(one[f"{end}_to"] is not None for one in channels)]
    return Overlaps(
        columns=tuple(one["channel"] for one in channels),
        matrix=(*_shared(channels, pairs), *_inside(document, channels, pairs)),
        rows=tuple(_row(one, document, ends) for one in channels),
        heads=tuple(names[end] for end in ends),
        sentence=_sentence(document),
    )


def _shared(
    channels: Sequence[Mapping[str, Any]], pairs: Sequence[Mapping[str, Any]]
) -> list[MatrixRow]:
    most = {
        frozenset((pair["one"], pair["other"])): pair["most"]
        for pair in pairs
        if pair["kind"] == OverlapKind.SHARED.value
    }
    letters = [one["channel"] for one in channels]
    rows = []
    for number, one in enumerate(channels):
        cells = [_pair(most[frozenset((one["channel"], other))]) for other in letters[:number]]
        own = Cell(words.signed(one["op"], one["contacts"]), "own")
        empty = [Cell("", "empty")] * (len(letters) - number - 1)
        rows.append(MatrixRow(one["channel"], _named(one["channel"]), (*cells, own, *empty)))
    return rows


def _pair(most: int | None) -> Cell:
    if most is None:
        return Cell(_("some, number unknown"), "open")
    return Cell(_("at most %(n)s people", n=exact(most)), "shared")


def _inside(
    document: Mapping[str, Any],
    channels: Sequence[Mapping[str, Any]],
    pairs: Sequence[Mapping[str, Any]],
) -> list[MatrixRow]:
    """Return the figures that lie inside a counted one, or hold one: never both are added."""
    counted = {line["metric"]: line["channel"] for line in document["lines"] if line["in_gross"]}
    rows = []
    for pair in pairs:
        if pair["kind"] != OverlapKind.SUBSET.value:
            continue
        is_inner = pair["other"] in counted
        metric, inside = (pair["one"], pair["other"]) if is_inner else (pair["other"], pair["one"])
        text = _("inside, not added") if is_inner else _("holds it, not added")
        cells = [
            Cell(text, "inside") if one["channel"] == counted[inside] else Cell("", "empty")
            for one in channels
        ]
        rows.append(MatrixRow(metric, words.metric_name(metric), tuple(cells)))
    return rows


def _row(one: Mapping[str, Any], document: Mapping[str, Any], ends: Sequence[str]) -> PeopleRow:
    names = {line["line"]: words.name_of(line) for line in document["lines"]}
    return PeopleRow(
        letter=one["channel"],
        name=_named(one["channel"]),
        contacts=words.signed(one["op"], one["contacts"]),
        fewest=_known(one["fewest"]),
        most=_known(one["most"]),
        source=(" + " if current_lang() == "en" else "、").join(names[key] for key in one["lines"]),
        moves=tuple(_moved(one, end, document[f"people_{end}"]) for end in ends),
    )


def _moved(one: Mapping[str, Any], end: str, stated: int | None) -> str:
    """Return where a channel alone would take an end; without its fewest nobody knows."""
    to = one[f"{end}_to"]
    if to is None:
        return _("not known")
    if to == stated:
        return _("unchanged")
    is_open = end == "low" and one["most"] is None
    return words.signed(one["op"] if is_open else "=", to)


def _named(letter: str) -> str:
    name = words.channel_name(letter)
    return name[:1].upper() + name[1:]


def _known(people: int | None) -> str:
    return _("not known") if people is None else exact(people)


def _sentence(document: Mapping[str, Any]) -> str:
    """Say the range of the channels that count people first, then that of all of them."""
    low, high = document["people_low"], document["people_high"]
    said = [_counted(document)]
    if is_bounded_by_universe(document):
        if low is not None:
            said.append(_("In all channels at least %(low)s people were met.", low=exact(low)))
        said.append(_universe(high, document["universe"]["high_to"]))
    else:
        said.append(_range(low, high))
    return ("" if current_lang() == "zh" else " ").join(text for text in said if text)


def _universe(high: int, without: int | None) -> str:
    """Say whose number the high end is; `without` None: contacts without an upper bound."""
    if without is None:
        return _(
            "At most everybody who could be reached, %(n)s as the organizer states it: not every "
            "channel has an upper bound of its own.",
            n=exact(high),
        )
    return _(
        "At most everybody who could be reached, %(n)s as the organizer states it; without that "
        "the high end would be: %(end)s.",
        n=exact(high),
        end=exact(without),
    )


def _counted(document: Mapping[str, Any]) -> str:
    found = document.get("people_counted")
    if not found:
        return ""
    return _(
        "In the channels that count people (%(channels)s): between %(low)s and %(high)s people.",
        channels=counted_channels(document),
        low=exact(found["low"]),
        high=exact(found["high"]),
    )


def counted_channels(document: Mapping[str, Any]) -> str:
    """Return the names of the channels that count people, "" where that range says no more."""
    found = document.get("people_counted")
    names = [words.channel_name(letter) for letter in found["channels"]] if found else []
    return ("、" if current_lang() == "zh" else ", ").join(names)


def is_bounded_by_universe(document: Mapping[str, Any]) -> bool:
    """Tell whether the range of people ends at who could be reached and not at a count."""
    universe = document.get("universe")
    if not universe:
        return False
    return bool(universe["people"] == document["people_high"] != universe["high_to"])


def _range(low: int | None, high: int | None) -> str:
    if low is None and high is None:
        return _(
            "No channel counts people and not every channel has an upper bound, so no number of "
            "people is stated."
        )
    if high is None:
        return _(
            "At least %(low)s people were met. How many at most is not known: one channel or more "
            "has contacts without an upper bound.",
            low=exact(low),
        )
    if low is None:
        return _("At most %(high)s people were met; no channel counts people.", high=exact(high))
    return _(
        "Between %(low)s people, if everybody was met by every channel, and %(high)s, if nobody "
        "was met by two.",
        low=exact(low),
        high=exact(high),
    )
