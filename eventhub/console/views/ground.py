"""Open grounds: visits from people present and how long they stay."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from typing import Final

from flask import Response, flash, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as BaseResponse
from wtforms import DateField, FloatField, IntegerField, SelectField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange

from eventhub.accounts.enums import Permission
from eventhub.audience import queries as audience_rows
from eventhub.audience import service as audience
from eventhub.audience.errors import BadTurnover, GroundIsCounted
from eventhub.console.access import console_event, signed_in
from eventhub.console.views.frame import blueprint, page
from eventhub.kernel.format import exact, percent
from eventhub.kernel.forms import BaseForm
from eventhub.kernel.http import see_other
from eventhub.kernel.i18n import pick
from eventhub.programme.queries import EventRow, zones

_LINE: Final = re.compile(r"([01]?\d|2[0-3])[:：]([0-5]\d)[\s,，;]+(\d(?:\.\d{1,3})?)")


class GroundForm(BaseForm):
    """What was counted on one ground and day."""

    zone = SelectField(_l("Zone"), coerce=int, validators=[InputRequired()])
    day = DateField(_l("Day"), validators=[InputRequired()])
    area = FloatField(
        _l("Area"),
        description=_l("square metres"),
        validators=[InputRequired(), NumberRange(1, 1e7)],
    )
    densities = TextAreaField(
        _l("People on a square metre"),
        description=_l("one count a line, such as “12:00 0.4”; two or more"),
        validators=[InputRequired(), Length(max=4_000)],
    )
    dwell = FloatField(
        _l("How long they stay"),
        description=_l("minutes, on average"),
        validators=[InputRequired(), NumberRange(1, 1_440)],
    )
    sample = IntegerField(
        _l("People asked"),
        description=_l("200 or more"),
        validators=[InputRequired(), NumberRange(1, 1_000_000)],
    )


@blueprint.get("/e/<slug>/footfall/ground")
def ground(slug: str) -> Response:
    """GET /console/e/SLUG/footfall/ground: visits of open grounds; audience.view."""
    event = console_event(slug, Permission.AUDIENCE_VIEW)
    return _page(event, _form(event))


@blueprint.post("/e/<slug>/footfall/ground")
def enter_turnover(slug: str) -> Response | BaseResponse:
    """POST /console/e/SLUG/footfall/ground: enter what was counted; audience.view."""
    event = console_event(slug, Permission.AUDIENCE_VIEW)
    form = _form(event)
    if not form.validate_on_submit():
        return _page(event, form, status=422)
    try:
        visits, rel_sd = audience.enter_turnover(
            audience.EnterTurnover(
                event_id=event.id,
                zone_id=form.zone.data,
                day=form.day.data,
                area_m2=form.area.data or 0,
                densities=_densities(event, form.day.data, form.densities.data or ""),
                dwell_min=form.dwell.data or 0,
                dwell_sample=form.sample.data or 0,
                by=signed_in().name,
            )
        )
    except (BadTurnover, GroundIsCounted) as refusal:
        form.densities.errors = [*form.densities.errors, refusal.text]
        return _page(event, form, status=refusal.status)
    flash(_("%(n)s visits, ± %(share)s.", n=exact(visits), share=percent(rel_sd, 0)), "ok")
    return see_other(url_for("console.ground", slug=slug))


def _densities(event: EventRow, day: date, text: str) -> list[tuple[datetime, float]]:
    found: list[tuple[datetime, float]] = []
    for line in filter(None, (one.strip() for one in text.splitlines())):
        match = _LINE.fullmatch(line)
        if match is None:
            raise BadTurnover(_("This line is no time and density: %(line)s", line=line[:40]))
        at = event.instant(day, time(int(match[1]), int(match[2])))
        found.append((at, float(match[3])))
    if not found:
        raise BadTurnover()
    return found


def _form(event: EventRow) -> GroundForm:
    form = GroundForm()
    form.zone.choices = [(zone.id, pick(zone.name)) for zone in zones(event.id)]
    return form


def _page(event: EventRow, form: GroundForm, *, status: int = 200) -> Response:
    return page(
        "ground",
        event,
        section="counters",
        status=status,
        form=form,
        rows=audience_rows.turnovers(event.id),
        zone_names={zone.id: pick(zone.name) for zone in zones(event.id)},
    )
