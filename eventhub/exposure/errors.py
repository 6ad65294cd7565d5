"""
The errors of reports and claims.

Conflict           OverlappingParts SyntheticNotPublishable SamePersonApproves
                   ReportNotOpen
NotFound           NoReport
"""

from __future__ import annotations

from typing import ClassVar

from flask_babel import lazy_gettext as _l

from eventhub.kernel.errors import Conflict, NotFound


class NoReport(NotFound):
    """The event has no report of that version."""

    message: ClassVar = _l("There is no report of this version.")


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
