"""The registration form and the form that finds a lost ticket."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    HiddenField,
    RadioField,
    StringField,
    TextAreaField,
)
from wtforms.validators import Length, Optional, ValidationError

from eventhub.kernel import text
from eventhub.kernel.format import day_text
from eventhub.kernel.forms import BaseForm, CleanText, EmailText, PhoneText, Required
from eventhub.kernel.i18n import current_lang, pick
from eventhub.kernel.ids import new_public_id
from eventhub.registration import botcheck, consent_fields, question_fields
from eventhub.registration.enums import Source
from eventhub.registration.queries import ConsentRow, QuestionRow, TicketTypeRow, WindowRow
from eventhub.registration.rules.forms import Kind
from eventhub.registration.service import Register

_MAX_COMPANIONS_TEXT = 2000


class RegisterForm(BaseForm):
    """
    One registration; `bound` makes the class with an event's types and consents.

    `key` makes a second press harmless, `stamp` says when the form was shown,
    `website` is a trap that people do not see; `work` and `proof` are work for
    the browser, `plain` answers the question that stands in for it.
    """

    ticket_type = RadioField(_l("Kind of ticket"), validators=[Required(_l("Choose a ticket."))])
    day = RadioField(_l("Day"), validators=[Optional()], validate_choice=False)
    name = CleanText(_l("Name"), validators=[Required(_l("Fill in a name."))])
    phone = PhoneText(_l("Phone"), validators=[Optional()])
    email = EmailText(_l("E-mail"), validators=[Optional()])
    companions = TextAreaField(
        _l("Companions"), validators=[Optional(), Length(max=_MAX_COMPANIONS_TEXT)]
    )
    website = StringField()
    key = HiddenField()
    stamp = HiddenField()
    show = HiddenField()
    work = HiddenField()
    proof = HiddenField()
    plain = StringField(validators=[Optional(), Length(max=40)])
    is_minor = BooleanField(validators=[Optional()], false_values=(False, "false", ""))
    guardian = CleanText(_l("Name of the guardian"), validators=[Optional()])
    guardian_agrees = BooleanField(
        _l("I am the guardian and agree to this registration."),
        validators=[Optional()],
        false_values=(False, "false", ""),
    )

    asks_question = False
    guardian_age = 0
    types: Sequence[TicketTypeRow] = ()
    consent_rows: Sequence[ConsentRow] = ()
    question_rows: Sequence[QuestionRow] = ()

    @classmethod
    def bound(
        cls,
        types: Sequence[TicketTypeRow],
        consents: Sequence[ConsentRow],
        questions: Sequence[QuestionRow],
        **start: Any,
    ) -> RegisterForm:
        """Return the form of the request for these types, consents and questions."""
        members: dict[str, Any] = {
            "types": types,
            "consent_rows": consents,
            "question_rows": questions,
            **question_fields.question_fields(questions),
            **consent_fields.consent_fields(consents),
        }
        form: RegisterForm = type("BoundRegisterForm", (cls,), members)(data=start)
        form.ticket_type.choices = [(row.slug, pick(row.name)) for row in types]
        form.day.choices = [
            (str(window.number), day_text(window.day, current_lang())) for window in days(types)
        ]
        if not form.key.data:
            form.renew()
        return form

    @property
    def chosen(self) -> TicketTypeRow | None:
        """Return the ticket type that is chosen."""
        return next((row for row in self.types if row.slug == self.ticket_type.data), None)

    def consent(self, row: ConsentRow) -> Any:
        """Return the field of one consent text."""
        return self[consent_fields.BOX + row.purpose]

    def asked(self) -> list[question_fields.Asked]:
        """Return the questions that one of the types asks, with their fields."""
        return question_fields.asked(self, self.question_rows, self.types)

    def renew(self) -> None:
        """Make the next press a new submission."""
        self.key.data = new_public_id()
        self.stamp.data = botcheck.stamp(self.key.data)

    def names(self) -> tuple[str, ...]:
        """Return the names of the companions, one per line."""
        lines = (text.clean(line) for line in (self.companions.data or "").splitlines())
        return tuple(line for line in lines if line)

    def validate_ticket_type(self, _field: Any) -> None:
        """Refuse a type that is over or full without a waitlist."""
        chosen = self.chosen
        if chosen is not None and not chosen.may_be_chosen:
            raise ValidationError(_("This ticket can not be had at the moment."))

    def validate_companions(self, field: Any) -> None:
        """Check names and the size of the group."""
        try:
            count = 1 + len(self.names())
        except ValueError as error:
            raise ValidationError(_("Write one name per line.")) from error
        limit = self.chosen.max_group if self.chosen else count
        if field.data and count > limit:
            raise ValidationError(_("At most %(n)s people with this ticket.", n=limit))

    def validate(self, extra_validators: Any = None) -> bool:
        """Check all fields, and what no field can tell alone: contact and day."""
        is_valid: bool = super().validate(extra_validators)
        if not (self.phone.data or self.email.data or self.phone.errors or self.email.errors):
            self.phone.errors = [_("Give a phone number or an e-mail address.")]
            is_valid = False
        if self._misses_day():
            self.day.errors = [_("Choose a day.")]
            is_valid = False
        if not self._has_guardian():
            is_valid = False
        if not consent_fields.mark_changed(self, self.consent_rows):
            is_valid = False
        chosen = self.chosen
        if chosen and not question_fields.mark_faults(self, self.question_rows, chosen.id):
            is_valid = False
        return is_valid

    @property
    def takes_files(self) -> bool:
        """Return whether one of the questions is answered with a file."""
        return any(row.kind is Kind.FILE for row in self.question_rows)

    def _has_guardian(self) -> bool:
        if not self.guardian_age or not self.is_minor.data:
            return True
        if not self.guardian.data:
            self.guardian.errors = [_("Fill in a name.")]
        if not self.guardian_agrees.data:
            self.guardian_agrees.errors = [_("The guardian has to agree.")]
        return bool(self.guardian.data and self.guardian_agrees.data)

    def _misses_day(self) -> bool:
        chosen = self.chosen
        if chosen is None or not chosen.is_per_day:
            return False
        return not _is_number(self.day.data) or chosen.window(int(self.day.data)) is None

    def command(self, event_id: int, lang: str, performance_id: int | None) -> Register:
        """Return what the service is asked to do."""
        chosen = self.chosen
        is_per_day = chosen is not None and chosen.is_per_day
        return Register(
            event_id=event_id,
            ticket_type=str(self.ticket_type.data),
            name=str(self.name.data),
            lang=lang,
            email=self.email.data or None,
            phone=self.phone.data or None,
            others=self.names(),
            window_no=int(self.day.data) if is_per_day else None,
            performance_id=performance_id,
            answers=question_fields.given(self, self.question_rows, chosen.id) if chosen else {},
            consents=consent_fields.given(self, self.consent_rows),
            read=consent_fields.read(self, self.consent_rows),
            guardian=str(self.guardian.data or "") if self.is_minor.data else "",
            guardian_age=self.guardian_age,
            source=Source.WEB,
            idempotency_key=f"form:{self.key.data}",
        )


class LostTicketForm(BaseForm):
    """A contact whose ticket link is to be sent again."""

    contact = StringField(
        _l("E-mail or phone"), validators=[Required(_l("Fill in this field.")), Length(max=320)]
    )

    def read(self) -> tuple[str | None, str | None]:
        """Return e-mail and phone in normal form; one of them, or none when it is neither."""
        typed = str(self.contact.data or "")
        try:
            if "@" in text.clean(typed, limit=320).replace("＠", "@"):
                return text.normalise_email(typed), None
            return None, text.normalise_phone(typed)
        except ValueError:
            return None, None


def days(types: Iterable[TicketTypeRow]) -> list[WindowRow]:
    """Return the days that any of the types offers, by start."""
    found = {window.number: window for row in types if row.is_per_day for window in row.windows}
    return sorted(found.values(), key=lambda window: window.starts_at)


def _is_number(value: object) -> bool:
    return isinstance(value, str) and value.isascii() and value.isdecimal()
