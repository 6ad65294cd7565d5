"""Which operation of the programme a form of the editor asks for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from eventhub.console.programme_forms import PlaceForm
from eventhub.console.programme_grid import minutes_of
from eventhub.console.programme_page import Known, kind_of, place_text
from eventhub.kernel.i18n import pick
from eventhub.programme import service
from eventhub.programme.enums import SlotStatus
from eventhub.programme.errors import UnknownPerformance
from eventhub.programme.queries import EventRow, GridSlot, StageRow
from eventhub.programme.service import Edited
from eventhub.programme.service.editor import place

Change = Callable[[EventRow, GridSlot, int, str], Edited]


@dataclass(frozen=True, slots=True)
class Asked:
    """Where a performance is to stand, by the version of its row that the reader saw."""

    row: GridSlot
    version: int
    stage_id: int
    day: date
    starts_at: datetime
    minutes: int
    is_dry: bool

    @classmethod
    def of(
        cls, event: EventRow, stages: Sequence[StageRow], row: GridSlot, form: PlaceForm
    ) -> Asked:
        """Return what a valid form asks for."""
        day = date.fromisoformat(str(form.day.data))
        assert form.start.data is not None  # noqa: S101 - the form is valid
        return cls(
            row=row,
            version=int(form.version.data or 0),
            stage_id=next(stage.id for stage in stages if stage.slug == form.stage.data),
            day=day,
            starts_at=event.instant(day, form.start.data),
            minutes=int(form.minutes.data or 0),
            is_dry=bool(form.dry_run.data),
        )


def row_of(rows: Sequence[GridSlot], number: int | None) -> GridSlot:
    """
    Return the performance with a public number.

    Raises:
        UnknownPerformance: The event has none.
    """
    found = next((row for row in rows if row.public_no == number), None)
    if found is None:
        raise UnknownPerformance()
    return found


def own_day(event: EventRow, row: GridSlot) -> tuple[date, ...]:
    """Return the operating day a performance stands on, which may lie outside the event."""
    return (event.operating_day(row.starts_at),) if row.starts_at else ()


def apply(event: EventRow, asked: Asked, *, actor: str) -> Edited:
    """
    Place, move or resize a performance, whichever it takes.

    Raises:
        StaleEdit: Somebody changed the row meanwhile.

        PlacementBlocked, SlotPinned: It may not stand there.
    """
    who = _who(event, asked.row, asked.version, actor) | {"dry_run": asked.is_dry}
    if asked.row.starts_at is None:
        return place(
            service.Place(
                **who, stage_id=asked.stage_id, starts_at=asked.starts_at, minutes=asked.minutes
            )
        )
    is_same_length = minutes_of(asked.row) == asked.minutes
    stays = (asked.row.stage_id, asked.row.starts_at) == (asked.stage_id, asked.starts_at)
    if is_same_length:
        return service.move(service.Move(**who, stage_id=asked.stage_id, starts_at=asked.starts_at))
    if stays:
        ends_at = asked.starts_at + timedelta(minutes=asked.minutes)
        return service.resize(service.Resize(**who, ends_at=ends_at))
    return place(
        service.Place(
            **who, stage_id=asked.stage_id, starts_at=asked.starts_at, minutes=asked.minutes
        )
    )


def unplace(event: EventRow, row: GridSlot, version: int, actor: str) -> Edited:
    """Take a performance off the day; raises as `apply` does."""
    return service.unplace(service.Unplace(**_who(event, row, version, actor)))


def turn_pin(event: EventRow, row: GridSlot, version: int, actor: str) -> Edited:
    """Pin a performance, or unpin it; raises StaleEdit."""
    who = _who(event, row, version, actor)
    return service.pin(service.Pin(**who, is_pinned=not row.is_pinned))


def turn_status(event: EventRow, row: GridSlot, version: int, actor: str) -> Edited:
    """Cancel a performance, or let it take place again; raises StaleEdit."""
    is_off = row.status == SlotStatus.CANCELLED
    status = SlotStatus.SCHEDULED if is_off else SlotStatus.CANCELLED
    return service.set_status(service.SetStatus(**_who(event, row, version, actor), status=status))


def _who(event: EventRow, row: GridSlot, version: int, actor: str) -> dict[str, Any]:
    return {
        "event_id": event.id,
        "performance_id": row.performance_id,
        "row_version": version,
        "actor": actor,
    }


def standing(event: EventRow, known: Known, row: GridSlot) -> str:
    """Return where a performance stands now and who set it, in words."""
    slot = {
        "stage_id": row.stage_id,
        "starts_at": row.starts_at,
        "ends_at": row.ends_at,
        "updated_by": row.updated_by,
    }
    return place_text(event, known.stages, slot)


def reasons(refusal: Any) -> list[str]:
    """Return the findings of a refusal in words."""
    return [pick(one.get("message")) for one in refusal.details.get("findings", ())]


def hit(edited: Edited) -> dict[str, str]:
    """Return the kind of the worst new conflict per performance uuid, for drawing."""
    found: dict[str, str] = {}
    for finding in edited.added:
        kind = kind_of(finding)
        for subject in finding.subjects:
            uuid = subject.partition(":")[2]
            if kind != "waived" and found.get(uuid) != "stop":
                found[uuid] = kind
    return found
