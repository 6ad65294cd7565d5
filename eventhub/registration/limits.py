"""How often one address may ask, and why that often."""

from __future__ import annotations

from typing import Final

from flask import request
from limits import parse

from eventhub.extensions import limiter

# A whole queue may stand behind one carrier address; it fills forms at human speed.
REGISTER: Final = "120 per minute; 1500 per hour"
# Programs are known by their key; the limit only stops a loop that went wild.
API: Final = "6000 per minute"
# 100,000 guesses of a 128-bit link hit nothing; the limit makes them loud and slow.
WRONG_LINK: Final = "60 per minute"
# An invited contact can not be found out by trying; people mistype once or twice.
WRONG_CONTACT: Final = "20 per hour"
# Each try may cause a mail; people mistype once or twice.
LOST_TICKET: Final = "20 per hour"
RESEND: Final = "20 per hour"
# Password managers fill a form in a second, robots do it again and again.
_QUICK: Final = parse("10 per hour")


# A plain question is easy for a robot that was told of it; people need one or two tries.
_QUESTION: Final = parse("30 per hour")


def may_answer() -> bool:
    """Count one answer to the plain question; False when its address gave too many."""
    if not limiter.enabled:
        return True
    return limiter.limiter.hit(_QUESTION, "plain-question", request.remote_addr or "")


def may_be_quick() -> bool:
    """Count one form that was filled too quickly; False when its address did so too often."""
    if not limiter.enabled:
        return False
    return limiter.limiter.hit(_QUICK, "quick-form", request.remote_addr or "")
