"""Base form and the fields whose values have one normal form."""

from __future__ import annotations

import abc
from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import IntegerField, StringField
from wtforms.validators import DataRequired, ValidationError

from eventhub.kernel import text
from eventhub.kernel.errors import EventHubError, Invalid

_MAX_NAME = 120
_TOO_LARGE = 2**63


class BaseForm(FlaskForm):
    """Form with CSRF protection; texts of all errors are ours and translated."""

    def validate(self, extra_validators: Any = None) -> bool:
        """Refuse whole numbers that no column holds, on which WTForms itself would fail."""
        for field in self:
            if isinstance(field, IntegerField) and abs(field.data or 0) >= _TOO_LARGE:
                field.data = None
                field.process_errors = [*field.process_errors, _l("This is too large.")]
        return bool(super().validate(extra_validators))


class Required(DataRequired):
    """A value must be given; says so in our words."""

    def __init__(self, message: Any = None) -> None:
        """Keep another sentence for the field if one is given."""
        super().__init__(message or _l("Fill in this field."))


class _Normal(StringField):
    """Text field that keeps what was typed in `raw_text` and the normal form in `data`."""

    @abc.abstractmethod
    def normal(self, typed: str) -> str:
        """Return the normal form; raises ValidationError with a sentence."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Keep the text as typed; the normal form comes with validation."""
        self.data = str(valuelist[0]) if valuelist else ""

    def _value(self) -> str:
        return self.data or ""

    def pre_validate(self, form: Any) -> None:
        """Replace a given text by its normal form, or refuse it and keep it as typed."""
        typed = (self.data or "").strip()
        self.data = typed
        if typed:
            self.data = self.normal(typed)


def _normal(function: Callable[[str], str], typed: str, sentence: str) -> str:
    try:
        return function(typed)
    except ValueError as error:
        raise ValidationError(sentence) from error


class CleanText(_Normal):
    """One line of text in NFC without control characters, at most 120 characters."""

    def normal(self, typed: str) -> str:
        """Return the text as `kernel.text.clean` gives it."""
        sentence = _("Use at most %(n)s plain characters.", n=_MAX_NAME)
        return _normal(lambda value: text.clean(value, limit=_MAX_NAME), typed, sentence)


class EmailText(_Normal):
    """An e-mail address in its normal form."""

    def normal(self, typed: str) -> str:
        """Return the address that identity is decided on."""
        return _normal(text.normalise_email, typed, email_sentence(typed))


class PhoneText(_Normal):
    """A phone number as E.164; numbers without country code are Chinese."""

    def normal(self, typed: str) -> str:
        """Return the number in E.164."""
        sentence = _("This is not a phone number, for example 138 0013 8000 or +44 20 7946 0018.")
        return _normal(text.normalise_phone, typed, sentence)


def email_sentence(typed: str) -> str:
    """Return what is wrong with an address and how it would be right."""
    domain = typed.rpartition("@")[2]
    if "@" not in typed:
        return _("The address has no @, for example name@example.com")
    if "." not in domain:
        return _("The address has no ending, for example name@example.com")
    return _("This is not an e-mail address, for example name@example.com")


def blame(form: FlaskForm, refusal: EventHubError, names: Mapping[str, str], *, other: str) -> None:
    """
    Put a refusal of a service beside the field that it is about.

    Args:
        form: That is shown again.

        refusal: Fields of an `Invalid`, or the message of another error.

        names: Field of the form by field of the service, where they differ.

        other: Field of the form for everything else.
    """
    fields = refusal.fields if isinstance(refusal, Invalid) else {other: [refusal.text]}
    for name, texts in fields.items():
        wanted = names.get(name, name)
        field = form[wanted if wanted in form else other]
        field.errors = [*field.errors, *map(str, texts)]
