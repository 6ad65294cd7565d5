"""
Places where a test can end the process, to see what the disk then holds.

`EVENTHUB_FAULT=after-commit` ends the process the first time it comes there,
`EVENTHUB_FAULT=after-commit:20` the twentieth time. Nothing happens unless
`EVENTHUB_ENV=testing`; a server that listens on other than the loopback
address refuses to start so.
"""

from __future__ import annotations

import os
from typing import Final

VARIABLE: Final = "EVENTHUB_FAULT"
EXIT_CODE: Final = 9
POINTS: Final = frozenset(
    {
        "after-begin",  # the transaction is open, nothing is written
        "before-commit",  # all rows are written, none is durable
        "after-commit",  # durable, and nobody has been told
        "between-items",  # in a commit round, between two items
        "before-send",  # a message is claimed, the mail server not yet asked
        "after-send",  # the mail server has it, the outbox does not say so yet
    }
)


class _Armed:
    """The point of this process, and how many visits it still survives."""

    name = ""
    left = 0


def arm(name: str, times: int = 1) -> None:
    """
    End this process the `times`-th time that it comes to `name`.

    Raises:
        ValueError: There is no such point.
    """
    if name not in POINTS:
        raise ValueError(f"there is no point {name!r}")
    _Armed.name, _Armed.left = name, times


def point(name: str) -> None:
    """End the process, without any cleaning up, when `name` is the armed point."""
    if _Armed.name != name:
        return
    _Armed.left -= 1
    if _Armed.left <= 0:
        os._exit(EXIT_CODE)


def _arm_from_environment() -> None:
    name, _, times = os.environ.get(VARIABLE, "").partition(":")
    if name and os.environ.get("EVENTHUB_ENV") == "testing":
        arm(name, int(times or 1))


_arm_from_environment()
