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
OUTCOME_KINDS = {
    "approved": "ok",
    "declined": "off",
    "no-capacity": "hold",
    "already-decided": "stop",
}
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


def outcomes() -> dict[str, str]:
    """Return the word of what became of a registration in a decision."""
    return {
        "approved": _("Approved"),
        "declined": _("Declined"),
        "waitlisted": _("On the waitlist"),
        "no-capacity": _("No place left"),
        "already-decided": _("Decided by somebody else"),
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


def rule_words() -> dict[str, str]:
    """Return the name of every rule that a schedule is checked against."""
    return {
        "stage_overlap": _("Overlap on one stage"),
        "changeover": _("Changeover too short"),
        "person_double": _("In two places at once"),
        "travel": _("Too little time to get there"),
        "person_availability": _("Not available then"),
        "stage_closed": _("Stage is closed"),
        "curfew": _("Past the curfew"),
        "rehearsal": _("Rehearsal"),
        "dependency": _("Order of shows"),
        "capacity": _("Size of the stage"),
        "resource": _("Too little kit"),
        "status": _("Not ready"),
        "time_sanity": _("Unusual time"),
        "stream_clash": _("Two streams on one channel"),
        "duplicate_stage_name": _("Two stages of one name"),
        "sold_and_moved": _("People have registered for it"),
    }


def kind_words() -> dict[str, str]:
    """Return the word of every kind of performance that is not a show."""
    return {
        "rehearsal": _("Rehearsal"),
        "soundcheck": _("Sound check"),
        "load_in": _("Load-in"),
        "break": _("Break"),
        "blocker": _("Blocked"),
        "doors": _("Doors"),
        "signing": _("Signing"),
    }


def change_words() -> dict[str, str]:
    """Return the word of every kind of change between two versions."""
    return {
        "new": _("New"),
        "removed": _("Taken out"),
        "cancelled": _("Cancelled"),
        "restored": _("On again"),
        "moved": _("Moved"),
        "resized": _("Other length"),
        "retitled": _("Other title"),
        "cast": _("Other makers"),
    }


def roles() -> dict[str, str]:
    """Return the word of every role."""
    return {
        "owner": _("Owner"),
        "programme": _("Programme"),
        "guests": _("Guest manager"),
        "gate_supervisor": _("Gate supervisor"),
        "gate_staff": _("Gate staff"),
        "media": _("Press office"),
        "report_reader": _("Report reader"),
    }


def acts() -> dict[str, str]:
    """Return the sentence of every act that the log may hold; others are shown by code."""
    return {
        "person.create": _("Account made"),
        "person.activate": _("Account switched on"),
        "person.deactivate": _("Account switched off"),
        "password.set": _("Password replaced"),
        "role.grant": _("Role given"),
        "role.revoke": _("Role taken away"),
        "api_key.create": _("API key made"),
        "api_key.revoke": _("API key ended"),
        "report.build": _("Report version built"),
        "report.submit": _("Report handed in"),
        "report.publish": _("Report published"),
        "device.pair": _("Device paired"),
        "device.revoke": _("Device ended"),
        "schedule.release": _("Programme released"),
        "schedule.rollback": _("Programme put back"),
        "guests.import": _("Guest list read in"),
        "guests.undo": _("Guest list taken back"),
        "registration.approve": _("Registrations approved"),
        "registration.decline": _("Registrations declined"),
    }


def conflict_states() -> dict[str, str]:
    """Return what a ticket that was admitted twice turned out to be."""
    return {
        "open": _("Not looked at"),
        "same_person": _("One person"),
        "two_people": _("Two people"),
        "staff_error": _("Mistake at the gate"),
    }
