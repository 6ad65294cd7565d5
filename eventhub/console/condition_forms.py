"""Forms of what a plan is checked against: ways, times of parties, kit, order of shows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import DateTimeLocalField, IntegerField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, NumberRange, Optional, ValidationError

from eventhub.console.set_up_forms import NamedForm
from eventhub.kernel.forms import BaseForm, CleanText
from eventhub.kernel.i18n import pick
from eventhub.programme.enums import AvailabilityKind, DependencyKind
from eventhub.programme.queries import EventRow
from eventhub.programme.queries.conditions import KitRow, PartyName
from eventhub.programme.queries.set_up import VenueSetUp
from eventhub.programme.rules.naming import NUMBER_MAX
from eventhub.programme.service import conditions as service

_FILL = _l("Fill in this field.")
_DAY_MIN = 24 * 60
_MOST = 100_000
_NUMBER = re.compile(r"\s*#?\s*(\d{1,6})\b")
TIMES = (
    SelectChoice(AvailabilityKind.AVAILABLE.value, _l("can")),
    SelectChoice(AvailabilityKind.UNAVAILABLE.value, _l("can not")),
    SelectChoice(AvailabilityKind.PREFERRED.value, _l("would like to")),
)
ORDERS = (
    SelectChoice(DependencyKind.BEFORE.value, _l("before")),
    SelectChoice(DependencyKind.AFTER.value, _l("after")),
    SelectChoice(DependencyKind.NOT_WITH.value, _l("not at the same time as")),
    SelectChoice(DependencyKind.SAME_DAY.value, _l("on the same day as")),
    SelectChoice(DependencyKind.ADJACENT.value, _l("right before or after")),
)


class ShowNumber(CleanText):
    """A performance by its number, as `#12` or as a suggestion `#12 Loom` of the list."""

    @property
    def number(self) -> int:
        """Return the number, 0 when there is none."""
        found = _NUMBER.match(self.data or "")
        return min(int(found[1]), NUMBER_MAX) if found else 0


def _minutes(label: Any, *, most: int = _DAY_MIN) -> IntegerField:
    return IntegerField(label, validators=[Optional(), NumberRange(min=0, max=most)])


class WayForm(BaseForm):
    """Minutes between two venues."""

    venue_a = SelectField(_l("First venue"), validators=[InputRequired(_FILL)])
    venue_b = SelectField(_l("Second venue"), validators=[InputRequired(_FILL)])
    minutes = IntegerField(
        _l("Minutes, both ways alike"),
        validators=[InputRequired(_FILL), NumberRange(min=0, max=_DAY_MIN)],
    )

    def offer(self, venues: Sequence[VenueSetUp]) -> None:
        """Fill the choices."""
        choices = [SelectChoice(one.slug, pick(one.name)) for one in venues]
        self.venue_a.choices, self.venue_b.choices = choices, choices

    def command(self, event: EventRow) -> service.Condition:
        """Return what a valid form asks for."""
        return service.SaveWay(
            event_id=event.id,
            venue_a=str(self.venue_a.data),
            venue_b=str(self.venue_b.data),
            minutes=int(self.minutes.data or 0),
        )


class TimeForm(BaseForm):
    """When somebody can take part; times are wall clock of the event."""

    party = SelectField(_l("Who takes part"), validators=[InputRequired(_FILL)])
    kind = SelectField(_l("Kind"), choices=list(TIMES))
    starts_at = DateTimeLocalField(_l("From"), validators=[InputRequired(_FILL)])
    ends_at = DateTimeLocalField(_l("Until"), validators=[InputRequired(_FILL)])

    def offer(self, parties: Sequence[PartyName]) -> None:
        """Fill the choices."""
        self.party.choices = [SelectChoice(one.slug, pick(one.name)) for one in parties]

    def command(self, event: EventRow) -> service.Condition:
        """Return what a valid form asks for."""
        start, end = self.starts_at.data, self.ends_at.data
        assert start is not None  # noqa: S101 - the form is valid
        assert end is not None  # noqa: S101 - the form is valid
        return service.SaveTime(
            event_id=event.id,
            party=str(self.party.data),
            kind=AvailabilityKind(self.kind.data),
            starts_at=start.replace(tzinfo=event.zone),
            ends_at=end.replace(tzinfo=event.zone),
        )


class KitForm(NamedForm):
    """Kit that shows share."""

    quantity = IntegerField(
        _l("How many there are"), validators=[InputRequired(_FILL), NumberRange(min=0, max=_MOST)]
    )

    def command(self, event: EventRow) -> service.Condition:
        """Return what a valid form asks for."""
        return service.SaveKit(
            event_id=event.id, name=self.both, quantity=int(self.quantity.data or 0)
        )


class UseForm(BaseForm):
    """Which show needs how much of a kit."""

    kit = SelectField(_l("Kit"), validators=[InputRequired(_FILL)])
    number = ShowNumber(_l("Which show"), description=_l("number, or choose from the list"))
    quantity = IntegerField(
        _l("How many it needs"),
        default=1,
        validators=[InputRequired(_FILL), NumberRange(min=1, max=_MOST)],
    )
    before_min = _minutes(_l("Minutes before the start"))
    after_min = _minutes(_l("Minutes after the end"))

    def offer(self, kits: Sequence[KitRow]) -> None:
        """Fill the choices."""
        self.kit.choices = [SelectChoice(one.slug, pick(one.name)) for one in kits]

    def validate_number(self, field: ShowNumber) -> None:
        """Ask for a number."""
        _ask(field)

    def command(self, event: EventRow) -> service.Condition:
        """Return what a valid form asks for."""
        return service.SaveUse(
            event_id=event.id,
            kit=str(self.kit.data),
            number=self.number.number,
            quantity=int(self.quantity.data or 1),
            before_min=self.before_min.data or 0,
            after_min=self.after_min.data or 0,
        )


class OrderForm(BaseForm):
    """How two shows must stand to each other."""

    number_a = ShowNumber(_l("Which show"), description=_l("number, or choose from the list"))
    kind = SelectField(_l("must be"), choices=list(ORDERS))
    number_b = ShowNumber(_l("Other show"), description=_l("number, or choose from the list"))
    min_gap_min = _minutes(_l("Minutes between, at least"), most=14 * _DAY_MIN)

    def validate_number_a(self, field: ShowNumber) -> None:
        """Ask for a number."""
        _ask(field)

    def validate_number_b(self, field: ShowNumber) -> None:
        """Ask for a number."""
        _ask(field)

    def command(self, event: EventRow) -> service.Condition:
        """Return what a valid form asks for."""
        return service.SaveOrder(
            event_id=event.id,
            number_a=self.number_a.number,
            number_b=self.number_b.number,
            kind=DependencyKind(self.kind.data),
            min_gap_min=self.min_gap_min.data or 0,
        )


def _ask(field: ShowNumber) -> None:
    if not field.number:
        raise ValidationError(_FILL)
