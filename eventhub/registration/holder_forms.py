"""What a person types on the pages behind the ticket link."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length, Optional

from eventhub.kernel import text
from eventhub.kernel.forms import BaseForm, CleanText, Required
from eventhub.kernel.i18n import Lang, pick
from eventhub.registration.consent_fields import BOX, NOT_TICKED, READ
from eventhub.registration.enums import IdentityKind
from eventhub.registration.queries import AttendeeFace, ConsentRow, TicketTypeRow
from eventhub.registration.service import Standing

_LANGUAGES: dict[Lang, str] = {"zh": "中文", "en": "English"}
_NAME = "name_"
_RENEW = "renew_"


class ChangeForm(BaseForm):
    """
    Names of all people in their order, and the language of messages; `bound` makes it.

    An event in one language leaves no choice: `lang` is then not in the form.
    """

    lang = RadioField(_l("Language of messages"), validators=[Required()])

    people: Sequence[AttendeeFace] = ()

    @classmethod
    def bound(
        cls, people: Sequence[AttendeeFace], lang: str, offered: Sequence[Lang]
    ) -> ChangeForm:
        """Return the form of the request for people of an event in the languages `offered`."""
        members: dict[str, Any] = {"people": people}
        for place, person in enumerate(people):
            label = _("Name") if len(people) == 1 else _("Person %(n)s", n=place + 1)
            members[f"{_NAME}{place}"] = CleanText(
                label, validators=[Required(_l("Fill in a name."))], default=person.name
            )
        form: ChangeForm = type("BoundChangeForm", (cls,), members)(data={"lang": lang})
        form.lang.choices = [SelectChoice(code, _LANGUAGES[code]) for code in offered]
        if len(offered) == 1:
            del form.lang
        return form

    def fields(self) -> list[Any]:
        """Return the fields of the names in order."""
        return [self[f"{_NAME}{place}"] for place in range(len(self.people))]

    def names(self) -> tuple[str, ...]:
        """Return the names in order."""
        return tuple(str(field.data) for field in self.fields())


class ContactForm(BaseForm):
    """The contact that a registration is to go to."""

    contact = StringField(
        _l("New e-mail or phone"),
        validators=[Required(_l("Fill in this field.")), Length(max=320)],
    )

    def read(self) -> tuple[IdentityKind, str] | None:
        """Return kind and normal form; None, with an error, when it is neither."""
        typed = str(self.contact.data or "")
        try:
            if "@" in text.clean(typed, limit=320).replace("＠", "@"):
                return IdentityKind.EMAIL, text.normalise_email(typed)
            return IdentityKind.PHONE, text.normalise_phone(typed)
        except ValueError:
            self.contact.errors = [_("This is neither an e-mail address nor a phone number.")]
            return None


class CodeForm(BaseForm):
    """The code that was sent."""

    code = StringField(
        _l("Code from the message"),
        validators=[Required(_l("Type the code that was sent.")), Length(max=20)],
    )


class EraseForm(CodeForm):
    """The code, and the word that it is meant."""

    is_sure = BooleanField(
        _l("Erase my data. The ticket ends and nobody can bring it back."),
        validators=[Required(_l("Tick this to go on."))],
        false_values=(False, "false", ""),
    )


class KindForm(BaseForm):
    """Another kind of ticket; `bound` sets the choices."""

    ticket_type = RadioField(_l("Kind of ticket"), validators=[Required(_l("Choose a ticket."))])

    @classmethod
    def bound(cls, types: Sequence[TicketTypeRow]) -> KindForm:
        """Return the form of the request for these types."""
        form = cls()
        form.ticket_type.choices = [SelectChoice(row.slug, pick(row.name)) for row in types]
        return form


@dataclass(frozen=True, slots=True)
class ConsentLine:
    """
    A consent behind the ticket link.

    `row` has the words that stand: those of the answer there is, else the
    newest. `newer` are words that came after a yes, None without any.
    """

    row: ConsentRow
    standing: Standing | None
    newer: ConsentRow | None

    @property
    def shown(self) -> ConsentRow:
        """Return the newest words on the page, which a yes is to."""
        return self.newer or self.row


class ConsentForm(BaseForm):
    """The consents that may be given, renewed and withdrawn; `bound` makes the fields."""

    lines: Sequence[ConsentLine] = ()

    @classmethod
    def bound(cls, rows: Sequence[ConsentRow], standing: Mapping[str, Standing]) -> ConsentForm:
        """Return the form of the request with what stands now."""
        lines = consent_lines(rows, standing)
        members: dict[str, Any] = {"lines": lines}
        for line in lines:
            purpose, given = line.row.purpose, line.standing
            members[BOX + purpose] = _box(line.row, is_ticked=given is not None and given.is_given)
            members[READ + purpose] = HiddenField()
            if line.newer is not None:
                members[_RENEW + purpose] = _box(line.newer, is_ticked=False)
        form: ConsentForm = type("BoundConsentForm", (cls,), members)()
        return form

    def field(self, line: ConsentLine) -> Any:
        """Return the field of what stands."""
        return self[BOX + line.row.purpose]

    def renewal(self, line: ConsentLine) -> Any:
        """Return the field of the newer words."""
        return self[_RENEW + line.row.purpose]

    def given(self) -> dict[str, bool]:
        """Return the answers by purpose."""
        return {
            line.row.purpose: bool(self.field(line).data or self._renews(line))
            for line in self.lines
        }

    def read(self) -> dict[str, int]:
        """Return the version of the words that each answer is to."""
        found = {}
        for line in self.lines:
            typed = str(self[READ + line.row.purpose].data or "")
            shown = int(typed) if typed.isascii() and typed.isdecimal() else 0
            stands = line.newer is not None and not self._renews(line)
            found[line.row.purpose] = line.row.version if stands else shown
        return found

    def _renews(self, line: ConsentLine) -> bool:
        return line.newer is not None and bool(self.renewal(line).data)


def consent_lines(
    rows: Sequence[ConsentRow], standing: Mapping[str, Standing]
) -> list[ConsentLine]:
    """Return what may be given and withdrawn: what is asked, and a yes to what was."""
    lines = []
    for row in rows:
        if row.is_required:
            continue
        given = standing.get(row.purpose)
        if given is not None and given.is_given and given.row.version != row.version:
            lines.append(ConsentLine(given.row, given, row))
        else:
            lines.append(ConsentLine(row, given, None))
    asked = {row.purpose for row in rows}
    ended = [one for purpose, one in standing.items() if purpose not in asked and one.is_given]
    return [*lines, *(ConsentLine(one.row, one, None) for one in ended if not one.row.is_required)]


def _box(row: ConsentRow, *, is_ticked: bool) -> BooleanField:
    return BooleanField(
        pick(row.text), validators=[Optional()], default=is_ticked, false_values=NOT_TICKED
    )
