"""Pages of log-in and log-out."""

from __future__ import annotations

from flask import (
    Blueprint,
    Response,
    flash,
    make_response,
    render_template,
    request,
    session,
    url_for,
)
from flask_babel import gettext as _

from eventhub.accounts import actors, rules, service
from eventhub.accounts.errors import CodeRefused, LinkEnded, SignInRefused
from eventhub.accounts.forms import (
    CodeForm,
    ForgottenForm,
    PasswordForm,
    ProofForm,
    SignInForm,
)
from eventhub.extensions import limiter
from eventhub.kernel.auth import Actor, current_actor
from eventhub.kernel.errors import Invalid, NotSignedIn
from eventhub.kernel.http import private, see_other
from eventhub.kernel.i18n import current_lang

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
    target = rules.safe_next(form.next.data) or HOME
    if signed_in.needs_code:
        target = url_for("accounts.ask_code", next=target)
    return _with_cookie(_away(target), signed_in.token)


@blueprint.get("/login/code")
def ask_code() -> Response:
    """GET /login/code: the second step of the log-in; who has entered a password."""
    form = CodeForm(next=rules.safe_next(request.args.get("next")) or "")
    return _code_page(form) if actors.session_token() else _away(url_for("accounts.login"))


@blueprint.post("/login/code")
def enter_code() -> Response:
    """POST /login/code: check the code and begin the session; who has entered a password."""
    form = CodeForm()
    if not form.validate_on_submit():
        return _code_page(form, status=422)
    command = service.EnterCode(
        token=actors.session_token() or "",
        code=form.code.data or "",
        address=request.remote_addr or "",
        agent=request.user_agent.string,
    )
    try:
        signed_in = service.enter_code(command)
    except CodeRefused as refusal:
        form.code.errors = [*form.code.errors, refusal.text]
        return _code_page(form, status=401)
    except LinkEnded:
        flash(_("That took too long. Enter your password again."), "hold")
        return _away(url_for("accounts.login"))
    session.clear()
    return _with_cookie(_away(rules.safe_next(form.next.data) or HOME), signed_in.token)


@blueprint.get("/confirm")
def ask_proof() -> Response:
    """GET /confirm: the password once more before a sensitive act; anyone signed in."""
    _person()
    return _proof_page(ProofForm(next=rules.safe_next(request.args.get("next")) or ""))


@blueprint.post("/confirm")
def prove() -> Response:
    """POST /confirm: check password and code of who is signed in; anyone signed in."""
    person = _person()
    form = ProofForm()
    if not form.validate_on_submit():
        return _proof_page(form, status=422)
    command = service.Prove(
        person_id=person.id,
        session_id=person.session_id,
        password=form.password.data or "",
        code=form.code.data or "",
        address=request.remote_addr or "",
    )
    try:
        service.prove(command)
    except SignInRefused as refusal:
        form.password.errors = [*form.password.errors, refusal.text]
        return _proof_page(form, status=401)
    except CodeRefused as refusal:
        form.code.errors = [*form.code.errors, refusal.text]
        return _proof_page(form, status=401)
    return _away(rules.safe_next(form.next.data) or HOME)


@blueprint.get("/email/<token>")
def new_email(token: str) -> Response:
    """GET /email/TOKEN: ask before an address changes; who has the link."""
    service.check_email_link(token)
    return private(make_response(render_template("accounts/email.html", token=token)))


@blueprint.post("/email/<token>")
@limiter.limit("30 per hour")
def set_email(token: str) -> Response:
    """POST /email/TOKEN: take the new address; who has the link."""
    service.change_email(token, lang=current_lang())
    flash(_("Your e-mail is changed. Sign in with it from now on."), "info")
    return _away(url_for("accounts.login"))


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


@blueprint.get("/password")
def forgotten() -> Response:
    """GET /password: ask for a link; anyone."""
    return _forgotten(ForgottenForm(), is_sent=request.args.get("sent") == "1")


@blueprint.post("/password")
@limiter.limit("5 per hour; 20 per day")  # each writes a mail to somebody else
def send_password_link() -> Response:
    """POST /password: mail a link if there is such an account; the answer is always the same."""
    form = ForgottenForm()
    if not form.validate_on_submit():
        return _forgotten(form, status=422)
    service.mail_password_link(form.email.data or "", lang=current_lang())
    return _away(url_for("accounts.forgotten", sent=1))


@blueprint.get("/password/<token>")
def new_password(token: str) -> Response:
    """GET /password/TOKEN: the form for a new password; who has the link."""
    service.person_of_token(token)
    return _new_password(PasswordForm(), token)


@blueprint.post("/password/<token>")
@limiter.limit("30 per hour")
def set_password(token: str) -> Response:
    """POST /password/TOKEN: set it and end all sessions; who has the link."""
    form = PasswordForm()
    if not form.validate_on_submit():
        return _new_password(form, token, status=422)
    try:
        service.set_password_by_token(token, form.password.data or "")
    except Invalid as refusal:
        form.password.errors = [*form.password.errors, *refusal.fields.get("password", [])]
        return _new_password(form, token, status=422)
    flash(_("The password is set. Sign in with it."), "info")
    return _away(url_for("accounts.login"))


def _forgotten(form: ForgottenForm, *, is_sent: bool = False, status: int = 200) -> Response:
    body = render_template("accounts/forgotten.html", form=form, is_sent=is_sent)
    return private(make_response(body, status))


def _new_password(form: PasswordForm, token: str, *, status: int = 200) -> Response:
    body = render_template("accounts/password.html", form=form, token=token)
    return private(make_response(body, status))


def _person() -> Actor:
    actor = current_actor()
    if actor.kind != "person":
        raise NotSignedIn()
    return actor


def _with_cookie(answer: Response, token: str) -> Response:
    answer.set_cookie(
        actors.cookie_name(),
        token,
        httponly=True,
        secure=actors.is_https(),
        samesite="Lax",
        path="/",
    )
    return answer


def _code_page(form: CodeForm, *, status: int = 200) -> Response:
    return private(make_response(render_template("accounts/code.html", form=form), status))


def _proof_page(form: ProofForm, *, status: int = 200) -> Response:
    needs_code = current_actor().has_second_factor
    body = render_template("accounts/confirm.html", form=form, needs_code=needs_code)
    return private(make_response(body, status))


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
