"""Ticket codes: every published vector, strict reading, link tokens and sealed values."""

from __future__ import annotations

import contextlib
import random
import struct

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from eventhub.kernel import crockford, signing
from eventhub.kernel.signing import GsBody, UnreadableCode

PRIVATE = bytes(range(32))
PUBLIC = bytes.fromhex("03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8")
EVENT = bytes(range(16))
OTHER_EVENT = bytes(range(16, 32))
TICKET = 0x0123456789ABCDEF
DAY_KEY = b"\x64" * 32
AT_S = 1_800_000_000

GS_1 = (
    "GS200G28T5CY4TQKFF003G00G0HRBNFDANB97VKXDEXJ53Y9GEHPSRJ854MM03ZN07904ZBXBR9PBED3SHZM8R304Y7T"
    "SK9T4X3H6Y8C6K7MP6RJP8PE8RE2TDA3GET2G"
)
GS_2 = (
    "GS241FXQ5TK1V58CGG04P00003EBMFKD6D93EX888D1HC3603Y8VW10HVYBSTBFE8NYB0BHQDAZAATTR08EYQ5F6NRKKB"
    "651ZY6XA1H5QJ69YYY2Y5XXXG2SAQ13ZY03G"
)
GS_RESERVED_FLAG = (
    "GS280G28T5CY4TQKFF003G00G0JX0304CXH79JDCW0D34VNB1ENRHKFFYP9TFF097NEBS4H94G10NK4Q00VD1V1A33ERS3"
    "2EY81XK4FMADN6T22P8HFWKAQV8NPRMQP18"
)
GS_OTHER_EVENT = (
    "GS200G28T5CY4TQKFF003G00G0C2S4XXCYYE41T8R8KDJ1QR9MN30AW9BY7XC3K5NGZ46CF427SEKXS80DY58RQNB6ZAG6"
    "TDT4EZEHTM0Z7QYN0ZMG2JA8W5F04590020"
)
BODY_1 = GsBody(kid=1, ticket=TICKET, product=7, window=2, rev=0)
BODY_2 = GsBody(kid=2, ticket=0xFEDCBA9876543210, product=300, window=0, rev=3, check_id=True)


def reason_of(text: str) -> str:
    """Return why a text is no code."""
    with pytest.raises(UnreadableCode) as caught:
        signing.parse_code(text)
    return caught.value.reason


def is_accepted(text: str) -> bool:
    """Return whether a text reads as a signed code and verifies."""
    try:
        code = signing.parse_code(text)
    except UnreadableCode:
        return False
    assert isinstance(code, signing.GsCode)
    return signing.verify_gs(code, event_uuid=EVENT, public_key=PUBLIC)


def test_the_public_key_belongs_to_the_private_key() -> None:
    assert signing.public_key_of(PRIVATE) == PUBLIC


@pytest.mark.parametrize(
    ("body", "packed", "text"),
    [
        (BODY_1, "10010123456789abcdef0007000200", GS_1),
        (BODY_2, "1102fedcba9876543210012c000003", GS_2),
    ],
)
def test_a_signed_code_equals_the_vector_and_reads_back(
    body: GsBody, packed: str, text: str
) -> None:
    assert body.to_bytes().hex() == packed
    assert signing.sign_gs(body, event_uuid=EVENT, private_key=PRIVATE) == text
    code = signing.parse_code(text)
    assert isinstance(code, signing.GsCode)
    assert code.body == body
    assert signing.verify_gs(code, event_uuid=EVENT, public_key=PUBLIC)


def test_the_signature_of_the_first_code_equals_the_vector() -> None:
    code = signing.parse_code(GS_1)
    assert isinstance(code, signing.GsCode)
    assert code.signature.hex() == (
        "8e1757b5555a4fb9f5aeec8a3f260e8db38920a4a5003fd4074809f5f5784d96"
        "e68f31fd1181809e3eb334e89d1c4de430d33d2c6c4ac8b391870b4d50e0ed0a"
    )


@pytest.mark.parametrize("last", list("HJKMNPQ"))
def test_set_pad_bits_are_rejected(last: str) -> None:
    assert reason_of(GS_1[:-1] + last) == "unknown_code"


def test_a_reserved_flag_is_rejected_though_the_signature_is_right() -> None:
    data = crockford.decode(GS_RESERVED_FLAG[2:], size=79)
    assert data[:2].hex() == "1201"
    Ed25519PrivateKey.from_private_bytes(PRIVATE).public_key().verify(
        data[15:], b"GT1S" + EVENT + data[:15]
    )
    assert reason_of(GS_RESERVED_FLAG) == "unknown_code"


def test_another_version_is_rejected() -> None:
    body = b"\x20" + BODY_1.to_bytes()[1:]
    signature = Ed25519PrivateKey.from_private_bytes(PRIVATE).sign(b"GT1S" + EVENT + body)
    assert reason_of("GS" + crockford.encode(body + signature)) == "unknown_code"


def test_the_signature_binds_the_event() -> None:
    code = signing.parse_code(GS_OTHER_EVENT)
    assert isinstance(code, signing.GsCode)
    assert code.body == BODY_1
    assert signing.verify_gs(code, event_uuid=OTHER_EVENT, public_key=PUBLIC)
    assert not signing.verify_gs(code, event_uuid=EVENT, public_key=PUBLIC)
    assert signing.sign_gs(BODY_1, event_uuid=OTHER_EVENT, private_key=PRIVATE) == GS_OTHER_EVENT


def test_every_one_character_change_of_a_signed_code_is_rejected() -> None:
    accepted = [
        (place, letter)
        for place in range(2, len(GS_1))
        for letter in crockford.ALPHABET
        if letter != GS_1[place] and is_accepted(GS_1[:place] + letter + GS_1[place + 1 :])
    ]
    assert accepted == []
    assert (len(GS_1) - 2) * 31 == 3937


@pytest.mark.parametrize("length", [0, 1, 2, 3, 18, 28, 34, 127, 128, 130, 150, 5000])
def test_a_truncated_or_extended_code_is_unknown(length: int) -> None:
    assert reason_of((GS_1 * 40)[:length]) == "unknown_code"


@pytest.mark.parametrize(
    ("ticket", "text"),
    [
        (TICKET, "GR04HMASW9NF6YZC4P"),
        (0xFEDCBA9876543210, "GRZVEBN63PAGS105KQ"),
        (0, "GR00000000000006E3"),
        (1, "GR00000000000022F2"),
        (2**64 - 1, "GRZZZZZZZZZZZZZFS2"),
    ],
)
def test_a_short_code_equals_the_vector(ticket: int, text: str) -> None:
    assert signing.gr_code(ticket) == text
    assert signing.parse_code(text) == signing.GrCode(ticket)


def test_a_short_code_may_be_typed_with_hyphens_small_letters_and_look_alikes() -> None:
    assert signing.parse_code("  gro4-hmas-w9nf-6yzc-4p\n") == signing.GrCode(TICKET)


def test_a_mistyped_short_code_has_a_reason_of_its_own() -> None:
    assert reason_of("GR04HMASW9NF6YZC4Q") == "bad_check"


def test_every_error_of_one_or_two_characters_in_a_short_code_is_caught() -> None:
    text = "04HMASW9NF6YZC4P"
    value = int.from_bytes(crockford.decode(text, size=10), "big")
    ones = [
        delta << (5 * place)
        for place in range(16)
        for letter in range(32)
        if (delta := letter ^ (value >> (5 * place)) & 31)
    ]
    assert len(ones) == 496
    # a CRC is linear: the error is missed exactly when its own remainder is zero
    remainder = {error: _crc_of_error(error) for error in ones}
    assert all(remainder.values())
    pairs = [
        (a, b)
        for i, a in enumerate(ones)
        for b in ones[i + 1 :]
        if (a.bit_length() - 1) // 5 != (b.bit_length() - 1) // 5
    ]
    assert len(pairs) == 115_320
    assert all(remainder[a] != remainder[b] for a, b in pairs)


def _crc_of_error(error: int) -> int:
    import binascii  # noqa: PLC0415 - slow import

    data = error.to_bytes(10, "big")
    return binascii.crc_hqx(data[:8], 0) ^ int.from_bytes(data[8:], "big")


def test_random_short_codes_with_errors_are_refused_by_the_reader_itself() -> None:
    draw = random.Random(7)
    text = "GR04HMASW9NF6YZC4P"
    for _ in range(2000):
        letters = list(text)
        for place in draw.sample(range(2, 18), draw.choice([1, 2])):
            letters[place] = draw.choice(crockford.ALPHABET.replace(letters[place], ""))
        assert reason_of("".join(letters)) == "bad_check"


def test_a_rotating_code_equals_the_vector() -> None:
    key = signing.dynamic_key(DAY_KEY, event_uuid=EVENT, ticket=TICKET, rev=0)
    assert key.hex() == "81f0805d4baf417fa6a33cd84320f9bb441cbfa8ec722a539dc72c3b34787b7c"
    text = signing.gd_code(key, kid=1, ticket=TICKET, rev=0, at_s=AT_S)
    assert text == "GD040J6HB7H6NWVVR01R03QZRJTTQFYACJ"
    code = signing.parse_code(text)
    assert isinstance(code, signing.GdCode)
    assert (code.kid, code.ticket, code.rev, code.step) == (1, TICKET, 0, 0x0E00)
    assert code.mac.hex() == "3bff12d6aeff2992"


@pytest.mark.parametrize(
    ("shift_s", "tail"),
    [
        (-30, "GD040J6HB7H6NWVVR01QZ3F73DRZ4P47TX"),
        (15, "GD040J6HB7H6NWVVR01R0PD3YH3V6QTK0V"),
        (30, "GD040J6HB7H6NWVVR01R11BFG0VGXCR9B8"),
        (45, "GD040J6HB7H6NWVVR01R1ZN3PVKAZMW2Q7"),
    ],
)
def test_rotating_codes_around_the_vector(shift_s: int, tail: str) -> None:
    key = signing.dynamic_key(DAY_KEY, event_uuid=EVENT, ticket=TICKET, rev=0)
    assert signing.gd_code(key, kid=1, ticket=TICKET, rev=0, at_s=AT_S + shift_s) == tail


@pytest.mark.parametrize(
    ("shift_s", "verdict"),
    [
        (0, "good"),
        (30, "good"),
        (-30, "good"),
        (44, "good"),
        (45, "stale_dynamic"),
        (120, "stale_dynamic"),
    ],
)
def test_a_rotating_code_holds_for_half_a_minute(shift_s: int, verdict: str) -> None:
    code = signing.parse_code("GD040J6HB7H6NWVVR01R03QZRJTTQFYACJ")
    assert isinstance(code, signing.GdCode)
    found = signing.verify_gd(code, day_key=DAY_KEY, event_uuid=EVENT, at_s=AT_S + shift_s)
    assert found.value == verdict


def test_a_rotating_code_of_another_event_or_day_is_forged() -> None:
    code = signing.parse_code("GD040J6HB7H6NWVVR01R03QZRJTTQFYACJ")
    assert isinstance(code, signing.GdCode)
    other_day = signing.verify_gd(code, day_key=b"\x65" * 32, event_uuid=EVENT, at_s=AT_S)
    other_event = signing.verify_gd(code, day_key=DAY_KEY, event_uuid=OTHER_EVENT, at_s=AT_S)
    assert [other_day.value, other_event.value] == ["bad_signature", "bad_signature"]


def test_a_pairing_code_equals_the_vector() -> None:
    assert signing.pairing_code(bytes(range(16))) == "GP000G40R40M30E209185GR38E1W"
    assert signing.parse_code("GP000G40R40M30E209185GR38E1W") == signing.PairingCode(
        bytes(range(16))
    )


def test_a_staff_card_reads_back() -> None:
    text = signing.staff_card_code(bytes(range(16)))
    assert (text[:2], len(text)) == ("GK", 28)
    assert signing.parse_code(text) == signing.StaffCard(bytes(range(16)))


def test_the_hash_that_devices_know_a_ticket_by_equals_the_vector() -> None:
    found = signing.idhash(bytes(range(16, 32)), TICKET)
    assert found.hex() == "4d6b93529a959344"
    assert struct.pack("<Q", int.from_bytes(found, "big")).hex() == "4493959a52936b4d"


@pytest.mark.parametrize(
    "text", ["", "GX00", "https://example.org/t/1", "ＧＳ200", "ſ" * 40, "GS" + "U" * 127]
)
def test_foreign_text_is_an_unknown_code(text: str) -> None:
    assert reason_of(text) == "unknown_code"


@settings(max_examples=200, deadline=None)
@given(
    kid=st.integers(0, 255),
    ticket=st.integers(0, 2**64 - 1),
    product=st.integers(0, 65535),
    window=st.integers(0, 65535),
    rev=st.integers(0, 255),
    check_id=st.booleans(),
)
def test_any_signed_code_reads_back(
    kid: int, ticket: int, product: int, window: int, rev: int, check_id: bool
) -> None:
    body = GsBody(kid, ticket, product, window, rev, check_id=check_id)
    code = signing.parse_code(signing.sign_gs(body, event_uuid=EVENT, private_key=PRIVATE).lower())
    assert isinstance(code, signing.GsCode)
    assert code.body == body
    assert signing.verify_gs(code, event_uuid=EVENT, public_key=PUBLIC)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=150))
def test_no_text_at_all_breaks_the_reader(text: str) -> None:
    with contextlib.suppress(UnreadableCode):
        signing.parse_code(text)


@pytest.mark.parametrize("number", [-1, 2**64])
def test_a_number_that_does_not_fit_is_refused(number: int) -> None:
    with pytest.raises(ValueError, match="64 bits"):
        signing.gr_code(number)
    with pytest.raises(ValueError, match="out of range"):
        GsBody(1, number, 1, 0, 0).to_bytes()


def test_keys_for_different_purposes_differ() -> None:
    link, seal = signing.derive_key("secret", "link"), signing.derive_key("secret", "seal")
    assert (len(link), len(seal)) == (32, 32)
    assert link != seal
    assert link == signing.derive_key("secret", "link")


def test_a_sealed_value_opens_only_with_its_key_and_context() -> None:
    key = signing.derive_key("secret", "event key")
    sealed = signing.seal(key, b"private", b"event 1")
    assert sealed != signing.seal(key, b"private", b"event 1")
    assert signing.open_sealed(key, sealed, b"event 1") == b"private"
    other = signing.derive_key("secret", "other")
    for wrong in [
        (other, sealed, b"event 1"),
        (key, sealed, b"event 2"),
        (key, sealed[:-1], b"event 1"),
    ]:
        with pytest.raises(ValueError, match="cannot be opened"):
            signing.open_sealed(*wrong)
    with pytest.raises(ValueError, match="cannot be opened"):
        signing.open_sealed(key, b"", b"event 1")


def test_a_link_opens_only_its_row_kind_and_revision() -> None:
    key = signing.derive_key("secret", "link")
    token = signing.link_token(key, "r", "0123456789abcdef", 0)
    public_id, mac = token.split(".")
    assert (public_id, len(mac)) == ("0123456789abcdef", 26)
    assert signing.check_link(key, "r", token, 0)
    assert signing.check_link(key, "r", f"{public_id}.{mac.upper()}", 0)
    refused = [
        ("a", token, 0),
        ("r", token, 1),
        ("r", public_id, 0),
        ("r", token + "0", 0),
        ("r", "é.é", 0),
    ]
    assert [signing.check_link(key, kind, text, rev) for kind, text, rev in refused] == [False] * 5
