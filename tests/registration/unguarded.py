"""The application with the planted fault: a quota takes whoever asks. For a negative control."""

from __future__ import annotations

from sqlalchemy import true

from eventhub.registration.service import capacity
from wsgi import app

__all__ = ["app"]

setattr(capacity, "room", lambda _people: true())  # noqa: B010 - the planted fault
