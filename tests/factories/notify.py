"""Rows of the outbox for tests."""

from __future__ import annotations

from typing import Any

from eventhub.notify import service
from eventhub.notify.models import OutboxMessage


def enqueue(**changes: Any) -> OutboxMessage | None:
    """Write one message, or None when its cause has one already. Commits."""
    values: dict[str, Any] = {
        "event_id": 1,
        "kind": "confirmation",
        "dedupe_key": "registration:1",
        "recipient": "fang.wang@example.com",
        "recipient_name": "王芳",
        "locale": "zh",
        "subject": "已报名：云锦开幕",
        "text": "票在下面。\n",
    }
    return service.enqueue(**(values | changes))
