"""Public pages of registration: the form, the ticket behind its link, the lost ticket."""

from __future__ import annotations

import time
from typing import Any

from flask import Blueprint, Response, make_response, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from eventhub.extensions import limiter
from eventhub.kernel import clock
from eventhub.kernel.errors import Conflict
from eventhub.kernel.http import conditional, json_answer, private, see_other
from eventhub.kernel.i18n import current_lang
from eventhub.kernel.uploads import MAX_BODY
from eventhub.programme.queries import EventRow, is_shown, shown_event
from eventhub.registration import (
    botcheck,
    limits,
    question_fields,
    service,
    ticket_page,
    transfer_page,
    waiting_room,
)
from eventhub.registration.errors import BotCheckFailed, ConsentChanged, IdempotencyMismatch
from eventhub.registration.forms import LostTicketForm, RegisterForm
from eventhub.registration.queries import consent_texts, open_ticket_types, questions
from eventhub.registration.queries.settings import settings_of
from eventhub.registration.register_page import ChosenShow, chosen_show, fitting, start_values
from eventhub.registration.strip import strip_for

bp = Blueprint("registration", __name__)

_WITH_FILES = frozenset({"registration.submit", "registration.transfer"})
_ANSWER_AFTER_S = 0.12  # longer than the work for any contact


@bp.url_value_preprocessor
def take_files(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Let forms with files be larger than others, before anything reads them."""
    if endpoint in _WITH_FILES and request.mimetype == "multipart/form-data":
        request.max_content_length = MAX_BODY


@bp.get("/e/<slug>/register")
def register(slug: str) -> Response:
    """GET /e/SLUG/register - the form; `?type=` and `?show=` choose ahead; anybody."""
    event = shown_event(slug)
    if (waits := waiting_room.before_form(event)) is not None:
        return waits
    show = chosen_show(event, request.args.get("show"))
    form = _form(event, show)
    return _register_page(event, form, show, 200)


@bp.get("/e/<slug>/waiting.json")
def waiting(slug: str) -> Response:
    """GET /e/SLUG/waiting.json - how far the line before the form is; anybody."""
    answer = json_answer(waiting_room.figures(shown_event(slug)))
    answer.headers["Cache-Control"] = "public, max-age=2"
    answer.add_etag()
    answer.make_conditional(request)
    return answer


@bp.post("/e/<slug>/register")
@limiter.limit(limits.REGISTER)
def submit(slug: str) -> Response | BaseResponse:
    """POST /e/SLUG/register - register; 303 to the ticket; anybody."""
    event = shown_event(slug)
    if (waits := waiting_room.before_form(event)) is not None:
        return waits  # a form that was kept from elsewhere gets into line as well
    show = chosen_show(event, request.form.get("show"))
    form = _form(event, show)
    if form.website.data:
        return see_other(url_for("registration.sent", slug=slug))  # a robot filled the trap
    if not form.validate_on_submit() or not _is_human(event, form):
        return _register_page(event, form, show, 422)
    command = form.command(event.id, current_lang(), show.performance_id if show else None)
    try:
        outcome = service.register(command)
    except ConsentChanged as changed:  # between the look at the form and the writing
        form = _form(event, show)
        form.validate()
        return _register_page(event, form, show, changed.status)
    except Conflict as conflict:
        return _register_page(event, _refused(form, conflict), show, conflict.status)
    if isinstance(outcome, service.Duplicate):
        return see_other(url_for("registration.sent", slug=slug))
    token = service.registration_token(outcome.public_id, outcome.link_rev)
    return private(make_response(see_other(url_for("registration.ticket", token=token))))


@bp.get("/e/<slug>/register/sent")
def sent(slug: str) -> Response:
    """GET /e/SLUG/register/sent - the link is on its way, if there is one; anybody."""
    return _after("sent", shown_event(slug))


@bp.get("/e/<slug>/lost-ticket")
def lost_ticket(slug: str) -> Response:
    """GET /e/SLUG/lost-ticket - ask for a link again; anybody."""
    return _lost_page(shown_event(slug), LostTicketForm(), 200)


@bp.post("/e/<slug>/lost-ticket")
@limiter.limit(limits.LOST_TICKET)
def recover(slug: str) -> Response | BaseResponse:
    """POST /e/SLUG/lost-ticket - send the link; the answer is the same for everyone."""
    event = shown_event(slug)
    form = LostTicketForm()
    if not form.validate_on_submit():
        return _lost_page(event, form, 422)
    asked_at_s = clock.monotonic_s()
    email, phone = form.read()
    service.recover(event.id, email=email, phone=phone)
    # a known contact costs a mail; the wait makes both answers take equally long
    time.sleep(max(0.0, asked_at_s + _ANSWER_AFTER_S - clock.monotonic_s()))
    return see_other(url_for("registration.sent", slug=slug))


@bp.get("/t/<token>")
@limiter.limit(limits.WRONG_LINK, deduct_when=lambda response: response.status_code == 404)
def ticket(token: str) -> Response:
    """GET /t/TOKEN - the ticket; whoever has the link."""
    page = ticket_page.load(token)
    return private(make_response(render_template("registration/ticket.html", **page.context())))


@bp.get("/t/<token>/state.json")
@limiter.limit(limits.WRONG_LINK, deduct_when=lambda response: response.status_code == 404)
def ticket_state(token: str) -> Response:
    """GET /t/TOKEN/state.json - the server's time, and whether the page is the newest one."""
    page = ticket_page.load(token)
    now_ms = int(clock.now().timestamp() * 1000)
    return private(json_answer({"now": now_ms, "version": page.version()}))


@bp.get("/t/sw.js")
def ticket_worker() -> Response:
    """GET /t/sw.js - what opens a ticket without a network; anybody."""
    answer = Response(render_template("registration/sw.js"), mimetype="text/javascript")
    return conditional(answer)


@bp.get("/t/<token>.<any(pdf, png, svg, ics, pkpass):form>")
@limiter.limit(limits.WRONG_LINK, deduct_when=lambda response: response.status_code == 404)
def ticket_file(token: str, form: str) -> Response:
    """GET /t/TOKEN.pdf .png .svg .ics .pkpass - the ticket as a file; whoever has the link."""
    made = ticket_page.load(token).file(form)
    answer = Response(made.data, mimetype=made.mimetype)
    answer.headers["Content-Disposition"] = f'inline; filename="{made.name}"'
    return private(answer)


@bp.get("/t/<token>/cancel")
@limiter.limit(limits.WRONG_LINK, deduct_when=lambda response: response.status_code == 404)
def ask_cancel(token: str) -> Response:
    """GET /t/TOKEN/cancel - ask whether to give the place up; whoever has the link."""
    page = ticket_page.load(token)
    return private(make_response(render_template("registration/cancel.html", **page.context())))


@bp.post("/t/<token>/cancel")
def cancel(token: str) -> Response:
    """POST /t/TOKEN/cancel - give the place up; whoever has the registration's link."""
    service.give_up(ticket_page.owned(token))
    return private(make_response(see_other(url_for("registration.ticket", token=token))))


@bp.get("/t/<token>/transfer")
@limiter.limit(limits.WRONG_LINK, deduct_when=lambda response: response.status_code == 404)
def ask_transfer(token: str) -> Response:
    """GET /t/TOKEN/transfer - ask who gets the ticket; whoever has the registration's link."""
    return transfer_page.show(transfer_page.load(token), 200)


@bp.post("/t/<token>/transfer")
@limiter.limit(limits.REGISTER)
def transfer(token: str) -> Response | BaseResponse:
    """POST /t/TOKEN/transfer - pass the ticket on; whoever has the registration's link."""
    asked = transfer_page.load(token)
    if not asked.form.validate_on_submit():
        return transfer_page.show(asked, 422)
    outcome = service.transfer(asked.registration_id, asked.command())
    is_known = isinstance(outcome, service.Duplicate)
    if not is_shown(asked.event):  # nothing of it has an address that they may open
        return _after("sent" if is_known else "passed", asked.event)
    name = "registration.sent" if is_known else "registration.passed_on"
    return private(make_response(see_other(url_for(name, slug=asked.event.slug))))


@bp.get("/e/<slug>/passed-on")
def passed_on(slug: str) -> Response:
    """GET /e/SLUG/passed-on - the ticket has gone to the other person; anybody."""
    return _after("passed", shown_event(slug))


@bp.post("/t/<token>/accept")
def take_offer(token: str) -> Response:
    """POST /t/TOKEN/accept - take the offered place; whoever has the registration's link."""
    service.take_offer(ticket_page.owned(token))
    return private(make_response(see_other(url_for("registration.ticket", token=token))))


@bp.post("/t/<token>/resend")
@limiter.limit(limits.RESEND)
def resend(token: str) -> Response:
    """POST /t/TOKEN/resend - mail the link to its contact again; whoever has the link."""
    is_sent = service.resend_link(service.linked(token).registration_id)
    target = url_for("registration.ticket", token=token, mail="sent" if is_sent else "later")
    return private(make_response(see_other(target)))


def _form(event: EventRow, show: ChosenShow | None) -> RegisterForm:
    types = fitting(event, open_ticket_types(event, clock.now()), show)
    start = start_values(types, show, wanted=request.args.get("type"), at=clock.now())
    form = RegisterForm.bound(types, consent_texts(event.id), questions(event.id), **start)
    form.guardian_age = settings_of(event.id).guardian_age
    return form


def _is_human(event: EventRow, form: RegisterForm) -> bool:
    return _took_time(form) and _worked(event, form)


def _worked(event: EventRow, form: RegisterForm) -> bool:
    """Tell whether the browser did its work, or the person answered the plain question."""
    if not settings_of(event.id).work_bits:
        return True
    solved = botcheck.done(event.id, str(form.work.data or ""), str(form.proof.data or ""))
    if solved is not None and service.use_challenge(solved.nonce, solved.expires_at):
        return True
    typed = str(form.plain.data or "")
    if typed and limits.may_answer() and botcheck.is_answer(str(form.key.data), typed):
        return True
    form.asks_question = True
    form.form_errors.append(_("Answer the question at the end of the form."))
    return False


def _took_time(form: RegisterForm) -> bool:
    took_s = botcheck.fill_time_s(str(form.key.data), str(form.stamp.data))
    is_fresh = took_s is not None and took_s <= botcheck.MAX_AGE_S
    if is_fresh and took_s is not None and took_s >= botcheck.MIN_FILL_S:
        return True
    if is_fresh and limits.may_be_quick():
        return True
    form.form_errors.append(BotCheckFailed.message)
    if not is_fresh:
        form.renew()
    return False


def _refused(form: RegisterForm, conflict: Conflict) -> RegisterForm:
    if isinstance(conflict, IdempotencyMismatch):
        form.renew()
        form.form_errors.append(_("This form was sent before. Send it again for another person."))
    else:
        form.ticket_type.errors = [conflict.text]
    return form


def _register_page(
    event: EventRow, form: RegisterForm, show: ChosenShow | None, status: int
) -> Response:
    if form.is_submitted():
        question_fields.ask_again(form, form.question_rows)
    bits = settings_of(event.id).work_bits
    if bits:  # new work each time the form is shown: a challenge is good once
        form.work.data, form.proof.data = botcheck.challenge(event.id, bits), ""
    body = render_template(
        "registration/register.html",
        event=event,
        form=form,
        question=botcheck.question(str(form.key.data)) if bits else "",
        show=show,
        strip=strip_for(event, show.performance if show else None),
        section="register",
    )
    return private(make_response(body, status))


def _lost_page(event: EventRow, form: LostTicketForm, status: int) -> Response:
    body = render_template("registration/lost.html", event=event, form=form, section="register")
    return private(make_response(body, status))


def _after(name: str, event: EventRow) -> Response:
    """Return what is shown when something is done and its link may have ended with it."""
    body = render_template(f"registration/{name}.html", event=event, section="register")
    return private(make_response(body))
