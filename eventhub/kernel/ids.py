"""Public ids, tokens and nonces; the only place that draws randomness for them."""

from __future__ import annotations

import hashlib
import secrets
import uuid

from eventhub.kernel import crockford

_CODE_ALPHABET = "ABCDEFGHJKMNPQRSTVWXYZ23456789"


def new_uuid() -> str:
    """Return a random UUID (version 4) as 36 characters of text."""
    return str(uuid.uuid4())


def new_public_id() -> str:
    """Return 16 URL-safe characters with 80 random bits."""
    return crockford.encode(secrets.token_bytes(10)).lower()


def new_code() -> str:
    """Return six characters that people can read out; never a credential."""
    return "".join(secrets.choice(_CODE_ALPHABET) for _ in range(6))


def new_ticket_number() -> int:
    """
    Return a random ticket number, 1 to 2**63 - 1.

    Codes carry 64 bits; the top bit stays 0 because neither database has an
    unsigned 64-bit integer. 63 random bits leave a guess at 100,000 tickets
    with a chance of 1.1e-14.
    """
    return secrets.randbelow(2**63 - 1) + 1


def new_token() -> str:
    """Return a bearer token with 256 random bits."""
    return secrets.token_urlsafe(32)


def new_nonce() -> bytes:
    """Return 16 random bytes."""
    return secrets.token_bytes(16)


def token_hash(token: str) -> str:
    """Return the SHA-256 of a token in hex, which is all that the database keeps."""
    return hashlib.sha256(token.encode()).hexdigest()
