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
        cli_privacy,
        cli_seats,
        cli_waitlist,
        holder_views,
        invitation_views,
        jobs,
        seat_api,
        service,
        views,
    )
    from eventhub.registration.service.demand import count_demand  # noqa: PLC0415 - as above

    app.register_blueprint(views.bp)
    app.register_blueprint(invitation_views.bp)
    app.register_blueprint(holder_views.bp)
    app.register_blueprint(api.bp)
    app.register_blueprint(seat_api.bp)
    csrf.exempt(seat_api.bp)
    csrf.exempt(api.bp)  # programs send a key, browsers have none to abuse
    for commands in (
        cli_guests,
        cli_privacy,
        cli_seats,
        cli_waitlist,
    ):  # all of one group, `cli.group`
        app.cli.add_command(commands.group)
    scheduler.add_job(app, scheduler.Job(name="demand", run=count_demand, every_s=30))
    scheduler.add_job(app, scheduler.Job(name="waitlists", run=jobs.serve_waitlists, every_s=15))
    scheduler.add_job(app, scheduler.Job(name="index-names", run=service.index_names, every_s=10))
    scheduler.add_job(
        app, scheduler.Job(name="free-seats", run=service.release_everywhere, every_s=30)
    )
    scheduler.add_job(
        app, scheduler.Job(name="reminders", run=service.remind_everywhere, every_s=600)
    )
    scheduler.add_job(app, scheduler.Job(name="bounces", run=service.note_bounces, every_s=300))
    scheduler.add_job(
        app, scheduler.Job(name="bot-nonces", run=service.forget_challenges, every_s=3600)
    )
    scheduler.add_job(
        app, scheduler.Job(name="retention", run=service.retain_everywhere, every_s=21_600)
    )
    scheduler.add_job(app, scheduler.Job(name="notices", run=jobs.tell_registrants, every_s=10))
