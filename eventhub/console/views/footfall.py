"""Counters: how each figure came about, where they stand, their factors, the plan of the site."""

from __future__ import annotations

from typing import Any, Final

from flask import Response, flash, make_response, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired, FileSize
from werkzeug.wrappers import Response as BaseResponse
from wtforms import BooleanField, FloatField, IntegerField, SelectField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from eventhub.accounts.enums import Permission
from eventhub.audience import queries as audience_rows
from eventhub.audience import service as audience
from eventhub.audience.enums import SourceKind
from eventhub.audience.errors import BadPlan, GroundIsEstimated, TooFewPairs
from eventhub.audience.queries import CounterRow
from eventhub.audience.rules.rollup import starts_at
from eventhub.audience.service import Pair
from eventhub.console import words
from eventhub.console.access import console_event, signed_in
from eventhub.console.forms import MAX_FILE
from eventhub.console.views.frame import blueprint, page
from eventhub.kernel.errors import BadRequest, NotFound
from eventhub.kernel.forms import BaseForm, CleanText
from eventhub.kernel.http import see_other
from eventhub.kernel.i18n import pick
from eventhub.programme.queries import EventRow, zones

_MOST: Final = 100_000  # people in a quarter of an hour past one line


class PlaceForm(BaseForm):
    """Where one counter stands."""

    counter = SelectField(_l("Counter"), coerce=int, validators=[InputRequired()])
    zone = SelectField(_l("Zone"), coerce=int, validators=[InputRequired()])
    is_cordon = BooleanField(_l("Sees every entry into the zone: its figures are visits"))
    width = FloatField(
        _l("Width of the door"),
        description=_l("metres, optional"),
        validators=[Optional(), NumberRange(0.1, 100)],
    )
    door = CleanText(
        _l("Door"), description=_l("optional, such as “north 1”"), validators=[Length(max=40)]
    )
    counts = BooleanField(_l("Of the counters at this door, this one counts"))


class FactorForm(BaseForm):
    """Counts by hand beside one counter."""

    counter = SelectField(_l("Counter"), coerce=int, validators=[InputRequired()])
    post = SelectField(_l("Counted by hand at"), coerce=int, validators=[InputRequired()])
    pairs = TextAreaField(
        _l("Or pairs of counts"),
        description=_l("device, by hand; one quarter of an hour a line"),
        validators=[Length(max=4_000)],
    )


class MarkForm(BaseForm):
    """Where a zone or a counter lies on the plan."""

    mark = SelectField(_l("What"), validators=[InputRequired()])
    x = IntegerField(_l("From the left"), validators=[InputRequired(), NumberRange(0, 1000)])
    y = IntegerField(_l("From the top"), validators=[InputRequired(), NumberRange(0, 1000)])
    width = IntegerField(_l("Width"), validators=[Optional(), NumberRange(0, 1000)])
    height = IntegerField(_l("Height"), validators=[Optional(), NumberRange(0, 1000)])


class PictureForm(BaseForm):
    """The picture under the plan."""

    file = FileField(
        _l("Picture"),
        description=_l("PNG, JPEG or WebP"),
        validators=[FileRequired(_l("Choose a file.")), FileSize(MAX_FILE)],
    )


@blueprint.get("/e/<slug>/footfall")
def footfall(slug: str) -> Response:
    """GET /console/e/SLUG/footfall: figures of counters with method and factor; audience.view."""
    event = console_event(slug, Permission.AUDIENCE_VIEW)
    return _footfall_page(event)


@blueprint.post("/e/<slug>/footfall/place")
def place_counter(slug: str) -> Response | BaseResponse:
    """POST /console/e/SLUG/footfall/place: where a counter stands; audience.view."""
    event = console_event(slug, Permission.AUDIENCE_VIEW)
    form = _place_form(event, audience_rows.counters(event.id))
    if not form.validate_on_submit():
        return _footfall_page(event, place=form, status=422)
    try:
        audience.place_counter(
            audience.PlaceCounter(
                event_id=event.id,
                source_id=form.counter.data,
                zone_id=form.zone.data,
                is_cordon=form.is_cordon.data,
                width_m=form.width.data,
                door=form.door.data or "",
                counts_at_door=form.counts.data,
            )
        )
    except GroundIsEstimated as refusal:
        form.zone.errors = [*form.zone.errors, refusal.text]
        return _footfall_page(event, place=form, status=refusal.status)
    flash(_("The counter is placed; its past goes with it."), "ok")
    return see_other(url_for("console.footfall", slug=slug))


@blueprint.post("/e/<slug>/footfall/factor")
def fit_counter(slug: str) -> Response | BaseResponse:
    """POST /console/e/SLUG/footfall/factor: fit a counter to counts by hand; audience.view."""
    event = console_event(slug, Permission.AUDIENCE_VIEW)
    form = _factor_form(audience_rows.counters(event.id))
    if not form.validate_on_submit():
        return _footfall_page(event, factor=form, status=422)
    try:
        fit = audience.fit_counter(
            audience.FitCounter(
                event_id=event.id,
                source_id=form.counter.data,
                pairs=_pairs(event.id, form),
                by=signed_in().name,
            )
        )
    except TooFewPairs as refusal:
        form.pairs.errors = [*form.pairs.errors, refusal.text]
        return _footfall_page(event, factor=form, status=refusal.status)
    flash(_("Factor %(k)s from %(n)s counts.", k=f"{fit.k:.3f}", n=fit.counts), "ok")
    return see_other(url_for("console.footfall", slug=slug))


def _pairs(event_id: int, form: FactorForm) -> list[Pair]:
    """Return what was typed in, else the quarters that counter and post both have whole."""
    typed = (form.pairs.data or "").split("\n")
    pairs: list[Pair] = []
    for line in filter(None, (one.strip() for one in typed)):
        numbers = line.replace("，", ",").replace(";", ",").replace("\t", ",").split(",")
        counts = [int(one) for one in numbers if one.strip().isdecimal() and len(one) < 8]
        if len(counts) != 2 or len(numbers) != 2 or max(counts) > _MOST:
            raise TooFewPairs(_("This line is not two numbers: %(line)s", line=line[:40]))
        pairs.append(Pair(None, counts[0], counts[1]))
    if pairs or not form.post.data:
        return pairs
    found = audience_rows.paired_quarters(event_id, form.counter.data, form.post.data)
    return [Pair(starts_at(start_s), device, manual) for start_s, device, manual in found]


@blueprint.get("/e/<slug>/plan")
def plan(slug: str) -> Response:
    """GET /console/e/SLUG/plan: counters and zones on a picture of the site; audience.view."""
    return _plan_page(console_event(slug, Permission.AUDIENCE_VIEW))


@blueprint.get("/e/<slug>/plan/picture.png")
def plan_picture(slug: str) -> Response:
    """GET /console/e/SLUG/plan/picture.png: the picture under the plan; audience.view."""
    event = console_event(slug, Permission.AUDIENCE_VIEW)
    found = audience_rows.plan_picture(event.id)
    if found is None:
        raise NotFound()
    answer = make_response(found)
    answer.mimetype = "image/png"
    return answer


@blueprint.post("/e/<slug>/plan/mark")
def set_mark(slug: str) -> Response | BaseResponse:
    """POST /console/e/SLUG/plan/mark: draw, move or take off one mark; audience.view."""
    event = console_event(slug, Permission.AUDIENCE_VIEW)
    form = _mark_form(event)
    is_removed = "remove" in request.form
    if not form.validate_on_submit():
        return _plan_page(event, mark=form, status=422)
    kind, _colon, ref = form.mark.data.partition(":")
    try:
        audience.set_mark(
            audience.SetMark(
                event_id=event.id,
                kind="zone" if kind == "zone" else "counter",
                ref_id=int(ref),
                x=form.x.data or 0,
                y=form.y.data or 0,
                width=(form.width.data or 0) if kind == "zone" else 0,
                height=(form.height.data or 0) if kind == "zone" else 0,
                is_removed=is_removed,
            )
        )
    except BadPlan:
        form.x.errors = [*form.x.errors, _("The mark would lie outside of the plan.")]
        return _plan_page(event, mark=form, status=422)
    return see_other(url_for("console.plan", slug=slug))


@blueprint.post("/e/<slug>/plan/picture")
def set_picture(slug: str) -> Response | BaseResponse:
    """POST /console/e/SLUG/plan/picture: put a picture under the plan; audience.view."""
    event = console_event(slug, Permission.AUDIENCE_VIEW)
    if "remove" in request.form:
        if not BaseForm().validate_on_submit():
            raise BadRequest()
        audience.drop_picture(event.id)
        return see_other(url_for("console.plan", slug=slug))
    form = PictureForm(prefix="picture-")
    if not form.validate_on_submit():
        return _plan_page(event, picture=form, status=422)
    try:
        audience.set_picture(event.id, form.file.data.read())
    except BadPlan as refusal:
        form.file.errors = [*form.file.errors, refusal.text]
        return _plan_page(event, picture=form, status=refusal.status)
    return see_other(url_for("console.plan", slug=slug))


def _footfall_page(
    event: EventRow,
    *,
    place: PlaceForm | None = None,
    factor: FactorForm | None = None,
    status: int = 200,
) -> Response:
    rows = audience_rows.quality(event)
    counters = list(rows.counters)
    return page(
        "footfall",
        event,
        section="counters",
        status=status,
        quality=rows,
        zone_names={zone.id: pick(zone.name) for zone in zones(event.id)},
        adjustments=audience_rows.adjustments(event.id, limit=50),
        states=audience_rows.rollup_states(event.id),
        sensors={row.source_id: row for row in audience_rows.sensors(event.id)},
        place=place or _place_form(event, counters),
        factor=factor or _factor_form(counters),
        flag_words=words.quality_flags(),
        reason_words=words.adjustment_reasons(),
        starts_at=starts_at,
    )


def _place_form(event: EventRow, counters: list[CounterRow]) -> PlaceForm:
    form = PlaceForm(prefix="place-")
    form.counter.choices = [(row.id, pick(row.title)) for row in counters]
    form.zone.choices = [(0, _("no zone"))]
    form.zone.choices += [(zone.id, pick(zone.name)) for zone in zones(event.id)]
    return form


def _factor_form(counters: list[CounterRow]) -> FactorForm:
    form = FactorForm(prefix="factor-")
    form.counter.choices = [
        (row.id, pick(row.title)) for row in counters if row.kind is SourceKind.COUNTER
    ]
    form.post.choices = [(0, _("no post"))]
    form.post.choices += [
        (row.id, pick(row.title)) for row in counters if row.kind is SourceKind.MANUAL
    ]
    return form


def _plan_page(
    event: EventRow,
    *,
    mark: MarkForm | None = None,
    picture: PictureForm | None = None,
    status: int = 200,
) -> Response:
    drawn = audience_rows.site_plan(event.id)
    now = audience_rows.live_snapshot(event)
    figures: dict[tuple[str, int], Any] = {
        ("zone", row.zone_id): row.visits.count for row in now.cordons
    }
    figures |= {("counter", row.counter.id): row.passages for row in now.others}
    names = {("zone", zone.id): pick(zone.name) for zone in zones(event.id)}
    names |= {("counter", row.id): pick(row.title) for row in audience_rows.counters(event.id)}
    return page(
        "plan",
        event,
        section="counters",
        status=status,
        plan=drawn,
        names=names,
        figures=figures,
        mark=mark or _mark_form(event),
        picture=picture or PictureForm(prefix="picture-"),
    )


def _mark_form(event: EventRow) -> MarkForm:
    form = MarkForm()
    form.mark.choices = [(f"zone:{zone.id}", pick(zone.name)) for zone in zones(event.id)]
    form.mark.choices += [
        (f"counter:{row.id}", pick(row.title)) for row in audience_rows.counters(event.id)
    ]
    return form
