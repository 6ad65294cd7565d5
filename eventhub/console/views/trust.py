"""Who may do what in an event, its keys, and the log of acts."""

from __future__ import annotations

from flask import Response, flash, make_response, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from eventhub.accounts import queries, service
from eventhub.accounts.enums import Permission, Role
from eventhub.console import audit_files, words
from eventhub.console.access import console_event
from eventhub.console.forms import ApiKeyForm, MemberForm
from eventhub.console.views.frame import blueprint, page
from eventhub.kernel import audit
from eventhub.kernel.auth import require_proof
from eventhub.kernel.errors import NotFound
from eventhub.kernel.forms import BaseForm
from eventhub.kernel.http import private, see_other
from eventhub.kernel.i18n import current_lang
from eventhub.programme.queries import EventRow

_PAGE = 100


@blueprint.get("/e/<slug>/access")
def access(slug: str) -> Response:
    """GET /console/e/SLUG/access: people, roles and keys; access.manage."""
    return _access_page(console_event(slug, Permission.ACCESS_MANAGE), ApiKeyForm())


@blueprint.post("/e/<slug>/access/keys")
def create_key(slug: str) -> Response:
    """POST /console/e/SLUG/access/keys: make a key and show it once; access.manage."""
    event = console_event(slug, Permission.ACCESS_MANAGE)
    require_proof()
    form = ApiKeyForm()
    if not form.validate_on_submit():
        return _access_page(event, form, status=422)
    key = service.create_api_key(
        organisation_id=event.organisation_id, event_id=event.id, scopes=form.scopes.data or []
    )
    return _access_page(event, ApiKeyForm(formdata=None), new_key=key, status=201)


@blueprint.post("/e/<slug>/access/keys/<int:number>/revoke")
def revoke_key(slug: str, number: int) -> BaseResponse:
    """POST /console/e/SLUG/access/keys/N/revoke: end a key at once; access.manage."""
    event = console_event(slug, Permission.ACCESS_MANAGE)
    service.revoke_api_key(organisation_id=event.organisation_id, event_id=event.id, key_id=number)
    flash(_("The key no longer opens anything."), "info")
    return see_other(url_for("console.access", slug=slug))


@blueprint.get("/e/<slug>/log")
def audit_log(slug: str) -> Response:
    """GET /console/e/SLUG/log: who did what, newest first; audit.view."""
    event = console_event(slug, Permission.AUDIT_VIEW)
    before = request.args.get("before", type=int)
    rows = audit.entries(event.id, limit=_PAGE + 1, before_seq=before)
    older = rows[_PAGE - 1].seq if len(rows) > _PAGE else None
    return page(
        "audit",
        event,
        rows=rows[:_PAGE],
        older=older,
        act_words=words.acts(),
        state=audit.glance(),
    )


@blueprint.get("/e/<slug>/log.<any(csv, json):form>")
def audit_file(slug: str, form: str) -> Response:
    """GET /console/e/SLUG/log.csv .json: the whole log of the event; audit.view."""
    event = console_event(slug, Permission.AUDIT_VIEW)
    rows = audit.export_rows(event.id)
    is_csv = form == "csv"
    answer = make_response(audit_files.as_csv(rows) if is_csv else audit_files.as_json(rows))
    answer.mimetype = "text/csv" if is_csv else "application/json"
    answer.headers["Content-Disposition"] = f'attachment; filename="{event.slug}-log.{form}"'
    return private(answer)


@blueprint.post("/e/<slug>/access/people")
def invite_member(slug: str) -> Response | BaseResponse:
    """POST /console/e/SLUG/access/people: give somebody a role; access.manage."""
    event = console_event(slug, Permission.ACCESS_MANAGE)
    form = MemberForm()
    if not form.validate_on_submit():
        return _access_page(event, ApiKeyForm(formdata=None), member_form=form, status=422)
    service.invite_member(
        organisation_id=event.organisation_id,
        event_id=event.id,
        email=form.email.data or "",
        name=form.name.data or "",
        role=Role(form.role.data),
        lang=current_lang(),
    )
    flash(_("The role is given. A new account gets a mail to set a password."), "info")
    return see_other(url_for("console.access", slug=slug))


@blueprint.post("/e/<slug>/access/people/<int:number>/<role>/revoke")
def revoke_role(slug: str, number: int, role: str) -> BaseResponse:
    """POST /console/e/SLUG/access/people/N/ROLE/revoke: take a role away; access.manage."""
    event = console_event(slug, Permission.ACCESS_MANAGE)
    if role not in set(Role):
        raise NotFound()
    for event_id in (event.id, 0):
        service.revoke_role(
            person_id=number,
            organisation_id=event.organisation_id,
            event_id=event_id,
            role=Role(role),
        )
    flash(_("The role is taken away."), "info")
    return see_other(url_for("console.access", slug=slug))


def _access_page(
    event: EventRow,
    form: BaseForm,
    *,
    member_form: BaseForm | None = None,
    new_key: str | None = None,
    status: int = 200,
) -> Response:
    return page(
        "access",
        event,
        status=status,
        form=form,
        member_form=member_form or MemberForm(formdata=None),
        new_key=new_key,
        members=queries.members(event.organisation_id, event.id),
        keys=queries.event_keys(event.id),
        role_words=words.roles(),
    )
