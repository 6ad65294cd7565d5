"""
Outputs of a report: each is a function of report.json alone.

Only the logo, which report.json names by its hash, comes from the database.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from eventhub.exposure.queries import ReportRow, logo
from eventhub.exposure.render.footfall import footfall_csv, footfall_xlsx
from eventhub.exposure.render.pdf import report_pdf
from eventhub.exposure.render.slides import report_pptx
from eventhub.exposure.render.table import report_csv
from eventhub.exposure.render.workbook import report_xlsx
from eventhub.kernel.format import exact, percent


@dataclass(frozen=True, slots=True)
class FileFormat:
    """A kind of file: how it is made from a version, and its media type."""

    make: Callable[[ReportRow], bytes]
    media_type: str


_OFFICE: Final = "application/vnd.openxmlformats-officedocument"

FORMATS: Final[Mapping[str, FileFormat]] = MappingProxyType(
    {
        "json": FileFormat(lambda row: row.text.encode(), "application/json"),
        "csv": FileFormat(lambda row: report_csv(row.document()), "text/csv; charset=utf-8"),
        "pdf": FileFormat(lambda row: report_pdf(row.document(), logo_of(row)), "application/pdf"),
        "xlsx": FileFormat(
            lambda row: report_xlsx(row.document()), f"{_OFFICE}.spreadsheetml.sheet"
        ),
        "pptx": FileFormat(
            lambda row: report_pptx(row.document(), logo_of(row)),
            f"{_OFFICE}.presentationml.presentation",
        ),
    }
)


FOOTFALL_FORMATS: Final[Mapping[str, FileFormat]] = MappingProxyType(
    {
        "csv": FileFormat(lambda row: footfall_csv(row.document()), "text/csv; charset=utf-8"),
        "xlsx": FileFormat(
            lambda row: footfall_xlsx(row.document()), f"{_OFFICE}.spreadsheetml.sheet"
        ),
    }
)


def logo_of(row: ReportRow) -> bytes | None:
    """Return the PNG that a version carries, None when it has no logo."""
    named = row.document().get("layout", {}).get("logo")
    return logo(row.event_id, named) if named else None


def summary(row: ReportRow) -> dict[str, Any]:
    """Return what lists say about a version."""
    document = row.document()
    return {
        "version": row.version,
        "status": row.status.value,
        "definition_version": row.definition_version,
        "digest": document["digest"],
        "gross": document["gross"],
        "claimed": document["claimed"],
        "residual": document["residual"],
        "synthetic": row.is_synthetic,
        "note": row.note,
        "created_at": row.created_at,
        "approved_at": row.approved_at,
    }


def plain(row: ReportRow) -> Iterator[str]:
    """Yield the ledger as lines for a terminal, in English."""
    document = row.document()
    yield f"{document['title']['en']}  version {row.version} ({row.status.value})"
    for line in document["lines"]:
        letter = line["channel"] or " "
        yield (
            f"{letter} {line['en'][:48]:48} {line['op']:>2} {exact(line['value']):>13}"
            f"  {line['class']:9}  {line['in_sum']}"
        )
    yield from _sums(document)


def _sums(document: Mapping[str, Any]) -> Iterator[str]:
    rows = [("Gross with evidence", document["gross_op"], document["gross"])]
    if document["claimed"] is not None:
        rows += [
            ("Published total", document["claimed_op"], document["claimed"]),
            ("Unexplained residual", document["residual_op"], document["residual"]),
        ]
    for name, op, value in rows:
        yield f"  {name:48} {op:>2} {exact(value):>13}"
    if document["share_of_claimed"] is not None:
        share = percent(float(document["share_of_claimed"]))
        yield f"  {share} of the published total has a source."
    yield f"  digest {document['digest']}"
