"""Fields of the registration form for the questions of organizers."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, assert_never

from flask_babel import gettext as _
from wtforms import (
    Field,
    FileField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Optional

from eventhub.kernel.errors import Invalid
from eventhub.kernel.i18n import pick
from eventhub.kernel.uploads import MAX_BYTES, Upload, read_upload
from eventhub.registration.queries import QuestionRow, TicketTypeRow
from eventhub.registration.rules.forms import FileAnswer, Kind, checked
from eventhub.registration.service import FAULT_TEXTS

_PREFIX = "q_"
_LONG_LIST = 6  # more answers than this are a list to open


@dataclass(frozen=True, slots=True)
class Asked:
    """
    A question with its field.

    `type_slugs` says which tickets ask it, `type_names` is what pages without
    scripts tell about that, empty when every ticket does.
    """

    row: QuestionRow
    field: Any
    type_slugs: str
    type_names: str

    @property
    def condition(self) -> str:
        """Return the condition as JSON, empty when there is none."""
        return json.dumps(self.row.show_if) if self.row.show_if else ""


class UploadField(FileField):
    """One file, read and judged at once; `data` is the answer, None without a good one."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read the first file; what is wrong with it is said at the field."""
        self.data = None
        sent = next((one for one in valuelist if getattr(one, "filename", None)), None)
        if sent is None:
            return
        try:
            found = read_upload(sent.filename, sent.stream.read(MAX_BYTES + 1), self.name)
        except Invalid as refusal:
            raise ValueError(refusal.fields[self.name][0]) from refusal
        self.data = file_answer(found)

    def _value(self) -> bool:
        return False  # no browser takes a file from a page


def file_answer(found: Upload) -> FileAnswer:
    """Return an upload as the answer that it is."""
    return FileAnswer(found.name, found.mimetype, len(found.data), found.data, found.sha256)


def question_fields(rows: Sequence[QuestionRow]) -> dict[str, Any]:
    """Return the unbound fields of a form by name."""
    return {_PREFIX + row.slug: _field(row) for row in rows}


def asked(form: Any, rows: Sequence[QuestionRow], types: Sequence[TicketTypeRow]) -> list[Asked]:
    """Return the questions of a form that one of its ticket types asks, with their fields."""
    found = []
    for row in rows:
        asking = [kind for kind in types if kind.id in row.type_ids]
        if asking:
            is_general = len(asking) == len(types)
            names = "" if is_general else ", ".join(pick(kind.name) for kind in asking)
            slugs = " ".join(kind.slug for kind in asking)
            found.append(Asked(row, form[_PREFIX + row.slug], slugs, names))
    return found


def given(form: Any, rows: Sequence[QuestionRow], ticket_type_id: int) -> dict[str, Any]:
    """Return what was given for the questions of one ticket type; others are dropped."""
    mine = [row for row in rows if ticket_type_id in row.type_ids]
    found = {row.slug: form[_PREFIX + row.slug].data for row in mine}
    values = {slug: value for slug, value in found.items() if value not in (None, "", [])}
    return _only_asked(mine, values)


def mark_faults(form: Any, rows: Sequence[QuestionRow], ticket_type_id: int) -> bool:
    """Put a sentence at each field whose answer is wrong or missing; tell whether none is."""
    mine = [row for row in rows if ticket_type_id in row.type_ids]
    result = checked([row.ask for row in mine], given(form, rows, ticket_type_id))
    for slug, fault in result.faults.items():
        field = form[_PREFIX + slug]
        if not (isinstance(field, UploadField) and field.errors):  # which say more
            field.errors = [FAULT_TEXTS[fault]]
    return not result.faults


def ask_again(form: Any, rows: Sequence[QuestionRow]) -> None:
    """Say at each file that was good that it has to be chosen once more: pages keep no files."""
    for row in rows:
        field = form[_PREFIX + row.slug]
        if isinstance(field, UploadField) and field.data is not None and not field.errors:
            field.errors = [_("Choose the file once more: your browser does not keep it.")]


def _only_asked(rows: Sequence[QuestionRow], values: Mapping[str, Any]) -> dict[str, Any]:
    """Drop answers to questions that are not asked after what was answered before."""
    result = checked([row.ask for row in rows], values)
    kept = result.values.keys() | result.faults.keys()
    return {slug: value for slug, value in values.items() if slug in kept}


def _field(row: QuestionRow) -> Any:
    choices = [SelectChoice(option.value, pick(option.label)) for option in row.choices]
    settings: dict[str, Any] = {
        "label": pick(row.label),
        "description": "" if row.is_required else _("optional"),
        "validators": [Optional()],
    }
    kind: type[Field]
    match row.kind:
        case Kind.TEXT | Kind.NUMBER | Kind.DATE | Kind.PHONE | Kind.EMAIL:
            kind = StringField
        case Kind.FILE:
            kind = UploadField
        case Kind.LONG_TEXT:
            kind = TextAreaField
        case Kind.MANY:
            kind = SelectMultipleField
            settings |= {"choices": choices, "validate_choice": False}
        case Kind.CHOICE | Kind.COUNTRY if len(choices) > _LONG_LIST:
            kind = SelectField
            settings |= {"choices": [SelectChoice("", "—"), *choices], "validate_choice": False}
        case Kind.CHOICE | Kind.YES_NO | Kind.COUNTRY:
            kind = RadioField
            settings |= {"choices": choices or _yes_and_no(), "validate_choice": False}
        case _:
            assert_never(row.kind)
    return kind(**settings)


def _yes_and_no() -> list[SelectChoice]:
    return [SelectChoice("yes", _("Yes")), SelectChoice("no", _("No"))]
