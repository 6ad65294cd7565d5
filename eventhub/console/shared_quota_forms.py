"""The form with which organizers let ticket types share places."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, IntegerField, SelectMultipleField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, NumberRange

from eventhub.console.set_up_forms import NamedForm
from eventhub.kernel.forms import CleanText
from eventhub.kernel.i18n import pick
from eventhub.registration.queries.question_set_up import AskingType
from eventhub.registration.queries.shared_quotas import SharedQuota

_MOST = 1_000_000


class SharedQuotaForm(NamedForm):
    """Places that several ticket types draw on."""

    places = IntegerField(
        _l("Places for all of them together"),
        validators=[InputRequired(), NumberRange(min=0, max=_MOST)],
    )
    types = SelectMultipleField(_l("Ticket types that share them"), choices=[])
    reason = CleanText(_l("Why fewer places than are taken"), description=_l("only then"))
    is_closed = BooleanField(_l("Closed: no place is given any more"))

    def offer(self, types: Sequence[AskingType]) -> None:
        """Fill the choices with all ticket types."""
        self.types.choices = [SelectChoice(str(row.id), pick(row.name)) for row in types]

    def show(self, row: SharedQuota) -> None:
        """Put shared places into the form."""
        self.name_zh.data, self.name_en.data = row.name.get("zh", ""), row.name.get("en", "")
        self.places.data, self.is_closed.data = row.size, row.is_closed
        self.types.data = [str(kind.id) for kind in row.types]

    def values(self) -> dict[str, Any]:
        """Return what a valid form says, by the names of `SaveShared`."""
        return {
            "name": self.both,
            "places": self.places.data,
            "type_ids": frozenset(int(number) for number in self.types.data or ()),
            "reason": self.reason.data or "",
            "is_closed": bool(self.is_closed.data),
        }
