"""Mentions, outlets, creators and their posts; all invented, up to the moment of the load."""

from __future__ import annotations

from typing import Any, Final

from eventhub.demo.frame import Frame
from eventhub.exposure.enums import MentionKind, ReachKind
from eventhub.exposure.service import (
    EnsureCreator,
    EnsureOutlet,
    MentionFigures,
    RecordMentions,
    ensure_creator,
    ensure_outlet,
    record_mentions,
)

_ACTIONS: Final = ("likes", "comments", "shares", "saves")


def load(frame: Frame) -> None:
    """Add what media and creators published so far, inside the caller's command."""
    outlets = {row["slug"]: row["name"] for row in frame.content["outlets"]}
    for row in frame.content["outlets"]:
        ensure_outlet(
            EnsureOutlet(
                event_id=frame.event.id,
                name=row["name"],
                kind=row["kind"],
                tier=row["tier"],
                parent=row["parent"] or "",
                region=row["region"],
                domain=row["domain"],
            )
        )
    items = [_mention(frame, row, outlets[row["outlet"]]) for row in frame.content["mentions"]]
    for creator in frame.content["creators"]:
        ensure_creator(
            EnsureCreator(
                event_id=frame.event.id,
                name=creator["name"],
                platform=frame.content["platform_kinds"][creator["platform"]],
                followers=creator["followers"],
            )
        )
        items += [_post(frame, creator, row) for row in creator["posts"]]
    record_mentions(
        RecordMentions(
            event_id=frame.event.id,
            items=[item for item in items if item.published_at <= frame.moment],
            is_synthetic=True,
        )
    )


def _mention(frame: Frame, row: dict[str, Any], outlet: dict[str, str]) -> MentionFigures:
    return MentionFigures(
        outlet=outlet["zh"],
        title=row["title"],
        published_at=frame.at(row["day"], row["time"]),
        url=row["url"],
        kind=MentionKind(row["kind"]),
        reach=row["reach"],
        reach_kind=ReachKind(row["reach_kind"]),
        reads=row["reads"],
        tone=row["tone"],
        prominence=row["prominence"],
        lang=row["lang"],
        story=row["group"] or row["id"],
        is_original=row["is_original"],
        ref=row["id"].lower(),
    )


def _post(frame: Frame, creator: dict[str, Any], row: dict[str, Any]) -> MentionFigures:
    actions = [row[name] for name in _ACTIONS if row.get(name) is not None]
    return MentionFigures(
        outlet=creator["name"]["zh"],
        title=row["title"],
        published_at=frame.at(row["day"], row["time"]),
        kind=MentionKind.CREATOR_POST,
        reach=row["impressions"],
        reach_kind=ReachKind.NONE if row["impressions"] is None else ReachKind.PLATFORM_IMPRESSIONS,
        lang=row["lang"],
        engagement=sum(actions) if actions else None,
        ref=row["id"],
    )
