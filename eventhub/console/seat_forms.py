"""Forms of seat maps, blocks and seats."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from wtforms import IntegerField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length, NumberRange, Optional

from eventhub.console.queries.seats import Named
from eventhub.kernel.db import I18n
from eventhub.kernel.forms import BaseForm, CleanText, Required
from eventhub.kernel.i18n import pick
from eventhub.registration.service import SaveBlock

_MAX_PLAN = 20_000
_MAX_MINUTES = 1440


class MapForm(BaseForm):
    """A new version of the seats of a stage."""

    stage = SelectField(_l("Stage"), coerce=int, validators=[Required()])
    map_name = CleanText(_l("Name of the map"), description=_l("for you"), validators=[Required()])
    plan = TextAreaField(
        _l("Rows"),
        description=_l("such as A:1-20 B:1-24"),
        validators=[Required(), Length(max=_MAX_PLAN, message=_l("This is too long."))],
    )

    @classmethod
    def of(cls, stages: Sequence[tuple[int, I18n]]) -> MapForm:
        """Return the form of the request with the stages of an event."""
        form = cls()
        form.stage.choices = [SelectChoice(number, pick(name)) for number, name in stages]
        return form


class PlanForm(BaseForm):
    """Which map a performance uses and when seats of no-shows are freed."""

    map_id = SelectField(_l("Seat map"), coerce=int, validators=[Required()])
    release_min = IntegerField(
        _l("Free the seats of no-shows"),
        description=_l("minutes before the start; empty: never"),
        validators=[Optional(), NumberRange(0, _MAX_MINUTES)],
    )


class BlockForm(BaseForm):
    """A block of seats; `slug` names the one that is changed."""

    slug = StringField(validators=[Optional(), Length(max=40)])
    name_zh = CleanText(_l("Name in Chinese"), validators=[Required()])
    name_en = CleanText(_l("Name in English"), validators=[Required()])
    seats = StringField(
        _l("Seats"),
        description=_l("such as E1:3-10,15-22 W1:3-10"),
        validators=[Required(), Length(max=4000)],
    )
    tier = SelectField(_l("Tier"), validators=[Optional()])
    party = SelectField(_l("Guests of"), validators=[Optional()])
    priority = IntegerField(
        _l("Order"),
        description=_l("higher first"),
        default=50,
        validators=[Optional(), NumberRange(0, 999)],
    )
    block_release_min = IntegerField(
        _l("Free unclaimed seats"),
        description=_l("minutes before the start; empty: as the performance"),
        validators=[Optional(), NumberRange(0, _MAX_MINUTES)],
    )

    @classmethod
    def of(cls, tiers: Sequence[Named], parties: Sequence[Named]) -> BlockForm:
        """Return the form of the request with the tiers and parties of an event."""
        form = cls()
        for field, rows in ((form.tier, tiers), (form.party, parties)):
            field.choices = [
                SelectChoice("", _l("nobody in particular")),
                *(SelectChoice(str(row.id), pick(row.name)) for row in rows),
            ]
        return form

    def command(self, event_id: int, performance_id: int, slug: str) -> SaveBlock:
        """Return what the form asks for."""
        return SaveBlock(
            event_id=event_id,
            performance_id=performance_id,
            slug=slug,
            name={"zh": self.name_zh.data or "", "en": self.name_en.data or ""},
            seats=self.seats.data or "",
            tier_id=int(self.tier.data) if self.tier.data else None,
            party_id=int(self.party.data) if self.party.data else None,
            priority=self.priority.data or 0,
            release_min=self.block_release_min.data,
        )
