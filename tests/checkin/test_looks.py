"""Every result has a colour, a shape, a sound and words in both languages."""

from __future__ import annotations

import re

import pytest

from eventhub.checkin.enums import ADMITTED, Ground, ScanResult, Sign, Sound
from eventhub.checkin.looks import LOOKS, sentence

HAN = re.compile(r"[㐀-鿿]")


def test_every_result_has_a_look() -> None:
    assert set(LOOKS) == set(ScanResult)


@pytest.mark.parametrize("result", list(ScanResult))
def test_words_are_short_and_in_their_language(result: ScanResult) -> None:
    look = LOOKS[result]
    bare = re.sub(r"\{\w+\}", "", look.word.zh).replace(" ", "")
    assert 1 <= len(bare) <= 5
    assert HAN.search(look.word.zh)
    assert not HAN.search(look.word.en + look.line.en)
    assert len(look.word.en.split()) <= 3
    assert bool(look.line.zh) == bool(look.line.en)


@pytest.mark.parametrize("result", list(ScanResult))
def test_both_languages_fill_in_the_same_values(result: ScanResult) -> None:
    look = LOOKS[result]
    names = [
        sorted(re.findall(r"\{(\w+)\}", text.zh)) == sorted(re.findall(r"\{(\w+)\}", text.en))
        for text in (look.word, look.line)
    ]
    assert names == [True, True]


def test_green_is_for_admissions_and_for_the_one_question_before() -> None:
    green = {result for result, look in LOOKS.items() if look.ground is Ground.ADMIT}
    assert green == ADMITTED | {ScanResult.NEED_ANSWER}


def test_colour_is_never_alone() -> None:
    shapes = {(look.ground, look.sign) for look in LOOKS.values()}
    assert {sign for ground, sign in shapes if ground is Ground.REFUSED} == {Sign.CROSS}
    assert {sign for ground, sign in shapes if ground is Ground.USED} == {Sign.RETURN}
    assert {look.sound for look in LOOKS.values() if look.ground is Ground.REFUSED} == {Sound.LOW}


def test_an_override_is_never_offered_for_a_forged_code() -> None:
    may = {result for result, look in LOOKS.items() if look.may_override}
    assert may.isdisjoint(
        {ScanResult.BAD_SIGNATURE, ScanResult.UNKNOWN_CODE, ScanResult.REVOKED, ScanResult.BLOCKED}
    )


def test_a_sentence_joins_word_and_line() -> None:
    assert sentence(ScanResult.OK, "zh") == "请进"
    assert sentence(ScanResult.UNPAID, "en") == "Not paid · Not paid, go to the desk"
