"""The seats of the runway hall: its map, the blocks of each show, and who sits there so far."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import select, update

from eventhub.demo.frame import Frame
from eventhub.demo.places import Places
from eventhub.demo.shows import Shows
from eventhub.demo.tickets import Tickets
from eventhub.kernel.db import db
from eventhub.programme.models import ShowParty
from eventhub.programme.queries import PerformanceRow, performances_of
from eventhub.registration.models import SeatBlock, TicketType
from eventhub.registration.rules.seat_plan import ranges_text
from eventhub.registration.service import (
    CreateMap,
    SaveBlock,
    UseMap,
    allocate_seats,
    copy_blocks,
    create_map,
    save_block,
    use_map,
)

_SEATED_DAYS: Final = (-1, 0)  # shows of later days have blocks and no guests in them yet
_RELEASE_MIN: Final = 10


def load(frame: Frame, places: Places, shows: Shows, tickets: Tickets) -> None:
    """Add the map and the seats of its shows inside the caller's command."""
    row = frame.content["seat_map"]
    map_id = create_map(
        CreateMap(
            event_id=frame.event.id,
            stage_id=places.stages[row["stage"]],
            name=row["name"]["zh"],
            plan=_plan(row),
        )
    )
    listed = [show for show in frame.content["shows"] if show["stage"] == row["stage"]]
    ids = {
        shows.ids[show["code"], offset]: offset
        for show in listed
        for offset in show["days"]
        if offset in _SEATED_DAYS
    }
    first, *others = performances_of(frame.event, ids)
    use_map(
        UseMap(
            event_id=frame.event.id,
            performance_id=first.performance_id,
            map_id=map_id,
            release_min=_RELEASE_MIN,
        )
    )
    for block in row["blocks"]:
        _block(frame, tickets, first, block)
    db.session.flush()
    for performance in others:
        copy_blocks(frame.event.id, first.performance_id, performance.performance_id)
        _give_house(performance)
    for performance in (first, *others):
        allocate_seats(frame.event, performance)


def _give_house(performance: PerformanceRow) -> None:
    """Give the blocks of a house to the one that shows."""
    db.session.execute(
        update(SeatBlock)
        .where(
            SeatBlock.performance_id == performance.performance_id, SeatBlock.party_id.is_not(None)
        )
        .values(party_id=_house(performance))
    )


def _plan(row: dict[str, Any]) -> str:
    """Return the map of the content as the plan that an organizer would type."""
    lines = []
    for side in row["sides"]:
        lines.append(f"# {side['name']['zh']} {side['name']['en']}")
        for line in row["rows"]:
            if line["side"] != side["side"]:
                continue
            # the west side is numbered from right to left, so that facing seats share a number
            span = f"1-{line['seats']}"
            kinds = [
                f"{letter}={','.join(map(str, numbers))}"
                for letter, numbers in (("a", line["accessible"]), ("c", line["companion"]))
                if numbers
            ]
            lines.append(" ".join([f"{line['row_label']}:{span}", *kinds]))
    return "\n".join(lines)


def _block(
    frame: Frame, tickets: Tickets, performance: PerformanceRow, block: dict[str, Any]
) -> None:
    seats = [
        (part["row_label"], number)
        for part in block["ranges"]
        for number in range(part["from"], part["to"] + 1)
    ]
    save_block(
        SaveBlock(
            event_id=frame.event.id,
            performance_id=performance.performance_id,
            slug=block["slug"],
            name=block["name"],
            seats=ranges_text(seats),
            tier_id=_tier(tickets, block["tier"]),
            party_id=_house(performance) if block["party"] == "show" else None,
            priority=block["priority"],
            release_min=block["releases_min_before"],
        )
    )


def _tier(tickets: Tickets, slug: str | None) -> int | None:
    if slug is None:
        return None
    kinds: list[TicketType] = list(tickets.types.values())
    return next(kind.tier_id for kind in kinds if kind.tier is not None and kind.tier.slug == slug)


def _house(performance: PerformanceRow) -> int | None:
    """Return the first party of a show, whose guests have seats of their own."""
    return db.session.scalar(
        select(ShowParty.party_id)
        .where(ShowParty.show_id == performance.show_id)
        .order_by(ShowParty.position, ShowParty.id)
        .limit(1)
    )
