"""The domain packages, lower first; each brings its pages, API and commands."""

from __future__ import annotations

from flask import Flask

from eventhub import (
    accounts,
    audience,
    checkin,
    console,
    demo,
    exposure,
    notify,
    programme,
    registration,
    webhooks,
)

DOMAINS = (
    webhooks,
    notify,
    accounts,
    programme,
    registration,
    checkin,
    audience,
    exposure,
    console,
    demo,
)


def register(app: Flask) -> None:
    """Register every domain with the application."""
    for domain in DOMAINS:
        domain.register(app)
