"""
Which zones a ticket type opens, and what gates have to name for it.

A gate names the ticket types that it admits; one that names none admits all. So
the last name of a gate never goes: the gate would open to everybody.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Entrance:
    """A gate that lets people in; `type_ids` empty admits every ticket type."""

    gate_id: int
    zone_id: int
    type_ids: frozenset[int]

    def admits(self, type_id: int) -> bool:
        """Tell whether a ticket type is let in here."""
        return not self.type_ids or type_id in self.type_ids


@dataclass(frozen=True, slots=True)
class Naming:
    """
    What is to change for a ticket type: (gate, type) pairs to name, gates that drop the type.

    `bare` are gates that would have nobody left to name; then nothing may change.
    """

    names: frozenset[tuple[int, int]]
    drops: frozenset[int]
    bare: tuple[int, ...]


def opened(entrances: Iterable[Entrance], type_id: int) -> frozenset[int]:
    """Return the zones that a ticket type gets into by one gate at least."""
    return frozenset(one.zone_id for one in entrances if one.admits(type_id))


def naming(
    entrances: Sequence[Entrance], type_id: int, *, others: frozenset[int], wanted: frozenset[int]
) -> Naming:
    """
    Return what gates have to name so that a ticket type opens exactly the wanted zones.

    A zone that is open to the type by some of its gates stays as it is when it
    is wanted: lanes of their own are kept.

    Args:
        entrances: All gates of the event that let people in.

        type_id: The ticket type.

        others: All other ticket types of the event.

        wanted: Zones that the type is to open.
    """
    open_now = opened(entrances, type_id)
    names: set[tuple[int, int]] = set()
    drops: set[int] = set()
    bare: list[int] = []
    for one in entrances:
        if one.zone_id in wanted:
            if one.zone_id not in open_now:
                names.add((one.gate_id, type_id))
        elif one.admits(type_id):
            rest = one.type_ids - {type_id} if one.type_ids else others
            if not rest:
                bare.append(one.gate_id)
            elif one.type_ids:
                drops.add(one.gate_id)
            else:
                names.update((one.gate_id, other) for other in rest)
    return Naming(frozenset(names), frozenset(drops), tuple(bare))
