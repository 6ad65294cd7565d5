"""
Fields for the consent texts of an event: a box for each, and which version was read.

A box that was ticked under words that have changed since is emptied and said
so; everything else in the form stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField

from eventhub.kernel.forms import Required
from eventhub.kernel.i18n import pick
from eventhub.registration.queries import ConsentRow

BOX = "consent_"
READ = "read_"
NOT_TICKED = (False, "false", "")


def consent_fields(rows: Sequence[ConsentRow]) -> dict[str, Any]:
    """Return the unbound fields of a form by name."""
    fields: dict[str, Any] = {}
    for row in rows:
        required = [Required(_l("We need this to issue a ticket."))] if row.is_required else []
        fields[BOX + row.purpose] = BooleanField(
            pick(row.title), validators=required, false_values=NOT_TICKED
        )
        fields[READ + row.purpose] = HiddenField()
    return fields


def mark_changed(form: Any, rows: Sequence[ConsentRow]) -> bool:
    """Empty each box whose words are not those that were read; tell whether there is none."""
    is_current = True
    for row in rows:
        box = form[BOX + row.purpose]
        if box.data and _version(form, row) != row.version:
            box.data = False
            box.errors = [changed_text()]
            is_current = False
    return is_current


def given(form: Any, rows: Sequence[ConsentRow]) -> dict[str, bool]:
    """Return the answers by purpose; texts that the form did not show are left out."""
    shown = [row for row in rows if _version(form, row) is not None]
    return {row.purpose: bool(form[BOX + row.purpose].data) for row in shown}


def read(form: Any, rows: Sequence[ConsentRow]) -> dict[str, int]:
    """Return which version of each text the form showed."""
    found = {row.purpose: _version(form, row) for row in rows}
    return {purpose: version for purpose, version in found.items() if version is not None}


def changed_text() -> str:
    """Return what is said beside a text that is not the one that was read."""
    return _("These words have changed since you opened the page. Read them and tick again.")


def _version(form: Any, row: ConsentRow) -> int | None:
    typed = str(form[READ + row.purpose].data or "")
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 10 else None
