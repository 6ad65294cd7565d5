"""Texts of messages in the organizer's words, with a preview before anybody gets them."""

from __future__ import annotations

from flask import Response, flash, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from eventhub.accounts.enums import Permission
from eventhub.console import mail_words
from eventhub.console.access import console_event
from eventhub.console.mail_words import MailTextForm
from eventhub.console.views.frame import blueprint, page
from eventhub.kernel.errors import Invalid, NotFound
from eventhub.kernel.forms import BaseForm
from eventhub.kernel.http import see_other
from eventhub.kernel.i18n import in_lang, pick
from eventhub.programme.queries import EventRow
from eventhub.registration import queries, service
from eventhub.registration.queries.mail_texts import KINDS, mail_texts
from eventhub.registration.service import Preview, SaveMailText


@blueprint.get("/e/<slug>/texts")
def mail_text_list(slug: str) -> Response:
    """GET /console/e/SLUG/texts: which messages have own words; guests.edit."""
    event = console_event(slug, Permission.GUESTS_EDIT)
    words = mail_words.kinds()
    return page(
        "mail_texts", event, section="outbox", kinds=words, texts=mail_texts(event.id), names=KINDS
    )


@blueprint.get("/e/<slug>/texts/<kind>/<any(zh, en):locale>")
def mail_text(slug: str, kind: str, locale: str) -> Response:
    """GET /console/e/SLUG/texts/KIND/LANG: one text; guests.edit."""
    event = console_event(slug, Permission.GUESTS_EDIT)
    own = mail_texts(event.id).get((_known(kind), locale))
    with in_lang(locale):
        start = mail_words.start(kind)
    form = MailTextForm(
        data={
            "subject": own.subject if own else start.subject,
            "body": own.body if own else start.body,
        }
    )
    return _edit(event, kind, locale, form)


@blueprint.post("/e/<slug>/texts/<kind>/<any(zh, en):locale>/preview")
def preview_mail_text(slug: str, kind: str, locale: str) -> Response:
    """POST /console/e/SLUG/texts/KIND/LANG/preview: show it, keep nothing; guests.edit."""
    event = console_event(slug, Permission.GUESTS_EDIT)
    form = MailTextForm()
    shown = None
    if form.validate_on_submit():
        command = _command(event, _known(kind), locale, form)
        types = queries.ticket_types(event, mail_words.now())
        ticket = pick(types[0].name, locale) if types else "-"
        shown = service.preview_mail(event, command, ticket=ticket)
    return _edit(event, _known(kind), locale, form, shown, status=200 if shown else 422)


@blueprint.post("/e/<slug>/texts/<kind>/<any(zh, en):locale>")
def save_mail_text(slug: str, kind: str, locale: str) -> Response | BaseResponse:
    """POST /console/e/SLUG/texts/KIND/LANG: keep it; guests.edit."""
    event = console_event(slug, Permission.GUESTS_EDIT)
    form = MailTextForm()
    if not form.validate_on_submit():
        return _edit(event, _known(kind), locale, form, status=422)
    try:
        service.save_mail_text(_command(event, kind, locale, form))
    except Invalid as error:
        for name, texts in error.fields.items():
            form[name].errors = list(texts)
        return _edit(event, kind, locale, form, status=422)
    flash(_("Kept. It is used from the next message on."), "ok")
    return see_other(url_for("console.mail_text_list", slug=slug))


@blueprint.post("/e/<slug>/texts/<kind>/<any(zh, en):locale>/reset")
def reset_mail_text(slug: str, kind: str, locale: str) -> BaseResponse:
    """POST /console/e/SLUG/texts/KIND/LANG/reset: use our text again; guests.edit."""
    event = console_event(slug, Permission.GUESTS_EDIT)
    BaseForm().validate_on_submit()
    service.reset_mail_text(event.id, kind, locale)
    flash(_("Our text is used again."), "info")
    return see_other(url_for("console.mail_text_list", slug=slug))


def _known(kind: str) -> str:
    if kind not in KINDS:
        raise NotFound()
    return kind


def _command(event: EventRow, kind: str, locale: str, form: MailTextForm) -> SaveMailText:
    return SaveMailText(event.id, kind, locale, str(form.subject.data), str(form.body.data))


def _edit(
    event: EventRow,
    kind: str,
    locale: str,
    form: MailTextForm,
    shown: Preview | None = None,
    *,
    status: int = 200,
) -> Response:
    return page(
        "mail_text",
        event,
        section="outbox",
        status=status,
        kind=kind,
        locale=locale,
        word=mail_words.kinds()[kind],
        placeholders=mail_words.placeholders(),
        form=form,
        shown=shown,
        is_own=(kind, locale) in mail_texts(event.id),
        language={"zh": "中文", "en": "English"}[locale],
    )
