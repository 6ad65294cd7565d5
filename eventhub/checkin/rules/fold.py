"""
What a log of scans amounts to, whatever order it arrived in.

Scans of one ticket in one scope are taken in the order (time, device, number
on the device). Each entry takes a place; one that finds none lost to the
admission it met. A scan that was undone, or that waits in quarantine, takes
none. The result depends on the set of scans alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace

from eventhub.checkin.enums import ADMITTED, Direction, ScanResult

ScanRef = tuple[int, bytes]  # device and nonce: what names a scan everywhere
UNDO_MS = 15_000  # after a scan its device may take it back alone: 10 s and what clocks differ
_CLOCKS_MS = 5_000


@dataclass(frozen=True, slots=True)
class LoggedEntry:
    """
    One scan that passed somebody in or out, or that corrects one.

    `undoes` names the scan of the same device that an `undo` takes back or a
    `release` lets count; `is_supervised` frees an undo from its time limit.
    `local_result` is what a device decided that was out of service by then.
    """

    device_id: int
    nonce: bytes
    n: int
    gate_id: int
    at_ms: int
    direction: str
    persons: int
    result: str
    undoes: bytes | None = None
    is_supervised: bool = False
    local_result: str | None = None

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
    standing = _standing(list(scans))
    for scan in sorted(standing, key=lambda s: (s.at_ms, s.device_id, s.n, s.nonce)):
        if scan.direction == "out":
            _leave(scan, latest)
        elif scan.result in ADMITTED:
            for _person in range(scan.persons):
                _enter(scan, latest, result, policy)
    return result


def following_nonce(nonce: bytes) -> bytes:
    """Return the nonce of a device's own decision beside that of the server."""
    return hashlib.sha256(nonce + b"alone").digest()[:16]


def _standing(scans: Collection[LoggedEntry]) -> Iterable[LoggedEntry]:
    """Return entries and exits that count: released ones do, undone ones do not."""
    undone: dict[ScanRef, list[LoggedEntry]] = {}
    held: dict[ScanRef, list[LoggedEntry]] = {}  # undos in quarantine, for scans in it
    released: set[ScanRef] = set()
    for scan in scans:
        if scan.undoes is None:
            continue
        if scan.direction == Direction.RELEASE:
            released.add((scan.device_id, scan.undoes))
        elif scan.result == ScanResult.UNDONE:
            for nonce in (scan.undoes, following_nonce(scan.undoes)):
                undone.setdefault((scan.device_id, nonce), []).append(scan)
        elif scan.direction == Direction.UNDO:
            held.setdefault((scan.device_id, scan.undoes), []).append(scan)
    for scan in scans:
        if scan.direction not in {Direction.IN, Direction.OUT}:
            continue
        if any(_takes_back(undo, scan) for undo in undone.get(scan.ref, ())):
            continue
        if scan.result != ScanResult.DEVICE_REVOKED:
            yield scan
        elif any(_takes_back(undo, scan) for undo in held.get(scan.ref, ())):
            continue
        elif scan.ref in released and scan.local_result is not None:
            yield replace(scan, result=scan.local_result)


def _takes_back(undo: LoggedEntry, scan: LoggedEntry) -> bool:
    return undo.is_supervised or -_CLOCKS_MS <= undo.at_ms - scan.at_ms <= UNDO_MS


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
