"""Ticket types, quotas, registrations and tickets."""

from __future__ import annotations

from flask import Flask


def register(app: Flask) -> None:
    """Register pages, API and commands with the application."""
    from eventhub.extensions import csrf  # noqa: PLC0415 - circular import
    from eventhub.registration import api, cli, views  # noqa: PLC0415 - circular import

    app.register_blueprint(views.bp)
    app.register_blueprint(api.bp)
    csrf.exempt(api.bp)  # programs send a key, browsers have none to abuse
    app.cli.add_command(cli.group)
