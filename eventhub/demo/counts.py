"""How many rows the demonstration holds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import func, select

from eventhub.audience.models import CounterBin, Observation, StreamSample
from eventhub.checkin.models import Admission, Device, Scan
from eventhub.exposure.models import CreatorPost, Mention, Report
from eventhub.kernel.db import Base, db
from eventhub.programme.models import Gate, Party, Performance, Show, Stage, Zone
from eventhub.registration.models import Attendee, Registration, Ticket, TicketType

_COUNTED: Final[dict[str, type[Base]]] = {
    "stages": Stage,
    "zones": Zone,
    "gates": Gate,
    "parties": Party,
    "shows": Show,
    "performances": Performance,
    "ticket_types": TicketType,
    "registrations": Registration,
    "attendees": Attendee,
    "tickets": Ticket,
    "devices": Device,
    "scans": Scan,
    "admissions": Admission,
    "counter_bins": CounterBin,
    "stream_samples": StreamSample,
    "observations": Observation,
    "mentions": Mention,
    "creator_posts": CreatorPost,
    "reports": Report,
}


def counts(event_ids: Sequence[int]) -> dict[str, int]:
    """Return rows per kind over some events; one statement."""
    statement = select(
        *(
            select(func.count())
            .select_from(model)
            .where(model.__table__.c.event_id.in_(event_ids))
            .scalar_subquery()
            for model in _COUNTED.values()
        )
    )
    return dict(zip(_COUNTED, db.session.execute(statement).one(), strict=True))
