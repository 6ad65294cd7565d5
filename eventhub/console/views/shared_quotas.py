"""Places that several ticket types share: list, form, end."""

from __future__ import annotations

from flask import Response, flash, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from eventhub.accounts.enums import Permission
from eventhub.console.access import console_event
from eventhub.console.shared_quota_forms import SharedQuotaForm
from eventhub.console.views.frame import blueprint, page
from eventhub.kernel.errors import BadRequest, Invalid, NotFound
from eventhub.kernel.forms import BaseForm
from eventhub.kernel.http import see_other
from eventhub.programme.queries import EventRow
from eventhub.registration.queries import shared_quotas as queries
from eventhub.registration.queries.question_set_up import asking_types
from eventhub.registration.service import shared_quotas as service


@blueprint.get("/e/<slug>/tickets/shared")
def shared_quotas(slug: str) -> Response:
    """GET /console/e/SLUG/tickets/shared: places that types share; guests.edit."""
    event = console_event(slug, Permission.GUESTS_EDIT)
    rows, types = queries.shared_quotas(event.id), asking_types(event.id)
    return page("shared_quotas", event, section="ticket_types", rows=rows, types=types)


@blueprint.get("/e/<slug>/tickets/shared/form", defaults={"key": ""})
@blueprint.get("/e/<slug>/tickets/shared/form/<key>")
def shared_quota(slug: str, key: str) -> Response:
    """GET /console/e/SLUG/tickets/shared/form/KEY: the form of shared places; guests.edit."""
    event = console_event(slug, Permission.GUESTS_EDIT)
    row, form = _bound(event, key, is_sent=False)
    if row is not None:
        form.show(row)
    return _form_page(event, row, form)


@blueprint.post("/e/<slug>/tickets/shared/form", defaults={"key": ""})
@blueprint.post("/e/<slug>/tickets/shared/form/<key>")
def save_shared_quota(slug: str, key: str) -> Response | BaseResponse:
    """POST /console/e/SLUG/tickets/shared/form/KEY: make or change them; guests.edit."""
    event = console_event(slug, Permission.GUESTS_EDIT)
    row, form = _bound(event, key, is_sent=True)
    if not form.validate_on_submit():
        return _form_page(event, row, form, status=422)
    try:
        service.save_shared(service.SaveShared(event_id=event.id, slug=key, **form.values()))
    except Invalid as refusal:
        for name, texts in refusal.fields.items():
            form[name].errors = [*form[name].errors, *(str(text) for text in texts)]
        return _form_page(event, row, form, status=422)
    flash(_("Saved."), "ok")
    return see_other(url_for("console.shared_quotas", slug=event.slug))


@blueprint.post("/e/<slug>/tickets/shared/<key>/end")
def end_shared_quota(slug: str, key: str) -> BaseResponse:
    """POST /console/e/SLUG/tickets/shared/KEY/end: let the types share no more; guests.edit."""
    event = console_event(slug, Permission.GUESTS_EDIT)
    if not BaseForm().validate_on_submit():
        raise BadRequest()
    service.end_shared(event.id, key)
    flash(_("The ticket types share these places no more."), "ok")
    return see_other(url_for("console.ticket_types", slug=event.slug))


def _bound(
    event: EventRow, key: str, *, is_sent: bool
) -> tuple[queries.SharedQuota | None, SharedQuotaForm]:
    row = next((one for one in queries.shared_quotas(event.id) if one.slug == key), None)
    if key and row is None:
        raise NotFound()
    form = SharedQuotaForm() if is_sent else SharedQuotaForm(formdata=None)
    form.offer(asking_types(event.id))
    return row, form


def _form_page(
    event: EventRow, row: queries.SharedQuota | None, form: SharedQuotaForm, *, status: int = 200
) -> Response:
    return page(
        "shared_quota_form", event, section="ticket_types", status=status, row=row, form=form
    )
