"""Events, places, shows and the schedule in its versions."""

from __future__ import annotations

from flask import Flask


def register(app: Flask) -> None:
    """Register pages, feeds and commands with the application."""
    from eventhub.programme import (  # noqa: PLC0415 - circular import
        cli,
        exchange_cli,
        feeds,
        plan_cli,
        views,
    )

    app.register_blueprint(views.bp)
    app.register_blueprint(feeds.bp)
    for commands in (cli, exchange_cli, plan_cli):
        app.cli.add_command(commands.group)
