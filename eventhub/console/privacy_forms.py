"""Forms of the privacy desk and of the settings of registration."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateTimeLocalField, IntegerField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError

from eventhub.kernel.forms import BaseForm, Required
from eventhub.programme.queries import EventRow
from eventhub.registration.enums import FieldClass
from eventhub.registration.queries.settings import SettingsRow
from eventhub.registration.service import KEPT_CLASSES, MAX_KEPT_DAYS, SaveSettings

_KEEP = "keep_"


class EraseForm(BaseForm):
    """Why somebody is erased, and that it is meant."""

    reason = StringField(
        _l("Reason"),
        description=_l("for the log; no names"),
        validators=[Required(_l("Write down why.")), Length(max=200)],
    )
    is_sure = BooleanField(
        _l("Erase this person. Nobody can bring it back."),
        validators=[Required(_l("Tick this to go on."))],
        false_values=(False, "false", ""),
    )


class SettingsForm(BaseForm):
    """Days that data are kept, the age of guardians, the check for robots; `bound` makes it."""

    guardian_age = IntegerField(
        _l("Ask for a guardian below this age"),
        description=_l("0 asks nobody"),
        validators=[InputRequired(), NumberRange(0, 18)],
    )
    work_bits = SelectField(
        _l("Check for robots"),
        description=_l("without a third party"),
        choices=[
            SelectChoice("0", _l("Trap field and time only")),
            SelectChoice("14", _l("A little work for the browser")),
            SelectChoice("18", _l("More work, under attack")),
        ],
    )

    waiting_opens_at = DateTimeLocalField(
        _l("Waiting room opens"),
        description=_l("empty: no waiting room"),
        validators=[Optional()],
        format="%Y-%m-%dT%H:%M",
    )
    waiting_per_min = IntegerField(
        _l("People let in per minute"),
        validators=[Optional(), NumberRange(1, 100_000)],
    )

    event: EventRow

    @classmethod
    def bound(cls, event: EventRow, now: SettingsRow) -> SettingsForm:
        """Return the form of the request with what is set now."""
        members: dict[str, Any] = {
            _KEEP + name: IntegerField(
                validators=[InputRequired(_l("Give a number of days.")), days_range()],
                default=now.keep_days[FieldClass(name)],
            )
            for name in KEPT_CLASSES
        }
        members["event"] = event
        opens_at = now.waiting_opens_at
        start = {
            "guardian_age": now.guardian_age,
            "work_bits": str(now.work_bits),
            "waiting_opens_at": opens_at.astimezone(event.zone) if opens_at else None,
            "waiting_per_min": now.waiting_per_min,
        }
        form: SettingsForm = type("BoundSettingsForm", (cls,), members)(data=start)
        return form

    def keep(self, name: str) -> Any:
        """Return the field of one class."""
        return self[_KEEP + name]

    def validate_waiting_per_min(self, field: Any) -> None:
        """Ask for a pace when there is a waiting room."""
        if self.waiting_opens_at.data and not field.data:
            raise ValidationError(_("Say how many people are let in per minute."))

    def command(self, event_id: int) -> SaveSettings:
        """Return what the service is asked to do."""
        return SaveSettings(
            event_id=event_id,
            keep_days={name: int(self.keep(name).data) for name in KEPT_CLASSES},
            guardian_age=int(self.guardian_age.data or 0),
            work_bits=int(self.work_bits.data),
            waiting_opens_at=self._opens_at(),
            waiting_per_min=self.waiting_per_min.data if self.waiting_opens_at.data else None,
        )

    def _opens_at(self) -> datetime | None:
        typed = self.waiting_opens_at.data
        return typed.replace(tzinfo=self.event.zone).astimezone(UTC) if typed else None


def days_range() -> NumberRange:
    """Return the check of a number of days."""
    return NumberRange(0, MAX_KEPT_DAYS, message=_l("Give a number of days from 0 to 3650."))
