"""Words of states that the console lists."""

from __future__ import annotations

from flask_babel import gettext as _

STATE_KINDS = {
    "confirmed": "ok",
    "pending_approval": "hold",
    "awaiting_proof": "hold",
    "cancelled": "off",
    "declined": "off",
    "expired": "off",
}
MESSAGE_KINDS = {"sent": "ok", "deferred": "hold", "dead": "stop", "suppressed": "off"}
REPORT_KINDS = {"published": "ok", "submitted": "hold", "superseded": "off"}


def registration_states() -> dict[str, str]:
    """Return the word of every state of a registration, in the order of its life."""
    return {
        "pending_approval": _("Waits for approval"),
        "confirmed": _("Confirmed"),
        "waitlisted": _("On the waitlist"),
        "held": _("Held"),
        "awaiting_proof": _("Proof missing"),
        "declined": _("Declined"),
        "cancelled": _("Cancelled"),
        "expired": _("Expired"),
    }


def message_states() -> dict[str, str]:
    """Return the word of every state of a message."""
    return {
        "queued": _("Waits"),
        "deferred": _("Tries again"),
        "sent": _("Sent"),
        "dead": _("Not delivered"),
        "suppressed": _("Not to be sent"),
    }


def report_states() -> dict[str, str]:
    """Return the word of every state of a report version."""
    return {
        "draft": _("Draft"),
        "submitted": _("Handed in"),
        "published": _("Published"),
        "superseded": _("Replaced"),
    }


def directions() -> dict[str, str]:
    """Return which ways a gate is open."""
    return {"in": _("entrance"), "out": _("exit"), "both": _("both ways")}
