"""What the programme refuses."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from eventhub.kernel.errors import Conflict, EventHubError, NotFound


class UnknownEvent(NotFound):
    """No event has this slug."""

    code = "unknown-event"
    message = _l("There is no event at this address.")


class UnknownShow(NotFound):
    """No release of the event has this show."""

    code = "unknown-show"
    message = _l("There is no such show in the programme.")


class UnknownGate(NotFound):
    """The event has no such gate."""

    code = "unknown-gate"
    message = _l("There is no such gate.")


class SlugTaken(Conflict):
    """Another row has this short name already."""

    code = "slug-taken"
    message = _l("This short name is taken.")


class NumberTaken(Conflict):
    """Another gate, show or performance has this number or code already."""

    code = "number-taken"
    message = _l("This number or code is taken.")


class AlreadyPlaced(Conflict):
    """The performance stands in the working copy already."""

    code = "already-placed"
    message = _l("This performance has a place in the schedule already.")


class ReleasedImmutable(Conflict):
    """A release and its slots never change."""

    code = "released-immutable"
    message = _l("A released schedule can not be changed.")


class ReleaseRaced(Conflict):
    """Another release took the working copy a moment before."""

    code = "release-raced"
    message = _l("Somebody else has just released this schedule.")


class ReservedName(Conflict):
    """A release can not have this name."""

    code = "reserved-name"
    message = _l("This name is reserved. Choose another one.")


class NameTaken(Conflict):
    """A release of this event has this name already."""

    code = "name-taken"
    message = _l("A release of this event has this name already.")


class ExportIncomplete(EventHubError):
    """An export would leave out a performance; nothing is handed out."""

    status = 500
    code = "export-incomplete"
    message = _l("The schedule can not be exported completely.")


class NoTimes(NotFound):
    """The event has no dates, so there is nothing for a calendar."""

    code = "no-times"
    message = _l("No times are published for this event.")
