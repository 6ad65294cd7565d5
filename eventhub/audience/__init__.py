"""Footfall and livestreams: what is counted, and how each figure is known."""

from __future__ import annotations

from flask import Flask

from eventhub.kernel.scheduler import Job, add_job


def register(app: Flask) -> None:
    """Register the pages, the API and the commands of this domain."""
    from eventhub.audience import api, cli, jobs, views  # noqa: PLC0415 - circular import

    app.register_blueprint(views.bp)
    app.register_blueprint(api.bp)
    app.cli.add_command(cli.audience)
    add_job(app, Job(name="stream-polls", run=jobs.poll_due, every_s=jobs.EVERY_S, jitter_s=1))
