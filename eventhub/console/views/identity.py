"""How an event looks: its colours with their contrast checked, the picture of its cover."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from eventhub.accounts.enums import Permission
from eventhub.console.access import console_event
from eventhub.console.identity_forms import CoverForm, colour_rows, typed_theme
from eventhub.console.views.frame import blueprint, page
from eventhub.kernel import clock
from eventhub.kernel.errors import Invalid
from eventhub.kernel.http import see_other
from eventhub.kernel.theme import adjusted
from eventhub.programme import queries, service
from eventhub.programme.queries import EventRow


@blueprint.get("/e/<slug>/look")
def look(slug: str) -> Response:
    """GET /console/e/SLUG/look: colours and picture as they are; settings.edit."""
    return _page(console_event(slug, Permission.SETTINGS_EDIT))


@blueprint.post("/e/<slug>/look/colours")
def set_colours(slug: str) -> Response | BaseResponse:
    """
    POST /console/e/SLUG/look/colours: keep the colours; settings.edit.

    Colours that could not be read are refused and named; `how=adjust` darkens
    or lightens those, `how=house` takes the colours of the house.
    """
    event = console_event(slug, Permission.SETTINGS_EDIT)
    how = request.form.get("how", "")
    theme: dict[str, Any] | None = None
    if how != "house":
        theme = typed_theme(request.form, event.theme)
        theme = adjusted(theme) if how == "adjust" else theme
    try:
        service.set_colours(service.SetColours(event_id=event.id, theme=theme))
    except Invalid as refusal:
        return _page(event, faults=[str(text) for text in refusal.fields["theme"]], status=422)
    flash(_("The colours are kept. Pages show them within seconds."), "ok")
    return see_other(url_for("console.look", slug=slug))


@blueprint.post("/e/<slug>/look/cover")
def set_cover(slug: str) -> Response | BaseResponse:
    """POST /console/e/SLUG/look/cover: keep a picture or its words; settings.edit."""
    event = console_event(slug, Permission.SETTINGS_EDIT)
    form = CoverForm()
    if not form.validate_on_submit():
        return _page(event, form=form, status=422)
    alt = {"zh": form.alt_zh.data or "", "en": form.alt_en.data or ""}
    data = form.picture.data.read() if form.picture.data else None
    try:
        service.set_cover(service.SetCover(event_id=event.id, data=data, alt=alt))
    except Invalid as refusal:
        form.picture.errors = [str(text) for text in refusal.fields.get("picture", ())]
        form.alt_zh.errors = [str(text) for text in refusal.fields.get("alt", ())]
        return _page(event, form=form, status=422)
    flash(_("The picture is kept. The page, the card and the poster show it."), "ok")
    return see_other(url_for("console.look", slug=slug))


@blueprint.post("/e/<slug>/look/cover/drop")
def drop_cover(slug: str) -> BaseResponse:
    """POST /console/e/SLUG/look/cover/drop: take the picture away; settings.edit."""
    event = console_event(slug, Permission.SETTINGS_EDIT)
    service.drop_cover(event.id)
    flash(_("The picture is taken away. The cover is woven from the programme again."), "ok")
    return see_other(url_for("console.look", slug=slug))


def _page(
    event: EventRow,
    *,
    form: CoverForm | None = None,
    faults: list[str] | None = None,
    status: int = 200,
) -> Response:
    kept = queries.cover_of(event.id)
    alt = kept.alt if kept else {}
    words = {"alt_zh": alt.get("zh", ""), "alt_en": alt.get("en", "")}
    return page(
        "look",
        event,
        status=status,
        form=form or CoverForm(formdata=None, data=words),
        faults=faults or [],
        rows=colour_rows(event.theme, request.form if faults else {}),
        kept=kept,
        shows=queries.programme(event),
        stages=queries.stages(event.id),
        today=event.operating_day(clock.now()),
    )
