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
from eventhub.exposure.queries.media import (
    MediaBatchRow,
    media_batches,
    mention_rows,
    outlet_names,
    post_rows,
)
from eventhub.exposure.queries.reports import (
    ReportRow,
    latest,
    public_version,
    published,
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
    "targets",
    "version_of",
    "versions",
]
