"""The API of the programme; keys in `Authorization: Bearer`."""

from eventhub.programme.api import drafts, edits, findings, live, plans, shows, versions
from eventhub.programme.api.frame import bp

__all__ = ["bp", "drafts", "edits", "findings", "live", "plans", "shows", "versions"]
