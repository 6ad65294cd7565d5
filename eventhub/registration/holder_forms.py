"""What a person types on the pages behind the ticket link."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length, Optional

from eventhub.kernel import text
from eventhub.kernel.forms import BaseForm, CleanText, Required
from eventhub.kernel.i18n import pick
from eventhub.registration.enums import IdentityKind
from eventhub.registration.queries import AttendeeFace, ConsentRow, TicketTypeRow

_NAME = "name_"
_CONSENT = "consent_"


class ChangeForm(BaseForm):
    """Names of all people in their order, and the language of messages; `bound` makes it."""

    lang = RadioField(
        _l("Language of messages"),
        choices=[SelectChoice("zh", "中文"), SelectChoice("en", "English")],
        validators=[Required()],
    )

    people: Sequence[AttendeeFace] = ()

    @classmethod
    def bound(cls, people: Sequence[AttendeeFace], lang: str) -> ChangeForm:
        """Return the form of the request for the people of a registration."""
        members: dict[str, Any] = {"people": people}
        for place, person in enumerate(people):
            label = _("Name") if len(people) == 1 else _("Person %(n)s", n=place + 1)
            members[f"{_NAME}{place}"] = CleanText(
                label, validators=[Required(_l("Fill in a name."))], default=person.name
            )
        form: ChangeForm = type("BoundChangeForm", (cls,), members)(data={"lang": lang})
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


class ConsentForm(BaseForm):
    """The consents that may be given and withdrawn; `bound` makes the fields."""

    rows: Sequence[ConsentRow] = ()

    @classmethod
    def bound(cls, rows: Sequence[ConsentRow], standing: dict[str, bool]) -> ConsentForm:
        """Return the form of the request with what stands now."""
        free = [row for row in rows if not row.is_required]
        members: dict[str, Any] = {"rows": free}
        for row in free:
            members[_CONSENT + row.purpose] = BooleanField(
                pick(row.text),
                validators=[Optional()],
                default=standing.get(row.purpose, False),
                false_values=(False, "false", ""),
            )
        form: ConsentForm = type("BoundConsentForm", (cls,), members)()
        return form

    def field(self, row: ConsentRow) -> Any:
        """Return the field of one consent."""
        return self[_CONSENT + row.purpose]

    def given(self) -> dict[str, bool]:
        """Return the answers by purpose."""
        return {row.purpose: bool(self.field(row).data) for row in self.rows}
