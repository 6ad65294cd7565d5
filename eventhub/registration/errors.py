"""What registration refuses, beside the service that refuses it."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from eventhub.kernel.errors import Conflict, Invalid


class AlreadyRegistered(Conflict):
    """The contact has a place already; its link was mailed to the registered contact."""

    code = "already-registered"
    message = _l("This contact is registered already. The link was sent to it.")


class SoldOut(Conflict):
    """No place is left and the type has no waitlist."""

    code = "sold-out"
    message = _l("All places are taken.")


class NotOnSale(Conflict):
    """The type or the day can not be registered for now."""

    code = "not-on-sale"
    message = _l("This can not be registered for at the moment.")


class IdempotencyMismatch(Conflict):
    """The idempotency key was used with another body."""

    code = "idempotency-mismatch"
    message = _l("This key was used for another submission.")


class IllegalTransition(Conflict):
    """The registration or ticket is not in a state that allows this step."""

    code = "illegal-transition"
    message = _l("This is not possible in the present state.")


class TicketUsed(Conflict):
    """The ticket was admitted already, so the person may not give it up."""

    code = "ticket-used"
    message = _l("The ticket was used. It can no longer be cancelled.")


class BotCheckFailed(Invalid):
    """The form was filled in a way that people do not."""

    code = "bot-check-failed"
    message = _l("The form was sent very quickly. Check it and send it again.")
