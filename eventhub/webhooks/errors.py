"""
Refusals of webhooks.

EventHubError
  Conflict      TooManyEndpoints   too-many-endpoints
"""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from eventhub.kernel.errors import Conflict


class TooManyEndpoints(Conflict):
    """The event has as many endpoints as one may have."""

    code = "too-many-endpoints"
    message = _l("An event has at most ten webhooks. Remove one first.")
