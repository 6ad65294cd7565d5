"""Words of the outbox."""

from __future__ import annotations

from enum import StrEnum


class MessageState(StrEnum):
    """Where a message is; the last three are ends."""

    DRAFT = "draft"  # waits for somebody to approve or discard it
    QUEUED = "queued"
    DEFERRED = "deferred"  # a try failed, another is due
    SENT = "sent"  # taken by the mail server
    DEAD = "dead"  # refused for good, or eight tries failed
    SUPPRESSED = "suppressed"  # must not be sent: demonstration, erased, withdrawn


OPEN = (MessageState.QUEUED, MessageState.DEFERRED)
