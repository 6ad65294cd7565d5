"""What a person does behind the ticket link: change it, see, take along and erase their data."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, make_response, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from eventhub.extensions import limiter
from eventhub.kernel.errors import Conflict
from eventhub.kernel.http import private, see_other
from eventhub.kernel.i18n import current_lang
from eventhub.programme.queries import EventRow, is_shown, shown_event
from eventhub.registration import limits, queries, service, ticket_page
from eventhub.registration.errors import ConsentChanged
from eventhub.registration.holder_forms import (
    ChangeForm,
    CodeForm,
    ConsentForm,
    ContactForm,
    EraseForm,
    KindForm,
)
from eventhub.registration.queries import consent_texts
from eventhub.registration.service import Purpose
from eventhub.registration.ticket_page import TicketPage

bp = Blueprint("holder", __name__)

_wrong_link = limiter.shared_limit(
    limits.WRONG_LINK, scope="wrong-link", deduct_when=lambda response: response.status_code == 404
)


@bp.get("/t/<token>/change")
@_wrong_link
def change(token: str) -> Response:
    """GET /t/TOKEN/change - names and language; whoever has the registration's link."""
    page = _owned(token)
    return _page("change", page, form=_change_form(page))


@bp.post("/t/<token>/change")
@limiter.limit(limits.REGISTER)
def save_change(token: str) -> Response | BaseResponse:
    """POST /t/TOKEN/change - keep names and language; whoever has the registration's link."""
    page = _owned(token)
    form = _change_form(page)
    if not form.validate_on_submit():
        return _page("change", page, 422, form=form)
    service.change_registration(
        service.ChangeRegistration(
            page.face.id,
            lang=str(form.lang.data) if form.lang else page.face.locale,
            names=form.names(),
        )
    )
    return _back(token)


@bp.get("/t/<token>/contact")
@_wrong_link
def contact(token: str) -> Response:
    """GET /t/TOKEN/contact - another contact; whoever has the registration's link."""
    page = _owned(token)
    return _contact_page(page, ContactForm(), CodeForm())


@bp.post("/t/<token>/contact")
@limiter.limit(limits.RESEND)
def ask_contact(token: str) -> Response | BaseResponse:
    """POST /t/TOKEN/contact - send a code to the new contact; who has the registration's link."""
    page = _owned(token)
    form = ContactForm()
    read = form.read() if form.validate_on_submit() else None
    if read is None:
        return _contact_page(page, form, CodeForm(formdata=None), 422)
    kind, value = read
    service.ask_new_contact(page.face.id, kind=kind, value=value)
    return private(make_response(see_other(url_for("holder.contact", token=token))))


@bp.post("/t/<token>/contact/code")
@limiter.limit(limits.WRONG_LINK)
def save_contact(token: str) -> Response | BaseResponse:
    """POST /t/TOKEN/contact/code - take the proven contact; who has the registration's link."""
    page = _owned(token)
    form = CodeForm()
    if not form.validate_on_submit() or not _is_right(page, Purpose.CONTACT, form):
        return _contact_page(page, ContactForm(formdata=None), form, 422)
    try:
        service.set_contact(page.face.id, str(form.code.data))
    except Conflict as conflict:
        form.code.errors = [conflict.text]
        return _contact_page(page, ContactForm(formdata=None), form, conflict.status)
    face = queries.registration_face(page.face.id)  # older links ended with the old contact
    return _back(service.registration_token(face.public_id, face.link_rev))


@bp.get("/t/<token>/kind")
@_wrong_link
def kind(token: str) -> Response:
    """GET /t/TOKEN/kind - another kind of ticket; whoever has the registration's link."""
    return _kind_page(_owned(token), 200)


@bp.post("/t/<token>/kind")
@limiter.limit(limits.REGISTER)
def change_kind(token: str) -> Response | BaseResponse:
    """POST /t/TOKEN/kind - take another kind of ticket; who has the registration's link."""
    page = _owned(token)
    form = KindForm.bound(service.other_types(page.face.event, page.face))
    if not form.validate_on_submit():
        return _kind_page(page, 422, form)
    try:
        service.change_type(service.ChangeType(page.face.id, str(form.ticket_type.data)))
    except Conflict as conflict:
        form.ticket_type.errors = [conflict.text]
        return _kind_page(page, conflict.status, form)
    return _back(token)


@bp.get("/t/<token>/data")
@_wrong_link
def data(token: str) -> Response:
    """GET /t/TOKEN/data - consents, what is kept, export, erasure; the registration's link."""
    return _data_page(_owned(token), 200)


@bp.post("/t/<token>/consents")
@limiter.limit(limits.REGISTER)
def save_consents(token: str) -> Response | BaseResponse:
    """POST /t/TOKEN/consents - give or withdraw consents; who has the registration's link."""
    page = _owned(token)
    form = _consent_form(page)
    if not form.validate_on_submit():
        return _data_page(page, 422)
    try:
        service.set_consents(page.face.id, form.given(), lang=current_lang(), read=form.read())
    except ConsentChanged:
        return _to_data(token, "changed")
    return _to_data(token, "consents")


@bp.post("/t/<token>/data/code")
@limiter.limit(limits.RESEND)
def ask_data(token: str) -> Response | BaseResponse:
    """POST /t/TOKEN/data/code - send a code to the contact; who has the registration's link."""
    page = _owned(token)
    service.send_code(page.face.id, Purpose.DATA)
    return _to_data(token, "code")


@bp.post("/t/<token>/data/export")
@limiter.limit(limits.WRONG_LINK)
def export(token: str) -> Response | BaseResponse:
    """POST /t/TOKEN/data/export - all data as a ZIP; who has the link and the code."""
    page = _owned(token)
    form = CodeForm(prefix="take")
    if not form.validate_on_submit() or not _is_right(page, Purpose.DATA, form):
        return _data_page(page, 422, take=form)
    answer = Response(
        service.export_mine(page.face.id, str(form.code.data)), mimetype="application/zip"
    )
    answer.headers["Content-Disposition"] = f'attachment; filename="{page.face.code}.zip"'
    return private(answer)


@bp.post("/t/<token>/data/erase")
@limiter.limit(limits.WRONG_LINK)
def erase(token: str) -> Response | BaseResponse:
    """POST /t/TOKEN/data/erase - erase all data; who has the link and the code."""
    page = _owned(token)
    form = EraseForm(prefix="erase")
    if not form.validate_on_submit() or not _is_right(page, Purpose.DATA, form):
        return _data_page(page, 422, erase=form)
    service.erase_mine(page.face.id, str(form.code.data))
    event = page.face.event
    if not is_shown(event):  # nothing of it has an address that they may open
        return _erased_page(event)
    return private(make_response(see_other(url_for("holder.erased", slug=event.slug))))


@bp.get("/e/<slug>/erased")
def erased(slug: str) -> Response:
    """GET /e/SLUG/erased - the data are gone; anybody."""
    return _erased_page(shown_event(slug))


def _erased_page(event: EventRow) -> Response:
    body = render_template("registration/erased.html", event=event, section="")
    return private(make_response(body))


def _owned(token: str) -> TicketPage:
    ticket_page.owned(token)
    return ticket_page.load(token)


def _is_right(page: TicketPage, purpose: Purpose, form: CodeForm) -> bool:
    if service.check_code(page.face.id, purpose, str(form.code.data)):
        return True
    form.code.errors = [service.WrongCode.message]
    return False


def _change_form(page: TicketPage) -> ChangeForm:
    return ChangeForm.bound(page.face.attendees, page.face.locale, page.face.event.offered)


def _consent_form(page: TicketPage) -> ConsentForm:
    standing = service.standing_consents(page.face.id)
    return ConsentForm.bound(consent_texts(page.face.event.id), standing)


def _contact_page(
    page: TicketPage, form: ContactForm, code: CodeForm, status: int = 200
) -> Response:
    waiting = service.pending(page.face.id, Purpose.CONTACT)
    return _page("contact", page, status, form=form, code=code, waiting=waiting)


def _kind_page(page: TicketPage, status: int, form: KindForm | None = None) -> Response:
    face = page.face
    types = service.other_types(face.event, face)
    window_no = face.window.number if face.window else 0
    fates = service.seat_fates(face.event, face.id, types, window_no=window_no)
    form = form or KindForm.bound(types)
    return _page("kind", page, status, form=form, types=types, fates=fates)


def _data_page(page: TicketPage, status: int, **forms: Any) -> Response:
    return _page(
        "data",
        page,
        status,
        consents=_consent_form(page),
        confirmed=[
            one
            for one in service.standing_consents(page.face.id).values()
            if one.row.is_required and one.is_given
        ],
        take=forms.get("take") or CodeForm(prefix="take", formdata=None),
        erase=forms.get("erase") or EraseForm(prefix="erase", formdata=None),
        waiting=service.pending(page.face.id, Purpose.DATA),
        done=request.args.get("done"),
    )


def _page(name: str, page: TicketPage, status: int = 200, **more: Any) -> Response:
    context = page.context() | more
    return private(make_response(render_template(f"registration/{name}.html", **context), status))


def _back(token: str) -> Response:
    return private(make_response(see_other(url_for("registration.ticket", token=token))))


def _to_data(token: str, done: str) -> Response:
    return private(make_response(see_other(url_for("holder.data", token=token, done=done))))
