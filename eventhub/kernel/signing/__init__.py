"""
Ticket codes (format GT1), link tokens and sealed values.

`codes` reads and writes the text of codes, `gt1` signs and verifies them,
`secrets` derives keys, seals values and makes link tokens. Only the names
below are for other packages.
"""

from __future__ import annotations

from eventhub.kernel.signing.codes import (
    Code,
    GdCode,
    GrCode,
    GsBody,
    GsCode,
    PairingCode,
    StaffCard,
    UnreadableCode,
    gr_code,
    looks_like_code,
    pairing_code,
    parse_code,
    staff_card_code,
)
from eventhub.kernel.signing.gt1 import (
    DynamicVerdict,
    dynamic_key,
    gd_code,
    idhash,
    new_key_pair,
    public_key_of,
    sign_gs,
    verify_gd,
    verify_gs,
)
from eventhub.kernel.signing.secrets import (
    check_link,
    derive_key,
    link_mac,
    link_token,
    open_sealed,
    seal,
)

__all__ = [
    "Code",
    "DynamicVerdict",
    "GdCode",
    "GrCode",
    "GsBody",
    "GsCode",
    "PairingCode",
    "StaffCard",
    "UnreadableCode",
    "check_link",
    "derive_key",
    "dynamic_key",
    "gd_code",
    "gr_code",
    "idhash",
    "link_mac",
    "link_token",
    "looks_like_code",
    "new_key_pair",
    "open_sealed",
    "pairing_code",
    "parse_code",
    "public_key_of",
    "seal",
    "sign_gs",
    "staff_card_code",
    "verify_gd",
    "verify_gs",
]
