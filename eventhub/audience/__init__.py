"""Footfall and livestreams: what is counted, and how each figure is known."""

from __future__ import annotations

from flask import Flask

from eventhub.kernel.scheduler import Job, add_job


def register(app: Flask) -> None:
    """Register the pages, the API and the commands of this domain."""
    from eventhub.audience import api, cli, jobs, views, watch  # noqa: PLC0415 - circular import

    app.register_blueprint(views.bp)
    app.register_blueprint(watch.bp)
    app.register_blueprint(api.bp)
    app.cli.add_command(cli.audience)
    add_job(app, Job(name="stream-polls", run=jobs.poll_due, every_s=jobs.EVERY_S, jitter_s=1))
    add_job(app, Job(name="beats", run=jobs.read_beats, every_s=jobs.READ_EVERY_S))
    add_job(app, Job(name="roll-ups", run=jobs.roll_up_due, every_s=jobs.ROLL_UP_EVERY_S))
