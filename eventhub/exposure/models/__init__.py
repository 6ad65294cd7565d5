"""Tables of media, creators, claims and reports."""

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
    "Creator",
    "CreatorPost",
    "GrossExclusion",
    "GrossPart",
    "MediaBatch",
    "Mention",
    "NotStated",
    "Outlet",
    "Overlap",
    "Report",
    "ReportSetting",
    "SourceText",
]
