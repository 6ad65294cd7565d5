"""The planner: ask it for places, look at what it proposes, take that over or drop it."""

from __future__ import annotations

from flask import Response, flash, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response as BaseResponse

from eventhub.accounts.enums import Permission
from eventhub.console import proposal_page
from eventhub.console.access import console_event, signed_in
from eventhub.console.programme_forms import PlanForm, RepairForm, TakeForm
from eventhub.console.views.frame import blueprint, page
from eventhub.kernel.errors import BadRequest
from eventhub.kernel.http import see_other
from eventhub.programme import queries as programme
from eventhub.programme import service
from eventhub.programme.errors import PlacementBlocked, SlotPinned, StaleEdit
from eventhub.programme.queries import EventRow
from eventhub.programme.queries.proposals import proposal


@blueprint.get("/e/<slug>/programme/proposals")
def proposals(slug: str) -> Response:
    """GET /console/e/SLUG/programme/proposals: what the planner was asked; programme.edit."""
    event = console_event(slug, Permission.PROGRAMME_EDIT)
    return _list(event, _repair_form(event), PlanForm())


@blueprint.post("/e/<slug>/programme/proposals")
def ask_plan(slug: str) -> Response | BaseResponse:
    """POST /console/e/SLUG/programme/proposals: places for what has none; programme.edit."""
    event = console_event(slug, Permission.PROGRAMME_EDIT)
    form = PlanForm()
    if not form.validate_on_submit():
        return _list(event, _repair_form(event), form, status=422)
    return _asked(
        event,
        service.AskPlan(
            event_id=event.id, limit_s=int(form.limit_s.data or 0), actor=signed_in().name
        ),
    )


@blueprint.post("/e/<slug>/programme/repairs")
def ask_repair(slug: str) -> Response | BaseResponse:
    """POST /console/e/SLUG/programme/repairs: what a closed stage takes; programme.edit."""
    event = console_event(slug, Permission.PROGRAMME_EDIT)
    form = _repair_form(event)
    if not form.validate_on_submit():
        return _list(event, form, PlanForm(formdata=None), status=422)
    stage_id, day = form.choice(programme.stages(event.id))
    return _asked(
        event,
        service.AskPlan(event_id=event.id, stage_id=stage_id, day=day, actor=signed_in().name),
    )


@blueprint.get("/e/<slug>/programme/proposals/<key>")
def plan_proposal(slug: str, key: str) -> Response:
    """GET /console/e/SLUG/programme/proposals/KEY: one proposal, line by line; programme.edit."""
    event = console_event(slug, Permission.PROGRAMME_EDIT)
    return _page(event, key)


@blueprint.post("/e/<slug>/programme/proposals/<key>/accept")
def accept_proposal(slug: str, key: str) -> Response | BaseResponse:
    """POST /console/e/SLUG/programme/proposals/KEY/accept: all or some of it; programme.edit."""
    event = console_event(slug, Permission.PROGRAMME_EDIT)
    form = TakeForm()
    if not form.validate_on_submit():
        raise BadRequest()
    only = None if form.all.data else set(request.form.getlist("line", type=int))
    if only is not None and not only:
        return _page(event, key, refusal=_("Choose at least one show."), status=422)
    try:
        done = service.accept_stored(event.id, key, only, signed_in().name)
    except (StaleEdit, SlotPinned, PlacementBlocked) as refusal:
        return _page(event, key, refusal=refusal.text, status=refusal.status)
    flash(
        ngettext(
            "%(num)s place taken over, as one step that you can undo.",
            "%(num)s places taken over, as one step that you can undo.",
            len(done.slots),
        ),
        "ok",
    )
    return see_other(url_for("console.plan_proposal", slug=slug, key=key))


@blueprint.post("/e/<slug>/programme/proposals/<key>/drop")
def drop_proposal(slug: str, key: str) -> BaseResponse:
    """POST /console/e/SLUG/programme/proposals/KEY/drop: stop the planner; programme.edit."""
    event = console_event(slug, Permission.PROGRAMME_EDIT)
    service.stop_plan(event.id, key)
    flash(_("Dropped. Nothing has changed."), "ok")
    return see_other(url_for("console.proposals", slug=slug))


def _asked(event: EventRow, cmd: service.AskPlan) -> BaseResponse:
    key = service.ask_plan(cmd)
    return see_other(url_for("console.plan_proposal", slug=event.slug, key=key))


def _repair_form(event: EventRow) -> RepairForm:
    form = RepairForm()
    form.offer(event, programme.stages(event.id))
    return form


def _list(
    event: EventRow, repair_form: RepairForm, plan_form: PlanForm, *, status: int = 200
) -> Response:
    return page(
        "proposals",
        event,
        section="programme",
        status=status,
        repair_form=repair_form,
        plan_form=plan_form,
        **proposal_page.list_context(event),
    )


def _page(event: EventRow, key: str, *, refusal: object = "", status: int = 200) -> Response:
    values = proposal_page.context(event, proposal(event.id, key))
    answer = page("proposal", event, section="programme", status=status, refusal=refusal, **values)
    if values["is_working"]:
        answer.headers["Refresh"] = "2"  # looks again by itself, also without a script
    return answer
