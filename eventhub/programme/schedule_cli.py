"""The group `flask schedule`, filled by the modules that have its commands."""

from __future__ import annotations

from flask.cli import AppGroup

group = AppGroup("schedule", help="Schedules: edit, check, release, exchange.")
