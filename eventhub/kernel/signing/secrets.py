"""Derived keys, sealed values (AES-GCM) and the tokens of private links."""

from __future__ import annotations

import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from eventhub.kernel import crockford

_NONCE_SIZE = 12  # bytes, the size AES-GCM is defined for
_MAC_SIZE = 16


def derive_key(secret: str, purpose: str) -> bytes:
    """
    Return 32 bytes for one purpose from the application's secret.

    Args:
        secret: The secret of the settings, any length.

        purpose: Stable name, such as `link`; each purpose has its own key.

    Source:
        HKDF with SHA-256, RFC 5869, without salt.
    """
    hkdf = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"eventhub:" + purpose.encode())
    return hkdf.derive(secret.encode())


def seal(key: bytes, plaintext: bytes, context: bytes) -> bytes:
    """
    Return `plaintext` encrypted and authenticated: nonce, text, tag.

    Args:
        key: 32 bytes.

        plaintext: What to hide.

        context: Bound but not hidden, such as the row it belongs to; the
            same value is needed to open it.
    """
    nonce = os.urandom(_NONCE_SIZE)
    return nonce + AESGCM(key).encrypt(nonce, plaintext, context)


def open_sealed(key: bytes, data: bytes, context: bytes) -> bytes:
    """
    Return what `seal` hid.

    Raises:
        ValueError: Another key or context, or the data was changed.
    """
    try:
        return AESGCM(key).decrypt(data[:_NONCE_SIZE], data[_NONCE_SIZE:], context)
    except (InvalidTag, ValueError) as error:
        raise ValueError("the sealed value cannot be opened") from error


def link_mac(key: bytes, kind: str, public_id: str, link_rev: int) -> str:
    """
    Return the 26 characters that make a link unguessable.

    Args:
        key: 32 bytes.

        kind: `r` registration, `a` attendee, `i` invitation.

        public_id: Of the row that the link opens.

        link_rev: Raised to kill older links.
    """
    text = b"\x00".join([b"TL1", kind.encode(), public_id.encode(), str(link_rev).encode()])
    return crockford.encode(hmac.digest(key, text, "sha256")[:_MAC_SIZE]).lower()


def link_token(key: bytes, kind: str, public_id: str, link_rev: int) -> str:
    """Return `{public_id}.{mac}`, the secret part of a private address."""
    return f"{public_id}.{link_mac(key, kind, public_id, link_rev)}"


def check_link(key: bytes, kind: str, token: str, link_rev: int) -> bool:
    """
    Return whether a token belongs to its row and is of this revision.

    Args:
        key: 32 bytes.

        kind: As in `link_mac`.

        token: `{public_id}.{mac}` from the address; case of the mac is free.

        link_rev: Of the row that the public id names.
    """
    public_id, dot, mac = token.partition(".")
    if not dot or not mac.isascii() or not public_id.isascii():
        return False
    return hmac.compare_digest(link_mac(key, kind, public_id, link_rev), mac.lower())
