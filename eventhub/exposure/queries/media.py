"""Media and creators as lines and tables of a report."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import select

from eventhub.audience.dictionary import METRICS
from eventhub.exposure.enums import PriorKind, ReachKind
from eventhub.exposure.models import Creator, CreatorPost, Mention, Outlet
from eventhub.exposure.queries.media_batches import media_batches
from eventhub.exposure.rules.canonical import canonical, sha256
from eventhub.exposure.rules.lines import Line, SourceRef, Span
from eventhub.exposure.rules.media import MentionRow, PostRow, creator_sums, media_sums
from eventhub.exposure.rules.uncertainty import Prior, interval
from eventhub.exposure.rules.visibility import Seen, posts_seen, seen
from eventhub.kernel.db import I18n, db
from eventhub.programme.queries import EventRow

MENTIONS_PRINTED: Final = 500
_OUTLETS_PRINTED: Final = 60
_DAYS_DRAWN: Final = 120
_REACH_KIND: Final = 9  # its place among the columns of a mention
_EXPORTED, _MODELLED = "platform", "followers"  # scopes of creator impressions
_MEDIA: Final = {"zh": "媒体记录", "en": "Media records of this system"}
_CREATORS: Final = {"zh": "达人作品记录", "en": "Creator records of this system"}


@dataclass(frozen=True, slots=True)
class Media:
    """What media and creators add to a report; `state` names the rows behind it."""

    lines: tuple[Line, ...]
    series: Mapping[str, Any]
    state: Mapping[str, Any]
    is_synthetic: bool


def media(event: EventRow, priors: Mapping[PriorKind, Prior] | None = None) -> Media:
    """Return lines and tables of an event's mentions and posts; four statements."""
    mentions, posts = mention_rows(event.id), post_rows(event.id)
    if not mentions and not posts:
        return Media((), {}, {}, is_synthetic=False)
    outlets = {row.key: row for row in _all(Outlet, event.id)}
    creators = {row.key: row for row in _all(Creator, event.id)}
    rows: list[MentionRow | PostRow] = [*mentions, *posts]
    days = {row.ref: event.operating_day(row.published_at) for row in rows}
    series = {
        "media_days": _days(mentions, posts, days),
        "outlets": _outlet_table(mentions, outlets),
        "creators": _creator_table(posts, creators),
        "mentions": _mention_table(mentions, outlets, days),
    }
    state = {
        "mentions": len(mentions),
        "posts": len(posts),
        "refs_sha256": sha256(canonical({"refs": sorted(days)})),
        "batches": sorted(row.sha256 for row in media_batches(event.id) if not row.undone_at),
    }
    reported = _media_lines(mentions, days, priors or {})
    posted = _creator_lines(posts, days, creators, (priors or {}).get(PriorKind.FOLLOWERS))
    return Media(
        lines=(*_dated(reported, mentions), *_dated(posted, posts)),
        series={name: value for name, value in series.items() if value},
        state=state,
        is_synthetic=_has_synthetic(event.id),
    )


def mention_rows(event_id: int) -> list[MentionRow]:
    """Return all mentions of an event by time; one statement."""
    found = db.session.execute(
        select(
            Mention.ref,
            Outlet.key,
            Mention.title,
            Mention.url,
            Mention.kind,
            Mention.published_at,
            Mention.story,
            Mention.is_original,
            Mention.reach,
            Mention.reach_kind,
            Mention.op,
            Mention.reads,
            Mention.tone,
        )
        .join(Outlet, Outlet.id == Mention.outlet_id)
        .where(Mention.event_id == event_id)
        .order_by(Mention.published_at, Mention.ref)
    )
    return [_mention_row(row) for row in found]


def _mention_row(cells: Iterable[Any]) -> MentionRow:
    values = list(cells)
    values[_REACH_KIND] = ReachKind(values[_REACH_KIND])
    return MentionRow(*values)


def post_rows(event_id: int) -> list[PostRow]:
    """Return all posts of creators of an event by time; one statement."""
    found = db.session.execute(
        select(
            CreatorPost.ref,
            Creator.key,
            CreatorPost.title,
            CreatorPost.url,
            CreatorPost.published_at,
            CreatorPost.impressions,
            CreatorPost.op,
            CreatorPost.engagement,
        )
        .join(Creator, Creator.id == CreatorPost.creator_id)
        .where(CreatorPost.event_id == event_id)
        .order_by(CreatorPost.published_at, CreatorPost.ref)
    )
    return [PostRow(*row) for row in found]


def outlet_names(event_id: int) -> dict[str, I18n]:
    """Return the names of outlets by key; one statement."""
    return {row.key: row.name for row in _all(Outlet, event_id)}


def _all(model: Any, event_id: int) -> Iterable[Any]:
    return db.session.scalars(select(model).where(model.event_id == event_id))


def _has_synthetic(event_id: int) -> bool:
    return any(
        db.session.scalar(
            select(model.id).where(model.event_id == event_id, model.is_synthetic).limit(1)
        )
        for model in (Mention, CreatorPost)
    )


def _dated(lines: Sequence[Line], rows: Sequence[MentionRow | PostRow]) -> list[Line]:
    """Add when the first and the last piece came out; both are held by the span."""
    if not rows:
        return []
    span = Span(rows[0].published_at, rows[-1].published_at + timedelta(seconds=1))
    return [replace(line, span=span) for line in lines]


def _media_lines(
    rows: Sequence[MentionRow], days: Mapping[str, date], priors: Mapping[PriorKind, Prior]
) -> list[Line]:
    if not rows:
        return []
    sums = media_sums(rows)
    source = _source("media", _MEDIA, "mentions", [row.ref for row in rows], days)
    facts = {
        "mentions": sums.mentions,
        "with_reach": sums.with_reach,
        "copies": sums.copies,
        "reads": sums.reads,
        "with_reads": sums.with_reads,
        "coded": sums.coded,
    }
    lines = [
        _line("media.mentions", sums.mentions, "measured", source, facts),
        _line("media.stories", sums.stories, "measured", source, facts),
        _line("media.outlets", sums.outlets, "measured", source, facts),
    ]
    if sums.potential is not None:
        op = sums.potential_op
        lines.append(_line("media.potential", sums.potential, "estimated", source, facts, op=op))
    estimate = seen(rows, priors)
    if estimate is not None:
        lines.append(_seen_line("media.seen", estimate, source, facts))
    elif sums.potential is None and sums.reads is not None:
        op = "=" if sums.with_reads == sums.mentions else ">"
        lines.append(_line("media.seen", sums.reads, "estimated", source, facts, op=op))
    if sums.tone_net is not None:
        lines.append(_line("media.tone_net", str(sums.tone_net), "estimated", source, facts))
    return lines


def _creator_lines(
    rows: Sequence[PostRow],
    days: Mapping[str, date],
    creators: Mapping[str, Creator],
    prior: Prior | None,
) -> list[Line]:
    if not rows:
        return []
    sums = creator_sums(rows)
    silent = [row for row in rows if row.impressions is None]
    followers = {key: creator.followers for key, creator in creators.items()}
    estimate = posts_seen(silent, followers, prior)
    source = _source("creators", _CREATORS, "posts", [row.ref for row in rows], days)
    facts = {"posts": sums.posts, "with_impressions": sums.with_impressions}
    lines = [
        _line("kol.creators", sums.creators, "measured", source, facts),
        _line("kol.posts", sums.posts, "measured", source, facts),
    ]
    if sums.impressions is not None:
        op = "=" if estimate and not estimate.unknown else sums.impressions_op
        line = _line("kol.impressions", sums.impressions, "claimed", source, facts, op=op)
        lines.append(replace(line, scope=_EXPORTED) if estimate else line)
    if estimate is not None:
        line = _seen_line("kol.impressions", estimate, source, facts)
        name = {"zh": "达人曝光（按粉丝数估计）", "en": "Creator impressions, from followers"}
        key = f"{line.key}-from-followers"
        lines.append(replace(line, key=key, scope=_MODELLED, zh=name["zh"], en=name["en"]))
    if sums.engagement is not None:
        lines.append(_line("kol.engagement", sums.engagement, "claimed", source, facts))
    return lines


def _seen_line(metric: str, estimate: Seen, source: SourceRef, facts: Mapping[str, Any]) -> Line:
    found = interval(estimate.parts, exact=estimate.counted)
    known = {**facts, "modelled": estimate.modelled, "unknown": estimate.unknown}
    line = _line(metric, estimate.value, "estimated", source, known, op=estimate.op)
    return replace(
        line,
        parts=estimate.parts,
        low=found.low if found else None,
        high=found.high if found else None,
    )


def _source(
    source: str, title: I18n, kind: str, refs: Sequence[str], days: Mapping[str, date]
) -> SourceRef:
    """Name the rows by day: ten thousand of them are no list to read."""
    named = sorted({f"{kind}/{days[ref].isoformat()}" for ref in refs})
    return SourceRef(source=source, title=title, observations=tuple(named))


def _line(
    metric_id: str,
    value: int | str,
    cls: str,
    source: SourceRef,
    facts: Mapping[str, Any],
    *,
    op: str = "=",
) -> Line:
    metric = METRICS[metric_id]
    return Line(
        key=f"recorded-{metric_id.replace('.', '-').replace('_', '-')}",
        metric=metric_id,
        zh=f"{metric.name.zh}（已录入）",
        en=f"{metric.name.en[:1].upper()}{metric.name.en[1:]}, recorded",
        value=value,
        op=op,
        unit=metric.unit.zh,
        cls=cls,
        sources=(source,),
        facts=dict(facts),
    )


def _days(
    mentions: Sequence[MentionRow], posts: Sequence[PostRow], days: Mapping[str, date]
) -> dict[str, Any]:
    reach: Counter[date] = Counter()
    for row in mentions:
        reach[days[row.ref]] += row.contacts or 0
    reports = Counter(days[row.ref] for row in mentions)
    posted = Counter(days[row.ref] for row in posts)
    held = sorted({*reports, *posted})
    span = (held[-1] - held[0]).days + 1
    drawn = held[-_DAYS_DRAWN:]
    if span <= _DAYS_DRAWN:
        drawn = [held[0] + timedelta(days=n) for n in range(span)]
    return {
        "days": [day.isoformat() for day in drawn],
        "mentions": [reports[day] for day in drawn],
        "posts": [posted[day] for day in drawn],
        "reach": [reach[day] for day in drawn],
    }


def _outlet_table(
    rows: Sequence[MentionRow], outlets: Mapping[str, Outlet]
) -> dict[str, Any] | None:
    by_outlet: dict[str, list[MentionRow]] = defaultdict(list)
    for row in rows:
        by_outlet[row.outlet].append(row)
    made = [_outlet_row(outlets[key], found) for key, found in by_outlet.items()]
    made.sort(key=lambda row: (-(row["reach"] or 0), -row["mentions"], row["zh"]))
    return {"count": len(made), "rows": made[:_OUTLETS_PRINTED]} if made else None


def _outlet_row(outlet: Outlet, rows: Sequence[MentionRow]) -> dict[str, Any]:
    sums = media_sums(rows)
    return {
        **outlet.name,
        "kind": outlet.kind,
        "tier": outlet.tier,
        "parent": outlet.parent,
        "mentions": sums.mentions,
        "copies": sum(not row.is_original for row in rows),
        "reach": sums.potential,
        "op": sums.potential_op,
        "reads": sums.reads,
    }


def _creator_table(
    rows: Sequence[PostRow], creators: Mapping[str, Creator]
) -> dict[str, Any] | None:
    by_creator: dict[str, list[PostRow]] = defaultdict(list)
    for row in rows:
        by_creator[row.creator].append(row)
    made = [_creator_row(creators[key], found) for key, found in by_creator.items()]
    made.sort(key=lambda row: (-(row["impressions"] or 0), row["zh"]))
    return {"count": len(made), "rows": made[:_OUTLETS_PRINTED]} if made else None


def _creator_row(creator: Creator, rows: Sequence[PostRow]) -> dict[str, Any]:
    sums = creator_sums(rows)
    return {
        **creator.name,
        "platform": creator.platform,
        "followers": creator.followers,
        "posts": sums.posts,
        "without_figure": sums.posts - sums.with_impressions,
        "impressions": sums.impressions,
        "op": sums.impressions_op,
        "engagement": sums.engagement,
    }


def _mention_table(
    rows: Sequence[MentionRow], outlets: Mapping[str, Outlet], days: Mapping[str, date]
) -> dict[str, Any] | None:
    if not rows:
        return None
    largest = sorted(rows, key=lambda row: (-(row.contacts or 0), row.published_at, row.ref))
    printed = sorted(largest[:MENTIONS_PRINTED], key=lambda row: (row.published_at, row.ref))
    return {
        "count": len(rows),
        "rows": [
            {
                "ref": row.ref,
                "day": days[row.ref].isoformat(),
                "at": f"{row.published_at:%Y-%m-%dT%H:%M:%SZ}",
                "outlet": outlets[row.outlet].name,
                "title": row.title,
                "url": row.url,
                "kind": row.kind,
                "reach": row.contacts,
                "reach_kind": row.reach_kind.value,
                "op": row.op,
                "reads": row.reads,
                "tone": row.tone,
                "story": row.story,
                "copy": not row.is_original,
            }
            for row in printed
        ],
    }
