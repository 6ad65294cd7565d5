"""Forms of the page on which schedule files are read."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired, FileSize
from wtforms import SelectField
from wtforms.fields.choices import SelectChoice

from eventhub.kernel.forms import BaseForm, CleanText
from eventhub.programme.exchange_read import LIMIT_MB

_MAX_FILE = LIMIT_MB * 1024 * 1024


class ScheduleFileForm(BaseForm):
    """A schedule file, what wrote it, and a kept column map for a table."""

    file = FileField(
        _l("File"),
        description=_l("up to 20 MB"),
        validators=[
            FileRequired(_l("Choose a file.")),
            FileSize(_MAX_FILE, message=_l("The file is larger than 20 MB.")),
        ],
    )
    format = SelectField(
        _l("Format"),
        choices=[
            SelectChoice("frab-xml", _l("frab XML: schedule.xml")),
            SelectChoice("frab-json", _l("frab JSON: schedule.json")),
            SelectChoice("ical", _l("iCalendar: .ics")),
            SelectChoice("csv", _l("Table: CSV")),
        ],
    )
    map = SelectField(_l("Columns of a table"), validate_choice=False)

    def offer(self, names: list[str]) -> None:
        """Fill the choices: usual headers, or a kept map."""
        self.map.choices = [
            SelectChoice("", _l("by their headers")),
            *(SelectChoice(name, name) for name in names),
        ]


class MapForm(BaseForm):
    """The name to keep a map under; the fields come as `column-FIELD`."""

    name = CleanText(_l("Keep these columns as"))
