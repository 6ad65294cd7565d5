"""Forms of the console."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired, FileSize
from wtforms import (
    BooleanField,
    DateField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from eventhub.accounts.enums import Role, Scope
from eventhub.kernel.forms import BaseForm, CleanText, EmailText, Required
from eventhub.webhooks.enums import Kind

_LONGEST_ABOUT = 4000
MAX_FILE = 8 * 1024 * 1024  # bytes: a year of one counter by the minute


def _short(limit: int) -> Length:
    return Length(max=limit, message=_l("Use at most %(n)s characters.", n=limit))


class VersionForm(BaseForm):
    """One version of the report."""

    version = IntegerField(validators=[InputRequired(), NumberRange(min=1)])


class MemberForm(BaseForm):
    """Somebody who gets a role in the event."""

    email = EmailText(_l("E-mail"), validators=[Required()])
    name = CleanText(_l("Name"))
    role = SelectField(_l("Role"), choices=[SelectChoice(role.value) for role in Role])


class ApiKeyForm(BaseForm):
    """What a new key may do."""

    scopes = SelectMultipleField(
        _l("Scopes"),
        choices=[SelectChoice(scope.value, scope.value) for scope in Scope],
        validators=[InputRequired(_l("Choose at least one."))],
    )


class SettingsForm(BaseForm):
    """What an event is called, when it is, and who may see and join it."""

    title_zh = CleanText(_l("Name in Chinese"))
    title_en = CleanText(_l("Name in English"))
    about_zh = TextAreaField(_l("About, in Chinese"), validators=[_short(_LONGEST_ABOUT)])
    about_en = TextAreaField(_l("About, in English"), validators=[_short(_LONGEST_ABOUT)])
    starts_on = DateField(_l("First day"), validators=[Optional()])
    ends_on = DateField(_l("Last day"), validators=[Optional()])
    contact_email = EmailText(
        _l("Contact e-mail"), description=_l("shown at the foot of every page")
    )
    is_public = BooleanField(_l("Public: everybody sees the event"))
    is_registration_open = BooleanField(_l("Registration is open"))
    langs = SelectField(
        _l("Languages of pages and messages"),
        choices=[
            SelectChoice("zh,en", _l("Chinese and English; Chinese for who wishes neither")),
            SelectChoice("en,zh", _l("English and Chinese; English for who wishes neither")),
            SelectChoice("zh", _l("Chinese alone")),
            SelectChoice("en", _l("English alone")),
        ],
        default="zh,en",
    )
    notice_mode = SelectField(
        _l("Notices of a release"),
        choices=[
            SelectChoice("review", _l("wait for approval")),
            SelectChoice("auto", _l("leave at once")),
        ],
        validators=[InputRequired()],
    )
    tells_holders = BooleanField(
        _l("Tell holders of day and event tickets too: what is cancelled or moved on their days")
    )


class WebhookForm(BaseForm):
    """Where deliveries go and which; the page gives the kinds their words."""

    url = StringField(
        _l("Address"),
        description=_l("https://, answers 2xx within five seconds"),
        validators=[
            InputRequired(_l("Give an address that begins with https://.")),
            Length(max=500),
        ],
    )
    kinds = SelectMultipleField(
        _l("Tell it of"),
        choices=[SelectChoice(kind.value) for kind in Kind if kind is not Kind.TEST],
        validators=[InputRequired(_l("Choose at least one."))],
    )


class CounterFileForm(BaseForm):
    """A file of counter readings and the source that it is from."""

    source = CleanText(
        _l("Source"),
        description=_l("such as “counters-day-1”"),
        validators=[Required()],
    )
    format = SelectField(
        _l("Format"),
        description=_l("what wrote the file"),
        choices=[
            SelectChoice("counter-csv", _l("CSV: counter, start, minutes, in, out")),
            SelectChoice("counter-json", _l("JSON: list of readings")),
            SelectChoice("axis", _l("Axis: live sums")),
            SelectChoice("xovis", _l("Xovis: push package")),
            SelectChoice("hikvision", _l("Hikvision: counting search")),
        ],
    )
    file = FileField(
        _l("File"),
        description=_l("up to 8 MB"),
        validators=[
            FileRequired(_l("Choose a file.")),
            FileSize(MAX_FILE, message=_l("The file is larger than 8 MB.")),
        ],
    )
