"""Events, places, shows and the schedule in its versions."""

from __future__ import annotations

from flask import Flask

from eventhub.kernel import scheduler, tenancy


def register(app: Flask) -> None:
    """Register pages, feeds and commands with the application."""
    from eventhub.extensions import csrf  # noqa: PLC0415 - circular import
    from eventhub.programme import (  # noqa: PLC0415 - circular import
        api,
        cards,
        cli,
        edit_cli,
        exchange_cli,
        feeds,
        lists,
        live_cli,
        own_feeds,
        plan_cli,
        queries,
        replan_cli,
        screens,
        service,
        views,
    )

    tenancy.organisations_by(queries.organisation_of)
    scheduler.add_job(app, scheduler.Job(name="plans", run=service.plan_waiting, every_s=2))
    scheduler.add_job(
        app, scheduler.Job(name="old-calendars", run=service.forget_old_feeds, every_s=86_400)
    )
    app.register_blueprint(views.bp)
    app.register_blueprint(feeds.bp)
    app.register_blueprint(cards.bp)
    app.register_blueprint(lists.bp)
    app.register_blueprint(screens.bp)
    app.register_blueprint(api.bp)
    app.register_blueprint(own_feeds.bp)
    csrf.exempt(api.bp)  # programs send a key, browsers have none to abuse
    csrf.exempt(own_feeds.bp)  # no cookie counts: the key of a calendar stands in the body
    for commands in (cli, exchange_cli, edit_cli, plan_cli, replan_cli, live_cli):
        app.cli.add_command(commands.group)
