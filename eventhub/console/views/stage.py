"""The stage manager's page: a phone, one stage, large buttons."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse
from wtforms import IntegerField, SelectField, StringField
from wtforms.validators import InputRequired, Length, NumberRange

from eventhub.accounts.enums import Permission
from eventhub.console.access import console_event
from eventhub.console.views.frame import blueprint, page
from eventhub.kernel import clock
from eventhub.kernel.errors import BadRequest, EventHubError
from eventhub.kernel.forms import BaseForm
from eventhub.kernel.http import see_other
from eventhub.programme import board, queries, service
from eventhub.programme.enums import LiveState
from eventhub.programme.queries import EventRow

_MORE = {"plus5": 5, "plus10": 10, "plus15": 15}
_STATES = [one.value for one in LiveState]


class SayForm(BaseForm):
    """What is said of one performance."""

    performance = IntegerField(validators=[InputRequired(), NumberRange(min=1)])
    stage = StringField(validators=[Length(max=64)])
    say = SelectField(choices=[*_MORE, "on-time", *_STATES])


@blueprint.get("/e/<slug>/stage")
def stage_desk(slug: str) -> Response:
    """GET /console/e/SLUG/stage?stage=: today's shows of a stage with buttons; programme.edit."""
    event = console_event(slug, Permission.PROGRAMME_EDIT)
    at = clock.now()
    stages = queries.public_stages(event.id)
    chosen = next(
        (one for one in stages if one.slug == request.args.get("stage")),
        stages[0] if stages else None,
    )
    said = queries.live_states(event.id)
    today = [row for row in queries.programme(event) if row.day == event.operating_day(at)]
    mine = [row for row in today if chosen and row.stage_slug == chosen.slug]
    return page(
        "stage",
        event,
        stages=stages,
        chosen=chosen,
        items=board.listed(mine, {}, at, said),
        said=said,
        at=at,
    )


@blueprint.post("/e/<slug>/stage")
def say_live(slug: str) -> BaseResponse:
    """POST /console/e/SLUG/stage: a delay or a state of one performance; programme.edit."""
    event = console_event(slug, Permission.PROGRAMME_EDIT)
    form = SayForm()
    if not form.validate_on_submit() or form.performance.data is None:
        raise BadRequest()
    try:
        _say(event, form.performance.data, form.say.data)
    except EventHubError as refusal:
        flash(str(refusal.text), "stop")
    else:
        flash(_("Said. The public pages show it within ten seconds."), "ok")
    back = url_for("console.stage_desk", slug=slug, stage=form.stage.data or None)
    return see_other(f"{back}#p{form.performance.data}")


def _say(event: EventRow, public_no: int, what: str) -> None:
    row = next((one for one in queries.programme(event) if one.public_no == public_no), None)
    if row is None:
        raise BadRequest()
    head: dict[str, Any] = {"event_id": event.id, "performance_id": row.performance_id}
    if what in _MORE:
        service.set_delay(service.SetDelay(**head, minutes=_MORE[what], is_more=True))
    elif what == "on-time":
        service.set_delay(service.SetDelay(**head, minutes=0))
    else:
        service.set_live(service.SetLive(**head, state=LiveState(what)))
