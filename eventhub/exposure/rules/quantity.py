"""
Figures that know what they count, so that unlike units can not be added.

`Contacts(3) + People(4)` is refused by the type checker and, at run time, by a
`TypeError`. Only `as_contacts` turns a figure of another kind into contacts,
and only for the metrics that gross exposure may hold.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Self

from eventhub.audience.dictionary import METRICS
from eventhub.audience.enums import UnitKind

# Order of preference inside a channel; one metric per channel and scope enters the sum.
RANKS: Final = {
    "footfall.visits": 0,
    "checkin.visits": 1,
    "live.starts": 0,
    "live.views": 1,
    "live.viewers_claimed": 2,
    "media.seen": 0,
    "media.potential": 1,
    "kol.impressions": 0,
    "owned.impressions": 0,
    "ooh.contacts": 0,
}


class UnlikeKinds(TypeError):
    """Two figures that count different things were added; `one` and `other` say what."""

    def __init__(self, one: str, other: str) -> None:
        """Keep what both count."""
        super().__init__(f"{one} and {other} are not added")
        self.one, self.other = one, other


@dataclass(frozen=True, slots=True)
class Quantity:
    """A whole number of one kind of thing."""

    value: int

    def __add__(self, other: Self) -> Self:
        """Return the sum of two figures of one kind."""
        if type(self) is not type(other):
            raise UnlikeKinds(type(self).__name__, type(other).__name__)
        return type(self)(self.value + other.value)


class Contacts(Quantity):
    """Contacts: one person may be counted many times."""


class People(Quantity):
    """Distinct people of one channel and window; never added over channels."""


def as_contacts(metric: str, value: int) -> Contacts:
    """
    Return a figure as contacts.

    Raises:
        UnlikeKinds: The metric is none that gross exposure may hold.
    """
    if metric not in RANKS:
        kind = METRICS[metric].kind if metric in METRICS else metric
        raise UnlikeKinds(str(kind), UnitKind.CONTACTS)
    return Contacts(value)


def total(contacts: Iterable[Contacts]) -> Contacts:
    """Return the sum of contacts, 0 without any."""
    return sum(contacts, start=Contacts(0))


def same_kind(metrics: Iterable[str]) -> UnitKind:
    """
    Return what all of some metrics count.

    Raises:
        UnlikeKinds: They count different things.

        KeyError: One is no metric of the dictionary.
    """
    kinds = list(dict.fromkeys(METRICS[metric].kind for metric in metrics))
    if len(kinds) > 1:
        raise UnlikeKinds(str(kinds[0]), str(kinds[1]))
    return kinds[0]
