"""What organizers see and change of the consent texts of an event."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from eventhub.kernel.db import I18n, db
from eventhub.registration.models import Consent, ConsentText


@dataclass(frozen=True, slots=True)
class ConsentVersion:
    """
    One wording of a consent text, for good.

    `given` and `refused` count the answers to it, each answer of a person
    once more when it changed; `made_at` None = from before dates were kept.
    """

    version: int
    title: I18n
    text: I18n
    sha256: str
    made_at: datetime | None
    given: int
    refused: int


@dataclass(frozen=True, slots=True)
class ConsentSetUp:
    """A consent text as its form shows it; `versions` newest first, at least one."""

    id: int
    purpose: str
    kind: str
    is_required: bool
    position: int
    is_ended: bool
    versions: tuple[ConsentVersion, ...]

    @property
    def newest(self) -> ConsentVersion:
        """Return the wording that forms show."""
        return self.versions[0]


def consent_set_ups(event_id: int) -> list[ConsentSetUp]:
    """Return the consent texts of an event as forms order them, ended last; two statements."""
    counts = _counts(event_id)
    versions: dict[str, list[ConsentText]] = defaultdict(list)
    found = db.session.scalars(
        select(ConsentText)
        .where(ConsentText.event_id == event_id)
        .order_by(ConsentText.version.desc(), ConsentText.id)
        .execution_options(populate_existing=True)
    )
    for one in found:
        versions[one.purpose].append(one)
    rows = [_row(texts, counts) for texts in versions.values()]
    rows.sort(key=lambda row: (row.is_ended, not row.is_required, row.position, row.id))
    return rows


def _row(texts: list[ConsentText], counts: dict[tuple[int, bool], int]) -> ConsentSetUp:
    newest = texts[0]
    return ConsentSetUp(
        id=newest.id,
        purpose=newest.purpose,
        kind=newest.kind,
        is_required=newest.is_required,
        position=newest.position,
        is_ended=newest.ended_at is not None,
        versions=tuple(
            ConsentVersion(
                version=one.version,
                title=one.title,
                text=one.text,
                sha256=one.sha256,
                made_at=one.made_at,
                given=counts.get((one.id, True), 0),
                refused=counts.get((one.id, False), 0),
            )
            for one in texts
        ),
    )


def _counts(event_id: int) -> dict[tuple[int, bool], int]:
    rows = db.session.execute(
        select(Consent.consent_text_id, Consent.is_given, func.count())
        .where(Consent.event_id == event_id)
        .group_by(Consent.consent_text_id, Consent.is_given)
    )
    return {(text_id, is_given): count for text_id, is_given, count in rows}
