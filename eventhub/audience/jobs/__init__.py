"""What the leader does for figures: polls, roll-ups, beats."""

from eventhub.audience.jobs.beats import READ_EVERY_S, read_beats, read_log
from eventhub.audience.jobs.polls import (
    EVERY_S,
    KEY_FILE,
    Key,
    Polled,
    allowed_hosts,
    ask,
    key_of,
    poll,
    poll_due,
)
from eventhub.audience.jobs.rollups import ROLL_UP_EVERY_S, roll_up_due

__all__ = [
    "EVERY_S",
    "KEY_FILE",
    "READ_EVERY_S",
    "ROLL_UP_EVERY_S",
    "Key",
    "Polled",
    "allowed_hosts",
    "ask",
    "key_of",
    "poll",
    "poll_due",
    "read_beats",
    "read_log",
    "roll_up_due",
]
