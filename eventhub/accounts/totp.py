"""Codes of a generator app (TOTP, RFC 6238): made, shown, compared."""

from __future__ import annotations

import hmac
from datetime import datetime
from typing import Final

import pyotp

STEP_S: Final = 30
DIGITS: Final = 6
_ISSUER: Final = "EventHub"
_AROUND: Final = (0, -1, 1)  # a clock may be off by one step either way


def new_secret() -> str:
    """Return a new secret, 160 random bits as base32."""
    return pyotp.random_base32()


def uri(secret: str, email: str) -> str:
    """Return the `otpauth://` address that generator apps read from a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=_ISSUER)


def step_of(code: str, secret: str, at: datetime) -> int | None:
    """Return the number of the 30-second step that a code belongs to, None when to none near."""
    if len(code) != DIGITS or not code.isascii() or not code.isdecimal():
        return None
    now = int(at.timestamp()) // STEP_S
    generator = pyotp.TOTP(secret)
    found = [
        now + offset
        for offset in _AROUND
        if hmac.compare_digest(generator.generate_otp(now + offset), code)
    ]
    return found[0] if found else None
