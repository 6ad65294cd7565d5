"""Consent texts of an event: words in versions, order, what is asked and what not any more."""

from __future__ import annotations

from flask import Response, flash, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from eventhub.accounts.enums import Permission
from eventhub.console.access import console_event
from eventhub.console.consent_forms import ConsentTextForm
from eventhub.console.views.frame import blueprint, page
from eventhub.kernel.errors import BadRequest, Conflict, Invalid, NotFound
from eventhub.kernel.forms import BaseForm
from eventhub.kernel.http import see_other
from eventhub.programme.queries import EventRow
from eventhub.registration.errors import ConsentChanged
from eventhub.registration.queries.consent_set_up import ConsentSetUp, consent_set_ups
from eventhub.registration.service import consent_set_up as service


@blueprint.get("/e/<slug>/consents")
def consents(slug: str) -> Response:
    """GET /console/e/SLUG/consents: the consent texts in their order; guests.edit."""
    return _list_page(console_event(slug, Permission.GUESTS_EDIT))


@blueprint.get("/e/<slug>/consents/form", defaults={"key": ""})
@blueprint.get("/e/<slug>/consents/form/<key>")
def consent(slug: str, key: str) -> Response:
    """GET /console/e/SLUG/consents/form/KEY: a text and all its versions; guests.edit."""
    event = console_event(slug, Permission.GUESTS_EDIT)
    row = _row(event, key)
    form = ConsentTextForm(formdata=None).fits(row)
    if row is not None:
        form.show(row)
    return _form_page(event, row, form)


@blueprint.post("/e/<slug>/consents/form", defaults={"key": ""})
@blueprint.post("/e/<slug>/consents/form/<key>")
def save_consent(slug: str, key: str) -> Response | BaseResponse:
    """POST /console/e/SLUG/consents/form/KEY: make or change a text; guests.edit."""
    event = console_event(slug, Permission.GUESTS_EDIT)
    row = _row(event, key)
    form = ConsentTextForm().fits(row)
    if not form.validate_on_submit():
        return _form_page(event, row, form, status=422)
    try:
        cmd = service.SaveConsentText(
            **{"event_id": event.id, "purpose": key, **form.values()},
        )
        service.save_consent_text(cmd)
    except Invalid as refusal:
        for name, texts in refusal.fields.items():
            form[name].errors = [*form[name].errors, *(str(text) for text in texts)]
        return _form_page(event, row, form, status=422)
    except ConsentChanged as refusal:
        row = _row(event, key)
        form.version.data = str(row.newest.version) if row else ""
        form.form_errors.append(
            _("Somebody made another version meanwhile; it stands below. Saving replaces it.")
        )
        return _form_page(event, row, form, status=refusal.status)
    flash(_("Saved."), "ok")
    return see_other(url_for("console.consents", slug=event.slug))


@blueprint.post("/e/<slug>/consents/<key>/<any('up', 'down', 'end'):act>")
def change_consent(slug: str, key: str, act: str) -> Response | BaseResponse:
    """POST /console/e/SLUG/consents/KEY/up down end: move it, or ask it no more; guests.edit."""
    event = console_event(slug, Permission.GUESTS_EDIT)
    if not BaseForm().validate_on_submit():
        raise BadRequest()
    try:
        if act == "end":
            service.end_consent_text(event, key)
        else:
            service.move_consent_text(event.id, key, steps=-1 if act == "up" else 1)
    except Conflict as refusal:
        return _list_page(event, problem=str(refusal.text), status=refusal.status)
    return see_other(url_for("console.consents", slug=event.slug, _anchor=f"c-{key}"))


def _row(event: EventRow, key: str) -> ConsentSetUp | None:
    if not key:
        return None
    found = next((row for row in consent_set_ups(event.id) if row.purpose == key), None)
    if found is None:
        raise NotFound()
    return found


def _form_page(
    event: EventRow, row: ConsentSetUp | None, form: ConsentTextForm, *, status: int = 200
) -> Response:
    return page("consent_form", event, section="ticket_types", status=status, row=row, form=form)


def _list_page(event: EventRow, *, problem: str = "", status: int = 200) -> Response:
    rows = consent_set_ups(event.id)
    return page(
        "consents",
        event,
        section="ticket_types",
        status=status,
        rows=[row for row in rows if not row.is_ended],
        ended=[row for row in rows if row.is_ended],
        problem=problem,
    )
