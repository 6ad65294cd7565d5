"""
From reach to contacts seen: reads where they are known, else reach × a prior.

A prior is the share of an audience that sees a piece. It is a range, set by
the organizer, versioned, and printed in the report; without one for a kind of
piece nothing is estimated and the sum is a lower bound.

Starting points, offered and never used unasked. Source: the metric
specification of this project, section "from reach to exposure".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final

from eventhub.exposure.enums import MentionKind, PriorKind, ReachKind
from eventhub.exposure.rules.media import MentionRow, PostRow
from eventhub.exposure.rules.uncertainty import Part, Prior

OFFERED: Final[Mapping[PriorKind, Prior]] = {
    PriorKind.PRINT: Prior(Decimal("0.2"), Decimal("0.4")),
    PriorKind.NEWS: Prior(Decimal("0.002"), Decimal("0.02")),
    PriorKind.FOLLOWERS: Prior(Decimal("0.03"), Decimal("0.10")),
}
_SHOWN: Final = frozenset({ReachKind.PLATFORM_IMPRESSIONS, ReachKind.PLATFORM_READS})
_PRIOR_OF: Final = {
    (MentionKind.PRINT.value, ReachKind.CIRCULATION): PriorKind.PRINT,
    (MentionKind.PRINT.value, ReachKind.UNSTATED): PriorKind.PRINT,
    (MentionKind.NEWS.value, ReachKind.MONTHLY_VISITORS): PriorKind.NEWS,
    (MentionKind.NEWS.value, ReachKind.UNSTATED): PriorKind.NEWS,
}


@dataclass(frozen=True, slots=True)
class Seen:
    """
    Contacts seen: `value` = counted + modelled; the modelled part has an error.

    `unknown` pieces have neither reads nor a prior and are not in the sum.
    """

    value: int
    counted: int
    modelled: int
    unknown: int
    parts: tuple[Part, ...]

    @property
    def op(self) -> str:
        """Return `>` when a piece is missing from the sum."""
        return ">" if self.unknown else "="


def seen(rows: Sequence[MentionRow], priors: Mapping[PriorKind, Prior]) -> Seen | None:
    """Return contacts seen of an event's reports, None when no prior is set for them."""
    if not priors.keys() & {PriorKind.PRINT, PriorKind.NEWS}:
        return None
    return _sums(
        ((_counted(row), _PRIOR_OF.get((row.kind, row.reach_kind)), row.reach) for row in rows),
        priors,
    )


def posts_seen(
    rows: Sequence[PostRow], followers: Mapping[str, int | None], prior: Prior | None
) -> Seen | None:
    """
    Return contacts of the posts whose platform shows none, None without a prior for them.

    Args:
        rows: Posts without impressions.

        followers: By key of the creator; None is unknown.

        prior: The share of followers that sees one post.
    """
    if prior is None or not rows:
        return None
    return _sums(
        ((None, PriorKind.FOLLOWERS, followers.get(row.creator)) for row in rows),
        {PriorKind.FOLLOWERS: prior},
    )


def _counted(row: MentionRow) -> int | None:
    if row.reads is not None:
        return row.reads
    return row.reach if row.reach_kind in _SHOWN else None


def _sums(
    rows: Iterable[tuple[int | None, PriorKind | None, int | None]],
    priors: Mapping[PriorKind, Prior],
) -> Seen:
    """Add up (counted contacts, kind of prior, whole audience) of every piece."""
    whole, unknown = 0, 0
    reach: dict[PriorKind, int] = defaultdict(int)
    for known, kind, audience in rows:
        if known is not None:
            whole += known
        elif kind in priors and kind is not None and audience is not None:
            reach[kind] += audience
        else:
            unknown += 1
    parts = tuple(_part(kind, reach[kind], priors[kind]) for kind in sorted(reach))
    model = sum(int(part.value) for part in parts)
    return Seen(value=whole + model, counted=whole, modelled=model, unknown=unknown, parts=parts)


def _part(kind: PriorKind, audience: int, prior: Prior) -> Part:
    value = (audience * prior.median).quantize(Decimal(1), rounding=ROUND_HALF_EVEN)
    return Part(int(value), prior.rel_sd, f"prior:{kind}", is_prior=True)
