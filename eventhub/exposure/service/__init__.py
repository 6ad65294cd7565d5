"""Changes of reports: build, submit, publish; what sources say and leave open."""

from eventhub.exposure.service.reports import (
    BuildReport,
    PublishReport,
    SubmitReport,
    Verification,
    build_report,
    publish,
    submit,
    verify,
)
from eventhub.exposure.service.sources import (
    NotStatedItem,
    RecordNotStated,
    RecordSourceText,
    record_not_stated,
    record_source_text,
)

__all__ = [
    "BuildReport",
    "NotStatedItem",
    "PublishReport",
    "RecordNotStated",
    "RecordSourceText",
    "SubmitReport",
    "Verification",
    "build_report",
    "publish",
    "record_not_stated",
    "record_source_text",
    "submit",
    "verify",
]
