"""Commands of the group `flask report`; importing this package completes the group."""

from eventhub.exposure.cli import media
from eventhub.exposure.cli.reports import group

__all__ = ["group", "media"]
