"""Settings of an event: names, days, who sees it, whether one can register."""

from __future__ import annotations

from flask import Response, flash, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from eventhub.accounts.enums import Permission
from eventhub.console.access import console_event, owned_by, signed_in
from eventhub.console.forms import SettingsForm
from eventhub.console.views.frame import blueprint, page
from eventhub.kernel.db import I18n
from eventhub.kernel.errors import Invalid
from eventhub.kernel.forms import blame
from eventhub.kernel.http import see_other
from eventhub.programme import service
from eventhub.programme.queries import EventRow

_FIELDS = {"title": "title_zh"}  # where a fault of the service is shown


@blueprint.get("/e/<slug>/settings")
def settings(slug: str) -> Response:
    """GET /console/e/SLUG/settings: the settings of the event; settings.edit."""
    event = console_event(slug, Permission.SETTINGS_EDIT)
    return _page(event, SettingsForm(formdata=None, data=_present(event)))


@blueprint.post("/e/<slug>/settings")
def change_settings(slug: str) -> Response | BaseResponse:
    """POST /console/e/SLUG/settings: keep what was typed; settings.edit."""
    event = console_event(slug, Permission.SETTINGS_EDIT)
    form = SettingsForm()
    if not form.validate_on_submit():
        return _page(event, form, status=422)
    try:
        service.change_event(_wanted(event, form))
    except Invalid as refusal:
        blame(form, refusal, _FIELDS, other="title_zh")
        return _page(event, form, status=422)
    flash(_("The settings are saved."), "ok")
    return see_other(url_for("console.settings", slug=slug))


def _page(event: EventRow, form: SettingsForm, *, status: int = 200) -> Response:
    may_make = event.organisation_id in owned_by(signed_in())
    return page("settings", event, status=status, form=form, may_make=may_make)


def _present(event: EventRow) -> dict[str, object]:
    about = event.about or {}
    return {
        "title_zh": event.title.get("zh", ""),
        "title_en": event.title.get("en", ""),
        "about_zh": about.get("zh", ""),
        "about_en": about.get("en", ""),
        "starts_on": event.starts_on,
        "ends_on": event.ends_on,
        "contact_email": event.contact_email or "",
        "is_public": event.is_public,
        "is_registration_open": event.is_registration_open,
        "langs": event.langs,
        "notice_mode": event.notice_mode,
        "tells_holders": event.tells_holders,
    }


def _wanted(event: EventRow, form: SettingsForm) -> service.ChangeEvent:
    return service.ChangeEvent(
        event_id=event.id,
        title=_both(form.title_zh.data, form.title_en.data),
        about=_both(form.about_zh.data, form.about_en.data) or None,
        starts_on=form.starts_on.data,
        ends_on=form.ends_on.data,
        contact_email=form.contact_email.data or None,
        is_public=form.is_public.data,
        is_registration_open=form.is_registration_open.data,
        langs=form.langs.data,
        notice_mode=form.notice_mode.data,
        tells_holders=form.tells_holders.data,
    )


def _both(zh: str | None, en: str | None) -> I18n:
    given = {"zh": (zh or "").replace("\0", "").strip(), "en": (en or "").replace("\0", "").strip()}
    return {lang: words for lang, words in given.items() if words}
