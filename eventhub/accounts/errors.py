"""
Refusals of the accounts domain.

EventHubError
  NotSignedIn   SignInRefused   sign-in-refused
  Invalid       CodeRefused     code-refused
  Conflict      PersonExists    person-exists
  Conflict      OrganisationExists  organisation-exists
  Conflict      LastOwner       last-owner
  Gone          LinkEnded       link-ended
"""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from eventhub.kernel.errors import Conflict, Gone, Invalid, NotSignedIn


class SignInRefused(NotSignedIn):
    """E-mail and password do not belong together; the same for unknown accounts."""

    code = "sign-in-refused"
    message = _l("E-mail and password do not match. Check both and try again.")


class CodeRefused(Invalid):
    """A code of the second factor that is wrong, too old or used already."""

    code = "code-refused"
    message = _l("This code does not fit. Each code works once; wait for the next one.")


class PersonExists(Conflict):
    """Somebody signs in with this address already."""

    code = "person-exists"
    message = _l("There is an account with this e-mail already.")


class OrganisationExists(Conflict):
    """The short name of the organisation is in use."""

    code = "organisation-exists"
    message = _l("There is an organisation with this short name already.")


class LastOwner(Conflict):
    """Nobody would be left who may do everything."""

    code = "last-owner"
    message = _l("The last owner stays. Make somebody else owner first.")


class LinkEnded(Gone):
    """A link to set a password that is wrong, used or too old."""

    code = "link-ended"
    message = _l("This link has ended. Ask for a new one.")
