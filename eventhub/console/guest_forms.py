"""Forms of guest lists and invitations."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired, FileSize
from wtforms import DateTimeLocalField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError

from eventhub.kernel.db import I18n
from eventhub.kernel.format import exact
from eventhub.kernel.forms import BaseForm, CleanText, Required
from eventhub.kernel.i18n import pick
from eventhub.programme.queries import EventRow
from eventhub.registration.service import CreateCampaign

_MAX_TEXT = 4000
_MAX_FILE = 20 * 1024 * 1024  # bytes, as the reader of guest files allows


class GuestFileForm(BaseForm):
    """A guest file and the ticket type of lines that name none."""

    file = FileField(
        _l("File"),
        description=_l("CSV or XLSX, up to 20 MB"),
        validators=[
            FileRequired(_l("Choose a file.")),
            FileSize(_MAX_FILE, message=_l("The file is larger than 20 MB.")),
        ],
    )
    ticket_type = SelectField(_l("Ticket type"), validators=[Optional()])

    @classmethod
    def of(cls, types: Sequence[tuple[str, I18n]]) -> GuestFileForm:
        """Return the form of the request with the ticket types of an event."""
        form = cls()
        form.ticket_type.choices = [
            SelectChoice("", _l("as the file says")),
            *(SelectChoice(slug, pick(name)) for slug, name in types),
        ]
        return form


class BadgeForm(BaseForm):
    """Which badges to print, on what, and from which place in the order of names."""

    badges_of = SelectField(_l("Ticket type"), validators=[Optional()])
    paper = SelectField(
        _l("Paper"),
        choices=[
            SelectChoice("a4", _l("A4, four to cut")),
            SelectChoice("a6", _l("A6, one each")),
        ],
        validators=[InputRequired()],
    )
    first = IntegerField(
        _l("From number"),
        description=_l("in the order of names"),
        default=1,
        validators=[InputRequired(), NumberRange(1, 1_000_000)],
    )

    @classmethod
    def of(cls, types: Sequence[tuple[str, I18n]], counts: Mapping[str, int]) -> BadgeForm:
        """Return the form of the request; `counts` are people with a valid ticket by type."""
        form = cls()
        form.badges_of.choices = [
            SelectChoice("", f"{_('All')} ({exact(sum(counts.values()))})"),
            *(
                SelectChoice(slug, f"{pick(name)} ({exact(counts.get(slug, 0))})")
                for slug, name in types
            ),
        ]
        return form


class InviteeFileForm(BaseForm):
    """A guest file whose people are put on the list of a campaign."""

    file = FileField(
        _l("File"),
        description=_l("CSV or XLSX, up to 20 MB"),
        validators=[
            FileRequired(_l("Choose a file.")),
            FileSize(_MAX_FILE, message=_l("The file is larger than 20 MB.")),
        ],
    )


class CampaignForm(BaseForm):
    """A new campaign."""

    name = CleanText(_l("Campaign name"), description=_l("for you"), validators=[Required()])
    ticket_type = SelectField(_l("Ticket type"), validators=[Required()])
    text_zh = TextAreaField(_l("Text in Chinese"), validators=[Required(), Length(max=_MAX_TEXT)])
    text_en = TextAreaField(_l("Text in English"), validators=[Required(), Length(max=_MAX_TEXT)])
    answer_by = DateTimeLocalField(
        _l("Answer by"), validators=[InputRequired(_l("Fill in this field."))]
    )
    plus_ones_max = IntegerField(
        _l("Companions"), default=0, validators=[InputRequired(), NumberRange(min=0, max=20)]
    )
    reminder_days = StringField(_l("Reminders"), default="7, 3, 1", validators=[Length(max=40)])

    @classmethod
    def of(cls, types: Sequence[tuple[str, I18n]]) -> CampaignForm:
        """Return the form of the request with the ticket types of an event."""
        form = cls()
        form.ticket_type.choices = [SelectChoice(slug, pick(name)) for slug, name in types]
        return form

    def validate_reminder_days(self, field: Any) -> None:
        """Take numbers between commas or blanks."""
        if not re.fullmatch(r"[\d\s,，、]*", field.data or ""):
            raise ValidationError(_("Write days from 1 to 60, such as 7, 3, 1."))

    def command(self, event: EventRow) -> CreateCampaign:
        """Return what the service is asked to do; the time is in the event's zone."""
        typed: datetime = self.answer_by.data
        days = re.findall(r"[0-9]{1,3}", self.reminder_days.data or "")
        return CreateCampaign(
            event_id=event.id,
            name=str(self.name.data),
            ticket_type=str(self.ticket_type.data),
            text={"zh": str(self.text_zh.data), "en": str(self.text_en.data)},
            answer_by=typed.replace(tzinfo=event.zone),
            reminder_days=tuple(sorted({int(day) for day in days}, reverse=True)),
            plus_ones_max=int(self.plus_ones_max.data or 0),
        )
