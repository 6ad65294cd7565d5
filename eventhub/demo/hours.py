"""Opening windows and ways between the venues of the festival."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from eventhub.demo.frame import Frame
from eventhub.programme import service
from eventhub.programme.enums import WindowKind
from eventhub.programme.service import AddTravel, AddWindow


def load(frame: Frame, venues: Mapping[str, int], stages: Mapping[str, int]) -> None:
    """Add all windows and ways inside the caller's command; ids by slug."""
    for row in frame.content["venues"]:
        _windows(frame, row["windows"], venue_id=venues[row["slug"]])
    for row in frame.content["stages"]:
        _windows(frame, row["windows"], stage_id=stages[row["slug"]])
    for row in frame.content["travel_minutes"]:
        service.add_travel(
            AddTravel(
                event_id=frame.event.id,
                venue_a_id=venues[row["a"]],
                venue_b_id=venues[row["b"]],
                minutes=row["minutes"],
            )
        )


def _windows(
    frame: Frame,
    rows: Iterable[dict[str, Any]],
    *,
    venue_id: int | None = None,
    stage_id: int | None = None,
) -> None:
    for row in rows:
        opens = row["opens"] if "opens" in row else row["at"]
        for offset in row["days"]:
            _, end_of_day = frame.event.day_bounds(frame.day(offset))
            starts_at = frame.at(offset, opens)
            # a curfew lasts until the operating day ends; 06:00 to 06:00 is a whole day
            closes = frame.at(offset, row["closes"]) if "closes" in row else end_of_day
            service.add_window(
                AddWindow(
                    event_id=frame.event.id,
                    venue_id=venue_id,
                    stage_id=stage_id,
                    kind=WindowKind(row["kind"]),
                    starts_at=starts_at,
                    ends_at=closes if closes > starts_at else end_of_day,
                )
            )
