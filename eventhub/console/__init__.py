"""Pages that cross domains: the organizer's home, guests, gates, counters, report, health."""

from __future__ import annotations

from flask import Flask

from eventhub.kernel import audit, scheduler


def register(app: Flask) -> None:
    """Register the organizer's pages, the addresses for machines, and `flask ops`."""
    from eventhub.console import access_api, api, cli, v1, views  # noqa: PLC0415 - circular import
    from eventhub.extensions import csrf  # noqa: PLC0415 - circular import

    scheduler.add_job(
        app,
        scheduler.Job(name="audit", run=audit.note_checkpoint, every_s=audit.CHECKPOINT_EVERY_S),
    )
    app.register_blueprint(views.blueprint)
    app.register_blueprint(api.blueprint)
    app.register_blueprint(access_api.blueprint)
    app.register_blueprint(v1.bp)
    csrf.exempt(v1.bp)  # programs send a key, browsers have none to abuse
    app.cli.add_command(cli.group)
