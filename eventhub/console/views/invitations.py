"""Campaigns: who is invited, where the answers stand, sending and reminding."""

from __future__ import annotations

from flask import Response, flash, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response as BaseResponse

from eventhub.accounts.enums import Permission
from eventhub.console import guest_words
from eventhub.console.access import console_event
from eventhub.console.guest_forms import CampaignForm, InviteeFileForm
from eventhub.console.views.frame import blueprint, page
from eventhub.kernel.errors import Conflict, Invalid, NotFound
from eventhub.kernel.format import exact
from eventhub.kernel.http import see_other
from eventhub.programme.queries import EventRow
from eventhub.registration import service
from eventhub.registration.queries.guests import words_of_types
from eventhub.registration.queries.invitations import (
    CampaignRow,
    campaign_by_public_id,
    campaigns,
)
from eventhub.registration.queries.invitations import invitations as invited_people

PEOPLE_SHOWN = 500


@blueprint.get("/e/<slug>/invitations")
def invitations(slug: str) -> Response:
    """GET /console/e/SLUG/invitations: campaigns, and a form for another; guests.edit."""
    event = console_event(slug, Permission.GUESTS_EDIT)
    return _campaigns_page(event, CampaignForm.of(words_of_types(event.id)))


@blueprint.post("/e/<slug>/invitations")
def create_campaign(slug: str) -> Response | BaseResponse:
    """POST /console/e/SLUG/invitations: make a campaign; guests.edit."""
    event = console_event(slug, Permission.GUESTS_EDIT)
    form = CampaignForm.of(words_of_types(event.id))
    if not form.validate_on_submit():
        return _campaigns_page(event, form, status=422)
    try:
        made = service.create_campaign(form.command(event))
    except Conflict as refusal:
        form.name.errors = [refusal.text]
        return _campaigns_page(event, form, status=refusal.status)
    except Invalid as refusal:
        for name, texts in refusal.fields.items():
            form[name].errors = [str(text) for text in texts]
        return _campaigns_page(event, form, status=refusal.status)
    return see_other(url_for("console.campaign", slug=slug, campaign=made))


@blueprint.get("/e/<slug>/invitations/<campaign>")
def campaign(slug: str, campaign: str) -> Response:
    """GET /console/e/SLUG/invitations/CAMPAIGN: its people and answers; guests.edit."""
    event = console_event(slug, Permission.GUESTS_EDIT)
    return _campaign_page(event, campaign_by_public_id(event.id, campaign), InviteeFileForm())


@blueprint.post("/e/<slug>/invitations/<campaign>/list")
def list_invitees(slug: str, campaign: str) -> Response | BaseResponse:
    """POST /console/e/SLUG/invitations/CAMPAIGN/list: add people of a file; guests.edit."""
    event = console_event(slug, Permission.GUESTS_EDIT)
    found = campaign_by_public_id(event.id, campaign)
    form = InviteeFileForm()
    if not form.validate_on_submit():
        return _campaign_page(event, found, form, status=422)
    try:
        listed = service.list_file(found, form.file.data.read())
    except Invalid as refusal:
        form.file.errors = [*form.file.errors, refusal.text]
        return _campaign_page(event, found, form, status=refusal.status)
    flash(_listed_text(listed), "hold" if listed.refused else "ok")
    return see_other(url_for("console.campaign", slug=slug, campaign=campaign))


@blueprint.post("/e/<slug>/invitations/<campaign>/send")
def send_invitations(slug: str, campaign: str) -> BaseResponse:
    """POST /console/e/SLUG/invitations/CAMPAIGN/send: write to the new ones; guests.edit."""
    event = console_event(slug, Permission.GUESTS_EDIT)
    count = service.send_invitations(campaign_by_public_id(event.id, campaign).id)
    text = ngettext("%(n)s invitation sent.", "%(n)s invitations sent.", count, n=exact(count))
    flash(text, "ok")
    return see_other(url_for("console.campaign", slug=slug, campaign=campaign))


@blueprint.post("/e/<slug>/invitations/<campaign>/remind")
def remind_invited(slug: str, campaign: str) -> BaseResponse:
    """POST /console/e/SLUG/invitations/CAMPAIGN/remind: who has not answered; guests.edit."""
    event = console_event(slug, Permission.GUESTS_EDIT)
    count = service.remind(campaign_by_public_id(event.id, campaign).id)
    text = ngettext("%(n)s reminder sent.", "%(n)s reminders sent.", count, n=exact(count))
    flash(text, "ok")
    return see_other(url_for("console.campaign", slug=slug, campaign=campaign))


@blueprint.post("/e/<slug>/invitations/<campaign>/<invitation>/withdraw")
def withdraw_invitation(slug: str, campaign: str, invitation: str) -> BaseResponse:
    """POST /console/e/SLUG/invitations/CAMPAIGN/ID/withdraw: take it back; guests.edit."""
    event = console_event(slug, Permission.GUESTS_EDIT)
    found = campaign_by_public_id(event.id, campaign)
    row = next((one for one in invited_people(found.id) if one.public_id == invitation), None)
    if row is None:
        raise NotFound()
    service.withdraw_invitation(row.id)
    flash(_("The invitation of %(name)s is withdrawn.", name=row.name), "ok")
    return see_other(url_for("console.campaign", slug=slug, campaign=campaign))


def _listed_text(listed: service.Listed) -> str:
    text = _(
        "%(new)s new on the list, %(known)s on it already.",
        new=exact(listed.new),
        known=exact(listed.known),
    )
    if not listed.refused:
        return text
    lines = ", ".join(str(line) for line in listed.refused[:20])
    return text + " " + _("Not read, without name or contact: lines %(lines)s.", lines=lines)


def _campaigns_page(event: EventRow, form: CampaignForm, *, status: int = 200) -> Response:
    return page(
        "invitations",
        event,
        status=status,
        form=form,
        campaigns=campaigns(event.id),
        **guest_words.of_invitations(),
    )


def _campaign_page(
    event: EventRow, found: CampaignRow, form: InviteeFileForm, *, status: int = 200
) -> Response:
    wanted = request.args.get("standing", "")[:12]
    people = [row for row in invited_people(found.id) if not wanted or row.standing.value == wanted]
    return page(
        "campaign",
        event,
        section="invitations",
        status=status,
        form=form,
        campaign=found,
        people=people[:PEOPLE_SHOWN],
        wanted=wanted,
        shown_most=PEOPLE_SHOWN,
        **guest_words.of_invitations(),
    )
