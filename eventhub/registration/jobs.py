"""What the leader does for waitlists: ends offers that expired and offers what is free."""

from __future__ import annotations

from dataclasses import dataclass

from eventhub.kernel import clock
from eventhub.registration import queries, service
from eventhub.registration.service.notices import tell_registrants

__all__ = ["Served", "serve_waitlists", "tell_registrants"]


@dataclass(slots=True)
class Served:
    """What one run of the job did."""

    adopted: int = 0
    expired: int = 0
    offered: int = 0


def serve_waitlists() -> Served:
    """
    Put everybody who waits on a list, end expired offers, offer free places.

    Each registration, offer and list is a command of its own, so one that
    fails does not keep the others.
    """
    done = Served()
    for registration_id in queries.waiting_off_list():
        service.adopt(registration_id)
        done.adopted += 1
    for entry_id in queries.due_offers(clock.now()):
        done.expired += service.expire_offer(entry_id)
    for list_id in queries.lists_to_serve(clock.now()):
        done.offered += service.serve_list(list_id)
    return done
