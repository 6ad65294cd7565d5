"""Several processes, one outbox."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ProcessPoolExecutor

import pytest
from flask import Flask

from eventhub import create_app
from eventhub.kernel.db import command, db
from eventhub.notify import service
from eventhub.settings import Settings
from tests.conftest import Database
from tests.factories.notify import enqueue

MESSAGES = 60


def claim_all(settings: Settings) -> list[int]:
    """Claim what is due, five at a time, until nothing is left; return the ids."""
    app = create_app(settings)
    claimed: list[int] = []
    with app.app_context():
        while taken := service.claim(5):
            claimed += [message.id for message in taken]
        db.session.remove()
        db.engine.dispose()
    return claimed


@command
def fill() -> None:
    """Write the messages. Commits."""
    for number in range(MESSAGES):
        enqueue(dedupe_key=f"cause:{number}")


@pytest.mark.processes
def test_each_message_is_claimed_by_one_process(app: Flask, database: Database) -> None:
    fill()
    db.session.remove()
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.warm"])
    with ProcessPoolExecutor(2, mp_context=context) as pool:
        claims = list(pool.map(claim_all, [database.settings()] * 2))
    claimed = sorted(number for one in claims for number in one)
    assert claimed == list(range(1, MESSAGES + 1))
