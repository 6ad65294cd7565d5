"""One's own account: second factor, password, address, devices that are signed in."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Response, flash, make_response, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from eventhub.accounts import queries, rules, service
from eventhub.accounts.errors import CodeRefused, PersonExists
from eventhub.accounts.forms import CodeForm, EmailForm, PasswordForm
from eventhub.console import render
from eventhub.console.access import signed_in_person
from eventhub.console.views.frame import blueprint
from eventhub.kernel import clock, qr
from eventhub.kernel.auth import require_proof
from eventhub.kernel.errors import Invalid
from eventhub.kernel.http import private, see_other
from eventhub.kernel.i18n import current_lang
from eventhub.settings import current_settings

_IDLE = rules.SESSION_IDLE_FOR + timedelta(minutes=1)


@blueprint.get("/me")
def me() -> Response:
    """GET /console/me: what one may change about oneself; anyone signed in."""
    return _me()


@blueprint.post("/me/password")
def change_my_password() -> Response | BaseResponse:
    """POST /console/me/password: set a new password and sign out everywhere; a fresh log-in."""
    person = signed_in_person()
    require_proof()
    form = PasswordForm(prefix="new")
    if not form.validate_on_submit():
        return _me(password_form=form, status=422)
    try:
        service.change_password(person.id, form.password.data or "")
    except Invalid as refusal:
        form.password.errors = [*form.password.errors, *refusal.fields.get("password", [])]
        return _me(password_form=form, status=422)
    flash(_("The password is set. Sign in with it."), "info")
    return see_other(url_for("accounts.login"))


@blueprint.post("/me/email")
def ask_my_email() -> Response | BaseResponse:
    """POST /console/me/email: mail a link to a new address; a fresh log-in."""
    person = signed_in_person()
    require_proof()
    form = EmailForm(prefix="new")
    if not form.validate_on_submit():
        return _me(email_form=form, status=422)
    try:
        service.ask_email_change(person.id, form.email.data or "", lang=current_lang())
    except PersonExists as refusal:
        form.email.errors = [*form.email.errors, refusal.text]
        return _me(email_form=form, status=409)
    flash(_("A link is on its way to the new address. Until you open it, nothing changes."), "info")
    return see_other(url_for("console.me"))


@blueprint.post("/me/second-factor")
def begin_my_factor() -> Response:
    """POST /console/me/second-factor: show a new secret once; a fresh log-in."""
    person = signed_in_person()
    require_proof()
    setup = service.begin_second_factor(person.id)
    return _factor_page(setup, CodeForm(formdata=None))


@blueprint.post("/me/second-factor/confirm")
def confirm_my_factor() -> Response | BaseResponse:
    """POST /console/me/second-factor/confirm: switch it on with its first code."""
    person = signed_in_person()
    require_proof()
    form = CodeForm()
    secret = service.pending_secret(person.id)
    if secret is None:
        return see_other(url_for("console.me"))
    try:
        codes = service.confirm_second_factor(person.id, (form.code.data or "").replace(" ", ""))
    except CodeRefused as refusal:
        form.code.errors = [*form.code.errors, refusal.text]
        return _factor_page(None, form, status=422)
    return _codes_page(codes)


@blueprint.post("/me/second-factor/off")
def drop_my_factor() -> BaseResponse:
    """POST /console/me/second-factor/off: forget secret and codes; a fresh log-in."""
    person = signed_in_person()
    require_proof()
    service.drop_second_factor(person.id)
    flash(_("The second factor is off. A password alone opens your account now."), "hold")
    return see_other(url_for("console.me"))


@blueprint.post("/me/recovery-codes")
def renew_my_codes() -> Response:
    """POST /console/me/recovery-codes: show ten new codes once; a fresh log-in."""
    person = signed_in_person()
    require_proof()
    return _codes_page(service.renew_recovery_codes(person.id))


@blueprint.post("/me/sessions/<int:number>/end")
def end_my_session(number: int) -> BaseResponse:
    """POST /console/me/sessions/N/end: sign a device out; anyone, their own."""
    service.end_session(signed_in_person().id, number)
    flash(_("That device is signed out."), "info")
    return see_other(url_for("console.me"))


@blueprint.post("/me/sessions/others/end")
def end_my_other_sessions() -> BaseResponse:
    """POST /console/me/sessions/others/end: sign out everywhere but here; anyone, their own."""
    person = signed_in_person()
    service.end_other_sessions(person.id, person.session_id)
    flash(_("All other devices are signed out."), "info")
    return see_other(url_for("console.me"))


def _me(
    *,
    password_form: PasswordForm | None = None,
    email_form: EmailForm | None = None,
    status: int = 200,
) -> Response:
    person = signed_in_person()
    return _page(
        "me",
        status=status,
        email=queries.email_of(person.id),
        own_session=person.session_id,
        age=lambda at: _("%(time)s ago", time=render.age(clock.now() - at)),
        sessions=queries.own_sessions(person.id, clock.now() - _IDLE),
        codes_left=service.unused_recovery_codes(person.id) if person.has_second_factor else 0,
        is_required=current_settings().require_second_factor,
        password_form=password_form or PasswordForm(formdata=None, prefix="new"),
        email_form=email_form or EmailForm(formdata=None, prefix="new"),
    )


def _factor_page(setup: service.Setup | None, form: CodeForm, *, status: int = 200) -> Response:
    picture = qr.svg(setup.uri) if setup else ""
    return _page("me_factor", status=status, setup=setup, picture=picture, form=form)


def _codes_page(codes: list[str]) -> Response:
    return _page("me_codes", codes=codes)


def _page(name: str, *, status: int = 200, **values: Any) -> Response:
    return private(make_response(render_template(f"console/{name}.html", **values), status))
