"""What an organizer chooses for the report: layout, targets, priors, notes of days, logo."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, func, select

from eventhub.audience.dictionary import METRICS
from eventhub.exposure import queries
from eventhub.exposure.enums import PriorKind, Section
from eventhub.exposure.errors import TargetFrozen
from eventhub.exposure.logo import redrawn
from eventhub.exposure.models import (
    DayNote,
    ReportLogo,
    ReportSetting,
    Target,
    VisibilityPrior,
)
from eventhub.exposure.rules.uncertainty import Prior
from eventhub.kernel import audit, clock
from eventhub.kernel.db import I18n, command, db
from eventhub.kernel.errors import Invalid
from eventhub.kernel.theme import PAPER, contrast, is_colour
from eventhub.programme.queries import EventRow, event_by_id

MIN_CONTRAST = 4.5  # WCAG 2.2, text on paper
_MOST_PEOPLE = 10_000_000_000
_LONGEST_NOTE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class SetLayout:
    """Sections in their order, the accent (`#RRGGBB` or '' for none), the event beside."""

    event_id: int
    sections: tuple[Section, ...]
    accent: str = ""
    compare_event_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SetLogo:
    """An uploaded picture; None takes the logo away from the next version."""

    event_id: int
    data: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SetTargets:
    """All targets of an event by metric; what is missing is taken away."""

    event_id: int
    values: Mapping[str, Decimal]
    set_by: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SetPriors:
    """The priors in force by kind; None withdraws one."""

    event_id: int
    priors: Mapping[PriorKind, Prior | None]
    set_by: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SetUniverse:
    """How many people could be reached at all; None leaves the range of people open."""

    event_id: int
    people: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteDays:
    """What a reader should know of each day; an empty text takes a note away."""

    event_id: int
    notes: Mapping[date, I18n]


@dataclass(frozen=True, slots=True, kw_only=True)
class CompareReports:
    """The event whose published report stands beside this one; None ends the comparison."""

    event_id: int
    compare_event_id: int | None


@command
def compare_reports(cmd: CompareReports) -> None:
    """Choose the event that the report is set beside, from the next version on. Commits."""
    _setting(cmd.event_id).compare_event_id = cmd.compare_event_id
    db.session.flush()


@command
def set_layout(cmd: SetLayout) -> None:
    """
    Keep what the next version is built with. Commits.

    Raises:
        Invalid: A section twice, or an accent that is no colour or can not be read on paper.
    """
    if len(set(cmd.sections)) != len(cmd.sections):
        raise Invalid(fields={"sections": [_l("Each section stands once.")]})
    accent = cmd.accent.strip()  # blanks pass a form for nothing at all
    if accent and not is_colour(accent):
        raise Invalid(fields={"accent": [_l("# and six digits.")]})
    if accent and accent_contrast(accent) < MIN_CONTRAST:
        sentence = _l("This colour is too pale: text in it needs a contrast of 4.5 with paper.")
        raise Invalid(fields={"accent": [sentence]})
    row = _setting(cmd.event_id)
    before = queries.setting(cmd.event_id).as_json()
    row.sections = [section.value for section in cmd.sections]
    row.accent = accent.upper() or None
    row.compare_event_id = cmd.compare_event_id
    db.session.flush()
    _record("report.layout", cmd.event_id, before, queries.setting(cmd.event_id).as_json())


@command
def set_logo(cmd: SetLogo) -> None:
    """
    Keep a logo, drawn anew as PNG, for the next version. Commits.

    Raises:
        UnreadableLogo: No picture that can be used.
    """
    row = _setting(cmd.event_id)
    before = row.logo_sha256
    if cmd.data is None:
        row.logo_sha256 = None
    else:
        made = redrawn(cmd.data)
        digest = hashlib.sha256(made.png).hexdigest()
        if queries.logo(cmd.event_id, digest) is None:
            db.session.add(
                ReportLogo(
                    event_id=cmd.event_id,
                    sha256=digest,
                    png=made.png,
                    width=made.width,
                    height=made.height,
                    made_at=clock.now(),
                )
            )
        row.logo_sha256 = digest
    db.session.flush()
    _record("report.logo", cmd.event_id, {"logo": before}, {"logo": row.logo_sha256})


@command
def set_targets(cmd: SetTargets) -> None:
    """
    Keep the targets of an event. Commits.

    A target that was set before the opening stays from the opening on; one set
    later is marked as such in the report.

    Raises:
        Invalid: No metric of the dictionary, or a target that is not above 0.

        TargetFrozen: The event has opened and a target would change.
    """
    if unknown := set(cmd.values) - set(METRICS):
        raise Invalid(fields={key: [_l("There is no such metric.")] for key in unknown})
    if low := [metric for metric, value in cmd.values.items() if value <= 0]:
        raise Invalid(fields={key: [_l("A target is above 0.")] for key in low})
    known = {row.metric: row for row in queries.targets(cmd.event_id)}
    event, now = event_by_id(cmd.event_id), clock.now()
    changed = {
        metric
        for metric in {*known, *cmd.values}
        if metric not in known
        or metric not in cmd.values
        or known[metric].value != cmd.values[metric]
    }
    opening = _opening(event)
    for metric in changed & set(known):
        if opening is not None and known[metric].set_at < opening <= now:
            raise TargetFrozen()
    db.session.execute(
        delete(Target).where(Target.event_id == cmd.event_id, Target.metric.in_(changed))
    )
    db.session.add_all(
        Target(
            event_id=cmd.event_id,
            metric=metric,
            value=float(cmd.values[metric]),
            set_by=cmd.set_by,
            set_at=now,
        )
        for metric in sorted(changed & set(cmd.values))
    )
    db.session.flush()
    if changed:
        _record(
            "report.targets",
            cmd.event_id,
            {m: str(known[m].value) for m in sorted(changed & set(known))},
            {m: str(cmd.values[m]) for m in sorted(changed & set(cmd.values))},
        )


@command
def set_priors(cmd: SetPriors) -> None:
    """Keep the priors in force; a changed one is a new version, a withdrawn one too. Commits."""
    standing = {row.kind: row.prior for row in queries.priors(cmd.event_id)}
    changed = {kind for kind, prior in cmd.priors.items() if standing.get(kind) != prior}
    for kind in sorted(changed):
        kept = cmd.priors[kind] or standing[kind]
        db.session.add(
            VisibilityPrior(
                event_id=cmd.event_id,
                kind=kind.value,
                version=_next_version(cmd.event_id, kind),
                low=float(kept.low),
                high=float(kept.high),
                is_active=cmd.priors[kind] is not None,
                set_by=cmd.set_by,
                set_at=clock.now(),
            )
        )
    db.session.flush()
    if changed:
        now = {row.kind: row.prior for row in queries.priors(cmd.event_id)}
        _record("report.priors", cmd.event_id, _ranges(standing), _ranges(now))


@command
def set_universe(cmd: SetUniverse) -> None:
    """
    Keep how many people could be reached, for the next version. Commits.

    Raises:
        Invalid: Not above 0, or more than live on Earth.
    """
    if cmd.people is not None and not 0 < cmd.people <= _MOST_PEOPLE:
        raise Invalid(fields={"universe": [_l("A whole number of people above 0.")]})
    row = _setting(cmd.event_id)
    before = row.universe
    if before != cmd.people:
        row.universe = cmd.people
        db.session.flush()
        _record("report.universe", cmd.event_id, {"people": before}, {"people": cmd.people})


@command
def note_days(cmd: NoteDays) -> None:
    """
    Keep what was noted of the days of an event. Commits.

    Raises:
        Invalid: A note of more than 200 characters.
    """
    if any(len(text) > _LONGEST_NOTE for note in cmd.notes.values() for text in note.values()):
        raise Invalid(fields={"notes": [_l("A note has at most 200 characters.")]})
    before = {day.isoformat(): dict(text) for day, text in queries.day_notes(cmd.event_id).items()}
    db.session.execute(
        delete(DayNote).where(DayNote.event_id == cmd.event_id, DayNote.day.in_(cmd.notes))
    )
    db.session.add_all(
        DayNote(event_id=cmd.event_id, day=day, text=note)
        for day, note in sorted(cmd.notes.items())
        if any(note.values())
    )
    db.session.flush()
    after = {day.isoformat(): dict(text) for day, text in queries.day_notes(cmd.event_id).items()}
    if after != before:
        _record("report.notes", cmd.event_id, before, after)


def accent_contrast(colour: str) -> float:
    """Return the contrast of a colour with paper, 1 to 21."""
    return contrast(colour, PAPER["light"])


def _setting(event_id: int) -> ReportSetting:
    row = db.session.get(ReportSetting, event_id)
    if row is None:
        row = ReportSetting(event_id=event_id)
        db.session.add(row)
        db.session.flush()
    return row


def _next_version(event_id: int, kind: PriorKind) -> int:
    newest = db.session.scalar(
        select(func.max(VisibilityPrior.version)).where(
            VisibilityPrior.event_id == event_id, VisibilityPrior.kind == kind.value
        )
    )
    return (newest or 0) + 1


def _opening(event: EventRow) -> datetime | None:
    return None if event.starts_on is None else event.day_bounds(event.starts_on)[0]


def _ranges(priors: Mapping[PriorKind, Prior]) -> dict[str, str]:
    return {kind.value: f"{prior.low}-{prior.high}" for kind, prior in sorted(priors.items())}


def _record(
    action: str, event_id: int, before: Mapping[str, object], after: Mapping[str, object]
) -> None:
    event = event_by_id(event_id)
    audit.record(
        action,
        f"report:{event.slug}",
        organisation_id=event.organisation_id,
        event_id=event_id,
        before=before,
        after=after,
    )
