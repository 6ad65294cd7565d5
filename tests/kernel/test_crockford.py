"""Base32 of ticket and pairing codes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventhub.kernel import crockford, ids


@given(st.binary(min_size=1, max_size=96))
def test_what_is_written_is_read_back(data: bytes) -> None:
    text = crockford.encode(data)
    assert set(text) <= set(crockford.ALPHABET)
    assert crockford.decode(text, size=len(data)) == data


@given(st.binary(min_size=1, max_size=40), st.data())
def test_one_value_has_one_spelling(data: bytes, draw: st.DataObject) -> None:
    text = crockford.encode(data)
    at = draw.draw(st.integers(0, len(text) - 1))
    letter = draw.draw(st.sampled_from(crockford.ALPHABET))
    other = text[:at] + letter + text[at + 1 :]
    try:
        read = crockford.decode(other, size=len(data))
    except ValueError:
        return
    assert (read == data) == (other == text)


@pytest.mark.parametrize(("text", "fault"), [("0", "length"), ("0U", "foreign"), ("01", "pad")])
def test_other_texts_are_refused(text: str, fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        crockford.decode(text, size=1)


def test_people_and_scanners_may_spell_freely() -> None:
    assert crockford.normalise(" o1-il abc ") == "0111 ABC"


def test_ids_are_what_they_say() -> None:
    assert len(ids.new_public_id()) == 16
    assert len(ids.new_uuid()) == 36
    assert len(ids.new_code()) == 6
    assert len(ids.new_nonce()) == 16
    assert all(0 < ids.new_ticket_number() < 2**63 for _ in range(50))
    assert ids.token_hash("a") == ids.token_hash("a") != ids.token_hash("b")
    assert len({ids.new_token() for _ in range(50)}) == 50
