"""
The errors that services raise on purpose.

EventHubError              code (stable, kebab-case), message (translatable), details
  NotSignedIn      401
  NotAllowed       403     signed in, may not (another tenant's object is NotFound)
  ProofNeeded      403     signed in a while ago; asks for the password again
  FactorNeeded     403     signed in, but this installation wants a second factor first
  NotFound         404
  BadRequest       400     can not be read; UnknownHost: asks for another site
  Conflict         409     state has changed or clashes
  Gone             410     delta horizon passed, link re-keyed
  Invalid          422     fields: {name: [text]}
  Limited          429     retry_after_s
  Unavailable      503     retry_after_s

`kernel.http` alone turns one into an answer. Domains subclass these beside
their services; every code stands in docs/api.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from flask_babel import lazy_gettext as _l


class EventHubError(Exception):
    """Base of all errors that mean something to a caller."""

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal"
    message: ClassVar[Any] = _l("Something went wrong on our side.")

    def __init__(
        self,
        message: Any = None,
        *,
        code: str | None = None,
        details: Mapping[str, Any] | None = None,
    ) -> None:
        """Keep a translatable message, a stable code and machine-readable details."""
        self.text: Any = self.message if message is None else message
        self.error_code: str = self.code if code is None else code
        self.details: dict[str, Any] = dict(details or {})
        super().__init__(self.error_code)


class NotSignedIn(EventHubError):
    """Nobody is signed in, or the key is unknown."""

    status = 401
    code = "not-signed-in"
    message = _l("Sign in first.")


class NotAllowed(EventHubError):
    """Signed in, but without the right."""

    status = 403
    code = "not-allowed"
    message = _l("Your account may not do this.")


class ProofNeeded(EventHubError):
    """Signed in, but too long ago for a sensitive act."""

    status = 403
    code = "proof-needed"
    message = _l("Confirm that it is you: enter your password again.")


class FactorNeeded(EventHubError):
    """Signed in without a second factor where the installation wants one."""

    status = 403
    code = "second-factor-needed"
    message = _l("Set up a second factor first.")


class NotFound(EventHubError):
    """No such thing, or it belongs to another organisation."""

    status = 404
    code = "not-found"
    message = _l("There is nothing at this address.")


class Conflict(EventHubError):
    """The state has changed or clashes with the request."""

    status = 409
    code = "conflict"
    message = _l("This clashes with what is already there.")


class Gone(EventHubError):
    """It was here and is no more."""

    status = 410
    code = "gone"
    message = _l("This is no longer here.")


class BadRequest(EventHubError):
    """The request can not be read at all (not JSON, wrong type)."""

    status = 400
    code = "bad-request"
    message = _l("The request can not be read.")


class UnknownHost(BadRequest):
    """The Host header names another site than this one."""

    code = "unknown-host"
    message = _l("This site is not served under that name.")


class Invalid(EventHubError):
    """The request was read and holds values that can not be accepted."""

    status = 422
    code = "invalid"
    message = _l("Some fields need another value.")

    def __init__(
        self,
        message: Any = None,
        *,
        fields: Mapping[str, Sequence[Any]] | None = None,
        code: str | None = None,
        details: Mapping[str, Any] | None = None,
    ) -> None:
        """Keep one or more sentences per field name."""
        super().__init__(message, code=code, details=details)
        self.fields: dict[str, list[Any]] = {k: list(v) for k, v in (fields or {}).items()}


class Limited(EventHubError):
    """Too many requests; `retry_after_s` says when to try again."""

    status = 429
    code = "too-many-requests"
    message = _l("Too many tries. Wait a little and try again.")

    def __init__(
        self, message: Any = None, *, retry_after_s: int = 60, code: str | None = None
    ) -> None:
        """Keep the seconds to wait."""
        super().__init__(message, code=code)
        self.retry_after_s = retry_after_s


class Unavailable(EventHubError):
    """Can not be done now; nothing was changed."""

    status = 503
    code = "unavailable"
    message = _l("This is not possible right now. Nothing was changed; try again in a moment.")

    def __init__(
        self, message: Any = None, *, retry_after_s: int = 2, code: str | None = None
    ) -> None:
        """Keep the seconds to wait."""
        super().__init__(message, code=code)
        self.retry_after_s = retry_after_s
