"""Gates: pairing, deciding scans, the scanner page, the gate board."""

from __future__ import annotations

from flask import Flask

from eventhub.kernel import scheduler

_MARK_EVERY_S = 10
_WATCH_EVERY_S = 2
_KEYS_EVERY_S = 300


def register(app: Flask) -> None:
    """Register the domain with the application."""
    from eventhub.checkin import api, cli, jobs, views  # noqa: PLC0415 - circular import
    from eventhub.checkin.queries.arrivals import arrived  # noqa: PLC0415 - circular import
    from eventhub.registration.service import arrivals_from  # noqa: PLC0415 - circular import

    arrivals_from(app, arrived)
    app.register_blueprint(views.bp)
    app.register_blueprint(api.bp)
    app.cli.add_command(cli.gate)
    scheduler.add_job(
        app,
        scheduler.Job(name="first-entries", run=jobs.mark_first_entries, every_s=_MARK_EVERY_S),
    )
    scheduler.add_job(
        app, scheduler.Job(name="watch-zones", run=jobs.watch_zones, every_s=_WATCH_EVERY_S)
    )
    scheduler.add_job(
        app, scheduler.Job(name="day-keys", run=jobs.make_day_keys, every_s=_KEYS_EVERY_S)
    )
