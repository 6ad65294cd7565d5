"""Who may open which page of the console: one question for every view."""

from __future__ import annotations

from eventhub.accounts.enums import Permission
from eventhub.kernel.auth import Actor, authorise, current_actor
from eventhub.kernel.errors import FactorNeeded, NotAllowed, NotSignedIn
from eventhub.programme.errors import UnknownEvent
from eventhub.programme.queries import EventRow, event_by_slug
from eventhub.settings import current_settings


def signed_in() -> Actor:
    """
    Return the person who is signed in.

    Raises:
        NotSignedIn: Nobody is.

        FactorNeeded: Without a second factor where the installation wants one.
    """
    actor = signed_in_person()
    if current_settings().require_second_factor and not actor.has_second_factor:
        raise FactorNeeded()
    return actor


def signed_in_person() -> Actor:
    """Return the person who is signed in, also while they have no second factor yet."""
    actor = current_actor()
    if actor.kind != "person":
        raise NotSignedIn()
    return actor


def console_event(slug: str, permission: Permission) -> EventRow:
    """
    Return the event of an address when the person may do `permission` in it.

    An event of somebody else answers like one that does not exist, and an
    anonymous caller hears of neither.

    Raises:
        NotSignedIn: Nobody is signed in.

        NotFound: No such event, or one of an organisation they have no part in.

        NotAllowed: A part in it, but not this right.
    """
    actor = signed_in()
    event = event_by_slug(slug)
    if not actor.knows(organisation_id=event.organisation_id, event_id=event.id):
        raise UnknownEvent()
    authorise(permission, organisation_id=event.organisation_id, event_id=event.id)
    return event


def maker_of(actor: Actor) -> list[int]:
    """
    Return the organisations in which the actor may make events: those they own as a whole.

    Raises:
        NotAllowed: There is none.
    """
    owned = owned_by(actor)
    if not owned:
        raise NotAllowed()
    return owned


def owned_by(actor: Actor) -> list[int]:
    """Return the organisations whose every event the actor may give access to."""
    return [
        number
        for number in sorted(actor.organisation_ids())
        if actor.may(Permission.ACCESS_MANAGE, organisation_id=number, event_id=0)
    ]
