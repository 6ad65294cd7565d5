"""What pages, commands and other domains read of reports."""

from eventhub.exposure.queries.builder import (
    LinkRow,
    PriorRow,
    Setting,
    TargetRow,
    day_notes,
    linked,
    links,
    logo,
    priors,
    setting,
    targets,
)
from eventhub.exposure.queries.inputs import inputs
from eventhub.exposure.queries.media import mention_rows, outlet_names, post_rows
from eventhub.exposure.queries.media_batches import MediaBatchRow, media_batches
from eventhub.exposure.queries.reports import (
    ReportRow,
    document,
    latest,
    public_version,
    published,
    shown_versions,
    version_of,
    versions,
)

__all__ = [
    "LinkRow",
    "MediaBatchRow",
    "PriorRow",
    "ReportRow",
    "Setting",
    "TargetRow",
    "day_notes",
    "document",
    "inputs",
    "latest",
    "linked",
    "links",
    "logo",
    "media_batches",
    "mention_rows",
    "outlet_names",
    "post_rows",
    "priors",
    "public_version",
    "published",
    "setting",
    "shown_versions",
    "targets",
    "version_of",
    "versions",
]
