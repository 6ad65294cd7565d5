"""Commands of the group `flask audience`; importing this package completes it."""

from eventhub.audience.cli import files, parse, polling, sensors, watching
from eventhub.audience.cli.group import audience

__all__ = ["audience", "files", "parse", "polling", "sensors", "watching"]
