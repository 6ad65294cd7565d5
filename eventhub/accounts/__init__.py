"""Organisations, people who sign in, their roles, sessions and API keys."""

from __future__ import annotations

from flask import Flask


def register(app: Flask) -> None:
    """Add the log-in pages, the commands and the readers of cookie and API key."""
    from eventhub.accounts import actors, cli, views  # noqa: PLC0415 - circular import

    app.register_blueprint(views.blueprint)
    app.cli.add_command(cli.group)
    actors.install()
