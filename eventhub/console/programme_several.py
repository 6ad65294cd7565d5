"""Several performances that a person marked, and what shall be done with them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import IntegerField, SelectField, SelectMultipleField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, NumberRange, Optional

from eventhub.console.programme_forms import BatchForm, SlotForm
from eventhub.kernel.errors import BadRequest
from eventhub.programme import service
from eventhub.programme.queries import EventRow, GridSlot
from eventhub.programme.service import Edited

_DAY_MIN = 24 * 60


@dataclass(frozen=True, slots=True)
class Several:
    """Whether the list of checkboxes is open, which numbers are ticked, what was refused."""

    is_open: bool = False
    numbers: frozenset[int] = frozenset()
    refused: str = ""


class SeveralForm(BatchForm):
    """What to do with the marked ones; the marks come as `item` fields, `number:version`."""

    action = SelectField(
        choices=[SelectChoice(name) for name in ("shift", "copy", "unplace")],
        validators=[InputRequired()],
    )
    minutes = IntegerField(
        _l("Minutes"), validators=[Optional(), NumberRange(min=-_DAY_MIN, max=_DAY_MIN)]
    )
    to_day = SelectField(_l("Day"), validators=[Optional()], validate_choice=False)


class CopyDayForm(BatchForm):
    """The day to copy what stands on the shown day to."""

    to_day = SelectField(_l("Day"), validate_choice=False)


class StagesForm(SlotForm):
    """On which stages a break shall be too."""

    stages = SelectMultipleField(validate_choice=False)


def marked(values: list[str], rows: list[GridSlot]) -> tuple[tuple[int, int], ...]:
    """
    Return performance and version of every mark.

    Raises:
        BadRequest: A mark is not `number:version` of a performance of the event.
    """
    by_number = {row.public_no: row.performance_id for row in rows}
    found = []
    for value in values:
        number, _, version = value.partition(":")
        is_mark = number.isdecimal() and version.isdecimal() and len(value) <= 20
        if not is_mark or int(number) not in by_number:
            raise BadRequest()
        found.append((by_number[int(number)], int(version)))
    return tuple(found)


def numbers(values: list[str]) -> frozenset[int]:
    """Return the public numbers of the marks."""
    heads = (value.partition(":")[0] for value in values)
    return frozenset(int(head) for head in heads if head.isdecimal())


def apply(
    event: EventRow, form: SeveralForm, items: tuple[tuple[int, int], ...], actor: str
) -> Edited:
    """Do what the form asks for, as one batch; raises as the operations do."""
    who: dict[str, Any] = {"event_id": event.id, "items": items, "actor": actor}
    if form.action.data == "unplace":
        return service.unplace_many(service.Several(**who))
    if form.action.data == "copy":
        to_day = chosen_day(event, form.to_day.data)
        return service.copy_several(service.CopySeveral(**who, to_day=to_day))
    return service.shift_several(service.ShiftSeveral(**who, minutes=int(form.minutes.data or 0)))


def chosen_day(event: EventRow, text: str | None) -> date:
    """Return a day of the event; raises BadRequest."""
    found = next((day for day in event.days() if day.isoformat() == text), None)
    if found is None:
        raise BadRequest()
    return found
