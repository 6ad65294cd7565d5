"""Normal forms of text that people type: names, e-mail addresses, phone numbers."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import urlsplit

import idna
import phonenumbers
from email_validator import EmailNotValidError, validate_email

MAX_TEXT = 200
# Direction overrides could make one name look like another on a badge.
_BIDI = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")


def clean(text: str, *, limit: int = MAX_TEXT) -> str:
    """
    Return `text` in NFC, stripped, with runs of white space as one space.

    Args:
        text: As typed.

        limit: Longest allowed result, characters.

    Raises:
        ValueError: Control or direction-override characters, or too long.
    """
    text = unicodedata.normalize("NFC", text)
    text = re.sub(r"\s+", " ", text).strip()
    if any(unicodedata.category(c) in {"Cc", "Cs"} or c in _BIDI for c in text):
        raise ValueError("control characters")
    if len(text) > limit:
        raise ValueError("too long")
    return text


def web_address(text: str) -> str:
    """
    Return an address that a page may link to: http or https, a host, no user name.

    Raises:
        ValueError: Another scheme (`javascript:`, `data:`), or no whole address.
    """
    typed = text.strip()
    parts = urlsplit(typed)
    is_web = parts.scheme in {"http", "https"} and bool(parts.hostname) and "@" not in parts.netloc
    if not is_web or not typed.isprintable() or set(typed) & set(" \"'<>\\"):
        raise ValueError("no web address")
    return typed


def normalise_email(text: str) -> str:
    """
    Return the one spelling of an e-mail address that identity is decided on.

    Full-width characters are folded, the domain becomes lower-case ASCII
    (IDNA, UTS 46), the local part lower case.

    Raises:
        ValueError: Not an address; the argument says why in English.
    """
    folded = unicodedata.normalize("NFKC", text).strip()
    try:
        found = validate_email(
            folded, check_deliverability=False, allow_smtputf8=True, test_environment=True
        )
    except EmailNotValidError as error:
        raise ValueError(str(error)) from error
    domain = idna.encode(found.domain, uts46=True, transitional=False).decode("ascii").lower()
    return f"{found.local_part.lower()}@{domain}"


def email_limit_key(email_norm: str) -> str:
    """Return an address without `+tag` (and dots for Gmail), for limits only."""
    local, _, domain = email_norm.partition("@")
    local = local.split("+", 1)[0]
    if domain in {"gmail.com", "googlemail.com"}:
        local = local.replace(".", "")
    return f"{local}@{domain}"


def normalise_phone(text: str, *, region: str = "CN") -> str:
    """
    Return a phone number as E.164 text.

    Args:
        text: As typed, full-width digits allowed.

        region: ISO country of numbers without a country code.

    Raises:
        ValueError: No valid number.
    """
    folded = unicodedata.normalize("NFKC", text).strip()
    candidates = [folded]
    digits = re.sub(r"\D", "", folded)
    if digits.startswith("86") and len(digits) == 13:
        candidates.append("+" + digits)
    if digits.startswith("00"):
        candidates.insert(0, "+" + digits[2:])
    for candidate in candidates:
        try:
            number = phonenumbers.parse(candidate, region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    raise ValueError("not a phone number")
