"""
The errors of reports and claims.

Conflict           OverlappingParts SyntheticNotPublishable SamePersonApproves
                   ReportNotOpen UnlikeUnits TargetFrozen DefinitionChanged
NotFound           NoReport NoBatch NoLink
Gone               LinkOver
Invalid            UnreadableMediaFile   code says why
                   UnreadableLogo        code says why
"""

from __future__ import annotations

from typing import ClassVar

from flask_babel import lazy_gettext as _l

from eventhub.kernel.errors import Conflict, EventHubError, Gone, NotFound


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


class UnlikeUnits(Conflict):
    """Figures that count different things were to be added."""

    code = "unlike-units"
    message: ClassVar = _l(
        "These figures count different things and can not be added: visits are not people, "
        "views are not viewers."
    )


class TargetFrozen(Conflict):
    """A target that was set before the opening stays as it is."""

    code = "target-frozen"
    message: ClassVar = _l(
        "The event is open: a target that was set before stays. A new one is marked as set late."
    )


class DefinitionChanged(Conflict):
    """The dictionary of the program differs from the stored one of the same version."""

    code = "definition-version-differs"
    message: ClassVar = _l(
        "A metric is defined differently from the stored dictionary of this version. "
        "No report is built with it."
    )


class NoLink(NotFound):
    """The event has no such link."""

    message: ClassVar = _l("There is no such link.")


class LinkOver(Gone):
    """A reader's link that has expired or was revoked."""

    code = "link-over"
    message: ClassVar = _l("This link has ended. Ask whoever sent it for a new one.")


class UnreadableLogo(EventHubError):
    """A picture that can not be used as a logo; nothing was changed."""

    status = 422
    code = "unreadable-logo"
    message: ClassVar = _l(
        "This picture can not be used: PNG, JPEG or WebP, at most 2 MB and 6000 × 6000 points."
    )
