"""Build a report, hand it in, publish it, and check a version against the data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from flask_babel import lazy_gettext as _l
from sqlalchemy import select, update

from eventhub.audience.enums import UnitKind
from eventhub.exposure import queries
from eventhub.exposure.enums import OverlapKind, ReportStatus
from eventhub.exposure.errors import (
    NoReport,
    OverlappingParts,
    ReportNotOpen,
    SamePersonApproves,
    SyntheticNotPublishable,
    UnlikeUnits,
)
from eventhub.exposure.models import GrossExclusion, GrossPart, Overlap, Report
from eventhub.exposure.queries import ReportRow
from eventhub.exposure.queries.reports import as_row
from eventhub.exposure.rules.canonical import canonical, content_digest, is_sealed, sha256
from eventhub.exposure.rules.document import report_document
from eventhub.exposure.rules.quantity import UnlikeKinds, same_kind
from eventhub.exposure.rules.rollup import SUBSETS, sum_op, weakest
from eventhub.exposure.service.dictionary import keep_dictionary
from eventhub.exposure.service.presence import summarise_admissions
from eventhub.kernel import audit, clock
from eventhub.kernel.db import command, db
from eventhub.kernel.errors import Invalid
from eventhub.programme.queries import event_by_id

_OPEN = (ReportStatus.DRAFT.value, ReportStatus.SUBMITTED.value)
_ADDED: Final = frozenset({UnitKind.VISITS, UnitKind.CONTACTS, UnitKind.MINUTES})
_LONGEST_REASON: Final = 300


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
class ReturnReport:
    """A version that the second person hands back to its author, with the reason."""

    event_id: int
    version: int
    reason: str


@dataclass(frozen=True, slots=True)
class Verification:
    """
    What a recomputation of a version found; `differences` is by line, stored and now.

    A version from before a change of report.json's form has other bytes by
    that alone: its lines are compared instead of its digest.
    """

    version: int
    digest: str
    is_intact: bool
    is_same_form: bool
    recomputed_digest: str
    differences: tuple[Mapping[str, Any], ...]

    @property
    def is_reproduced(self) -> bool:
        """Tell whether the stored bytes are whole and the data give the same again."""
        same = self.digest == self.recomputed_digest
        return self.is_intact and (same if self.is_same_form else not self.differences)


@command
def build_report(cmd: BuildReport) -> ReportRow:
    """
    Return the report of an event; unchanged data give the version that stands. Commits.

    Raises:
        NotFound: No such event.
        OverlappingParts: Two counted figures lie one inside the other.

        DefinitionChanged: The dictionary differs from the stored one of its version.
    """
    keep_dictionary()
    summarise_admissions(cmd.event_id)
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
    corrected = queries.published(cmd.event_id)
    _record(
        "report.correct" if corrected else "report.build",
        as_row(row),
        before={"version": corrected.version} if corrected else {},
        after={"digest": document["digest"], "note": cmd.note},
    )
    return as_row(row)


@command
def submit(cmd: SubmitReport) -> ReportRow:
    """
    Hand a draft in for approval. Commits.

    Raises:
        NoReport: No such version.
        ReportNotOpen: It is not a draft.
    """
    row = queries.version_of(cmd.event_id, cmd.version)
    allowed = (ReportStatus.DRAFT.value,)
    _step(row, to=ReportStatus.SUBMITTED, allowed=allowed, review_note=None)
    _record("report.submit", row)
    return queries.version_of(cmd.event_id, cmd.version)


@command
def hand_back(cmd: ReturnReport) -> ReportRow:
    """
    Hand a version back to its author after a review; it is a draft again. Commits.

    Raises:
        NoReport: No such version.

        ReportNotOpen: It is not handed in.

        Invalid: No reason is given.
    """
    reason = " ".join(cmd.reason.split())[:_LONGEST_REASON]
    if not reason:
        raise Invalid(fields={"reason": [_l("Say what has to change.")]})
    row = queries.version_of(cmd.event_id, cmd.version)
    allowed = (ReportStatus.SUBMITTED.value,)
    _step(row, to=ReportStatus.DRAFT, allowed=allowed, review_note=reason)
    _record("report.review", row, after={"reason": reason})
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
    _record("report.publish", row, after={"digest": row.document()["digest"]})
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
        is_same_form=stored["schema"] == fresh["schema"],
        recomputed_digest=fresh["digest"],
        differences=tuple(_differences(stored, fresh)),
    )


def differences(event_id: int, version: int) -> tuple[Mapping[str, Any], ...]:
    """
    Return what a version says otherwise than the one before it, line by line.

    Raises:
        NoReport: No such version.
    """
    row = queries.version_of(event_id, version)
    older = next((v for v in queries.versions(event_id) if v.version < version), None)
    return tuple(_differences(older.document(), row.document())) if older else ()


def sum_of_lines(event_id: int, version: int, keys: Sequence[str]) -> Mapping[str, Any]:
    """
    Return the sum of some lines of a version with operator, class and kind of unit.

    Raises:
        NoReport: No such version or line.

        UnlikeUnits: They count different things.

        OverlappingParts: One figure lies inside another, or is named twice.
    """
    by_key = {
        line["line"]: line for line in queries.version_of(event_id, version).document()["lines"]
    }
    if not keys or not set(keys) <= set(by_key):
        raise NoReport()
    lines = [by_key[key] for key in keys]
    metrics = {line["metric"] for line in lines}
    try:
        kind = same_kind(sorted(metrics))
    except UnlikeKinds as error:
        raise UnlikeUnits(details={"units": [error.one, error.other]}) from error
    scopes = {(line["metric"], line["scope"]) for line in lines}
    is_nested = any({inner, outer} <= metrics for inner, outer in SUBSETS)
    if len(scopes) < len(lines) or is_nested or kind not in _ADDED:
        raise OverlappingParts()
    return {
        "lines": list(keys),
        "value": sum(int(line["value"]) for line in lines),
        "op": sum_op(line["op"] for line in lines),
        "class": weakest(line["class"] for line in lines),
        "kind": kind.value,
    }


def _record(
    action: str,
    row: ReportRow,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    event = event_by_id(row.event_id)
    audit.record(
        action,
        f"report:{event.slug}/{row.version}",
        organisation_id=event.organisation_id,
        event_id=row.event_id,
        before=before,
        after=after,
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
