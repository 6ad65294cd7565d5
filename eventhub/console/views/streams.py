"""Streams: where they are watched, which servers and platforms are asked, what beats say."""

from __future__ import annotations

import hashlib
from typing import Any

from flask import Response, flash, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileSize
from werkzeug.wrappers import Response as BaseResponse
from wtforms import IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional, Regexp

from eventhub.accounts.enums import Permission
from eventhub.audience import queries as audience_rows
from eventhub.audience import service as audience
from eventhub.audience.dictionary import METRICS
from eventhub.audience.enums import EvidenceClass, Op, SourceKind
from eventhub.audience.errors import BadPlayerAddress
from eventhub.audience.sources.registry import POLLED, StreamFormat
from eventhub.console import words
from eventhub.console.access import console_event
from eventhub.console.forms import MAX_FILE
from eventhub.console.views.frame import blueprint, page
from eventhub.exposure.service import parse_number
from eventhub.kernel import clock
from eventhub.kernel.errors import BadRequest
from eventhub.kernel.forms import BaseForm, CleanText, Required
from eventhub.kernel.http import see_other
from eventhub.kernel.i18n import pick
from eventhub.programme.queries import EventRow

_SLUG = Regexp(
    r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}\Z", message=_l("Letters, digits, dots and hyphens.")
)
_ADDRESS = Regexp(
    r"https?://[^\s@/]+[^\s@]*\Z", message=_l("An http or https address without user name.")
)


class PlayerForm(BaseForm):
    """Where a stream is watched."""

    stream = StringField(_l("Stream"), description=_l("such as “runway”"), validators=[_SLUG])
    kind = SelectField(_l("How"), validators=[InputRequired()])
    address = StringField(_l("Address"), validators=[InputRequired(), Length(max=500)])


class PollForm(BaseForm):
    """Which server or platform is asked for the viewers of a stream."""

    stream = StringField(_l("Stream"), description=_l("such as “runway”"), validators=[_SLUG])
    format = SelectField(_l("Server or platform"), validators=[InputRequired()])
    url = StringField(
        _l("Address of its answer"), validators=[InputRequired(), _ADDRESS, Length(max=500)]
    )
    remote_name = StringField(_l("Name of the stream there"), validators=[Length(max=200)])
    key_ref = StringField(
        _l("Entry of the key file"),
        description=_l("optional; the keys themselves stand in stream-keys.json alone"),
        validators=[Regexp(r"[A-Za-z0-9._-]{0,64}\Z", message=_l("The name of an entry."))],
    )
    period_s = IntegerField(
        _l("Every"),
        description=_l("seconds, 10 to 60"),
        default=30,
        validators=[
            InputRequired(),
            NumberRange(audience.MIN_PERIOD_S, audience.MAX_PERIOD_S),
        ],
    )


class ClaimForm(BaseForm):
    """A figure that a platform states and nobody here can count."""

    platform = CleanText(
        _l("Platform"), description=_l("such as Douyin or WeChat Channels"), validators=[Required()]
    )
    metric = SelectField(_l("Figure"), validators=[InputRequired()])
    number = StringField(
        _l("Number as printed"),
        description=_l("such as 73万 or 超过120,000"),
        validators=[Required(), Length(max=40)],
    )
    quote = TextAreaField(
        _l("Quotation"),
        description=_l("the words or the line of the export, as they stand"),
        validators=[Required(), Length(max=500)],
    )
    period = CleanText(
        _l("Day or show"),
        description=_l("a day or a show, in the words of the source"),
        validators=[Required(), Length(max=80)],
    )
    url = StringField(_l("Address"), validators=[Optional(), _ADDRESS, Length(max=500)])
    evidence = FileField(
        _l("Screenshot or export"),
        description=_l("optional; its fingerprint is kept with the figure"),
        validators=[FileSize(MAX_FILE)],
    )


class StreamForm(BaseForm):
    """One stream of the list."""

    stream = StringField(validators=[_SLUG])


@blueprint.get("/e/<slug>/streams")
def streams(slug: str) -> Response:
    """GET /console/e/SLUG/streams: players, polls and beats; audience.view."""
    return _page(console_event(slug, Permission.AUDIENCE_VIEW))


@blueprint.post("/e/<slug>/streams/player")
def set_player(slug: str) -> Response | BaseResponse:
    """POST /console/e/SLUG/streams/player: where a stream is watched; audience.view."""
    event = console_event(slug, Permission.AUDIENCE_VIEW)
    form = _player_form()
    if not form.validate_on_submit():
        return _page(event, player=form, status=422)
    try:
        audience.set_player(
            audience.SetPlayer(
                event_id=event.id,
                slug=form.stream.data or "",
                kind=form.kind.data,
                address=form.address.data or "",
                is_synthetic=event.is_synthetic,
            )
        )
    except BadPlayerAddress as refusal:
        form.address.errors = [*form.address.errors, refusal.text]
        return _page(event, player=form, status=refusal.status)
    flash(_("The stream is on the watch page."), "ok")
    return see_other(url_for("console.streams", slug=slug))


@blueprint.post("/e/<slug>/streams/player/stop")
def stop_player(slug: str) -> BaseResponse:
    """POST /console/e/SLUG/streams/player/stop: take one off the watch page; audience.view."""
    event = console_event(slug, Permission.AUDIENCE_VIEW)
    audience.stop_player(event.id, _stream())
    return see_other(url_for("console.streams", slug=slug))


@blueprint.post("/e/<slug>/streams/poll")
def set_poll(slug: str) -> Response | BaseResponse:
    """POST /console/e/SLUG/streams/poll: whom to ask for viewers; audience.view."""
    event = console_event(slug, Permission.AUDIENCE_VIEW)
    form = _poll_form()
    if not form.validate_on_submit():
        return _page(event, poll=form, status=422)
    audience.set_poll(
        audience.SetPoll(
            event_id=event.id,
            slug=form.stream.data or "",
            stream_format=StreamFormat(form.format.data),
            url=form.url.data or "",
            remote_name=form.remote_name.data or "",
            key_ref=form.key_ref.data or "",
            period_s=form.period_s.data or audience.MIN_PERIOD_S,
            is_synthetic=event.is_synthetic,
        )
    )
    flash(_("The stream is asked from now on."), "ok")
    return see_other(url_for("console.streams", slug=slug))


@blueprint.post("/e/<slug>/streams/poll/stop")
def stop_poll(slug: str) -> BaseResponse:
    """POST /console/e/SLUG/streams/poll/stop: ask no more; audience.view."""
    event = console_event(slug, Permission.AUDIENCE_VIEW)
    audience.stop_poll(event.id, _stream())
    return see_other(url_for("console.streams", slug=slug))


@blueprint.post("/e/<slug>/streams/claim")
def enter_claim(slug: str) -> Response | BaseResponse:
    """POST /console/e/SLUG/streams/claim: a figure that a platform states; audience.view."""
    event = console_event(slug, Permission.AUDIENCE_VIEW)
    form = _claim_form()
    if not form.validate_on_submit():
        return _page(event, claim=form, status=422)
    try:
        number = parse_number(form.number.data or "")
    except ValueError:
        form.number.errors = [*form.number.errors, _("This is not one whole number.")]
        return _page(event, claim=form, status=422)
    platform = form.platform.data or ""
    file = form.evidence.data
    audience.enter_claim(
        audience.RecordClaim(
            event_id=event.id,
            metric=form.metric.data,
            value=number.value,
            op=Op(number.op),
            quote=form.quote.data or "",
            number_text=number.text,
            source_name=f"platform:{platform}"[:120],
            source_title={"zh": platform, "en": platform},
            source_kind=SourceKind.PLATFORM,
            published_by=platform,
            url=form.url.data or "",
            period=form.period.data or "",
            evidence_sha256=hashlib.sha256(file.read()).hexdigest() if file else "",
            is_synthetic=event.is_synthetic,
        )
    )
    flash(_("The figure is kept as a claim, with its words."), "ok")
    return see_other(url_for("console.streams", slug=slug))


def _claim_form() -> ClaimForm:
    form = ClaimForm(prefix="claim-")
    names = [
        (metric.id, pick({"zh": metric.name.zh, "en": metric.name.en}))
        for metric in METRICS.values()
        if metric.id.startswith("live.") and EvidenceClass.CLAIMED in metric.classes
    ]
    form.metric.choices = names
    return form


def _stream() -> str:
    form = StreamForm()
    if not form.validate_on_submit():
        raise BadRequest()
    return form.stream.data or ""


def _player_form() -> PlayerForm:
    form = PlayerForm(prefix="player-")
    form.kind.choices = list(words.player_kinds().items())
    return form


def _poll_form() -> PollForm:
    form = PollForm(prefix="poll-")
    form.format.choices = [(one.value, words.stream_formats().get(one, one)) for one in POLLED]
    return form


def _page(event: EventRow, *, status: int = 200, **forms: Any) -> Response:
    names = {row.id: row.name for row in audience_rows.streams(event.id)}
    return page(
        "streams",
        event,
        section="counters",
        status=status,
        players=audience_rows.players(event.id, is_on=False),
        polls=audience_rows.polls(event.id),
        states=audience_rows.beat_states(event),
        days=audience_rows.viewers_days(event)[::-1],
        names=names,
        now=clock.now(),
        player=forms.get("player") or _player_form(),
        poll=forms.get("poll") or _poll_form(),
        claim=forms.get("claim") or _claim_form(),
        claims=[
            row
            for row in audience_rows.observations(event.id)
            if row.cls is EvidenceClass.CLAIMED and row.metric.startswith("live.")
        ],
        metric_names=METRICS,
        kind_words=words.player_kinds(),
        format_words=words.stream_formats(),
    )
