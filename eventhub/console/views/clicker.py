"""Counting people by hand: one post, two large buttons, a figure per quarter of an hour."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from flask import Response, request, url_for
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as BaseResponse
from wtforms import HiddenField, IntegerField
from wtforms.validators import InputRequired, Length, NumberRange

from eventhub.accounts.enums import Permission
from eventhub.audience import queries as audience_rows
from eventhub.audience import service as audience
from eventhub.audience.enums import SourceKind
from eventhub.audience.queries import CounterRow
from eventhub.console.access import console_event
from eventhub.console.views.frame import blueprint, page
from eventhub.kernel import clock
from eventhub.kernel.errors import BadRequest, NotFound
from eventhub.kernel.forms import BaseForm, CleanText, Required
from eventhub.kernel.http import see_other

_SHOWN_FOR = timedelta(hours=6)
_MOST = 100_000  # people in a quarter of an hour past one person with a phone
_QUARTER = timedelta(minutes=15)


class PostForm(BaseForm):
    """A new place to count at."""

    name = CleanText(
        _l("Where"), description=_l("such as “east gate”"), validators=[Required(), Length(max=80)]
    )


class TallyForm(BaseForm):
    """The count of one quarter so far."""

    post = HiddenField(validators=[InputRequired()])
    start = HiddenField(validators=[InputRequired()])
    seq = HiddenField()
    entered = IntegerField(_l("In"), validators=[InputRequired(), NumberRange(0, _MOST)])
    left = IntegerField(_l("Out"), validators=[InputRequired(), NumberRange(0, _MOST)])


@blueprint.get("/e/<slug>/clicker")
def clicker(slug: str) -> Response:
    """GET /console/e/SLUG/clicker: choose a post, count people; gate.view."""
    event = console_event(slug, Permission.GATE_VIEW)
    posts = _posts(event.id)
    chosen = _chosen(posts, request.args.get("post"))
    now = clock.now()
    rows = audience_rows.quarters(chosen.id, since=now - _SHOWN_FOR) if chosen else []
    quarter = audience_rows.quarter(now)
    current = next((row for row in rows if row.starts_at == quarter), None)
    return page(
        "clicker",
        event,
        posts=posts,
        chosen=chosen,
        rows=[row for row in rows if row.starts_at != quarter],
        quarter=quarter,
        quarter_end=quarter + _QUARTER,
        current=current,
        post_form=PostForm(),
    )


@blueprint.post("/e/<slug>/clicker/posts")
def add_post(slug: str) -> BaseResponse:
    """POST /console/e/SLUG/clicker/posts: a new place to count at; gate.view."""
    event = console_event(slug, Permission.GATE_VIEW)
    form = PostForm()
    if not form.validate_on_submit():
        raise BadRequest()
    name = form.name.data or ""
    audience.add_post(
        audience.AddPost(event_id=event.id, name=name, is_synthetic=event.is_synthetic)
    )
    return see_other(url_for("console.clicker", slug=slug, post=name))


@blueprint.post("/e/<slug>/clicker")
def tally(slug: str) -> BaseResponse:
    """POST /console/e/SLUG/clicker: the count of one quarter so far; gate.view."""
    event = console_event(slug, Permission.GATE_VIEW)
    form = TallyForm()
    if not form.validate_on_submit():
        raise BadRequest()
    post = _chosen(_posts(event.id), form.post.data)
    audience.record_tally(
        audience.Tally(
            event_id=event.id,
            post=_name(post) if post else "",
            starts_at=_start(form.start.data or ""),
            entered=form.entered.data or 0,
            left=form.left.data or 0,
            seq=_seq(form.seq.data or ""),
        )
    )
    return see_other(url_for("console.clicker", slug=slug, post=form.post.data))


def _posts(event_id: int) -> list[CounterRow]:
    return [
        row
        for row in audience_rows.counters(event_id)
        if row.kind is SourceKind.MANUAL and row.name.startswith(audience.PREFIX)
    ]


def _name(post: CounterRow) -> str:
    return post.name.removeprefix(audience.PREFIX)


def _chosen(posts: list[CounterRow], name: str | None) -> CounterRow | None:
    """Return the post that an address names; without a name there is none."""
    if not name:
        return None
    found = next((row for row in posts if _name(row) == name), None)
    if found is None:
        raise NotFound()
    return found


def _start(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadRequest() from None


def _seq(text: str) -> int:
    """Return the order that the phone gave, or the time of arrival without a script."""
    now_ms = clock.now_ms()
    return min(int(text), now_ms + 60_000) if text.isdecimal() and len(text) < 16 else now_ms
