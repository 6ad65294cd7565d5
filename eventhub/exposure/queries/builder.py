"""What an organizer chose for the report: sections, targets, priors, notes, logo, links."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from eventhub.exposure.enums import PriorKind, Section
from eventhub.exposure.errors import LinkOver, NoReport
from eventhub.exposure.models import (
    DayNote,
    Report,
    ReportLink,
    ReportLogo,
    ReportSetting,
    Target,
    VisibilityPrior,
)
from eventhub.exposure.queries.reports import ReportRow, as_row
from eventhub.exposure.rules.uncertainty import Prior
from eventhub.kernel import clock, ids
from eventhub.kernel.db import I18n, db


@dataclass(frozen=True, slots=True)
class Setting:
    """What the next version is built with; the defaults where nothing was chosen."""

    sections: tuple[Section, ...] = tuple(Section)
    accent: str = ""
    logo_sha256: str = ""
    compare_event_id: int | None = None
    universe: int | None = None  # people who could be reached at all

    def as_json(self) -> dict[str, Any]:
        """Return the choice as report.json keeps it."""
        return {
            "sections": [section.value for section in self.sections],
            "accent": self.accent or None,
            "logo": self.logo_sha256 or None,
        }


@dataclass(frozen=True, slots=True)
class PriorRow:
    """A prior in force with its version."""

    kind: PriorKind
    version: int
    prior: Prior


@dataclass(frozen=True, slots=True)
class TargetRow:
    """A target; `set_at` tells whether it stood before the opening."""

    metric: str
    value: Decimal
    set_at: datetime


@dataclass(frozen=True, slots=True)
class LinkRow:
    """A link for readers, without its token: nobody can read that again."""

    public_id: str
    version: int
    label: str
    created_by: int | None
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None

    def is_open(self, now: datetime) -> bool:
        """Tell whether the address still shows the report."""
        return self.revoked_at is None and now < self.expires_at


def setting(event_id: int) -> Setting:
    """Return what the next version of an event's report is built with."""
    row = db.session.get(ReportSetting, event_id)
    if row is None:
        return Setting()
    chosen = tuple(Section) if row.sections is None else tuple(Section(x) for x in row.sections)
    return Setting(
        sections=chosen,
        accent=row.accent or "",
        logo_sha256=row.logo_sha256 or "",
        compare_event_id=row.compare_event_id,
        universe=row.universe,
    )


def priors(event_id: int) -> list[PriorRow]:
    """Return the priors in force by kind; the newest version of a kind counts."""
    newest = {
        row.kind: row
        for row in db.session.scalars(
            select(VisibilityPrior)
            .where(VisibilityPrior.event_id == event_id)
            .order_by(VisibilityPrior.kind, VisibilityPrior.version)
        )
    }
    return [
        PriorRow(
            PriorKind(row.kind),
            row.version,
            Prior(Decimal(str(row.low)), Decimal(str(row.high))),
        )
        for row in newest.values()
        if row.is_active
    ]


def targets(event_id: int) -> list[TargetRow]:
    """Return the targets of an event by metric."""
    found = db.session.scalars(
        select(Target).where(Target.event_id == event_id).order_by(Target.metric)
    )
    return [TargetRow(row.metric, Decimal(str(row.value)), row.set_at) for row in found]


def day_notes(event_id: int) -> Mapping[date, I18n]:
    """Return what was noted of the days of an event, in their order."""
    found = db.session.scalars(
        select(DayNote).where(DayNote.event_id == event_id).order_by(DayNote.day)
    )
    return {row.day: row.text for row in found}


def logo(event_id: int, sha256: str) -> bytes | None:
    """Return the PNG of a logo that a version names."""
    return db.session.scalar(
        select(ReportLogo.png).where(ReportLogo.event_id == event_id, ReportLogo.sha256 == sha256)
    )


def links(event_id: int) -> Sequence[LinkRow]:
    """Return the links of an event's report, newest first; one statement."""
    found = db.session.execute(
        select(ReportLink, Report.version)
        .join(Report, Report.id == ReportLink.report_id)
        .where(ReportLink.event_id == event_id)
        .order_by(ReportLink.id.desc())
    )
    return [
        LinkRow(
            public_id=row.public_id,
            version=version,
            label=row.label,
            created_by=row.created_by,
            created_at=row.created_at,
            expires_at=row.expires_at,
            revoked_at=row.revoked_at,
        )
        for row, version in found
    ]


def linked(token: str) -> ReportRow:
    """
    Return the version that a reader's token opens; one statement.

    Raises:
        NoReport: No such link.

        LinkOver: It has expired or was revoked.
    """
    found = db.session.execute(
        select(Report, ReportLink)
        .join(ReportLink, ReportLink.report_id == Report.id)
        .where(ReportLink.token_sha256 == ids.token_hash(token))
    ).one_or_none()
    if found is None:
        raise NoReport()
    report, link = found
    if link.revoked_at is not None or clock.now() >= link.expires_at:
        raise LinkOver()
    return as_row(report)
