"""The page behind an invitation link; looking at it changes nothing."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, render_template, request, url_for
from flask_babel import gettext as _

from eventhub.extensions import csrf, limiter
from eventhub.kernel.errors import BadRequest, Conflict, Invalid
from eventhub.kernel.http import private, see_other
from eventhub.kernel.i18n import current_lang
from eventhub.registration import invitation_page, limits, service, waiting_room
from eventhub.registration.errors import InvitationBound
from eventhub.registration.invitation_page import InvitationPage

bp = Blueprint("invitation", __name__)


@bp.get("/i/<token>")
@limiter.limit(limits.WRONG_LINK, deduct_when=lambda response: response.status_code == 404)
def show(token: str) -> Response:
    """GET /i/TOKEN - the invitation; whoever has the link."""
    page = invitation_page.load(token)
    return _waits(page) or _page(page)


@bp.post("/i/<token>/opened")
@limiter.limit(limits.WRONG_LINK, deduct_when=lambda response: response.status_code == 404)
def opened(token: str) -> Response:
    """POST /i/TOKEN/opened - the page was seen by somebody; whoever has the link."""
    service.mark_opened(service.invited(token))
    return private(make_response("", 204))


@bp.post("/i/<token>/accept")
@limiter.limit(limits.WRONG_CONTACT, deduct_when=lambda response: response.status_code != 303)
def accept(token: str) -> Response:
    """POST /i/TOKEN/accept - say yes; 303 to the ticket; who has the link and the contact."""
    page = invitation_page.load(token)
    if _waits(page) is not None:
        return private(make_response(see_other(url_for("invitation.show", token=token))))
    if not page.accept.validate_on_submit():
        return _page(page, 422)
    try:
        outcome = service.accept_invitation(page.accept.command(page.face.row.id, current_lang()))
    except InvitationBound as refusal:
        page.accept.contact.errors = [refusal.text]
        return _page(page, refusal.status)
    except (Conflict, Invalid) as refusal:
        page.accept.form_errors.append(refusal.text)
        return _page(page, refusal.status)
    if isinstance(outcome, service.Duplicate):
        return private(make_response(see_other(url_for("invitation.show", token=token))))
    ticket = service.registration_token(outcome.public_id, outcome.link_rev)
    return private(make_response(see_other(url_for("registration.ticket", token=ticket))))


@bp.post("/i/<token>/decline")
@limiter.limit(limits.WRONG_LINK, deduct_when=lambda response: response.status_code == 404)
def decline(token: str) -> Response:
    """POST /i/TOKEN/decline - say no; whoever has the link."""
    page = invitation_page.load(token)
    if not page.decline.validate_on_submit():
        return _page(page, 422)
    service.decline_invitation(page.face.row.id, str(page.decline.reason.data or ""))
    return private(make_response(see_other(url_for("invitation.show", token=token))))


@bp.post("/i/<token>/stop")
@limiter.limit(limits.WRONG_LINK, deduct_when=lambda response: response.status_code == 404)
def stop(token: str) -> Response:
    """POST /i/TOKEN/stop - no more invitations and reminders; whoever has the link."""
    service.stop_invitations(service.invited(token))
    return private(
        make_response(see_other(url_for("invitation.show", token=token, mail="stopped")))
    )


@bp.get("/i/<token>/unsubscribe")
@limiter.limit(limits.WRONG_LINK, deduct_when=lambda response: response.status_code == 404)
def ask_unsubscribe(token: str) -> Response:
    """GET /i/TOKEN/unsubscribe - to the button that says no more; changes nothing; the link."""
    service.invited(token)
    return private(
        make_response(see_other(url_for("invitation.show", token=token, _anchor="stop")))
    )


@bp.post("/i/<token>/unsubscribe")
@csrf.exempt  # a mail program presses the button: no session, no cookie, no token of a form
@limiter.limit(limits.WRONG_LINK, deduct_when=lambda response: response.status_code == 404)
def unsubscribe(token: str) -> Response:
    """POST /i/TOKEN/unsubscribe - one-click no more (RFC 8058); whoever has the link."""
    invitation_id = service.invited(token)
    if request.form.get("List-Unsubscribe") != "One-Click":
        raise BadRequest()
    service.stop_invitations(invitation_id)
    text = _("No more invitations and reminders come to you. Messages about a ticket still do.")
    return private(Response(f"{text}\n", mimetype="text/plain"))


def _waits(page: InvitationPage) -> Response | None:
    """Return the waiting room of somebody whose place is not certain yet; None for the others."""
    if page.has_place or not page.may_answer:
        return None
    row = page.face.row
    path = url_for("invitation.show", token=page.token)
    return waiting_room.before_invitation(page.face.event, row.public_id, path=path)


def _page(page: InvitationPage, status: int = 200) -> Response:
    body = render_template("registration/invitation.html", **page.context())
    return private(make_response(body, status))
