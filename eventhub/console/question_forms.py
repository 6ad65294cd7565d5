"""The form with which organizers set up a question of the registration form."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    FieldList,
    Form,
    FormField,
    HiddenField,
    SelectField,
    SelectMultipleField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, ValidationError

from eventhub.kernel.db import I18n
from eventhub.kernel.forms import BaseForm, CleanText
from eventhub.kernel.i18n import pick
from eventhub.registration.queries.forms import AT_CHECK_IN, AT_REGISTRATION, OptionRow
from eventhub.registration.queries.question_set_up import AskingType, QuestionSetUp
from eventhub.registration.rules.forms import Kind, condition_of, parts_of

_LONGEST_HELP = 500
_MOST_OPTIONS = 80
_BLANK = 4  # empty lines for more answers
_ANY = "="  # behind a slug: any answer
KINDS = (
    SelectChoice(Kind.TEXT.value, _l("Short text")),
    SelectChoice(Kind.LONG_TEXT.value, _l("Long text")),
    SelectChoice(Kind.CHOICE.value, _l("One of several answers")),
    SelectChoice(Kind.MANY.value, _l("Several of several answers")),
    SelectChoice(Kind.YES_NO.value, _l("Yes or no")),
    SelectChoice(Kind.NUMBER.value, _l("Whole number")),
    SelectChoice(Kind.DATE.value, _l("Date")),
    SelectChoice(Kind.PHONE.value, _l("Phone number")),
    SelectChoice(Kind.EMAIL.value, _l("E-mail address")),
    SelectChoice(Kind.COUNTRY.value, _l("Country or region")),
    SelectChoice(Kind.FILE.value, _l("File: a picture or a PDF")),
)
TIMES = (
    SelectChoice(AT_REGISTRATION, _l("at registration")),
    SelectChoice(AT_CHECK_IN, _l("at the gate, when somebody arrives")),
)
CLASSES = (
    SelectChoice("answer", _l("Ordinary answer")),
    SelectChoice("company", _l("Company")),
    SelectChoice("contact", _l("Contact")),
    SelectChoice("name", _l("Name")),
    SelectChoice("health", _l("Health and diet: sensitive, removed first")),
    SelectChoice("picture", _l("Picture of a person: sensitive")),
    SelectChoice("id_number", _l("Number of a document: sensitive")),
)


class OptionForm(Form):
    """One answer to choose from; `value` is what is stored, empty for a new one."""

    value = HiddenField()
    zh = CleanText(_l("Answer, Chinese"))
    en = CleanText(_l("Answer, English"))

    @property
    def both(self) -> I18n:
        """Return the words by language."""
        return _both(self.zh, self.en)


class QuestionForm(BaseForm):
    """A question; `types` and `condition` are offered by `offer`."""

    label_zh = CleanText(_l("Question, Chinese"), description=_l("one of both at least"))
    label_en = CleanText(_l("Question, English"), description=_l("one of both at least"))
    help_zh = TextAreaField(_l("Help below it, Chinese"), validators=[Length(max=_LONGEST_HELP)])
    help_en = TextAreaField(_l("Help below it, English"), validators=[Length(max=_LONGEST_HELP)])
    kind = SelectField(_l("Kind of answer"), choices=list(KINDS), validators=[InputRequired()])
    options = FieldList(FormField(OptionForm), max_entries=_MOST_OPTIONS)
    is_required = BooleanField(_l("An answer is needed"))
    types = SelectMultipleField(_l("Which tickets ask it"), choices=[])
    condition = SelectMultipleField(_l("Only after these answers"), choices=[])
    keeps_condition = BooleanField(_l("Keep the condition that was set by other means"))
    ask_at = SelectField(_l("When it is asked"), choices=list(TIMES), validators=[InputRequired()])
    is_staff_visible = BooleanField(_l("Gate staff see the answer, online only"))
    field_class = SelectField(
        _l("What the answer is"), choices=list(CLASSES), validators=[InputRequired()]
    )

    groups: Sequence[QuestionSetUp] = ()
    kept: Any = None

    def offer(
        self, types: Sequence[AskingType], sooner: Sequence[QuestionSetUp], kept: Any = None
    ) -> None:
        """
        Fill the choices.

        Args:
            types: All ticket types.

            sooner: The questions that a condition may name.

            kept: The condition as it stands, when boxes can not show it.
        """
        self.types.choices = [SelectChoice(str(row.id), pick(row.name)) for row in types]
        self.groups, self.kept = sooner, kept
        self.condition.choices = [choice for row in sooner for choice in answers_to_ask_for(row)]
        if not kept:
            del self.keeps_condition
        if self.kept:
            self.condition.choices = []

    def start(self) -> None:
        """Make the form of a new question: every ticket asks it."""
        self.types.data = [choice.value for choice in self.types.choices or ()]
        self._blank()

    def show(self, row: QuestionSetUp) -> None:
        """Put a question into the form."""
        self.label_zh.data, self.label_en.data = _of(row.label, "zh"), _of(row.label, "en")
        self.help_zh.data, self.help_en.data = _of(row.help, "zh"), _of(row.help, "en")
        self.kind.data, self.is_required.data = row.kind.value, row.is_required
        self.types.data = [str(number) for number in sorted(row.type_ids)]
        self.ask_at.data, self.field_class.data = row.ask_at, row.field_class
        self.is_staff_visible.data = row.is_staff_visible
        if "keeps_condition" in self:
            self.keeps_condition.data = True
        self.condition.data = [
            key
            for slug, values in (parts_of(row.show_if) or {}).items()
            for key in ([slug + _ANY] if values is None else [_key(slug, one) for one in values])
        ]
        for option in row.options:
            self.options.append_entry(
                {
                    "value": option.value,
                    "zh": _of(option.label, "zh"),
                    "en": _of(option.label, "en"),
                }
            )
        self._blank()

    def more_options(self) -> None:
        """Add empty lines for more answers."""
        self._blank()

    def values(self) -> dict[str, Any]:
        """Return what a valid form says, by the names of `SaveQuestion`."""
        options = [OptionRow(one.form.value.data or "", one.form.both) for one in self.options]
        keeps = "keeps_condition" in self and self.keeps_condition.data
        return {
            "kind": Kind(self.kind.data),
            "label": _both(self.label_zh, self.label_en),
            "help": _both(self.help_zh, self.help_en) or None,
            "options": tuple(option for option in options if option.label),
            "is_required": bool(self.is_required.data),
            "show_if": self.kept if keeps else condition_of(self._parts()),
            "field_class": str(self.field_class.data),
            "ask_at": str(self.ask_at.data),
            "is_staff_visible": bool(self.is_staff_visible.data),
            "type_ids": frozenset(int(number) for number in self.types.data or ()),
        }

    def validate_label_en(self, field: Any) -> None:
        """Ask for at least one of both languages."""
        if not (self.label_zh.data or field.data):
            raise ValidationError(_("Fill in this field."))

    def boxes(self, row: QuestionSetUp) -> list[tuple[str, str, bool]]:
        """Return value, words and state of the boxes for one earlier question."""
        chosen = self.condition.data or []
        return [
            (choice.value, str(choice.label), choice.value in chosen)
            for choice in answers_to_ask_for(row)
        ]

    def _parts(self) -> dict[str, tuple[Any, ...] | None]:
        chosen = set(self.condition.data or ())
        found: dict[str, tuple[Any, ...] | None] = {}
        for row in self.groups:
            if row.slug + _ANY in chosen:
                found[row.slug] = None
                continue
            values = tuple(one for one in _values(row) if _key(row.slug, one) in chosen)
            if values:
                found[row.slug] = values
        return found

    def _blank(self) -> None:
        for _line in range(min(_BLANK, _MOST_OPTIONS - len(self.options))):
            self.options.append_entry()


def answers_to_ask_for(row: QuestionSetUp) -> list[SelectChoice]:
    """Return what a condition may ask of an earlier question: its answers, or any at all."""
    words = {option.value: pick(option.label) for option in row.options}
    words |= {"yes": _("Yes"), "no": _("No")}
    found = [SelectChoice(_key(row.slug, value), words[_typed(value)]) for value in _values(row)]
    return found or [SelectChoice(row.slug + _ANY, _("any answer"))]


def _values(row: QuestionSetUp) -> tuple[Any, ...]:
    if row.kind is Kind.YES_NO:
        return (True, False)
    return tuple(option.value for option in row.options)


def _key(slug: str, value: Any) -> str:
    return f"{slug}{_ANY}{_typed(value)}"


def _typed(value: Any) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def _both(zh: Any, en: Any) -> I18n:
    typed = {"zh": (zh.data or "").strip(), "en": (en.data or "").strip()}
    return {lang: text for lang, text in typed.items() if text}


def _of(text: I18n | None, lang: str) -> str:
    return (text or {}).get(lang, "")
