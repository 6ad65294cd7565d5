"""Forms that make an event: from a template, or like one that was."""

from __future__ import annotations

import re
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import DateField, IntegerField, RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, NumberRange, Optional, ValidationError

from eventhub.console.events.templates import TEMPLATES, Kind
from eventhub.console.set_up_forms import NamedForm
from eventhub.kernel.forms import EmailText
from eventhub.kernel.i18n import pick

_FILL = _l("Fill in this field.")
_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,58}[a-z0-9])?")
ZONES = (
    "Asia/Shanghai",
    "Asia/Hong_Kong",
    "Asia/Taipei",
    "Asia/Tokyo",
    "Asia/Seoul",
    "Asia/Singapore",
    "Asia/Dubai",
    "Europe/London",
    "Europe/Paris",
    "Europe/Berlin",
    "America/New_York",
    "America/Los_Angeles",
    "Australia/Sydney",
    "UTC",
)


class _EventForm(NamedForm):
    """Names, first day and short name of an event."""

    starts_on = DateField(_l("First day"), validators=[InputRequired(_FILL)])
    slug = StringField(
        _l("Short name in addresses"),
        description=_l("made of the English name when empty"),
        filters=[lambda value: (value or "").strip().lower()],
    )

    def validate_slug(self, field: Any) -> None:
        """Take what can stand in an address, or nothing."""
        if field.data and not _SLUG.fullmatch(field.data):
            raise ValidationError(_l("Use letters a-z, digits and hyphens."))


class NewEventForm(_EventForm):
    """A new event from a template."""

    kind = RadioField(
        _l("Template"),
        choices=[SelectChoice(kind.value) for kind in Kind],
        default=Kind.FASHION_WEEK.value,
        validators=[InputRequired(_l("Choose one of these."))],
    )
    ends_on = DateField(_l("Last day"), validators=[InputRequired(_FILL)])
    timezone = SelectField(
        _l("Time zone"),
        choices=[SelectChoice(zone, zone) for zone in ZONES],
        validators=[InputRequired(_FILL)],
    )
    places = IntegerField(
        _l("Places for everybody"),
        description=_l("per day; empty: as in the template"),
        validators=[Optional(), NumberRange(min=0, max=1_000_000)],
    )
    contact_email = EmailText(
        _l("Contact e-mail"), description=_l("shown at the foot of every page")
    )
    organisation = SelectField(_l("Organisation"), coerce=int, choices=[])

    def offer(self, organisations: list[tuple[int, str]]) -> None:
        """Fill the choices that depend on who asks."""
        self.organisation.choices = [SelectChoice(key, name) for key, name in organisations]
        self.kind.choices = [
            SelectChoice(kind.value, pick(template.name)) for kind, template in TEMPLATES.items()
        ]


class CopyEventForm(_EventForm):
    """A new event like one that was."""
