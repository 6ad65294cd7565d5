"""Words of webhooks."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """What an endpoint may be told of."""

    REGISTRATION_CONFIRMED = "registration.confirmed"
    REGISTRATION_APPROVED = "registration.approved"
    REGISTRATION_CANCELLED = "registration.cancelled"
    INVITATION_ANSWERED = "invitation.answered"
    WAITLIST_OFFERED = "waitlist.offered"
    TICKET_REISSUED = "ticket.reissued"
    SCHEDULE_RELEASED = "schedule.released"
    TEST = "test"  # sent by hand to try an endpoint


class DeliveryState(StrEnum):
    """How far a delivery has come; the last two are its end."""

    QUEUED = "queued"
    DEFERRED = "deferred"
    DELIVERED = "delivered"
    DEAD = "dead"


OPEN = (DeliveryState.QUEUED, DeliveryState.DEFERRED)
