"""Challenges that were used: each is good for one registration."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError

from eventhub.kernel import clock
from eventhub.kernel.db import command, db
from eventhub.registration.models import BotNonce


@command
def use_challenge(nonce: str, expires_at: datetime) -> bool:
    """
    Note that a challenge is used. Commits.

    Returns:
        False when it was used before.
    """
    try:
        with db.session.begin_nested():
            db.session.add(BotNonce(nonce=nonce, expires_at=expires_at))
    except IntegrityError:
        return False
    return True


@command
def forget_challenges() -> int:
    """Delete the challenges that are too old to be used anyway; return how many. Commits."""
    found = delete(BotNonce).where(BotNonce.expires_at < clock.now()).returning(BotNonce.nonce)
    return len(db.session.scalars(found, execution_options={"synchronize_session": False}).all())
