"""Words of guest lists: verdicts, reasons, states."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _


def of_guest_lists() -> dict[str, Any]:
    """Return the words that the pages of guest lists show."""
    return {
        "verdict_words": verdicts(),
        "verdict_kinds": {"new": "ok", "update": "info", "error": "stop", "duplicate": "hold"},
        "reason_words": reasons(),
        "batch_words": {
            "previewed": _("Not applied yet"),
            "applied": _("Applied"),
            "undone": _("Taken back"),
        },
        "batch_kinds": {"previewed": "hold", "applied": "ok", "undone": "off"},
        "field_words": fields(),
    }


def verdicts() -> dict[str, str]:
    """Return the word of what a line does."""
    return {
        "new": _("New"),
        "update": _("Changed"),
        "unchanged": _("Unchanged"),
        "duplicate": _("Duplicate"),
        "error": _("Error"),
    }


def reasons() -> dict[str, str]:
    """Return the sentence of why a line does nothing; `%(detail)s` is the value or line."""
    return {
        "name-missing": _("The name is missing."),
        "bad-name": _("This name has characters that can not be used."),
        "key-missing": _("An e-mail, a phone number or a reference is missing."),
        "bad-email": _("This is no e-mail address."),
        "bad-phone": _("This is no phone number."),
        "bad-text": _("A cell is too long or has characters that can not be used."),
        "number-lost-digits": _("The spreadsheet has rounded this number. Format it as text."),
        "type-missing": _("No ticket type is given."),
        "unknown-type": _("There is no such ticket type."),
        "type-differs": _("This guest has another ticket type already."),
        "conflicting-match": _("Reference, e-mail and phone belong to different guests."),
        "duplicate": _("The same guest as in line:"),
        "sold-out": _("No place was left."),
        "changed-since-preview": _("The guest has changed since the preview."),
        "contact-taken": _("Somebody else has this contact."),
        "kept": _("Not taken back: changed, used or written to since."),
    }


def fields() -> dict[str, str]:
    """Return the word of each field that a column can mean."""
    return {
        "name": _("Name"),
        "latin_name": _("Latin name"),
        "email": _("E-mail"),
        "phone": _("Phone"),
        "company": _("Company"),
        "note": _("Note"),
        "ref": _("Guest reference"),
        "ticket_type": _("Ticket type"),
        "lang": _("Language"),
        "extra": _("Other columns"),
    }


def of_invitations() -> dict[str, Any]:
    """Return the words that the pages of campaigns show."""
    return {
        "standing_words": standings(),
        "standing_kinds": {
            "accepted": "ok",
            "arrived": "ok",
            "waitlisted": "hold",
            "bounced": "stop",
            "no_show": "hold",
            "declined": "off",
            "cancelled": "off",
            "expired": "off",
            "withdrawn": "off",
        },
    }


def standings() -> dict[str, str]:
    """Return the word of where an invitation stands, in the order of its life."""
    return {
        "draft": _("Not sent"),
        "queued": _("On its way"),
        "sent": _("Sent"),
        "opened": _("Opened"),
        "accepted": _("Coming"),
        "waitlisted": _("On the waitlist"),
        "arrived": _("Arrived"),
        "no_show": _("Did not come"),
        "declined": _("Said no"),
        "cancelled": _("Cancelled"),
        "expired": _("No answer"),
        "bounced": _("Not delivered"),
        "withdrawn": _("Withdrawn"),
    }
