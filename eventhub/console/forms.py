"""Forms of the console."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired, FileSize
from wtforms import IntegerField, SelectField, SelectMultipleField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, NumberRange

from eventhub.accounts.enums import Role, Scope
from eventhub.kernel.forms import BaseForm, CleanText, EmailText, Required

MAX_FILE = 8 * 1024 * 1024  # bytes: a year of one counter by the minute


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
