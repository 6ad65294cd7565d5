"""The form with which organizers set up ticket types."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateTimeLocalField, IntegerField, SelectField, SelectMultipleField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, NumberRange, Optional

from eventhub.console.set_up_forms import NamedForm
from eventhub.kernel.format import stamp
from eventhub.kernel.forms import CleanText
from eventhub.kernel.i18n import pick
from eventhub.programme.queries import EventRow
from eventhub.registration.queries.type_set_up import Choice, TypeSetUp, WindowChoice
from eventhub.registration.queries.type_zones import ZoneEntrances

_MOST = 1_000_000
_MOST_GROUP = 20
VISIBILITIES = (
    SelectChoice("public", _l("For everybody")),
    SelectChoice("hidden", _l("Hidden: not on the page of the event")),
    SelectChoice("invitation", _l("By invitation only")),
)
APPROVALS = (
    SelectChoice("none", _l("Confirmed at once")),
    SelectChoice("required", _l("After approval")),
)
WAITLISTS = (
    SelectChoice("off", _l("No waitlist")),
    SelectChoice("manual", _l("Waitlist, places offered by hand")),
    SelectChoice("auto", _l("Waitlist, places offered by themselves")),
)


class TicketTypeForm(NamedForm):
    """A ticket type; times are wall clock of the event."""

    tier = SelectField(_l("Class of guests"), choices=[])
    places = IntegerField(
        _l("Places"),
        description=_l("empty means unlimited"),
        validators=[Optional(), NumberRange(min=0, max=_MOST)],
    )
    reason = CleanText(_l("Why fewer places than are taken"), description=_l("only then"))
    is_closed = BooleanField(_l("Closed: no place is given any more"))
    visibility = SelectField(_l("Who sees it"), choices=list(VISIBILITIES))
    approval = SelectField(_l("Approval"), choices=list(APPROVALS))
    waitlist = SelectField(_l("When it is full"), choices=list(WAITLISTS))
    sale_from = DateTimeLocalField(_l("Registration from"), validators=[Optional()])
    sale_until = DateTimeLocalField(_l("Registration until"), validators=[Optional()])
    window = SelectField(_l("Good for"), choices=[])
    zones = SelectMultipleField(_l("Opens these zones"), choices=[])
    max_group = IntegerField(
        _l("People in one registration, at most"),
        default=1,
        validators=[InputRequired(), NumberRange(min=1, max=_MOST_GROUP)],
    )
    is_rotating = BooleanField(_l("The code changes every few seconds, so a picture is no ticket"))

    entrances: Sequence[ZoneEntrances] = ()

    def offer(
        self,
        event: EventRow,
        tiers: list[Choice],
        windows: list[WindowChoice],
        zones: list[ZoneEntrances],
        row: TypeSetUp | None,
    ) -> None:
        """Fill the choices, and leave out what can not be set for this type by one number."""
        self.tier.choices = [
            SelectChoice("", "–"),
            *(SelectChoice(str(tier.id), pick(tier.name)) for tier in tiers),
        ]
        self.window.choices = [
            SelectChoice("0", _("the whole event")),
            *(SelectChoice(str(one.number), _span(one, event.zone)) for one in windows),
        ]
        self.entrances = zones
        self.zones.choices = [SelectChoice(str(one.zone_id), pick(one.name)) for one in zones]
        if not zones:
            del self.zones
        if row is not None and row.is_per_day:
            del self.window
        if row is not None and not row.has_own_places:
            del self.places, self.reason, self.is_closed

    def start(self) -> None:
        """Make the form of a new type: it opens what is open to every ticket."""
        if "zones" in self:
            self.zones.data = [
                str(one.zone_id)
                for one in self.entrances
                if any(not entrance.type_ids for entrance in one.entrances)
            ]

    def boxes(self, row: TypeSetUp | None) -> list[tuple[str, str, str, bool]]:
        """Return value, name, what is known of the gates, and state of each zone's box."""
        chosen = self.zones.data or []
        return [
            (str(one.zone_id), pick(one.name), _gates(one, row), str(one.zone_id) in chosen)
            for one in self.entrances
        ]

    def show(self, row: TypeSetUp, zone: ZoneInfo) -> None:
        """Put a type into the form."""
        self.name_zh.data, self.name_en.data = row.name.get("zh", ""), row.name.get("en", "")
        self.tier.data = str(row.tier_id or "")
        self.visibility.data, self.approval.data = row.visibility, row.approval
        self.waitlist.data, self.max_group.data = row.waitlist, row.max_group
        self.sale_from.data = _wall(row.sale_from, zone)
        self.sale_until.data = _wall(row.sale_until, zone)
        self.is_rotating.data = row.is_rotating
        if "window" in self:
            self.window.data = str(row.window_no)
        if "zones" in self:
            self.zones.data = [str(one.zone_id) for one in self.entrances if one.lets_in(row.id)]
        if "places" in self:
            self.places.data = row.own[0].size
            self.is_closed.data = all(quota.is_closed for quota in row.own)

    def values(self, zone: ZoneInfo) -> dict[str, Any]:
        """Return what a valid form says, by the names of `SaveType`."""
        said: dict[str, Any] = {
            "name": self.both,
            "tier_id": int(self.tier.data) if self.tier.data else None,
            "visibility": str(self.visibility.data),
            "approval": str(self.approval.data),
            "waitlist": str(self.waitlist.data),
            "sale_from": _instant(self.sale_from.data, zone),
            "sale_until": _instant(self.sale_until.data, zone),
            "max_group": self.max_group.data,
            "is_rotating": bool(self.is_rotating.data),
            "sets_places": "places" in self,
        }
        if "zones" in self:
            said["zones"] = frozenset(int(number) for number in self.zones.data or ())
        if "window" in self:
            said["window_no"] = int(self.window.data)
        if "places" in self:
            said["places"], said["reason"] = self.places.data, self.reason.data or ""
            said["is_closed"] = bool(self.is_closed.data)
        return said


def _gates(one: ZoneEntrances, row: TypeSetUp | None) -> str:
    """Return the gates of a zone in words, and which of them alone let the type in."""
    names = _(", ").join(pick(gate.name) for gate in one.gates)
    open_to = one.lets_in(row.id) if row else []
    if open_to and len(open_to) < len(one.gates):
        lanes = _(", ").join(pick(gate.name) for gate in open_to)
        return _("%(gates)s; this ticket only by %(lanes)s", gates=names, lanes=lanes)
    if all(not entrance.type_ids for entrance in one.entrances):
        return _("%(gates)s; open to every ticket so far", gates=names)
    return names


def _span(one: WindowChoice, zone: ZoneInfo) -> str:
    return f"{stamp(one.starts_at, zone)} – {stamp(one.ends_at, zone)}"


def _wall(at: datetime | None, zone: ZoneInfo) -> datetime | None:
    return at.astimezone(zone).replace(tzinfo=None) if at else None


def _instant(typed: datetime | None, zone: ZoneInfo) -> datetime | None:
    return typed.replace(tzinfo=zone) if typed else None
