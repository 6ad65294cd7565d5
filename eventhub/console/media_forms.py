"""Forms of the media page: one mention by hand, one file, one file taken back."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired, FileSize
from wtforms import DateTimeLocalField, SelectField, StringField, URLField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional, Regexp, ValidationError

from eventhub.audience.service import MAX_REASON
from eventhub.exposure.enums import MentionKind, ReachKind
from eventhub.exposure.service import MentionFigures, ParsedNumber, canonical_url, parse_number
from eventhub.kernel.forms import BaseForm, CleanText, Required

MAX_FILE = 20 * 1024 * 1024  # bytes: a year of one monitoring service
_MAX_TITLE = 500
_MAX_URL = 1000

KINDS = (
    SelectChoice(MentionKind.NEWS.value, _l("News site")),
    SelectChoice(MentionKind.PRINT.value, _l("Print")),
    SelectChoice(MentionKind.TV.value, _l("Television")),
    SelectChoice(MentionKind.RADIO.value, _l("Radio")),
    SelectChoice(MentionKind.WECHAT.value, _l("WeChat account")),
    SelectChoice(MentionKind.WEIBO.value, _l("Weibo")),
    SelectChoice(MentionKind.VIDEO.value, _l("Video")),
    SelectChoice(MentionKind.LIVESTREAM.value, _l("Livestream")),
    SelectChoice(MentionKind.CREATOR_POST.value, _l("Post of a creator")),
    SelectChoice(MentionKind.OUT_OF_HOME.value, _l("Out of home")),
)
_REACHES = (
    SelectChoice(ReachKind.UNSTATED.value, _l("not stated")),
    SelectChoice(ReachKind.CIRCULATION.value, _l("Circulation")),
    SelectChoice(ReachKind.DAILY_VISITORS.value, _l("Visitors a day")),
    SelectChoice(ReachKind.MONTHLY_VISITORS.value, _l("Visitors a month")),
    SelectChoice(ReachKind.PLATFORM_IMPRESSIONS.value, _l("Impressions of the platform")),
    SelectChoice(ReachKind.PLATFORM_READS.value, _l("Reads of the platform")),
)


class FigureText(StringField):
    """A figure as a text prints it; `parsed` is its value and operator, None when empty."""

    data: Any
    parsed: ParsedNumber | None

    def post_validate(self, form: BaseForm, validation_stopped: bool) -> None:
        """Read the figure, or say how one is written."""
        text = (self.data or "").strip()
        self.parsed = None
        if not text:
            return
        try:
            self.parsed = parse_number(text)
        except ValueError as error:
            raise ValidationError(_("Write one figure, such as 12,000 or 3.5亿.")) from error


class WebAddress(URLField):
    """An address on the web, kept in its canonical form."""

    data: Any

    def post_validate(self, form: BaseForm, validation_stopped: bool) -> None:
        """Keep the canonical address, or say that it is none."""
        text = (self.data or "").strip()
        if not text:
            self.data = ""
            return
        try:
            self.data = canonical_url(text)
        except ValueError as error:
            raise ValidationError(_("Write the whole address, with https://")) from error


class MentionForm(BaseForm):
    """One mention by hand; what is left empty is unknown, not 0."""

    outlet = CleanText(_l("Outlet or creator"), validators=[Required()])
    title = StringField(_l("Headline"), validators=[Required(), Length(max=_MAX_TITLE)])
    url = WebAddress(_l("Address"), validators=[Optional(), Length(max=_MAX_URL)])
    published_at = DateTimeLocalField(
        _l("Published at"), validators=[InputRequired(_l("Fill in this field."))]
    )
    kind = SelectField(_l("Kind"), choices=list(KINDS))
    reach = FigureText(_l("Reach"), description=_l("empty when unknown"))
    reach_kind = SelectField(_l("What the reach counts"), choices=list(_REACHES))
    reads = FigureText(_l("Reads"), description=_l("empty when unknown"))

    def figures(self, zone: ZoneInfo) -> MentionFigures:
        """Return the mention; the time is that of the event's zone."""
        at: datetime = self.published_at.data
        reach, reads = self.reach.parsed, self.reads.parsed
        return MentionFigures(
            outlet=self.outlet.data or "",
            title=self.title.data or "",
            published_at=at.replace(tzinfo=zone),
            url=self.url.data or "",
            kind=MentionKind(self.kind.data),
            reach=reach.value if reach else None,
            reach_kind=ReachKind(self.reach_kind.data) if reach else ReachKind.NONE,
            op=reach.op if reach else "=",
            reads=reads.value if reads else None,
        )


class MediaFileForm(BaseForm):
    """A file of media monitoring."""

    file = FileField(
        _l("File"),
        description=_l("CSV or Meltwater export, up to 20 MB"),
        validators=[
            FileRequired(_l("Choose a file.")),
            FileSize(MAX_FILE, message=_l("The file is larger than 20 MB.")),
        ],
    )


class UndoForm(BaseForm):
    """An imported file to take back, by its hash, and why."""

    key = StringField(validators=[InputRequired(), Regexp(r"[0-9a-f]{64}\Z")])
    source = StringField(validators=[Optional(), Length(max=120)])  # of readings
    reason = CleanText(validators=[Required(), Length(max=MAX_REASON)])
