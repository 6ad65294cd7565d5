"""Blocks of a performance: seats for a tier, for a party's guests, or for accessible needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, select
from sqlalchemy import insert as insert_rows

from eventhub.kernel import audit
from eventhub.kernel.db import I18n, command, db
from eventhub.kernel.errors import Conflict, NotFound
from eventhub.programme.models import Party
from eventhub.registration.errors import BadSeatPlan
from eventhub.registration.models import Seat, SeatBlock, SeatBlockSeat, Tier
from eventhub.registration.rules.seat_plan import BadPlan, read_ranges
from eventhub.registration.service import seat_rows
from eventhub.registration.service.seat_maps import UseMap, refused, use_map


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveBlock:
    """A block of a performance, new or, with `slug`, changed; `seats` as ranges."""

    event_id: int
    performance_id: int
    name: I18n
    seats: str
    slug: str
    tier_id: int | None = None
    party_id: int | None = None
    priority: int = 0
    release_min: int | None = None


@command
def save_block(cmd: SaveBlock) -> int:
    """
    Make or change a block and return its id; its seats leave the blocks they were in.

    Commits. Guests who sit there keep their seats.

    Raises:
        NotFound: The performance has no seats, or there is no such tier or party.
        BadSeatPlan: The ranges can not be read, or name seats that the map has not.
    """
    plan = seat_rows.plan(cmd.event_id, cmd.performance_id, lock=True)
    tier = db.session.get(Tier, cmd.tier_id) if cmd.tier_id is not None else None
    party = db.session.get(Party, cmd.party_id) if cmd.party_id is not None else None
    for found, key in ((tier, cmd.tier_id), (party, cmd.party_id)):
        if key is not None and (found is None or found.event_id != cmd.event_id):
            raise NotFound()
    seat_ids = _seat_ids(plan.map_id, cmd.seats)
    block = db.session.scalar(
        select(SeatBlock).where(
            SeatBlock.performance_id == cmd.performance_id, SeatBlock.slug == cmd.slug
        )
    )
    if block is None:
        block = SeatBlock(event_id=cmd.event_id, performance_id=cmd.performance_id, slug=cmd.slug)
        db.session.add(block)
    if block.release_min != cmd.release_min:
        block.released_at = None
    block.name, block.tier_id, block.party_id = cmd.name, cmd.tier_id, cmd.party_id
    block.priority, block.release_min = cmd.priority, cmd.release_min
    db.session.flush()
    _fill(block, seat_ids)
    audit.record(
        "seat_block.save",
        f"seat_block:{cmd.performance_id}/{cmd.slug}",
        event_id=cmd.event_id,
        after={"seats": cmd.seats, "priority": cmd.priority, "release_min": cmd.release_min},
    )
    return block.id


@command
def drop_block(event_id: int, performance_id: int, block_id: int) -> None:
    """Take a block away; its seats are open and guests keep them. Commits; raises NotFound."""
    block = seat_rows.block(event_id, performance_id, block_id)
    db.session.execute(delete(SeatBlockSeat).where(SeatBlockSeat.block_id == block.id))
    db.session.delete(block)
    audit.record("seat_block.drop", f"seat_block:{performance_id}/{block.slug}", event_id=event_id)


@command
def copy_blocks(event_id: int, from_id: int, to_id: int) -> int:
    """
    Give a performance the map and the blocks of another one; return how many blocks.

    Commits.

    Raises:
        NotFound: The first has no seats.
        SeatsInUse: Guests sit in the seats of another map.
        Conflict: It is the same performance.
    """
    if from_id == to_id:
        raise Conflict()
    source = seat_rows.plan(event_id, from_id)
    use_map(
        UseMap(
            event_id=event_id,
            performance_id=to_id,
            map_id=source.map_id,
            release_min=source.release_min,
        )
    )
    db.session.flush()
    blocks = db.session.scalars(select(SeatBlock).where(SeatBlock.performance_id == from_id)).all()
    for block in blocks:
        made = _copy(block, to_id)
        seats = db.session.scalars(
            select(SeatBlockSeat.seat_id).where(SeatBlockSeat.block_id == block.id)
        ).all()
        _fill(made, list(seats))
    return len(blocks)


def _copy(block: SeatBlock, performance_id: int) -> SeatBlock:
    made = db.session.scalar(
        select(SeatBlock).where(
            SeatBlock.performance_id == performance_id, SeatBlock.slug == block.slug
        )
    )
    if made is None:
        made = SeatBlock(event_id=block.event_id, performance_id=performance_id, slug=block.slug)
        db.session.add(made)
    made.name, made.tier_id, made.party_id = block.name, block.tier_id, block.party_id
    made.priority, made.release_min, made.released_at = block.priority, block.release_min, None
    db.session.flush()
    return made


def _seat_ids(map_id: int, ranges: str) -> list[int]:
    try:
        wanted = read_ranges(ranges)
    except BadPlan as error:
        raise refused(error, "seats") from error
    rows = db.session.execute(
        select(Seat.id, Seat.row_label, Seat.number).where(Seat.map_id == map_id)
    )
    known = {(row.row_label, row.number): row.id for row in rows}
    missing = [f"{label}-{number}" for label, number in wanted if (label, number) not in known]
    if missing:
        text = _l("The map has no seat %(label)s.", label=missing[0])
        raise BadSeatPlan(fields={"seats": [text]})
    return [known[seat] for seat in wanted]


def _fill(block: SeatBlock, seat_ids: Sequence[int]) -> None:
    """Put exactly these seats into a block, out of whatever block they were in."""
    db.session.execute(delete(SeatBlockSeat).where(SeatBlockSeat.block_id == block.id))
    db.session.execute(
        delete(SeatBlockSeat).where(
            SeatBlockSeat.performance_id == block.performance_id,
            SeatBlockSeat.seat_id.in_(seat_ids),
        )
    )
    rows = [
        {"performance_id": block.performance_id, "seat_id": seat_id, "block_id": block.id}
        for seat_id in seat_ids
    ]
    if rows:
        db.session.execute(insert_rows(SeatBlockSeat), rows)
