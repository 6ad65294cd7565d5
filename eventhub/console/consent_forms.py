"""The form with which organizers set up a consent text."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from eventhub.kernel.forms import BaseForm, CleanText
from eventhub.registration.queries.consent_set_up import ConsentSetUp
from eventhub.registration.service.consent_set_up import LONGEST_TEXT

KINDS = (
    SelectChoice("consent", _l("Consent: the guest is free to say no")),
    SelectChoice("notice", _l("Notice: what the guest has to know")),
)
_ONE = _l("one of both at least")


class ConsentTextForm(BaseForm):
    """A consent text; `version` is the one that the form was filled from, 0 for a new text."""

    purpose = CleanText(
        _l("Key"),
        description=_l("for exports and the API, such as “news”; made from the title when empty"),
    )
    title_zh = CleanText(_l("Title, Chinese"), description=_ONE)
    text_zh = TextAreaField(
        _l("Words, Chinese"), description=_ONE, validators=[Length(max=LONGEST_TEXT)]
    )
    title_en = CleanText(_l("Title, English"), description=_ONE)
    text_en = TextAreaField(
        _l("Words, English"), description=_ONE, validators=[Length(max=LONGEST_TEXT)]
    )
    kind = SelectField(_l("What it is"), choices=list(KINDS), validators=[InputRequired()])
    is_required = BooleanField(_l("No ticket without it"))
    version = HiddenField()

    def fits(self, row: ConsentSetUp | None) -> ConsentTextForm:
        """Leave out the key of a text that has one."""
        if row is not None:
            del self.purpose
        return self

    def show(self, row: ConsentSetUp) -> None:
        """Put a text into the form."""
        newest = row.newest
        for lang in ("zh", "en"):
            self[f"title_{lang}"].data = newest.title.get(lang, "")
            self[f"text_{lang}"].data = newest.text.get(lang, "")
        self.kind.data, self.is_required.data = row.kind, row.is_required
        self.version.data = str(newest.version)

    def values(self) -> dict[str, Any]:
        """Return what a valid form says, by the names of `SaveConsentText`."""
        typed = str(self.version.data or "")
        said: dict[str, Any] = {
            "kind": str(self.kind.data),
            "is_required": bool(self.is_required.data),
            "title": {"zh": self.title_zh.data or "", "en": self.title_en.data or ""},
            "text": {"zh": self.text_zh.data or "", "en": self.text_en.data or ""},
        }
        if "purpose" in self:
            return said | {"purpose": self.purpose.data or ""}
        is_number = typed.isascii() and typed.isdecimal()
        return said | {"read_version": int(typed) if is_number else 0}
