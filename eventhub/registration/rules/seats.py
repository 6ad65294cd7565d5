"""Who gets which seat by rule: pure, deterministic, groups together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from eventhub.registration.rules.seat_plan import SeatKind

LABEL_CHARS: Final = 24  # of `ticket.seat_label`
_NEIGHBOURS: Final = 1  # rows apart that parts of a split group may sit
_RESERVED: Final = frozenset({SeatKind.ACCESSIBLE, SeatKind.COMPANION})


@dataclass(frozen=True, slots=True)
class FreeSeat:
    """
    A seat that nobody has.

    `block_id` None is an open seat. `centre` is the mean position of its row.
    """

    id: int
    section: str
    row_label: str
    row_rank: int
    position: int
    centre: float
    kind: SeatKind
    block_id: int | None = None


@dataclass(frozen=True, slots=True)
class Block:
    """Seats for a tier, for a party's guests, or both; neither: for accessible needs."""

    id: int
    priority: int
    tier_id: int | None = None
    party_id: int | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """
    People who sit together, in the order of their tickets.

    The first `accessible` of them need an accessible seat. `party_id` is whose
    guests they are; `number` their order of registering.
    """

    number: int
    tickets: tuple[int, ...]
    priority: int = 0
    tier_id: int | None = None
    party_id: int | None = None
    accessible: int = 0


@dataclass(frozen=True, slots=True)
class Allocation:
    """Seat by ticket, and the groups for whom no seats were left."""

    seats: dict[int, int]
    unseated: tuple[Group, ...]


def allocate(
    groups: Iterable[Group], free: Iterable[FreeSeat], blocks: Iterable[Block]
) -> Allocation:
    """
    Return who gets which seat.

    Groups are served by tier priority and then by order of registering; a
    group gets all its seats or none. It looks in the blocks of its party and
    tier, those of higher priority first, then among open seats: in each a run
    of neighbours in one row, and only when there is none anywhere the fewest
    parts in rows next to each other. Accessible and companion seats go to
    those who need them and to who sits with them, to nobody else.
    """
    left = {seat.id: seat for seat in free if seat.kind != SeatKind.UNSELLABLE}
    known = {block.id: block for block in blocks}
    seats: dict[int, int] = {}
    unseated = []
    for group in sorted(groups, key=lambda g: (-g.priority, g.number)):
        chosen = _accessible(group, left, known) if group.accessible else None
        chosen = chosen or _standard(group, len(group.tickets), left, known)
        if chosen is None:
            unseated.append(group)
            continue
        for ticket, seat in zip(group.tickets, chosen, strict=True):
            seats[ticket] = seat.id
            del left[seat.id]
    return Allocation(seats, tuple(unseated))


def may_sit(seat: FreeSeat, group: Group, blocks: Mapping[int, Block]) -> bool:
    """Tell whether a seat is one of those that the rule may give to a group."""
    if seat.kind == SeatKind.UNSELLABLE:
        return False
    block = None if seat.block_id is None else blocks[seat.block_id]
    if seat.kind in _RESERVED:
        return bool(group.accessible) and (block is None or _is_for_need(block, group))
    return block is None or _is_for(block, group)


def seat_label(labels: Iterable[str]) -> str | None:
    """Return the seats of a ticket in one short text, None when there are none."""
    found = list(dict.fromkeys(labels))
    while found:
        text = " / ".join(found)
        if len(text) <= LABEL_CHARS:
            return text
        found.pop()
    return None


def keeps_seat(
    *, is_seated: bool, tier_id: int | None, seat_tier_id: int | None, is_in_window: bool
) -> bool:
    """
    Tell whether somebody keeps a seat with another kind of ticket.

    Args:
        is_seated: The new kind has seats.

        tier_id: Tier of the new kind.

        seat_tier_id: Whose tier the block of the seat is for; None is for any.

        is_in_window: The performance lies in the entry window of the new ticket.
    """
    return is_seated and is_in_window and seat_tier_id in (None, tier_id)


def _is_for(block: Block, group: Group) -> bool:
    if block.tier_id is None and block.party_id is None:
        return False
    fits_tier = block.tier_id is None or block.tier_id == group.tier_id
    return fits_tier and (block.party_id is None or block.party_id == group.party_id)


def _is_for_need(block: Block, group: Group) -> bool:
    return (block.tier_id is None and block.party_id is None) or _is_for(block, group)


def _levels(
    group: Group, left: Mapping[int, FreeSeat], blocks: Mapping[int, Block]
) -> Iterator[list[FreeSeat]]:
    """Yield the seats that a group may have, block by block and the open ones last."""
    mine = [block for block in blocks.values() if _is_for(block, group)]
    mine.sort(key=lambda b: (b.party_id is None, -b.priority, b.id))
    plain = [seat for seat in left.values() if seat.kind not in _RESERVED]
    for block in mine:
        yield [seat for seat in plain if seat.block_id == block.id]
    yield [seat for seat in plain if seat.block_id is None]


def _standard(
    group: Group, size: int, left: Mapping[int, FreeSeat], blocks: Mapping[int, Block]
) -> list[FreeSeat] | None:
    levels = list(_levels(group, left, blocks))
    for level in levels:
        if (together := _best_run(_runs(level), size)) is not None:
            return together
    mine = [seat for level in levels for seat in level]
    if len(mine) < size:
        return None
    return _best_run(_runs(mine), size) or _split(mine, size)


def _accessible(
    group: Group, left: Mapping[int, FreeSeat], blocks: Mapping[int, Block]
) -> list[FreeSeat] | None:
    """Return accessible seats and for the others companion seats beside them, else near ones."""
    open_to = [seat for seat in left.values() if may_sit(seat, group, blocks)]
    places = sorted(
        (seat for seat in open_to if seat.kind == SeatKind.ACCESSIBLE),
        key=lambda seat: (seat.row_rank, seat.section, seat.row_label, seat.position),
    )[: group.accessible]
    if len(places) < group.accessible:
        return None
    taken = {seat.id for seat in places}
    beside = [
        seat
        for seat in open_to
        if seat.kind == SeatKind.COMPANION and any(_are_neighbours(seat, place) for place in places)
    ]
    others = len(group.tickets) - len(places)
    with_them = sorted(beside, key=lambda seat: seat.id)[:others]
    missing = others - len(with_them)
    if not missing:
        return [*places, *with_them]
    rest = {seat_id: seat for seat_id, seat in left.items() if seat_id not in taken}
    near = _standard(group, missing, rest, blocks)
    return None if near is None else [*places, *with_them, *near]


def _are_neighbours(one: FreeSeat, other: FreeSeat) -> bool:
    return one.row_label == other.row_label and abs(one.position - other.position) == 1


def _runs(seats: Iterable[FreeSeat]) -> list[list[FreeSeat]]:
    """Return the seats in runs of neighbours, by row and position."""
    ordered = sorted(seats, key=lambda seat: (seat.row_rank, seat.row_label, seat.position))
    runs: list[list[FreeSeat]] = [ordered[:1]] if ordered else []
    for before, seat in pairwise(ordered):
        if _are_neighbours(before, seat):
            runs[-1].append(seat)
        else:
            runs.append([seat])
    return runs


def _best_run(runs: Sequence[list[FreeSeat]], size: int) -> list[FreeSeat] | None:
    """Return the best `size` neighbours; a single seat left over costs."""
    best: tuple[tuple[float, ...], list[FreeSeat]] | None = None
    for run in runs:
        for start in range(len(run) - size + 1):
            part = run[start : start + size]
            cost = _cost(run, start, part)
            if best is None or cost < best[0]:
                best = (cost, part)
    return best[1] if best else None


def _cost(run: Sequence[FreeSeat], start: int, part: Sequence[FreeSeat]) -> tuple[float, ...]:
    before, after = start, len(run) - start - len(part)
    singles = (before == 1) + (after == 1)
    middle = sum(seat.position for seat in part) / len(part)
    return (
        part[0].row_rank,
        singles,
        0 if len(part) == 1 else before + after,
        abs(middle - part[0].centre),
        part[0].id,
    )


def _split(seats: Sequence[FreeSeat], size: int) -> list[FreeSeat]:
    """Return `size` seats in the fewest parts, in neighbouring rows where that is possible."""
    runs = _runs(seats)
    ranks = sorted({run[0].row_rank for run in runs})
    tries = [[run for run in runs if 0 <= run[0].row_rank - rank <= _NEIGHBOURS] for rank in ranks]
    options = [parts for near in tries if (parts := _fewest(near, size)) is not None]
    if not options:
        options = [parts for parts in [_fewest(runs, size)] if parts is not None]
    best = min(options, key=lambda parts: (len(parts), parts[0][0].row_rank, parts[0][0].id))
    return [seat for part in best for seat in part]


def _fewest(runs: Sequence[list[FreeSeat]], size: int) -> list[list[FreeSeat]] | None:
    """Take the longest runs until `size` seats are found; None when there are too few."""
    parts: list[list[FreeSeat]] = []
    missing = size
    for run in sorted(runs, key=lambda run: (-len(run), run[0].row_rank, run[0].id)):
        parts.append(run[:missing])
        missing -= len(parts[-1])
        if not missing:
            return parts
    return None
