"""The privacy desk: find a person, hand out or erase their data, and how long all is kept."""

from __future__ import annotations

from flask import Response, flash, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from eventhub.accounts.enums import Permission
from eventhub.console import words
from eventhub.console.access import console_event
from eventhub.console.privacy_forms import EraseForm, SettingsForm
from eventhub.console.views.frame import blueprint, page
from eventhub.kernel.auth import require_proof
from eventhub.kernel.forms import BaseForm
from eventhub.kernel.http import private, see_other
from eventhub.programme.queries import EventRow
from eventhub.registration import queries, service
from eventhub.registration.queries.settings import retention_runs, settings_of

_LONGEST_SEARCH = 80
_MOST = 20


@blueprint.get("/e/<slug>/privacy")
def privacy(slug: str) -> Response:
    """GET /console/e/SLUG/privacy: the desk; access.manage."""
    return _desk(console_event(slug, Permission.ACCESS_MANAGE))


@blueprint.post("/e/<slug>/privacy")
def find_person(slug: str) -> Response:
    """POST /console/e/SLUG/privacy: find a person, whose name stands in no address."""
    event = console_event(slug, Permission.ACCESS_MANAGE)
    text = request.form.get("q", "").replace("\0", "").strip()[:_LONGEST_SEARCH]
    return _desk(event, text=text)


@blueprint.post("/e/<slug>/privacy/<code>/export")
def export_person(slug: str, code: str) -> Response:
    """POST /console/e/SLUG/privacy/CODE/export: all data of a person as a ZIP; access.manage."""
    event = console_event(slug, Permission.ACCESS_MANAGE)
    require_proof()
    data = service.export_data(queries.by_code(code, {event.id}), by="staff")
    answer = Response(data, mimetype="application/zip")
    answer.headers["Content-Disposition"] = f'attachment; filename="{code.upper()}.zip"'
    return private(answer)


@blueprint.post("/e/<slug>/privacy/<code>/erase")
def erase_person(slug: str, code: str) -> Response | BaseResponse:
    """POST /console/e/SLUG/privacy/CODE/erase: erase a person, with a reason; access.manage."""
    event = console_event(slug, Permission.ACCESS_MANAGE)
    require_proof()
    found = queries.by_code(code, {event.id})
    form = EraseForm()
    if not form.validate_on_submit():
        return _desk(event, text=code, erase=form, status=422)
    service.erase_by_staff(event.id, found, reason=str(form.reason.data))
    flash(_("The person is erased."), "ok")
    return see_other(url_for("console.privacy", slug=slug))


@blueprint.post("/e/<slug>/privacy/settings")
def save_privacy(slug: str) -> Response | BaseResponse:
    """POST /console/e/SLUG/privacy/settings: days, ages, robots; access.manage."""
    event = console_event(slug, Permission.ACCESS_MANAGE)
    form = SettingsForm.bound(event, settings_of(event.id))
    if not form.validate_on_submit():
        return _desk(event, settings=form, status=422)
    service.save_settings(form.command(event.id))
    flash(_("Kept."), "ok")
    return see_other(url_for("console.privacy", slug=slug))


@blueprint.post("/e/<slug>/privacy/retention")
def run_retention(slug: str) -> BaseResponse:
    """POST /console/e/SLUG/privacy/retention: remove what is over its time; access.manage."""
    event = console_event(slug, Permission.ACCESS_MANAGE)
    require_proof()
    BaseForm().validate_on_submit()
    total = sum(line.count for line in service.retain(event.id))
    flash(_("%(n)s values removed.", n=total), "ok")
    return see_other(url_for("console.privacy", slug=slug))


def _desk(
    event: EventRow,
    *,
    text: str = "",
    erase: EraseForm | None = None,
    settings: SettingsForm | None = None,
    status: int = 200,
) -> Response:
    return page(
        "privacy",
        event,
        status=status,
        text=text,
        found=queries.registrations(event.id, text, _MOST) if text else [],
        erase=erase or EraseForm(formdata=None),
        settings=settings or SettingsForm.bound(event, settings_of(event.id)),
        due=service.retain(event.id, is_dry_run=True),
        runs=retention_runs(event.id),
        classes=words.kept_classes(),
        states=words.registration_states(),
    )
