"""When those who make a show can not take part."""

from __future__ import annotations

from sqlalchemy import select

from eventhub.kernel.db import db
from eventhub.programme.enums import AvailabilityKind
from eventhub.programme.models import Availability, PartyMember, ShowParty
from eventhub.programme.rules.conflicts.spans import merged

Span = tuple[int, int]
_EVER = (0, 2**40)


def times_away(show_id: int) -> list[Span]:
    """Return when a party of a show, or a member of one, can not; seconds since 1970, merged."""
    cast = select(ShowParty.party_id).where(ShowParty.show_id == show_id)
    members = select(PartyMember.member_id).where(PartyMember.party_id.in_(cast))
    statement = select(
        Availability.party_id, Availability.kind, Availability.starts_at, Availability.ends_at
    ).where(Availability.party_id.in_(cast) | Availability.party_id.in_(members))
    away: list[Span] = []
    can: dict[int, list[Span]] = {}
    for row in db.session.execute(statement):
        span = (int(row.starts_at.timestamp()), int(row.ends_at.timestamp()))
        if row.kind == AvailabilityKind.UNAVAILABLE:
            away.append(span)
        elif row.kind == AvailabilityKind.AVAILABLE:
            can.setdefault(row.party_id, []).append(span)
    for spans in can.values():
        at_s = _EVER[0]
        for start_s, end_s in merged(spans):
            away.append((at_s, start_s))
            at_s = end_s
        away.append((at_s, _EVER[1]))
    return merged(away)
