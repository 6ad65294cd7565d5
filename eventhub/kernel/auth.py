"""Who is asking, and whether they may: one question, asked in one place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal, cast

from flask import g, has_request_context

from eventhub.kernel import clock, tenancy
from eventhub.kernel.errors import NotAllowed, NotFound, NotSignedIn, ProofNeeded


@dataclass(frozen=True, slots=True)
class Grant:
    """What somebody may do in one organisation; `event_id` 0 means all its events."""

    organisation_id: int
    event_id: int
    permissions: frozenset[str]


@dataclass(frozen=True, slots=True)
class Actor:
    """Who is asking; an API key has its scopes as permissions."""

    kind: Literal["anonymous", "person", "api_key", "system"]
    id: int = 0
    name: str = ""
    grants: tuple[Grant, ...] = ()
    session_id: int = 0  # of a person's log-in
    proved_at: datetime | None = None  # when a person last entered the password
    has_second_factor: bool = False

    @property
    def is_anonymous(self) -> bool:
        """Tell whether nobody is signed in."""
        return self.kind == "anonymous"

    def organisation_ids(self) -> set[int]:
        """Return the organisations in which the actor has any right."""
        return {grant.organisation_id for grant in self.grants}

    def may(self, permission: str, *, organisation_id: int, event_id: int) -> bool:
        """Tell whether a grant covers `permission` in the event."""
        return any(
            grant.organisation_id == organisation_id
            and grant.event_id in (0, event_id)
            and permission in grant.permissions
            for grant in self.grants
        )

    def knows(self, *, organisation_id: int, event_id: int) -> bool:
        """Tell whether the actor has any right in the event, so that it exists for them."""
        return any(
            grant.organisation_id == organisation_id and grant.event_id in (0, event_id)
            for grant in self.grants
        )


ANONYMOUS: Final = Actor("anonymous")
PROOF_FOR: Final = timedelta(minutes=10)  # a fresh log-in, for export, erasure, keys, e-mail

Loader = Callable[[], Actor | None]

_loaders: list[Loader] = []


def actor_loader(loader: Loader) -> Loader:
    """Add a way to find out who is asking; the first that answers wins."""
    if loader not in _loaders:
        _loaders.append(loader)
    return loader


def current_actor() -> Actor:
    """Return who is asking, anonymous outside a request or without a credential."""
    if not has_request_context():
        return ANONYMOUS
    if "actor" not in g:
        found = (actor for loader in _loaders if (actor := loader()) is not None)
        g.actor = next(found, ANONYMOUS)
    return cast(Actor, g.actor)


def require_proof() -> None:
    """
    Refuse a sensitive act of a person who did not enter the password lately.

    Programs have no password; their scopes say what they may.

    Raises:
        ProofNeeded: The last proof is older than `PROOF_FOR`.
    """
    actor = current_actor()
    is_fresh = actor.proved_at is not None and clock.now() - actor.proved_at < PROOF_FOR
    if actor.kind == "person" and not is_fresh:
        raise ProofNeeded()


def authorise(permission: str, *, organisation_id: int, event_id: int) -> Actor:
    """
    Return the actor when they may do `permission` in the event.

    Raises:
        NotSignedIn: Nobody is signed in.
        NotFound: The event belongs to an organisation they have no part in.
        NotAllowed: They have a part in it, but not this right.
    """
    actor = current_actor()
    if actor.is_anonymous:
        raise NotSignedIn()
    if actor.may(permission, organisation_id=organisation_id, event_id=event_id):
        tenancy.enter(event_id)
        return actor
    if not actor.knows(organisation_id=organisation_id, event_id=event_id):
        raise NotFound()
    raise NotAllowed()
