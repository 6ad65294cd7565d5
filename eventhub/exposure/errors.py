"""
The errors of reports and claims.

Conflict           OverlappingParts SyntheticNotPublishable SamePersonApproves
                   ReportNotOpen
NotFound           NoReport NoBatch
Invalid            UnreadableMediaFile   code says why
"""

from __future__ import annotations

from typing import ClassVar

from flask_babel import lazy_gettext as _l

from eventhub.kernel.errors import Conflict, EventHubError, NotFound


class NoReport(NotFound):
    """The event has no report of that version."""

    message: ClassVar = _l("There is no report of this version.")


class NoBatch(NotFound):
    """The event has no such imported file, or it was taken back already."""

    message: ClassVar = _l("There is no such file, or it was taken back already.")


class UnreadableMediaFile(EventHubError):
    """A monitoring file that can not be read at all; nothing of it was stored."""

    status = 422
    code = "unreadable-media-file"
    message: ClassVar = _l(
        "This file can not be read: it needs columns for headline, source and date."
    )


class OverlappingParts(Conflict):
    """Two figures of which one lies inside the other can not both be counted."""

    code = "overlapping-parts"
    message: ClassVar = _l("One of these figures lies inside the other; only one may be counted.")


class SyntheticNotPublishable(Conflict):
    """Demonstration data never become a published report."""

    code = "synthetic-not-publishable"
    message: ClassVar = _l("Demonstration data can not be published as a report.")


class SamePersonApproves(Conflict):
    """A second person has to approve what the first one built."""

    code = "same-person-approves"
    message: ClassVar = _l("Somebody other than the author has to approve a report.")


class ReportNotOpen(Conflict):
    """Only a draft or submitted version can go on; this one is published or superseded."""

    code = "report-not-open"
    message: ClassVar = _l("This version is not open for approval.")
