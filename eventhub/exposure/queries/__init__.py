"""What pages, commands and other domains read of reports."""

from eventhub.exposure.queries.inputs import inputs
from eventhub.exposure.queries.reports import (
    ReportRow,
    latest,
    public_version,
    published,
    version_of,
    versions,
)

__all__ = [
    "ReportRow",
    "inputs",
    "latest",
    "public_version",
    "published",
    "version_of",
    "versions",
]
