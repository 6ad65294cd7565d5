"""Proposals of the planner that wait for a person, and those that were dealt with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from eventhub.kernel.db import db
from eventhub.programme.errors import UnknownProposal
from eventhub.programme.models import PlanProposal


@dataclass(frozen=True, slots=True)
class ProposalRow:
    """A proposal; `params` of a repair are stage_id and day, `content` is there when it is open."""

    public_id: str
    kind: str
    state: str
    params: Mapping[str, Any]
    seed: int
    limit_s: int
    content: Mapping[str, Any] | None
    created_at: datetime
    created_by: str


def proposals(event_id: int, limit: int = 20) -> list[ProposalRow]:
    """Return the newest proposals of an event, without what they propose."""
    statement = (
        select(PlanProposal)
        .where(PlanProposal.event_id == event_id)
        .order_by(PlanProposal.id.desc())
        .limit(limit)
    )
    return [_row(row) for row in db.session.scalars(statement)]


def proposal(event_id: int, public_id: str) -> ProposalRow:
    """
    Return one proposal.

    Raises:
        UnknownProposal: The event has none of this name.
    """
    found = db.session.scalar(
        select(PlanProposal).where(
            PlanProposal.event_id == event_id, PlanProposal.public_id == public_id
        )
    )
    if found is None:
        raise UnknownProposal()
    return _row(found)


def _row(row: PlanProposal) -> ProposalRow:
    return ProposalRow(
        row.public_id,
        row.kind,
        row.state,
        row.params,
        row.seed,
        row.limit_s,
        row.content,
        row.created_at,
        row.created_by,
    )
