"""What the programme refuses."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from eventhub.kernel.errors import Conflict, EventHubError, Invalid, NotFound


class UnknownEvent(NotFound):
    """No event has this slug."""

    code = "unknown-event"
    message = _l("There is no event at this address.")


class UnknownShow(NotFound):
    """No release of the event has this show."""

    code = "unknown-show"
    message = _l("There is no such show in the programme.")


class UnknownParty(NotFound):
    """Nobody of this name takes part in what the public may see."""

    code = "unknown-party"
    message = _l("Nobody of this name takes part in the programme.")


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


class ImportUnreadable(Invalid):
    """A schedule file can not be read at all; nothing of it is taken."""

    code = "import-unreadable"
    message = _l("The file can not be read.")

    @classmethod
    def because(cls, reason: str, *, line: int) -> ImportUnreadable:
        """Return the error with the line (from 1; 0 is the whole file) and the reason."""
        made = cls(details={"line": line, "reason": reason})
        made.fields = {f"line {line}" if line else "file": [reason]}
        return made


class UnknownVersion(NotFound):
    """The event has no schedule of this name."""

    code = "unknown-version"
    message = _l("There is no version of this name.")


class UnknownPerformance(NotFound):
    """The event has no such performance."""

    code = "unknown-performance"
    message = _l("There is no such performance.")


class UnknownStage(NotFound):
    """The event has no such stage."""

    code = "unknown-stage"
    message = _l("There is no such stage.")


class UnknownFinding(NotFound):
    """The working copy has no such finding now."""

    code = "unknown-finding"
    message = _l("There is no such finding.")


class StaleEdit(Conflict):
    """The slot has changed since it was read; `details.current` is the row now."""

    code = "stale-edit"
    message = _l("Somebody else has changed this in the meantime.")


class PlacementBlocked(Conflict):
    """A rule that stops placements is broken; `details.findings` says which."""

    code = "placement-blocked"
    message = _l("A rule of this event does not allow this place.")


class SlotPinned(Conflict):
    """A pinned slot stays where it is."""

    code = "slot-pinned"
    message = _l("This is pinned. Unpin it first.")


class NothingToUndo(Conflict):
    """The batch is unknown, of an older version, or in that state already."""

    code = "nothing-to-undo"
    message = _l("There is nothing to undo or redo here.")


class ReleaseBlocked(Conflict):
    """Findings stop the release; `details.findings` says which."""

    code = "release-blocked"
    message = _l("The schedule can not be released as long as these findings stand.")


class UnknownFeed(NotFound):
    """No calendar of one's own has this address or key; it may have been revoked."""

    code = "unknown-feed"
    message = _l("There is no such calendar, or it has been taken back.")


class NoDrafts(Conflict):
    """No drafts of this release wait for a decision."""

    code = "no-drafts"
    message = _l("There are no drafts of this version to decide about.")


class UnknownProposal(NotFound):
    """The event has no such proposal that is open."""

    code = "unknown-proposal"
    message = _l("There is no such proposal, or somebody has dealt with it.")


class NotRunning(Conflict):
    """The performance has ended or does not take place."""

    code = "not-running"
    message = _l("This performance has ended or is cancelled.")


class UnknownFile(NotFound):
    """The event has no such schedule file in a state that allows this."""

    code = "unknown-file"
    message = _l("There is no such file, or somebody has dealt with it.")
