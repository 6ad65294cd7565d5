"""The newest mentions and posts of an event."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from eventhub.exposure.enums import MentionKind
from eventhub.exposure.models import Creator, CreatorPost, Mention, Outlet
from eventhub.kernel.db import I18n, db
from eventhub.kernel.i18n import LANGS


@dataclass(frozen=True, slots=True)
class MediaLine:
    """One mention or post; `figure` is its reach or impressions, None when unknown."""

    published_at: datetime
    outlet: I18n
    title: str
    lang: str  # of the title, "" when not known
    url: str
    kind: str
    op: str
    figure: int | None
    reads: int | None
    is_copy: bool


def media_lines(event_id: int, limit: int) -> list[MediaLine]:
    """Return the newest mentions and posts of an event; two statements."""
    mentions = db.session.execute(
        select(Mention, Outlet.name)
        .join(Outlet, Outlet.id == Mention.outlet_id)
        .where(Mention.event_id == event_id)
        .order_by(Mention.published_at.desc(), Mention.id.desc())
        .limit(limit)
    )
    posts = db.session.execute(
        select(CreatorPost, Creator.name)
        .join(Creator, Creator.id == CreatorPost.creator_id)
        .where(CreatorPost.event_id == event_id)
        .order_by(CreatorPost.published_at.desc(), CreatorPost.id.desc())
        .limit(limit)
    )
    lines = [_mention(row, name) for row, name in mentions]
    lines += [_post(row, name) for row, name in posts]
    return sorted(lines, key=lambda line: line.published_at, reverse=True)[:limit]


def _mention(row: Mention, name: I18n) -> MediaLine:
    return MediaLine(
        published_at=row.published_at,
        outlet=name,
        title=row.title,
        lang=row.lang if row.lang in LANGS else "",
        url=row.url,
        kind=row.kind,
        op=row.op,
        figure=row.reach,
        reads=row.reads,
        is_copy=not row.is_original,
    )


def _post(row: CreatorPost, name: I18n) -> MediaLine:
    return MediaLine(
        published_at=row.published_at,
        outlet=name,
        title=row.title,
        lang=row.lang if row.lang in LANGS else "",
        url=row.url,
        kind=MentionKind.CREATOR_POST.value,
        op=row.op,
        figure=row.impressions,
        reads=None,
        is_copy=False,
    )
