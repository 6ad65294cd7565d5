"""Errors of check-in."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from eventhub.kernel.errors import Conflict, Gone, Invalid, NotAllowed, NotSignedIn


class DeviceUnknown(NotSignedIn):
    """The token is missing or belongs to no device."""

    code = "device-unknown"
    message = _l("This device is not paired.")


class DeviceRevoked(NotSignedIn):
    """The device was taken out of service; it may hand in its scans once more."""

    code = "device-revoked"
    message = _l("This device was taken out of service.")


class PairingUnknown(Invalid):
    """The text is no pairing code, or no pairing code that was ever made here."""

    code = "pairing-unknown"
    message = _l("This is not a pairing code.")


class PairingUsed(Conflict):
    """Another device has used the pairing code."""

    code = "pairing-used"
    message = _l("This pairing code has been used. Make a new one.")


class PairingExpired(Gone):
    """The pairing code is older than its quarter of an hour."""

    code = "pairing-expired"
    message = _l("This pairing code has expired. Make a new one.")


class NonceReused(Conflict):
    """A nonce came again with another body: one of the two would be lost."""

    code = "nonce-reused"
    message = _l("This nonce belongs to another scan.")


class ListGone(Gone):
    """The device's list can not be brought up to date in steps; it fetches the whole one."""

    code = "list-gone"
    message = _l("Fetch the whole list again.")


class ScanStays(Conflict):
    """The scan can not be taken back or overridden: wrong kind, or of an earlier day."""

    code = "scan-stays"
    message = _l("This scan stays as it is.")


class GateRegistersNobody(NotAllowed):
    """The organizer does not let this gate register people on the spot."""

    code = "gate-registers-nobody"
    message = _l("Nobody is registered at this gate.")


class GateFindsNobody(NotAllowed):
    """The organizer does not let this gate look people up."""

    code = "gate-finds-nobody"
    message = _l("Nobody is looked up at this gate.")


class GatePrintsNothing(NotAllowed):
    """The organizer does not let this gate print badges."""

    code = "gate-prints-nothing"
    message = _l("No badges are printed at this gate.")


class NotLetIn(Conflict):
    """Nobody came in with the ticket: a badge is printed after the entry."""

    code = "not-let-in"
    message = _l("Nobody came in with this ticket yet.")


class ContactKnown(Conflict):
    """Somebody is registered with this contact; their name finds the ticket."""

    code = "contact-known"
    message = _l("This contact is registered already.")
