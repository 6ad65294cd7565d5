"""The outbox: every message leaves through a row written with its cause."""

from __future__ import annotations

from flask import Flask

from eventhub.kernel import scheduler


def register(app: Flask) -> None:
    """Register the domain with the application."""
    from eventhub.notify import cli, jobs  # noqa: PLC0415 - circular import

    app.cli.add_command(cli.notify)
    scheduler.add_job(app, scheduler.Job(name="outbox", run=jobs.drain, every_s=5))
