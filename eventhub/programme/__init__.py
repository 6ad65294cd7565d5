"""Events, places, shows and the schedule in its versions."""

from __future__ import annotations

from flask import Flask


def register(app: Flask) -> None:
    """Register pages, feeds and commands with the application."""
    from eventhub.programme import cli, feeds, views  # noqa: PLC0415 - circular import

    app.register_blueprint(views.bp)
    app.register_blueprint(feeds.bp)
    app.cli.add_command(cli.group)
