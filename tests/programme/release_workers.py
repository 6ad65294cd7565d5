"""Processes that release one schedule: two at once, or one that ends in the middle."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

from eventhub import create_app
from eventhub.kernel import faults
from eventhub.kernel.errors import EventHubError
from eventhub.programme import service
from eventhub.settings import Settings

PATIENCE_S = 120


def release_at_once(
    folder: Path, url: str, event_id: int, name: str, barrier: threading.Barrier, answers: Any
) -> None:
    """Look at the draft, wait for the others, release; put what became of it into `answers`."""
    app = create_app(Settings.for_tests(folder, database_url=url))
    with app.app_context():
        based_on = service.preview_release(event_id).based_on
        barrier.wait(PATIENCE_S)
        cmd = service.ReleaseSchedule(event_id=event_id, name=name, based_on=based_on)
        try:
            service.release(cmd)
            answers.put("released")
        except EventHubError as refusal:
            answers.put(f"{refusal.status} {refusal.error_code}")


def release_and_die(folder: Path, url: str, event_id: int, point: str) -> None:
    """Release, and end without any cleaning up at a point of the transaction."""
    app = create_app(Settings.for_tests(folder, database_url=url))
    with app.app_context():
        faults.arm(point)
        service.release(service.ReleaseSchedule(event_id=event_id, name="v2"))
