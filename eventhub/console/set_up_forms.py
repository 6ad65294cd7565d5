"""Forms with which organizers set up places and shows; names stand in both languages."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    DateTimeLocalField,
    FloatField,
    IntegerField,
    SelectField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError

from eventhub.kernel.db import I18n
from eventhub.kernel.forms import BaseForm, CleanText
from eventhub.kernel.i18n import pick
from eventhub.programme.enums import ShowState, WindowKind
from eventhub.programme.queries.set_up import NameRow, ShowSetUp, StageSetUp, VenueSetUp

_MOST = 1_000_000
_DAY_MIN = 14 * 24 * 60
_FILL = _l("Fill in this field.")
KINDS = (
    SelectChoice("runway", _l("Runway")),
    SelectChoice("concert", _l("Concert")),
    SelectChoice("forum", _l("Forum")),
    SelectChoice("exhibition", _l("Exhibition")),
    SelectChoice("other", _l("Other")),
)
STATES = (
    SelectChoice(ShowState.DRAFT.value, _l("Draft")),
    SelectChoice(ShowState.INVITED.value, _l("Invited")),
    SelectChoice(ShowState.CONFIRMED.value, _l("Confirmed")),
    SelectChoice(ShowState.CANCELLED.value, _l("Cancelled")),
    SelectChoice(ShowState.WITHDRAWN.value, _l("Withdrawn: not shown any more")),
)
WINDOWS = (
    SelectChoice(WindowKind.OPEN.value, _l("open")),
    SelectChoice(WindowKind.CLOSED.value, _l("closed")),
    SelectChoice(WindowKind.LOAD_IN.value, _l("load-in only")),
    SelectChoice(WindowKind.CURFEW.value, _l("quiet: nothing may sound")),
)
PARTIES = (
    SelectChoice("brand", _l("Brands")),
    SelectChoice("person", _l("Single persons")),
    SelectChoice("band", _l("Bands")),
    SelectChoice("designer", _l("Designers")),
    SelectChoice("organisation", _l("Organisations")),
    SelectChoice("crew", _l("Crews")),
)


class NamedForm(BaseForm):
    """Something with a name in one or both languages."""

    name_zh = CleanText(_l("Name, Chinese"), description=_l("one of both at least"))
    name_en = CleanText(_l("Name, English"), description=_l("one of both at least"))

    def validate_name_en(self, field: Any) -> None:
        """Ask for at least one of both names."""
        if not (self.name_zh.data or field.data):
            raise ValidationError(_FILL)

    @property
    def both(self) -> I18n:
        """Return the name by language."""
        return _both(self.name_zh, self.name_en)


class VenueForm(NamedForm):
    """A venue."""

    address_zh = CleanText(_l("Address, Chinese"))
    address_en = CleanText(_l("Address, English"))
    lat = FloatField(_l("Latitude"), validators=[Optional(), NumberRange(min=-90, max=90)])
    lon = FloatField(_l("Longitude"), validators=[Optional(), NumberRange(min=-180, max=180)])

    def show(self, row: VenueSetUp) -> None:
        """Put a venue into the form."""
        _fill(self.name_zh, self.name_en, row.name)
        _fill(self.address_zh, self.address_en, row.address)
        self.lat.data, self.lon.data = row.lat, row.lon

    @property
    def address(self) -> I18n | None:
        """Return the address by language."""
        return _both(self.address_zh, self.address_en) or None


class StageForm(NamedForm):
    """A stage of a venue."""

    venue = SelectField(_l("Venue"), validators=[InputRequired(_FILL)])
    short_zh = CleanText(_l("Short name, Chinese"))
    short_en = CleanText(_l("Short name, English"))
    kind = SelectField(_l("Kind"), choices=list(KINDS))
    capacity = IntegerField(
        _l("Capacity"),
        description=_l("people, empty when unknown"),
        validators=[Optional(), NumberRange(min=0, max=_MOST)],
    )
    min_changeover_min = IntegerField(
        _l("Minutes between two shows, at least"),
        default=0,
        validators=[Optional(), NumberRange(min=0, max=600)],
    )
    allow_overlap = BooleanField(_l("Shows may overlap here, as in an open area"))
    is_hidden = BooleanField(_l("Hidden: takes nothing new, what stands on it stays"))

    def offer(self, venues: list[VenueSetUp]) -> None:
        """Fill the choices."""
        self.venue.choices = [SelectChoice(venue.slug, pick(venue.name)) for venue in venues]

    def show(self, venue: str, row: StageSetUp) -> None:
        """Put a stage into the form."""
        _fill(self.name_zh, self.name_en, row.name)
        _fill(self.short_zh, self.short_en, row.short_name)
        self.venue.data, self.kind.data, self.capacity.data = venue, row.kind, row.capacity
        self.min_changeover_min.data = row.min_changeover_min
        self.allow_overlap.data, self.is_hidden.data = row.allow_overlap, row.is_hidden

    @property
    def short(self) -> I18n | None:
        """Return the short name by language."""
        return _both(self.short_zh, self.short_en) or None


class WindowForm(BaseForm):
    """When a place is open or closed; times are wall clock of the event."""

    place = SelectField(_l("Where"), validators=[InputRequired(_FILL)])
    kind = SelectField(_l("Kind"), choices=list(WINDOWS))
    starts_at = DateTimeLocalField(_l("From"), validators=[InputRequired(_FILL)])
    ends_at = DateTimeLocalField(_l("Until"), validators=[InputRequired(_FILL)])

    def offer(self, venues: list[VenueSetUp]) -> None:
        """Fill the choices: each venue, and each of its stages."""
        self.place.choices = [
            choice
            for venue in venues
            for choice in (
                SelectChoice(venue.slug, pick(venue.name)),
                *(
                    SelectChoice(
                        f"{venue.slug}/{stage.slug}", f"{pick(venue.name)}: {pick(stage.name)}"
                    )
                    for stage in venue.stages
                ),
            )
        ]

    def times(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """Return both instants of a valid form."""
        start, end = self.starts_at.data, self.ends_at.data
        assert start is not None  # noqa: S101 - the form is valid
        assert end is not None  # noqa: S101 - the form is valid
        return start.replace(tzinfo=zone), end.replace(tzinfo=zone)


class TypeForm(NamedForm):
    """A kind of show."""

    shortest = IntegerField(
        _l("Shortest, minutes"), validators=[Optional(), NumberRange(min=1, max=_DAY_MIN)]
    )
    longest = IntegerField(
        _l("Longest, minutes"), validators=[Optional(), NumberRange(min=1, max=_DAY_MIN)]
    )


class ShowForm(NamedForm):
    """A show."""

    line_zh = CleanText(_l("One sentence, Chinese"))
    line_en = CleanText(_l("One sentence, English"))
    type = SelectField(_l("Type"), choices=[])
    track = SelectField(_l("Track"), choices=[])
    minutes = IntegerField(
        _l("Length"),
        description=_l("minutes"),
        validators=[Optional(), NumberRange(min=1, max=_DAY_MIN)],
    )
    expected_audience = IntegerField(
        _l("Expected audience"),
        description=_l("people, empty when unknown"),
        validators=[Optional(), NumberRange(min=0, max=_MOST)],
    )
    before = IntegerField(
        _l("Minutes to set up"), default=0, validators=[Optional(), NumberRange(min=0, max=600)]
    )
    after = IntegerField(
        _l("Minutes to clear"), default=0, validators=[Optional(), NumberRange(min=0, max=600)]
    )
    cast = TextAreaField(
        _l("Who takes part"),
        description=_l("one name per line"),
        validators=[Length(max=5_000)],
    )
    new_kind = SelectField(_l("New names are"), choices=list(PARTIES))
    state = SelectField(_l("State"), choices=list(STATES))

    def offer(self, types: list[NameRow], tracks: list[NameRow]) -> None:
        """Fill the choices."""
        for field, rows in ((self.type, types), (self.track, tracks)):
            field.choices = [
                SelectChoice("", "–"),
                *(SelectChoice(str(row.id), pick(row.name)) for row in rows),
            ]

    def show(self, row: ShowSetUp) -> None:
        """Put a show into the form."""
        _fill(self.name_zh, self.name_en, row.title)
        _fill(self.line_zh, self.line_en, row.line)
        self.type.data, self.track.data = str(row.type_id or ""), str(row.track_id or "")
        self.minutes.data, self.state.data = row.default_duration_min, row.state
        self.expected_audience.data = row.expected_audience
        self.before.data, self.after.data = row.changeover_before_min, row.changeover_after_min
        self.cast.data = "\n".join(pick(name) for name in row.cast)

    @property
    def line(self) -> I18n | None:
        """Return the sentence by language."""
        return _both(self.line_zh, self.line_en) or None

    @property
    def names(self) -> list[str]:
        """Return who takes part, each on one line and no longer than a name."""
        return [line.strip()[:120] for line in (self.cast.data or "").splitlines() if line.strip()]


def _both(zh: Any, en: Any) -> I18n:
    return {lang: field.data for lang, field in (("zh", zh), ("en", en)) if field.data}


def _fill(zh: Any, en: Any, text: I18n | None) -> None:
    zh.data, en.data = (text or {}).get("zh", ""), (text or {}).get("en", "")
