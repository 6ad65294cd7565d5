"""Build a report, hand it in, publish it, and check a version against the data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update

from eventhub.exposure import queries
from eventhub.exposure.enums import OverlapKind, ReportStatus
from eventhub.exposure.errors import (
    ReportNotOpen,
    SamePersonApproves,
    SyntheticNotPublishable,
)
from eventhub.exposure.models import GrossExclusion, GrossPart, Overlap, Report, ReportSetting
from eventhub.exposure.queries import ReportRow
from eventhub.exposure.queries.reports import as_row
from eventhub.exposure.rules.canonical import canonical, content_digest, is_sealed, sha256
from eventhub.exposure.rules.document import report_document
from eventhub.exposure.rules.rollup import SUBSETS
from eventhub.kernel import clock
from eventhub.kernel.db import command, db
from eventhub.programme.queries import event_by_id

_OPEN = (ReportStatus.DRAFT.value, ReportStatus.SUBMITTED.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildReport:
    """A report of an event as the data stand now; `created_by` is a person, None a command."""

    event_id: int
    created_by: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmitReport:
    """A draft that its author holds for finished."""

    event_id: int
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishReport:
    """A version that a second person, `approved_by`, lets out."""

    event_id: int
    version: int
    approved_by: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CompareReports:
    """The event whose published report stands beside this one; None ends the comparison."""

    event_id: int
    compare_event_id: int | None


@dataclass(frozen=True, slots=True)
class Verification:
    """What a recomputation of a version found; `differences` is by line, stored and now."""

    version: int
    digest: str
    is_intact: bool
    recomputed_digest: str
    differences: tuple[Mapping[str, Any], ...]

    @property
    def is_reproduced(self) -> bool:
        """Tell whether the stored bytes are whole and the data give the same again."""
        return self.is_intact and self.digest == self.recomputed_digest


@command
def build_report(cmd: BuildReport) -> ReportRow:
    """
    Return the report of an event; unchanged data give the version that stands. Commits.

    Raises:
        NotFound: No such event.
        OverlappingParts: Two counted figures lie one inside the other.
    """
    event = event_by_id(cmd.event_id)
    found = queries.inputs(event)
    standing = queries.latest(cmd.event_id)
    number = (standing.version if standing else 0) + 1
    document = report_document(found, version=number)
    content = content_digest(document)
    if standing is not None and standing.content_sha256 == content:
        return standing
    text = canonical(document)
    row = Report(
        event_id=cmd.event_id,
        version=number,
        definition_version=found.definition_version,
        status=ReportStatus.DRAFT.value,
        document=text,
        sha256=sha256(text),
        content_sha256=content,
        is_synthetic=found.is_synthetic,
        note=cmd.note,
        created_by=cmd.created_by,
        created_at=clock.now(),
    )
    db.session.add(row)
    db.session.flush()
    _keep_parts(row, document)
    return as_row(row)


@command
def compare_reports(cmd: CompareReports) -> None:
    """Choose the event that the report is set beside, from the next version on. Commits."""
    row = db.session.get(ReportSetting, cmd.event_id)
    if row is None:
        row = ReportSetting(event_id=cmd.event_id)
        db.session.add(row)
    row.compare_event_id = cmd.compare_event_id
    db.session.flush()


@command
def submit(cmd: SubmitReport) -> ReportRow:
    """
    Hand a draft in for approval. Commits.

    Raises:
        NoReport: No such version.
        ReportNotOpen: It is not a draft.
    """
    row = queries.version_of(cmd.event_id, cmd.version)
    _step(row, to=ReportStatus.SUBMITTED, allowed=(ReportStatus.DRAFT.value,))
    return queries.version_of(cmd.event_id, cmd.version)


@command
def publish(cmd: PublishReport) -> ReportRow:
    """
    Publish a version; the one published before is superseded. Commits.

    The text is frozen from here on (trigger on both databases).

    Raises:
        NoReport: No such version.
        SyntheticNotPublishable: It holds demonstration data.
        SamePersonApproves: The approver built it.
        ReportNotOpen: It is published or superseded already.
    """
    row = queries.version_of(cmd.event_id, cmd.version)
    if row.is_synthetic:
        raise SyntheticNotPublishable()
    if row.created_by == cmd.approved_by:
        raise SamePersonApproves()
    db.session.execute(
        update(Report)
        .where(Report.event_id == cmd.event_id, Report.status == ReportStatus.PUBLISHED.value)
        .where(Report.id != row.id)
        .values(status=ReportStatus.SUPERSEDED.value)
    )
    _step(
        row,
        to=ReportStatus.PUBLISHED,
        allowed=_OPEN,
        approved_by=cmd.approved_by,
        approved_at=clock.now(),
    )
    return queries.version_of(cmd.event_id, cmd.version)


def verify(event_id: int, version: int) -> Verification:
    """
    Recompute a version from the data and compare it with what is stored.

    Raises:
        NoReport: No such version.
    """
    row = queries.version_of(event_id, version)
    stored = row.document()
    fresh = report_document(queries.inputs(event_by_id(event_id)), version=version)
    return Verification(
        version=version,
        digest=stored["digest"],
        is_intact=sha256(row.text) == row.sha256 and is_sealed(stored),
        recomputed_digest=fresh["digest"],
        differences=tuple(_differences(stored, fresh)),
    )


def _step(row: ReportRow, *, to: ReportStatus, allowed: tuple[str, ...], **values: Any) -> None:
    changed = db.session.execute(
        update(Report)
        .where(Report.id == row.id, Report.status.in_(allowed))
        .values(status=to.value, **values)
        .returning(Report.id)
    ).all()
    if not changed:
        raise ReportNotOpen()
    db.session.expire_all()


def _keep_parts(row: Report, document: Mapping[str, Any]) -> None:
    """Write the addends; the database refuses two of which one lies inside the other."""
    edges = _subset_edges(row.event_id)
    counted = [line for line in document["lines"] if line["in_gross"]]
    db.session.add_all(
        GrossPart(
            event_id=row.event_id,
            report_id=row.id,
            channel=line["channel"],
            scope=line["scope"],
            metric_id=line["metric"],
        )
        for line in counted
    )
    metrics = sorted({line["metric"] for line in counted})
    db.session.add_all(
        GrossExclusion(event_id=row.event_id, report_id=row.id, overlap_id=edge.id)
        for metric in metrics
        for edge in edges
        if metric in (edge.inner_metric, edge.outer_metric)
    )
    db.session.flush()


def _subset_edges(event_id: int) -> list[Overlap]:
    known = {
        (edge.inner_metric, edge.outer_metric): edge
        for edge in db.session.scalars(
            select(Overlap).where(
                Overlap.event_id == event_id, Overlap.kind == OverlapKind.SUBSET.value
            )
        )
    }
    for inner, outer in SUBSETS:
        if (inner, outer) not in known:
            edge = Overlap(
                event_id=event_id,
                inner_metric=inner,
                outer_metric=outer,
                kind=OverlapKind.SUBSET.value,
            )
            db.session.add(edge)
            known[inner, outer] = edge
    db.session.flush()
    return list(known.values())


def _differences(stored: Mapping[str, Any], fresh: Mapping[str, Any]) -> list[dict[str, Any]]:
    before = {line["line"]: line for line in stored["lines"]}
    after = {line["line"]: line for line in fresh["lines"]}
    found = []
    for key in sorted({*before, *after}):
        old, new = before.get(key), after.get(key)
        if old != new:
            found.append(
                {
                    "line": key,
                    "stored": old and {"value": old["value"], "op": old["op"]},
                    "now": new and {"value": new["value"], "op": new["op"]},
                }
            )
    return found
