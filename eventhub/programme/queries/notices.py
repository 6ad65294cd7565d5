"""Who was told of which release, and whom nobody can tell."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from eventhub.kernel.db import I18n, db
from eventhub.programme.enums import NoticeAudience, RoundState
from eventhub.programme.models import NoticeRound, Party, Schedule, Show, ShowParty


@dataclass(frozen=True, slots=True)
class RoundRow:
    """The messages of one release for one audience."""

    schedule_id: int
    version: str
    released_at: datetime
    audience: NoticeAudience
    state: RoundState
    written: int
    unreachable: int
    created_at: datetime
    decided_at: datetime | None
    decided_by: str | None


@dataclass(frozen=True, slots=True)
class ContactRow:
    """A party that takes part in a show, and where notices for it go."""

    slug: str
    name: I18n
    email: str | None
    lang: str


def notices_waiting(event_id: int) -> tuple[int, datetime | None]:
    """Return how many drafts of notices wait for a decision, and since when the oldest does."""
    statement = select(func.sum(NoticeRound.written), func.min(NoticeRound.created_at)).where(
        NoticeRound.event_id == event_id, NoticeRound.state == RoundState.DRAFT
    )
    count, since = db.session.execute(statement).one()
    return int(count or 0), since


def notice_rounds(event_id: int, limit: int = 40) -> list[RoundRow]:
    """Return the rounds of an event, those of the newest release first."""
    statement = (
        select(NoticeRound, Schedule.name, Schedule.released_at)
        .join(Schedule, Schedule.id == NoticeRound.schedule_id)
        .where(NoticeRound.event_id == event_id)
        .order_by(NoticeRound.schedule_id.desc(), NoticeRound.audience)
        .limit(limit)
    )
    return [
        RoundRow(
            schedule_id=row.schedule_id,
            version=version,
            released_at=released_at or row.created_at,
            audience=NoticeAudience(row.audience),
            state=RoundState(row.state),
            written=row.written,
            unreachable=row.unreachable,
            created_at=row.created_at,
            decided_at=row.decided_at,
            decided_by=row.decided_by,
        )
        for row, version, released_at in db.session.execute(statement)
    ]


def contacts(event_id: int) -> list[ContactRow]:
    """Return the parties of all shows, those without an address first, then by name."""
    statement = (
        select(Party)
        .where(
            Party.event_id == event_id,
            Party.id.in_(
                select(ShowParty.party_id)
                .join(Show, Show.id == ShowParty.show_id)
                .where(Show.event_id == event_id)
            ),
        )
        .order_by(Party.contact_email.is_not(None), Party.public_no)
    )
    return [
        ContactRow(row.slug, row.name, row.contact_email, row.contact_lang or "zh")
        for row in db.session.scalars(statement)
    ]
