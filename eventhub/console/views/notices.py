"""Notices of releases: what waits, to whom it goes, and the decision to send it."""

from __future__ import annotations

from flask import Response, flash, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response as BaseResponse
from wtforms import SelectField, StringField
from wtforms.validators import InputRequired, Length

from eventhub.accounts.enums import Permission
from eventhub.console import words
from eventhub.console.access import console_event
from eventhub.console.views.frame import blueprint, page
from eventhub.kernel.errors import BadRequest, Invalid
from eventhub.kernel.forms import BaseForm
from eventhub.kernel.http import see_other
from eventhub.notify import queries as outbox
from eventhub.programme import queries as programme
from eventhub.programme import service
from eventhub.programme.enums import NoticeAudience, RoundState
from eventhub.programme.queries import EventRow
from eventhub.settings import current_settings

_PREVIEWED = 8  # drafts of a round that the page names


class DecideForm(BaseForm):
    """Whether the drafts of one release leave."""

    version = StringField(validators=[InputRequired(), Length(max=64)])
    audience = SelectField(choices=[one.value for one in NoticeAudience])
    decision = SelectField(choices=["approve", "discard"])


class ContactForm(BaseForm):
    """Where notices for a party go."""

    party = StringField(validators=[InputRequired(), Length(max=64)])
    email = StringField(validators=[Length(max=320)])
    language = SelectField(choices=["zh", "en"])


@blueprint.get("/e/<slug>/programme/notices")
def notices(slug: str) -> Response:
    """GET /console/e/SLUG/programme/notices: drafts of releases and addresses; programme.edit."""
    return _page(console_event(slug, Permission.PROGRAMME_EDIT))


@blueprint.post("/e/<slug>/programme/notices")
def decide_notices(slug: str) -> BaseResponse:
    """POST /console/e/SLUG/programme/notices: send drafts or discard them; programme.edit."""
    event = console_event(slug, Permission.PROGRAMME_EDIT)
    form = DecideForm()
    if not form.validate_on_submit():
        raise BadRequest()
    is_approved = form.decision.data == "approve"
    count = service.decide_notices(
        service.DecideNotices(
            event_id=event.id,
            version=form.version.data or "",
            audience=NoticeAudience(form.audience.data),
            is_approved=is_approved,
        )
    )
    text = (
        ngettext("%(num)s message leaves now.", "%(num)s messages leave now.", count)
        if is_approved
        else ngettext("%(num)s message is discarded.", "%(num)s messages are discarded.", count)
    )
    flash(text, "ok")
    return see_other(url_for("console.notices", slug=slug))


@blueprint.post("/e/<slug>/programme/contacts")
def set_contact(slug: str) -> Response | BaseResponse:
    """POST /console/e/SLUG/programme/contacts: where notices for a party go; programme.edit."""
    event = console_event(slug, Permission.PROGRAMME_EDIT)
    form = ContactForm()
    if not form.validate_on_submit():
        raise BadRequest()
    try:
        service.set_contact(
            service.SetContact(
                event_id=event.id,
                party_slug=form.party.data or "",
                email=form.email.data or "",
                lang=form.language.data,
            )
        )
    except Invalid as refusal:
        return _page(event, refused=form, refusal=refusal)
    flash(_("The address is kept."), "ok")
    return see_other(url_for("console.notices", slug=slug) + "#contacts")


def _page(
    event: EventRow, *, refused: ContactForm | None = None, refusal: Invalid | None = None
) -> Response:
    rounds = programme.notice_rounds(event.id)
    newest = max((row.schedule_id for row in rounds), default=0)
    return page(
        "notices",
        event,
        section="programme",
        status=refusal.status if refusal else 200,
        rounds=rounds,
        newest=newest,
        drafts={
            (row.schedule_id, row.audience): outbox.held(
                service.held_for(row.schedule_id, row.audience), limit=_PREVIEWED
            )
            for row in rounds
            if row.state is RoundState.DRAFT
        },
        round_words=words.round_states(),
        round_kinds=words.ROUND_KINDS,
        waits=service.waits_for_approval(event.id),
        contacts=programme.contacts(event.id),
        has_mail_server=bool(current_settings().mail_url),
        refused=refused,
        refusal=refusal,
    )
