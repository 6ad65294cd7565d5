"""The answer to an invitation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import StringField, TextAreaField
from wtforms.validators import Length, Optional, ValidationError

from eventhub.kernel import text
from eventhub.kernel.forms import BaseForm, Required
from eventhub.registration import consent_fields
from eventhub.registration.queries import ConsentRow
from eventhub.registration.service import AcceptInvitation

_MAX_COMPANIONS_TEXT = 2000


class AcceptForm(BaseForm):
    """A yes: the invited contact, who else comes, consents; `bound` makes the class."""

    contact = StringField(
        _l("E-mail or phone"),
        description=_l("the one this invitation was sent to"),
        validators=[Required(_l("Fill in this field.")), Length(max=320)],
    )
    companions = TextAreaField(
        _l("Companions"), validators=[Optional(), Length(max=_MAX_COMPANIONS_TEXT)]
    )

    consent_rows: Sequence[ConsentRow] = ()
    most_companions = 0

    @classmethod
    def bound(cls, consents: Sequence[ConsentRow], most_companions: int) -> AcceptForm:
        """Return the form of the request for an event's consents."""
        members: dict[str, Any] = {
            "consent_rows": consents,
            "most_companions": most_companions,
            **consent_fields.consent_fields(consents),
        }
        form: AcceptForm = type("BoundAcceptForm", (cls,), members)()
        return form

    def consent(self, row: ConsentRow) -> Any:
        """Return the field of one consent text."""
        return self[consent_fields.BOX + row.purpose]

    def validate(self, extra_validators: Any = None) -> bool:
        """Check all fields, and that no words have changed since they were read."""
        is_valid = super().validate(extra_validators)
        return consent_fields.mark_changed(self, self.consent_rows) and is_valid

    def names(self) -> tuple[str, ...]:
        """Return the names of the companions, one per line."""
        lines = (text.clean(line) for line in (self.companions.data or "").splitlines())
        return tuple(line for line in lines if line)

    def validate_companions(self, _field: Any) -> None:
        """Check names and their number."""
        try:
            count = len(self.names())
        except ValueError as error:
            raise ValidationError(_("Write one name per line.")) from error
        if count > self.most_companions:
            raise ValidationError(
                _("At most %(n)s companions with this ticket.", n=self.most_companions)
            )

    def command(self, invitation_id: int, lang: str) -> AcceptInvitation:
        """Return what the service is asked to do; a contact that is neither counts as none."""
        email, phone = self._contact()
        return AcceptInvitation(
            invitation_id=invitation_id,
            lang=lang,
            email=email,
            phone=phone,
            others=self.names(),
            consents=consent_fields.given(self, self.consent_rows),
            read=consent_fields.read(self, self.consent_rows),
        )

    def _contact(self) -> tuple[str | None, str | None]:
        typed = str(self.contact.data or "")
        try:
            if "@" in typed or "＠" in typed:
                return text.normalise_email(typed), None
            return None, text.normalise_phone(typed)
        except ValueError:
            return None, None


class DeclineForm(BaseForm):
    """A no, and why if the person likes to say."""

    reason = StringField(_l("Reason"), validators=[Optional(), Length(max=200)])
