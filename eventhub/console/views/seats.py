"""Seats: maps of stages, and who sits where at a performance."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, make_response, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response as BaseResponse

from eventhub.accounts.enums import Permission
from eventhub.console import render, seat_page
from eventhub.console.access import console_event
from eventhub.console.queries import seats as names
from eventhub.console.seat_acts import act_on_seat
from eventhub.console.seat_forms import BlockForm, MapForm, PlanForm
from eventhub.console.views.frame import blueprint, page
from eventhub.kernel.errors import Conflict, Invalid, NotFound
from eventhub.kernel.format import exact
from eventhub.kernel.http import private, see_other
from eventhub.kernel.i18n import pick
from eventhub.kernel.ids import new_public_id
from eventhub.programme.queries import EventRow, PerformanceRow, programme
from eventhub.registration import seat_print, service
from eventhub.registration.queries import seat_guests
from eventhub.registration.queries import seats as queries
from eventhub.registration.rules.seat_plan import ranges_text

GUESTS_SHOWN = 200


@blueprint.get("/e/<slug>/seats")
def seats(slug: str) -> Response:
    """GET /console/e/SLUG/seats: performances with their seats, maps; guests.view."""
    event = console_event(slug, Permission.GUESTS_VIEW)
    return _maps_page(event, MapForm.of(names.stages(event.id)))


@blueprint.post("/e/<slug>/seats")
def create_seat_map(slug: str) -> Response | BaseResponse:
    """POST /console/e/SLUG/seats: make a new version of a stage's seats; guests.edit."""
    event = console_event(slug, Permission.GUESTS_EDIT)
    form = MapForm.of(names.stages(event.id))
    if not form.validate_on_submit():
        return _maps_page(event, form, status=422)
    try:
        service.create_map(
            service.CreateMap(
                event_id=event.id,
                stage_id=form.stage.data,
                name=form.map_name.data or "",
                plan=form.plan.data or "",
            )
        )
    except Invalid as refusal:
        form.plan.errors = [str(text) for text in refusal.fields.get("plan", [refusal.text])]
        return _maps_page(event, form, status=refusal.status)
    flash(_("The seat map is made."), "ok")
    return see_other(url_for("console.seats", slug=slug))


@blueprint.get("/e/<slug>/seats/<int:number>")
def seating(slug: str, number: int) -> Response:
    """GET /console/e/SLUG/seats/NUMBER: the chart; `?seat=` chooses one; guests.view."""
    event = console_event(slug, Permission.GUESTS_VIEW)
    return _seating_page(event, queries.performance_no(event, number))


@blueprint.post("/e/<slug>/seats/<int:number>")
def seat_guest(slug: str, number: int) -> Response | BaseResponse:
    """POST /console/e/SLUG/seats/NUMBER: one act on one seat; guests.edit."""
    event = console_event(slug, Permission.GUESTS_EDIT)
    show = queries.performance_no(event, number)
    try:
        label = act_on_seat(event, show, request.form)
    except (Conflict, NotFound, Invalid) as refusal:
        proposal = refusal.details.get("next")
        text = str(refusal.text)
        if isinstance(refusal, NotFound):
            text = _("There is no such seat, or the guest has no ticket any more.")
        if proposal:
            text = _("%(text)s The next free one is %(seat)s.", text=text, seat=proposal)
        return _seating_page(event, show, problem=text, status=refusal.status)
    return see_other(url_for("console.seating", slug=slug, number=number, seat=label))


@blueprint.post("/e/<slug>/seats/<int:number>/plan")
def use_seat_map(slug: str, number: int) -> Response | BaseResponse:
    """POST /console/e/SLUG/seats/NUMBER/plan: choose the map; guests.edit."""
    event = console_event(slug, Permission.GUESTS_EDIT)
    show = queries.performance_no(event, number)
    form = _plan_form(event)
    if not form.validate_on_submit():
        return _seating_page(event, show, plan_form=form, status=422)
    try:
        service.use_map(
            service.UseMap(
                event_id=event.id,
                performance_id=show.performance_id,
                map_id=form.map_id.data,
                release_min=form.release_min.data,
            )
        )
    except Conflict as refusal:
        text = str(refusal.text)
        return _seating_page(event, show, problem=text, status=refusal.status)
    return see_other(url_for("console.seating", slug=slug, number=number))


@blueprint.post("/e/<slug>/seats/<int:number>/allocate")
def allocate_seats(slug: str, number: int) -> BaseResponse:
    """POST /console/e/SLUG/seats/NUMBER/allocate: seat everybody by rule; guests.edit."""
    event = console_event(slug, Permission.GUESTS_EDIT)
    made = service.allocate_seats(event, queries.performance_no(event, number))
    given = ngettext("%(n)s seat given.", "%(n)s seats given.", len(made.seats), n=len(made.seats))
    left = ngettext("%(n)s guest left.", "%(n)s guests left.", made.left, n=exact(made.left))
    flash(f"{given} {left}" if made.left else given, "hold" if made.left else "ok")
    return see_other(url_for("console.seating", slug=slug, number=number))


@blueprint.post("/e/<slug>/seats/<int:number>/blocks")
def save_seat_block(slug: str, number: int) -> Response | BaseResponse:
    """POST /console/e/SLUG/seats/NUMBER/blocks: make or change a block; guests.edit."""
    event = console_event(slug, Permission.GUESTS_EDIT)
    show = queries.performance_no(event, number)
    form = _block_form(event)
    if not form.validate_on_submit():
        return _seating_page(event, show, block_form=form, status=422)
    try:
        service.save_block(
            form.command(event.id, show.performance_id, form.slug.data or new_public_id())
        )
    except Invalid as refusal:
        form.seats.errors = [str(text) for text in refusal.fields.get("seats", [refusal.text])]
        return _seating_page(event, show, block_form=form, status=refusal.status)
    return see_other(url_for("console.seating", slug=slug, number=number) + "#blocks")


@blueprint.post("/e/<slug>/seats/<int:number>/blocks/<int:block_id>/drop")
def drop_seat_block(slug: str, number: int, block_id: int) -> BaseResponse:
    """POST /console/e/SLUG/seats/NUMBER/blocks/ID/drop: open its seats; guests.edit."""
    event = console_event(slug, Permission.GUESTS_EDIT)
    show = queries.performance_no(event, number)
    service.drop_block(event.id, show.performance_id, block_id)
    return see_other(url_for("console.seating", slug=slug, number=number) + "#blocks")


@blueprint.post("/e/<slug>/seats/<int:number>/copy")
def copy_seat_blocks(slug: str, number: int) -> BaseResponse:
    """POST /console/e/SLUG/seats/NUMBER/copy: map and blocks of another show; guests.edit."""
    event = console_event(slug, Permission.GUESTS_EDIT)
    show = queries.performance_no(event, number)
    text = request.form.get("from", "")
    other = queries.performance_no(event, int(text) if text.isascii() and text.isdigit() else 0)
    count = service.copy_blocks(event.id, other.performance_id, show.performance_id)
    flash(ngettext("%(n)s block copied.", "%(n)s blocks copied.", count, n=count), "ok")
    return see_other(url_for("console.seating", slug=slug, number=number))


@blueprint.get("/e/<slug>/seats/<int:number>/<any('chart', 'door-list'):paper>.pdf")
def seat_paper(slug: str, number: int, paper: str) -> Response:
    """GET /console/e/SLUG/seats/NUMBER/chart.pdf door-list.pdf: to print; guests.view."""
    event = console_event(slug, Permission.GUESTS_VIEW)
    show = queries.performance_no(event, number)
    plan = queries.plan_of(show.performance_id)
    if plan is None:
        raise NotFound()
    rows = queries.seat_rows(plan)
    if paper == "chart":
        made = seat_print.chart_pdf(event, show, rows, queries.block_rows(show.performance_id))
    else:
        made = seat_print.door_list_pdf(event, show, rows)
    answer = make_response(made)
    answer.mimetype = "application/pdf"
    name = f"{event.slug}-{number}-{paper}.pdf"
    answer.headers["Content-Disposition"] = f'inline; filename="{name}"'
    return private(answer)


def _maps_page(event: EventRow, form: MapForm, *, status: int = 200) -> Response:
    counts = queries.plan_counts(event.id)
    maps = queries.seat_maps(event.id)
    stages = {row.stage_id for row in maps}
    shows = [
        show
        for show in programme(event)
        if show.performance_id in counts or show.stage_id in stages
    ]
    return page(
        "seats",
        event,
        status=status,
        shows=shows,
        counts=counts,
        maps=maps,
        form=form,
        may_edit=render.may(event, Permission.GUESTS_EDIT),
    )


def _seating_page(
    event: EventRow,
    show: PerformanceRow,
    *,
    problem: str = "",
    plan_form: PlanForm | None = None,
    block_form: BlockForm | None = None,
    status: int = 200,
) -> Response:
    plan = queries.plan_of(show.performance_id)
    rows = queries.seat_rows(plan) if plan else []
    blocks = queries.block_rows(show.performance_id)
    chosen = seat_page.found_seat(rows, request.values.get("seat", "")[:12])
    guests = seat_guests.unseated(event, show) if plan else []
    counts = queries.plan_counts(event.id)
    others: list[Any] = [
        row
        for row in programme(event)
        if row.performance_id in counts and row.performance_id != show.performance_id
    ]
    return page(
        "seating",
        event,
        section="seats",
        status=status,
        show=show,
        plan=plan,
        drawing=seat_page.drawing(rows),
        legend=seat_page.legend(blocks),
        blocks=[(block, ranges_text(block.seats)) for block in blocks],
        chosen=chosen,
        chosen_words=seat_page.seat_words(chosen) if chosen else "",
        guests=guests[:GUESTS_SHOWN],
        guest_count=len(guests),
        others=others,
        problem=problem,
        steps=queries.seat_log(show.performance_id),
        action_words=seat_page.action_words(),
        reason_words=seat_page.reason_words(),
        plan_form=plan_form or _plan_form(event, plan),
        block_form=block_form or _block_form(event),
        may_edit=render.may(event, Permission.GUESTS_EDIT),
        seated=sum(row.state == "assigned" for row in rows),
        total=len(rows),
    )


def _plan_form(event: EventRow, plan: queries.PlanRow | None = None) -> PlanForm:
    given = {"map_id": plan.map_id, "release_min": plan.release_min} if plan else {}
    form = PlanForm(data=given)
    form.map_id.choices = [
        (row.id, f"{pick(row.stage_name)} · {row.name} · v{row.version} ({row.seats})")
        for row in queries.seat_maps(event.id)
    ]
    return form


def _block_form(event: EventRow) -> BlockForm:
    return BlockForm.of(names.tiers(event.id), names.parties(event.id))
