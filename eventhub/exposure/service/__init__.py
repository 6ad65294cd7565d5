"""Changes of reports and media: build, publish, record, import; what sources leave open."""

from eventhub.exposure.rules.exports import MentionFigures
from eventhub.exposure.rules.numbers import ParsedNumber, parse_number
from eventhub.exposure.rules.web import canonical_url
from eventhub.exposure.service.media import (
    EnsureCreator,
    EnsureOutlet,
    RecordedMentions,
    RecordMentions,
    RefusedItem,
    ensure_creator,
    ensure_outlet,
    record_mentions,
)
from eventhub.exposure.service.media_files import (
    ImportedMedia,
    ImportMedia,
    UndoMedia,
    import_media,
    undo_media,
)
from eventhub.exposure.service.reports import (
    BuildReport,
    CompareReports,
    PublishReport,
    SubmitReport,
    Verification,
    build_report,
    compare_reports,
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
    "CompareReports",
    "EnsureCreator",
    "EnsureOutlet",
    "ImportMedia",
    "ImportedMedia",
    "MentionFigures",
    "NotStatedItem",
    "ParsedNumber",
    "PublishReport",
    "RecordMentions",
    "RecordNotStated",
    "RecordSourceText",
    "RecordedMentions",
    "RefusedItem",
    "SubmitReport",
    "UndoMedia",
    "Verification",
    "build_report",
    "canonical_url",
    "compare_reports",
    "ensure_creator",
    "ensure_outlet",
    "import_media",
    "parse_number",
    "publish",
    "record_mentions",
    "record_not_stated",
    "record_source_text",
    "submit",
    "undo_media",
    "verify",
]
