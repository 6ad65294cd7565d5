"""Before a release: what would be published, what stops it, who is told; and the release."""

from __future__ import annotations

from flask import Response, flash, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from eventhub.accounts.enums import Permission
from eventhub.console import release_page
from eventhub.console.access import console_event
from eventhub.console.programme_forms import ReleaseForm
from eventhub.console.views.frame import blueprint, page
from eventhub.kernel.errors import Conflict, Invalid
from eventhub.kernel.http import see_other
from eventhub.kernel.i18n import current_lang
from eventhub.programme import service
from eventhub.programme.errors import NameTaken, ReleaseBlocked, ReleaseRaced, ReservedName
from eventhub.programme.queries import EventRow


@blueprint.get("/e/<slug>/programme/release")
def programme_release(slug: str) -> Response:
    """GET /console/e/SLUG/programme/release: findings, changes, who is told; programme.edit."""
    event = console_event(slug, Permission.PROGRAMME_EDIT)
    return _page(event, ReleaseForm(formdata=None))


@blueprint.post("/e/<slug>/programme/release")
def release_programme(slug: str) -> Response | BaseResponse:
    """POST /console/e/SLUG/programme/release: publish the draft; programme.edit."""
    event = console_event(slug, Permission.PROGRAMME_EDIT)
    form = ReleaseForm()
    if not form.validate_on_submit():
        return _page(event, form, status=422)
    note = (form.note.data or "").strip()
    name = form.name.data or ""
    try:
        service.release(
            service.ReleaseSchedule(
                event_id=event.id, name=name, comment={current_lang(): note} if note else None
            )
        )
    except (NameTaken, ReservedName, Invalid) as refusal:
        form.name.errors = [*form.name.errors, refusal.text]
        return _page(event, form, status=refusal.status)
    except (ReleaseBlocked, ReleaseRaced) as refusal:
        return _page(event, form, refusal=refusal, status=refusal.status)
    flash(_("%(name)s is released. Visitors see it now.", name=name), "ok")
    return see_other(url_for("console.programme", slug=event.slug))


def _page(
    event: EventRow, form: ReleaseForm, *, refusal: Conflict | None = None, status: int = 200
) -> Response:
    values = release_page.context(event)
    return page(
        "programme_release",
        event,
        section="programme",
        status=status,
        form=form,
        refusal=refusal,
        **values,
    )
