"""Signatures of ticket codes: Ed25519 for static codes, HMAC for rotating ones."""

from __future__ import annotations

import functools
import hashlib
import hmac
from enum import StrEnum

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from eventhub.kernel.signing.codes import GdCode, GsBody, GsCode, encode_gd, encode_gs

STEP_S = 15  # seconds that one rotating code lasts
STEPS_AROUND = 2  # steps of clock skew that pass


class DynamicVerdict(StrEnum):
    """What a rotating code turned out to be."""

    GOOD = "good"
    STALE = "stale_dynamic"
    FORGED = "bad_signature"


def new_key_pair() -> tuple[bytes, bytes]:
    """Return a new Ed25519 pair: private and public half, 32 bytes each."""
    key = Ed25519PrivateKey.generate()
    return key.private_bytes_raw(), key.public_key().public_bytes_raw()


def public_key_of(private_key: bytes) -> bytes:
    """Return the public half of a private key."""
    return Ed25519PrivateKey.from_private_bytes(private_key).public_key().public_bytes_raw()


def sign_gs(body: GsBody, *, event_uuid: bytes, private_key: bytes) -> str:
    """
    Return the signed code of `body` as text.

    Args:
        body: What the code says.

        event_uuid: 16 bytes; bound by the signature, not part of the code.

        private_key: 32 bytes, Ed25519.
    """
    signature = _private(private_key).sign(_message(body, event_uuid))
    return encode_gs(body, signature)


def verify_gs(code: GsCode, *, event_uuid: bytes, public_key: bytes) -> bool:
    """Return whether the code was signed for this event with this key."""
    try:
        _public(public_key).verify(code.signature, _message(code.body, event_uuid))
    except (InvalidSignature, ValueError):
        return False
    return True


def idhash(salt: bytes, ticket: int) -> bytes:
    """Return the 8 bytes by which devices know a ticket without holding its number."""
    return hashlib.sha256(salt + ticket.to_bytes(8, "big")).digest()[:8]


def dynamic_key(day_key: bytes, *, event_uuid: bytes, ticket: int, rev: int) -> bytes:
    """Return the key from which one ticket's rotating codes of one operating day come."""
    message = b"GT1K" + event_uuid + ticket.to_bytes(8, "big") + bytes([rev])
    return hmac.digest(day_key, message, "sha256")


def gd_code(ticket_key: bytes, *, kid: int, ticket: int, rev: int, at_s: int) -> str:
    """Return the rotating code that holds at `at_s` (Unix seconds)."""
    step = at_s // STEP_S
    bare = GdCode(kid=kid, ticket=ticket, rev=rev, step=step % 65536, mac=b"")
    mac = _dynamic_mac(ticket_key, bare, step)
    return encode_gd(GdCode(kid, ticket, rev, bare.step, mac))


def verify_gd(code: GdCode, *, day_key: bytes, event_uuid: bytes, at_s: int) -> DynamicVerdict:
    """
    Return whether a rotating code is good at `at_s`.

    Args:
        code: As read.

        day_key: 32 bytes of the operating day.

        event_uuid: 16 bytes.

        at_s: Corrected time of the reader, Unix seconds.
    """
    now = at_s // STEP_S
    around = range(now - STEPS_AROUND, now + STEPS_AROUND + 1)
    step = next((s for s in around if s % 65536 == code.step), None)
    if step is None:
        return DynamicVerdict.STALE
    key = dynamic_key(day_key, event_uuid=event_uuid, ticket=code.ticket, rev=code.rev)
    good = hmac.compare_digest(_dynamic_mac(key, code, step), code.mac)
    return DynamicVerdict.GOOD if good else DynamicVerdict.FORGED


def _dynamic_mac(key: bytes, code: GdCode, step: int) -> bytes:
    # the first ten bytes are kid, ticket and rev; the step follows at full width
    message = b"GT1D" + code.signed_bytes()[:10] + step.to_bytes(8, "big")
    return hmac.digest(key, message, "sha256")[:8]


def _message(body: GsBody, event_uuid: bytes) -> bytes:
    if len(event_uuid) != 16:
        raise ValueError("an event's UUID has 16 bytes")
    return b"GT1S" + event_uuid + body.to_bytes()


@functools.lru_cache(maxsize=64)
def _public(key: bytes) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(key)


def _private(key: bytes) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(key)
