"""Tables of media, creators, claims, reports and what they are built with."""

from eventhub.exposure.models.builder import (
    AdmissionSummary,
    DayNote,
    MetricDefinition,
    ReportLink,
    ReportLogo,
    Target,
    VisibilityPrior,
)
from eventhub.exposure.models.media import (
    Creator,
    CreatorPost,
    MediaBatch,
    Mention,
    Outlet,
    ReportSetting,
)
from eventhub.exposure.models.report import (
    GrossExclusion,
    GrossPart,
    NotStated,
    Overlap,
    Report,
    SourceText,
)

__all__ = [
    "AdmissionSummary",
    "Creator",
    "CreatorPost",
    "DayNote",
    "GrossExclusion",
    "GrossPart",
    "MediaBatch",
    "Mention",
    "MetricDefinition",
    "NotStated",
    "Outlet",
    "Overlap",
    "Report",
    "ReportLink",
    "ReportLogo",
    "ReportSetting",
    "SourceText",
    "Target",
    "VisibilityPrior",
]
