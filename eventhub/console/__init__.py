"""Pages that cross domains: the organizer's home, guests, gates, counters, report, health."""

from __future__ import annotations

from flask import Flask


def register(app: Flask) -> None:
    """Register the organizer's pages, the addresses for machines, and `flask ops`."""
    from eventhub.console import access_api, api, cli, views  # noqa: PLC0415 - circular import

    app.register_blueprint(views.blueprint)
    app.register_blueprint(api.blueprint)
    app.register_blueprint(access_api.blueprint)
    app.cli.add_command(cli.group)
