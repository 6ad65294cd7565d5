"""Normal forms of what people type."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventhub.kernel import text


@pytest.mark.parametrize(
    ("typed", "normal"),
    [
        (" Fang.Wang@Example.COM ", "fang.wang@example.com"),
        ("ｆａｎｇ＠example.com", "fang@example.com"),
        ("FANG@例子.中国", "fang@xn--fsqu00a.xn--fiqs8s"),
        ("a+b@example.com", "a+b@example.com"),
    ],
)
def test_one_mailbox_has_one_spelling(typed: str, normal: str) -> None:
    assert text.normalise_email(typed) == normal
    assert text.normalise_email(normal) == normal


@pytest.mark.parametrize("typed", ["", "fang", "fang@", "@example.com", "a b@example.com"])
def test_what_is_no_address_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        text.normalise_email(typed)


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("fang+show@example.com", "fang@example.com"),
        ("f.a.ng+x@gmail.com", "fang@gmail.com"),
        ("f.a.ng@example.com", "f.a.ng@example.com"),
    ],
)
def test_limit_key_joins_spellings_of_one_mailbox(address: str, key: str) -> None:
    assert text.email_limit_key(address) == key


@pytest.mark.parametrize(
    ("typed", "normal"),
    [
        ("１３８ ００１３ ８０００", "+8613800138000"),
        ("+86 138-0013-8000", "+8613800138000"),
        ("0086 13800138000", "+8613800138000"),
        ("8613800138000", "+8613800138000"),
        ("(0755) 8291-2345", "+8675582912345"),
        ("+852 5123 4567", "+85251234567"),
    ],
)
def test_one_phone_has_one_spelling(typed: str, normal: str) -> None:
    assert text.normalise_phone(typed) == normal
    assert text.normalise_phone(normal) == normal


@pytest.mark.parametrize("typed", ["", "12", "fang", "+99 1234"])
def test_what_is_no_phone_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match="not a phone number"):
        text.normalise_phone(typed)


@pytest.mark.parametrize(
    ("typed", "clean"),
    [
        ("  王  芳 ", "王 芳"),
        ("阿卜杜拉·买买提", "阿卜杜拉·买买提"),
        ("e\u0301lodie", "élodie"),
        ("MCDONALD o'brien", "MCDONALD o'brien"),
        ("a\t\nb", "a b"),
    ],
)
def test_names_keep_their_letters(typed: str, clean: str) -> None:
    assert text.clean(typed) == clean


@pytest.mark.parametrize("typed", ["a\u202eb", "a\x00b", "\u2066a", "x" * 201])
def test_texts_that_deceive_or_run_on_are_refused(typed: str) -> None:
    with pytest.raises(ValueError, match=r"control characters|too long"):
        text.clean(typed)


@given(st.text(max_size=150))
def test_clean_text_stays_as_it_is(typed: str) -> None:
    try:
        once = text.clean(typed)
    except ValueError:
        return
    assert text.clean(once) == once
