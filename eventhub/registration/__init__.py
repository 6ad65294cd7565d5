"""Ticket types, quotas, registrations and tickets."""

from __future__ import annotations

from flask import Flask

from eventhub.kernel import scheduler


def register(app: Flask) -> None:
    """Register pages, API and commands with the application."""
    from eventhub.extensions import csrf  # noqa: PLC0415 - circular import
    from eventhub.registration import (  # noqa: PLC0415 - circular import
        api,
        cli_guests,
        cli_waitlist,
        invitation_views,
        jobs,
        service,
        views,
    )

    app.register_blueprint(views.bp)
    app.register_blueprint(invitation_views.bp)
    app.register_blueprint(api.bp)
    csrf.exempt(api.bp)  # programs send a key, browsers have none to abuse
    for commands in (cli_guests, cli_waitlist):  # all of one group, `cli.group`
        app.cli.add_command(commands.group)
    scheduler.add_job(app, scheduler.Job(name="waitlists", run=jobs.serve_waitlists, every_s=15))
    scheduler.add_job(app, scheduler.Job(name="index-names", run=service.index_names, every_s=10))
    scheduler.add_job(
        app, scheduler.Job(name="reminders", run=service.remind_everywhere, every_s=600)
    )
