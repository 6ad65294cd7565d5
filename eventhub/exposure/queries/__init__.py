"""What pages, commands and other domains read of reports."""

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
    "MediaBatchRow",
    "ReportRow",
    "inputs",
    "latest",
    "media_batches",
    "mention_rows",
    "outlet_names",
    "post_rows",
    "public_version",
    "published",
    "version_of",
    "versions",
]
