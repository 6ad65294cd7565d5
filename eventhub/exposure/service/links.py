"""Links for readers: made, revoked; the token is shown once and kept as a hash."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from flask_babel import lazy_gettext as _l
from sqlalchemy import select, update

from eventhub.exposure import queries
from eventhub.exposure.errors import NoLink
from eventhub.exposure.models import ReportLink
from eventhub.kernel import audit, clock, ids
from eventhub.kernel.db import command, db
from eventhub.kernel.errors import Invalid
from eventhub.programme.queries import event_by_id

MAX_DAYS: Final = 365
_LONGEST_LABEL: Final = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeLink:
    """A link to one version for `label`, such as "District office", for some days."""

    event_id: int
    version: int
    label: str
    days: int
    created_by: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokeLink:
    """The link of this public id."""

    event_id: int
    public_id: str


@dataclass(frozen=True, slots=True)
class MadeLink:
    """What only the maker sees, once."""

    public_id: str
    token: str


@command
def make_link(cmd: MakeLink) -> MadeLink:
    """
    Return a new link to a version, readable by whoever holds it. Commits.

    Raises:
        NoReport: No such version.

        Invalid: No label, or a time that is not 1 to 365 days.
    """
    label = " ".join(cmd.label.split())
    if not label or len(label) > _LONGEST_LABEL:
        raise Invalid(fields={"label": [_l("Say in at most 80 characters whom it is for.")]})
    if not 1 <= cmd.days <= MAX_DAYS:
        raise Invalid(fields={"days": [_l("A link is open for 1 to 365 days.")]})
    report = queries.version_of(cmd.event_id, cmd.version)
    token, now = ids.new_token(), clock.now()
    row = ReportLink(
        public_id=ids.new_public_id(),
        event_id=cmd.event_id,
        report_id=report.id,
        token_sha256=ids.token_hash(token),
        label=label,
        created_by=cmd.created_by,
        created_at=now,
        expires_at=now + timedelta(days=cmd.days),
    )
    db.session.add(row)
    db.session.flush()
    _record("report.link", row, after={"version": cmd.version, "days": cmd.days})
    return MadeLink(row.public_id, token)


@command
def revoke_link(cmd: RevokeLink) -> None:
    """
    End a link; one that has ended already stays so. Commits.

    Raises:
        NoLink: The event has no such link.
    """
    row = db.session.scalar(
        select(ReportLink).where(
            ReportLink.event_id == cmd.event_id, ReportLink.public_id == cmd.public_id
        )
    )
    if row is None:
        raise NoLink()
    ended = db.session.execute(
        update(ReportLink)
        .where(ReportLink.id == row.id, ReportLink.revoked_at.is_(None))
        .values(revoked_at=clock.now())
        .returning(ReportLink.id)
    ).all()
    if ended:
        _record("report.unlink", row, after={})


def _record(action: str, row: ReportLink, *, after: dict[str, object]) -> None:
    audit.record(
        action,
        f"report-link:{row.public_id}",
        organisation_id=event_by_id(row.event_id).organisation_id,
        event_id=row.event_id,
        after=after,
    )
