"""Keys of programs."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from sqlalchemy import select, update

from eventhub.accounts import rules
from eventhub.accounts.models import ApiKey
from eventhub.kernel import audit, clock, ids
from eventhub.kernel.db import command, db
from eventhub.kernel.errors import Invalid, NotFound


@command
def create_api_key(*, organisation_id: int, event_id: int, scopes: Sequence[str]) -> str:
    """
    Create a key of one event and return it; only its hash is kept.

    Raises:
        Invalid: No scope, or one that does not exist.
    """
    unknown = rules.unknown_scopes(scopes)
    if unknown or not scopes:
        named = ", ".join(unknown) or "-"
        raise Invalid(fields={"scopes": [_l("Unknown scope: %(scopes)s", scopes=named)]})
    token = f"eh_{ids.new_token()}"
    db.session.add(
        ApiKey(
            organisation_id=organisation_id,
            event_ref=event_id,
            token_hash=ids.token_hash(token),
            scopes=sorted(set(scopes)),
            created_at=clock.now(),
        )
    )
    audit.record(
        "api_key.create",
        f"event:{event_id}",
        organisation_id=organisation_id,
        event_id=event_id,
        after={"scopes": sorted(set(scopes))},
    )
    return token


@command
def revoke_api_key(*, organisation_id: int, event_id: int, key_id: int) -> None:
    """
    End a key of the event at once; one that has ended stays ended.

    Raises:
        NotFound: The event has no such key.
    """
    same = (ApiKey.id == key_id, ApiKey.event_ref == event_id)
    if db.session.scalar(select(ApiKey.id).where(*same)) is None:
        raise NotFound()
    ended = db.session.execute(
        update(ApiKey)
        .where(*same, ApiKey.revoked_at.is_(None))
        .values(revoked_at=clock.now())
        .returning(ApiKey.id)
    ).first()
    if ended is not None:
        audit.record(
            "api_key.revoke",
            f"api_key:{key_id}",
            organisation_id=organisation_id,
            event_id=event_id,
        )


@command
def touch_api_key(key_id: int) -> None:
    """Write that a key was just used."""
    db.session.execute(update(ApiKey).where(ApiKey.id == key_id).values(last_used_at=clock.now()))
