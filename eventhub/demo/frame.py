"""What all parts of the loader share: content, event, days, the moment that is "now"."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from eventhub.demo.draw import Draw
from eventhub.programme.queries import EventRow


@dataclass(frozen=True, slots=True)
class Frame:
    """
    One load of the festival.

    `today` is the running operating day, `moment` the instant up to which
    things have happened.
    """

    content: dict[str, Any]
    event: EventRow
    draw: Draw
    today: date
    moment: datetime
    people: int

    @property
    def full_people(self) -> int:
        """Return the number of registrations that the content is written for."""
        return sum(sum(t["demo_registrations"].values()) for t in self.content["ticket_types"])

    @property
    def share(self) -> float:
        """Return how large this load is beside the content's own size."""
        return self.people / self.full_people

    def day(self, offset: int) -> date:
        """Return the operating day with this offset from today."""
        return self.today + timedelta(days=offset)

    def at(self, offset: int, clock: str) -> datetime:
        """Return the instant of a wall-clock time of an operating day."""
        return self.event.instant(self.day(offset), time.fromisoformat(clock))
