"""Names that forms of seats choose from."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from eventhub.kernel.db import I18n, db
from eventhub.programme.models import Party, Stage
from eventhub.registration.models import Tier


@dataclass(frozen=True, slots=True)
class Named:
    """Something that a form chooses by its name."""

    id: int
    name: I18n


def tiers(event_id: int) -> list[Named]:
    """Return the tiers of an event, the highest first."""
    rows = select(Tier).where(Tier.event_id == event_id).order_by(Tier.priority.desc(), Tier.id)
    return [Named(row.id, row.name) for row in db.session.scalars(rows)]


def parties(event_id: int) -> list[Named]:
    """Return the parties of an event."""
    rows = select(Party).where(Party.event_id == event_id).order_by(Party.slug)
    return [Named(row.id, row.name) for row in db.session.scalars(rows)]


def stages(event_id: int) -> list[tuple[int, I18n]]:
    """Return the stages of an event in their order."""
    rows = select(Stage).where(Stage.event_id == event_id).order_by(Stage.position)
    return [(row.id, row.name) for row in db.session.scalars(rows)]
