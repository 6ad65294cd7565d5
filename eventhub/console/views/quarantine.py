"""Readings that a rule has set apart: a person counts them or leaves them out."""

from __future__ import annotations

from flask import Response, flash, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse
from wtforms import IntegerField, SelectField
from wtforms.validators import InputRequired, NumberRange

from eventhub.accounts.enums import Permission
from eventhub.audience import queries as audience_rows
from eventhub.audience import service as audience
from eventhub.audience.enums import Decision
from eventhub.console.access import console_event, signed_in
from eventhub.console.views.frame import blueprint, page
from eventhub.kernel.errors import BadRequest
from eventhub.kernel.forms import BaseForm
from eventhub.kernel.http import see_other


class DecisionForm(BaseForm):
    """What to do with one reading."""

    reading = IntegerField(validators=[InputRequired(), NumberRange(min=1)])
    decision = SelectField(choices=[Decision.ACCEPT.value, Decision.DROP.value])


@blueprint.get("/e/<slug>/quarantine")
def quarantine(slug: str) -> Response:
    """GET /console/e/SLUG/quarantine: readings set apart and why; audience.view."""
    event = console_event(slug, Permission.AUDIENCE_VIEW)
    rows = audience_rows.apart(event.id)
    return page(
        "quarantine",
        event,
        section="counters",
        waiting=[row for row in rows if row.decision is Decision.OPEN],
        decided=[row for row in rows if row.decision is not Decision.OPEN],
        form=DecisionForm(),
    )


@blueprint.post("/e/<slug>/quarantine")
def decide_reading(slug: str) -> BaseResponse:
    """POST /console/e/SLUG/quarantine: count a reading or leave it out; audience.view."""
    event = console_event(slug, Permission.AUDIENCE_VIEW)
    form = DecisionForm()
    if not form.validate_on_submit() or form.reading.data is None:
        raise BadRequest()
    decision = Decision(form.decision.data)
    audience.decide(
        audience.Decide(
            event_id=event.id,
            quarantine_id=form.reading.data,
            decision=decision,
            by=signed_in().name,
        )
    )
    is_counted = decision is Decision.ACCEPT
    flash(_("The reading counts.") if is_counted else _("The reading stays out."), "ok")
    return see_other(url_for("console.quarantine", slug=slug))
