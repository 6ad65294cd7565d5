"""Adding up what media and creators published; pure functions over plain rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final

from eventhub.exposure.enums import ReachKind
from eventhub.exposure.rules.rollup import sum_op

_DAYS_OF_A_MONTH: Final = 30  # a story of one day meets a thirtieth of the monthly visitors


@dataclass(frozen=True, slots=True)
class MentionRow:
    """
    One report of one outlet.

    `reach` is the audience that the outlet is said to have (`reach_kind`),
    `reads` what a platform counted; None is unknown, never 0.
    """

    ref: str
    outlet: str  # key of the outlet
    title: str
    url: str
    kind: str
    published_at: datetime
    story: str
    is_original: bool
    reach: int | None
    reach_kind: ReachKind
    op: str
    reads: int | None
    tone: int | None

    @property
    def contacts(self) -> int | None:
        """Return the reach of the day of the report; monthly visitors count a thirtieth."""
        if self.reach is None or self.reach_kind is not ReachKind.MONTHLY_VISITORS:
            return self.reach
        share = Decimal(self.reach) / _DAYS_OF_A_MONTH
        return int(share.quantize(Decimal(1), rounding=ROUND_HALF_EVEN))


@dataclass(frozen=True, slots=True)
class PostRow:
    """One post of one creator; `engagement` adds likes, comments, shares and saves."""

    ref: str
    creator: str  # key of the creator
    title: str
    url: str
    published_at: datetime
    impressions: int | None
    op: str
    engagement: int | None


@dataclass(frozen=True, slots=True)
class MediaSums:
    """What the reports of an event add up to; `None` where nothing is known."""

    mentions: int
    stories: int
    outlets: int
    potential: int | None
    potential_op: str
    with_reach: int
    copies: int  # part of `potential` that syndicated copies bring
    reads: int | None
    with_reads: int
    tone_net: Decimal | None  # per cent
    coded: int


@dataclass(frozen=True, slots=True)
class CreatorSums:
    """What the posts of creators add up to."""

    creators: int
    posts: int
    impressions: int | None
    impressions_op: str
    with_impressions: int
    engagement: int | None


def media_sums(rows: Sequence[MentionRow]) -> MediaSums:
    """
    Return the sums over reports: rows, stories and outlets are three numbers.

    A copy keeps its own outlet's reach and is one story with its original. A
    report without a reach makes the sum a lower bound.
    """
    known = [(row, value) for row in rows if (value := row.contacts) is not None]
    read = [row.reads for row in rows if row.reads is not None]
    tones = [row.tone for row in rows if row.tone is not None]
    return MediaSums(
        mentions=len(rows),
        stories=len({row.story for row in rows}),
        outlets=len({row.outlet for row in rows}),
        potential=sum(value for _row, value in known) if known else None,
        potential_op=_lower(sum_op(row.op for row, _value in known), len(known) < len(rows)),
        with_reach=len(known),
        copies=sum(value for row, value in known if not row.is_original),
        reads=sum(read) if read else None,
        with_reads=len(read),
        tone_net=_net(tones),
        coded=len(tones),
    )


def creator_sums(rows: Sequence[PostRow]) -> CreatorSums:
    """Return the sums over posts; a post without a figure makes the sum a lower bound."""
    known = [(row, row.impressions) for row in rows if row.impressions is not None]
    acted = [row.engagement for row in rows if row.engagement is not None]
    return CreatorSums(
        creators=len({row.creator for row in rows}),
        posts=len(rows),
        impressions=sum(value for _row, value in known) if known else None,
        impressions_op=_lower(sum_op(row.op for row, _value in known), len(known) < len(rows)),
        with_impressions=len(known),
        engagement=sum(acted) if acted else None,
    )


def _lower(op: str, is_incomplete: bool) -> str:
    return sum_op((op, ">")) if is_incomplete else op


def _net(tones: Sequence[int]) -> Decimal | None:
    if not tones:
        return None
    share = Decimal(sum(tones)) * 100 / len(tones)
    return share.quantize(Decimal("0.1"), rounding=ROUND_HALF_EVEN)
