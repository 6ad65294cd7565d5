"""What registration refuses, beside the service that refuses it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

from eventhub.kernel.errors import Conflict, Invalid, Limited


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


class ConsentChanged(Conflict):
    """Somebody agreed to an older version of a consent text; `details` name the newest one."""

    code = "consent-changed"
    message = _l("The words of a consent have changed. Read them and agree again.")


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


class OfferExpired(Conflict):
    """The offer of a place was not taken in time; it went to the next person."""

    code = "offer-expired"
    message = _l("This offer has expired. The place went to the next person.")


class UnknownEncoding(Invalid):
    """A guest file is neither UTF-8, UTF-16 nor GB18030."""

    code = "unknown-encoding"
    message = _l("The text of this file can not be read. Save it as UTF-8 or as XLSX.")


class UnreadableGuestFile(Invalid):
    """A guest file is damaged, or is no table."""

    code = "unreadable-guest-file"
    message = _l("This file can not be read as CSV or XLSX.")


class GuestFileTooLarge(Invalid):
    """A guest file is larger than the product reads."""

    code = "guest-file-too-large"
    message = _l("Guest files have at most 20 MB and 50,000 lines.")


class NoGuestColumns(Invalid):
    """No heading of a guest file means a name, or none a contact or reference."""

    code = "no-guest-columns"
    message = _l(
        "The first line must name the columns: a name, and an e-mail, a phone or a reference."
    )


class InvitationBound(Conflict):
    """The contact given is not the one that was invited."""

    code = "invitation-bound"
    message = _l("This is not the contact that the invitation was sent to.")


class CampaignExists(Conflict):
    """The event has a campaign of this name."""

    code = "campaign-exists"
    message = _l("There is a campaign of this name.")


class AnswerTooLate(Conflict):
    """The invitation was to be answered earlier, or was withdrawn."""

    code = "answer-too-late"
    message = _l("This invitation can no longer be answered.")


class TooLate(Conflict):
    """The ticket type lets people cancel until an earlier time."""

    code = "too-late"
    message = _l("This ticket can not be cancelled any more.")


class SeatTaken(Conflict):
    """Somebody else has the seat; `details` may name the next free one as `next`."""

    code = "seat-taken"
    message = _l("This seat is taken.")


class SeatsInUse(Conflict):
    """Guests sit in the seats that would go; their number is in `details`."""

    code = "seats-in-use"
    message = _l("Guests have seats there. Release them first.")


class BadSeatPlan(Invalid):
    """The text that describes seats can not be read."""

    code = "bad-seat-plan"
    message = _l("This seat plan can not be read.")


class PaidTypesOff(Invalid):
    """A ticket type with a price; none can be sold yet."""

    code = "paid-types-off"
    message = _l("Tickets with a price can not be sold yet.")


class NotYourTurn(Limited):
    """A waiting room is on; `token` goes into the header Waiting-Token of the next try."""

    code = "not-your-turn"
    message = _l("Many people register at the moment. Come back with the token when it is time.")

    def __init__(self, *, retry_after_s: int, details: Mapping[str, Any]) -> None:
        """Keep the place in line."""
        super().__init__(retry_after_s=retry_after_s)
        self.details |= details
