"""Pages of log-in and log-out."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, render_template, request, session

from eventhub.accounts import actors, rules, service
from eventhub.accounts.errors import SignInRefused
from eventhub.accounts.forms import SignInForm
from eventhub.kernel.auth import current_actor
from eventhub.kernel.http import private, see_other

HOME = "/console/"

blueprint = Blueprint("accounts", __name__)


@blueprint.get("/login")
def login() -> Response:
    """GET /login: the log-in form; anyone."""
    if current_actor().kind == "person":
        return _away(rules.safe_next(request.args.get("next")) or HOME)
    form = SignInForm(next=rules.safe_next(request.args.get("next")) or "")
    return _page(form, status=200)


@blueprint.post("/login")
def sign_in() -> Response:
    """POST /login: check the password and set the log-in cookie; anyone."""
    form = SignInForm()
    if not form.validate_on_submit():
        return _page(form, status=422)
    try:
        signed_in = service.sign_in(_command(form))
    except SignInRefused as refusal:
        form.password.errors = [*form.password.errors, refusal.text]
        return _page(form, status=refusal.status)
    session.clear()  # the old form secret dies with the old session
    answer = _away(rules.safe_next(form.next.data) or HOME)
    answer.set_cookie(
        actors.cookie_name(),
        signed_in.token,
        httponly=True,
        secure=actors.is_https(),
        samesite="Lax",
        path="/",
    )
    return answer


@blueprint.post("/logout")
def logout() -> Response:
    """POST /logout: end the session here and in the database; anyone."""
    token = actors.session_token()
    if token:
        service.sign_out(token)
    session.clear()
    answer = _away("/")
    answer.delete_cookie(
        actors.cookie_name(), httponly=True, secure=actors.is_https(), samesite="Lax", path="/"
    )
    return answer


def _command(form: SignInForm) -> service.SignIn:
    return service.SignIn(
        email=form.email.data or "",
        password=form.password.data or "",
        address=request.remote_addr or "",
        agent=request.user_agent.string,
        old_token=actors.session_token(),
    )


def _away(url: str) -> Response:
    return private(make_response(see_other(url)))


def _page(form: SignInForm, *, status: int) -> Response:
    body = render_template("accounts/login.html", form=form)
    return private(make_response(body, status))
