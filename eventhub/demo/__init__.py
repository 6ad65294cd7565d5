"""The demonstration: the public record of 2023 and a fictional festival around today."""

from __future__ import annotations

from flask import Flask


def register(app: Flask) -> None:
    """Register commands and the tour with the application."""
    from eventhub.demo import cli, tour  # noqa: PLC0415 - circular import

    app.cli.add_command(cli.group)
    app.register_blueprint(tour.blueprint)
