"""Events as those who ask may see them: strangers see public ones alone."""

from __future__ import annotations

from eventhub.kernel.auth import authorise, current_actor
from eventhub.kernel.errors import NotSignedIn
from eventhub.kernel.i18n import offer
from eventhub.programme.errors import UnknownEvent
from eventhub.programme.queries.event import EventRow, event_by_slug


def is_shown(event: EventRow) -> bool:
    """Tell whether whoever asks may see the event: it is public, or they have a part in it."""
    return event.is_public or current_actor().knows(
        organisation_id=event.organisation_id, event_id=event.id
    )


def shown_event(slug: str) -> EventRow:
    """
    Return the event of a public address.

    One that is not public is for those who work on it; to everybody else it is
    like an event that does not exist. The answer is in a language of the event.

    Raises:
        UnknownEvent: There is none that whoever asks may see.
    """
    event = event_by_slug(slug)
    if not is_shown(event):
        raise UnknownEvent()
    offer(event.offered)
    return event


def keyed_event(slug: str, scope: str) -> EventRow:
    """
    Return the event of an API address when the key of the request may do this in it.

    Raises:
        UnknownEvent: There is none that whoever asks may see.

        NotSignedIn: The request has no key; cookies of people count for nothing here.

        NotFound, NotAllowed: As `authorise`.
    """
    event = shown_event(slug)
    if current_actor().kind != "api_key":
        raise NotSignedIn()
    authorise(scope, organisation_id=event.organisation_id, event_id=event.id)
    return event
