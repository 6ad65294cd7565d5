"""
The text of GT1 codes: one spelling per value, read strictly.

```
GS  signed static   "GS" + base32(79 bytes) = 129 characters, QR version 6-M
GR  short           "GR" + base32(10 bytes) =  18 characters, QR version 1-M
GD  rotating        "GD" + base32(20 bytes) =  34 characters, QR version 2-M
GP  pairing         "GP" + base32(16 bytes) =  28 characters
GK  staff card      "GK" + base32(16 bytes) =  28 characters
```

Nothing here checks a signature: `gt1` does. A GR with a wrong CRC counts as
not read, because the CRC only catches misreading.
"""

from __future__ import annotations

import binascii
import struct
from dataclasses import dataclass
from typing import Literal

from eventhub.kernel import crockford

VERSION = 1
FLAG_CHECK_ID = 1
MAX_TYPED = 200  # characters looked at before the length is checked

_BODY = struct.Struct(">BBQHHB")
_SIZES = {"GS": 79, "GR": 10, "GD": 20, "GP": 16, "GK": 16}

Reason = Literal["unknown_code", "bad_check"]


class UnreadableCode(ValueError):
    """The text is no code; `reason` is the result that the gate shows."""

    def __init__(self, reason: Reason) -> None:
        """Keep the reason."""
        super().__init__(reason)
        self.reason: Reason = reason


@dataclass(frozen=True, slots=True)
class GsBody:
    """
    What a signed code says.

    `kid` is the number of the event's key (0-255), `ticket` the ticket number
    (u64), `product` the ticket type's number, `window` the entry window's
    number (0 = whole event), `rev` the reissue counter (0-255).
    """

    kid: int
    ticket: int
    product: int
    window: int
    rev: int
    check_id: bool = False

    def to_bytes(self) -> bytes:
        """
        Return the 15 bytes that are signed.

        Raises:
            ValueError: A field does not fit its width.
        """
        head = VERSION << 4 | (FLAG_CHECK_ID if self.check_id else 0)
        try:
            return _BODY.pack(head, self.kid, self.ticket, self.product, self.window, self.rev)
        except struct.error as error:
            raise ValueError("a field of the ticket code is out of range") from error


@dataclass(frozen=True, slots=True)
class GsCode:
    """A signed static code as read; the signature is not checked yet."""

    body: GsBody
    signature: bytes


@dataclass(frozen=True, slots=True)
class GrCode:
    """A short code as read; its CRC was right."""

    ticket: int


@dataclass(frozen=True, slots=True)
class GdCode:
    """A rotating code as read; `step` is the low 16 bits of the 15 s step."""

    kid: int
    ticket: int
    rev: int
    step: int
    mac: bytes

    def signed_bytes(self) -> bytes:
        """Return bytes 0 to 11, which the MAC covers."""
        return struct.pack(">BQBH", self.kid, self.ticket, self.rev, self.step)


@dataclass(frozen=True, slots=True)
class PairingCode:
    """A one-use secret that makes a device a gate."""

    secret: bytes


@dataclass(frozen=True, slots=True)
class StaffCard:
    """A secret that names a member of the gate staff."""

    secret: bytes


Code = GsCode | GrCode | GdCode | PairingCode | StaffCard


def parse_code(text: str) -> Code:
    """
    Return the code that `text` spells.

    Args:
        text: As scanned or typed: any case, hyphens, I L O for 1 1 0 allowed.

    Raises:
        UnreadableCode: `unknown_code` for a foreign prefix, length, character,
            version or flag and for pad bits that are not zero; `bad_check`
            for a short code whose CRC is wrong.
    """
    if len(text) > MAX_TYPED or not text.isascii():
        raise UnreadableCode("unknown_code")
    plain = crockford.normalise(text)
    prefix, payload = plain[:2], plain[2:]
    if prefix not in _SIZES:
        raise UnreadableCode("unknown_code")
    try:
        data = crockford.decode(payload, size=_SIZES[prefix])
    except ValueError:
        raise UnreadableCode("unknown_code") from None
    match prefix:
        case "GS":
            return _read_gs(data)
        case "GR":
            return _read_gr(data)
        case "GD":
            kid, ticket, rev, step = struct.unpack(">BQBH", data[:12])
            return GdCode(kid=kid, ticket=ticket, rev=rev, step=step, mac=data[12:])
        case "GP":
            return PairingCode(data)
        case _:
            return StaffCard(data)


def looks_like_code(text: str) -> bool:
    """Return whether `text` begins like a code, whatever follows."""
    return text.isascii() and crockford.normalise(text[:8])[:2] in _SIZES


def encode_gs(body: GsBody, signature: bytes) -> str:
    """Return the text of a signed code (129 characters)."""
    return "GS" + crockford.encode(body.to_bytes() + signature)


def encode_gd(code: GdCode) -> str:
    """Return the text of a rotating code (34 characters)."""
    return "GD" + crockford.encode(code.signed_bytes() + code.mac)


def gr_code(ticket: int) -> str:
    """
    Return the short code of a ticket number (18 characters).

    Raises:
        ValueError: Not a u64.
    """
    if not 0 <= ticket < 2**64:
        raise ValueError("a ticket number has 64 bits")
    number = ticket.to_bytes(8, "big")
    return "GR" + crockford.encode(number + _crc(number))


def pairing_code(secret16: bytes) -> str:
    """Return the text of a pairing code (28 characters)."""
    return "GP" + crockford.encode(_sixteen(secret16))


def staff_card_code(secret16: bytes) -> str:
    """Return the text of a staff card (28 characters)."""
    return "GK" + crockford.encode(_sixteen(secret16))


def _sixteen(secret: bytes) -> bytes:
    if len(secret) != 16:
        raise ValueError("the secret has 16 bytes")
    return secret


def _read_gs(data: bytes) -> GsCode:
    head, kid, ticket, product, window, rev = _BODY.unpack(data[:15])
    if head >> 4 != VERSION or head & 0b1110:
        raise UnreadableCode("unknown_code")
    body = GsBody(kid, ticket, product, window, rev, check_id=bool(head & FLAG_CHECK_ID))
    return GsCode(body=body, signature=data[15:])


def _read_gr(data: bytes) -> GrCode:
    if _crc(data[:8]) != data[8:]:
        raise UnreadableCode("bad_check")
    return GrCode(int.from_bytes(data[:8], "big"))


def _crc(number: bytes) -> bytes:
    # CRC-16/CCITT-FALSE: polynomial 1021, register FFFF, no reflection
    return binascii.crc_hqx(b"GT1R" + number, 0xFFFF).to_bytes(2, "big")
