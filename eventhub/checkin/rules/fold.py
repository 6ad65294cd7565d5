"""
What a log of scans amounts to, whatever order it arrived in.

Scans of one ticket in one scope are taken in the order (time, device, number
on the device). Each entry takes a place; one that finds none lost to the
admission it met. The result depends on the set of scans alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from eventhub.checkin.enums import ADMITTED, ScanResult

ScanRef = tuple[int, bytes]  # device and nonce: what names a scan everywhere


@dataclass(frozen=True, slots=True)
class LoggedEntry:
    """One scan that passed somebody, in or out."""

    device_id: int
    nonce: bytes
    n: int
    gate_id: int
    at_ms: int
    direction: str
    persons: int
    result: str

    @property
    def ref(self) -> ScanRef:
        """Return what names the scan."""
        return (self.device_id, self.nonce)


@dataclass(frozen=True, slots=True)
class FoldPolicy:
    """What the fold must know of the ticket and its rules."""

    party: int
    reentry: str = "no"
    once: str = "event"


@dataclass(slots=True)
class Place:
    """One turn of a place as it stands after the fold."""

    place: int
    turn: int
    entered: LoggedEntry
    left: LoggedEntry | None = None


@dataclass(slots=True)
class Fold:
    """Turns in the order they began, and losers with the scan that won."""

    places: list[Place] = field(default_factory=list)
    conflicts: dict[ScanRef, ScanRef] = field(default_factory=dict)


def fold(scans: Iterable[LoggedEntry], policy: FoldPolicy) -> Fold:
    """
    Return places and conflicts of one ticket in one scope.

    Args:
        scans: Those that passed somebody; others are ignored. Any order.

        policy: Of the ticket.
    """
    result = Fold()
    latest: dict[int, Place] = {}
    for scan in sorted(scans, key=lambda s: (s.at_ms, s.device_id, s.n, s.nonce)):
        if scan.direction == "out":
            _leave(scan, latest)
        elif scan.result in ADMITTED:
            for _person in range(scan.persons):
                _enter(scan, latest, result, policy)
    return result


def _leave(scan: LoggedEntry, latest: dict[int, Place]) -> None:
    inside = sorted(
        (place for place in latest.values() if place.left is None),
        key=lambda place: (place.entered.at_ms, place.place),
    )
    for place in inside[: scan.persons]:
        place.left = scan


def _enter(scan: LoggedEntry, latest: dict[int, Place], result: Fold, policy: FoldPolicy) -> None:
    number = next((n for n in range(1, policy.party + 1) if n not in latest), None)
    if number is None and scan.result == ScanResult.OK_OVERRIDE:
        number = max(latest) + 1
    if number is not None:
        _take(Place(number, 0, scan), latest, result)
        return
    back = _returning(scan, latest, policy)
    if back is None:
        met = max(latest.values(), key=lambda place: (place.left is None, -place.place))
        result.conflicts[scan.ref] = met.entered.ref
        return
    if back.left is None:
        back.left = scan
    _take(Place(back.place, back.turn + 1, scan), latest, result)


def _take(place: Place, latest: dict[int, Place], result: Fold) -> None:
    latest[place.place] = place
    result.places.append(place)


def _returning(scan: LoggedEntry, latest: dict[int, Place], policy: FoldPolicy) -> Place | None:
    is_free = policy.reentry == "free" or policy.once == "unlimited"
    may = is_free or policy.reentry == "after_exit" or scan.result == ScanResult.OK_REENTRY
    if not may:
        return None
    outside = [place for place in latest.values() if place.left is not None]
    if outside:
        return min(outside, key=lambda place: place.place)
    if not is_free:
        return None
    return min(latest.values(), key=lambda place: (place.entered.at_ms, place.place))
