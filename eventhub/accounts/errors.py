"""
Refusals of the accounts domain.

EventHubError
  NotSignedIn   SignInRefused   sign-in-refused
  Conflict      PersonExists    person-exists
  Conflict      OrganisationExists  organisation-exists
"""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from eventhub.kernel.errors import Conflict, NotSignedIn


class SignInRefused(NotSignedIn):
    """E-mail and password do not belong together; the same for unknown accounts."""

    code = "sign-in-refused"
    message = _l("E-mail and password do not match. Check both and try again.")


class PersonExists(Conflict):
    """Somebody signs in with this address already."""

    code = "person-exists"
    message = _l("There is an account with this e-mail already.")


class OrganisationExists(Conflict):
    """The short name of the organisation is in use."""

    code = "organisation-exists"
    message = _l("There is an organisation with this short name already.")
