"""Words of the schedule: rules, kinds of performances, kinds of changes."""

from __future__ import annotations

from flask_babel import gettext as _


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
