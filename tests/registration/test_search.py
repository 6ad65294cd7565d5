"""Finding people by name: the table of the design, the minimum, the order, the index."""

from __future__ import annotations

import pytest

from eventhub.kernel.db import db
from eventhub.programme.queries import EventRow
from eventhub.registration import service
from eventhub.registration.models import Attendee
from eventhub.registration.pinyin import keys_of
from eventhub.registration.queries.name_search import people_named
from eventhub.registration.rules.search import (
    Rank,
    is_enough,
    pack,
    queries,
    rank,
    splits,
    unpack,
)
from tests.assertions import assert_queries
from tests.factories.registration import make_registration, make_ticket_type


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("王芳", "王芳 王 芳 wangfang wangf wf w_fang WANGFANG"),
        ("陈欣怡", "欣怡 chenxy cxy chenxinyi"),
        ("单芳", "shan dan"),
        ("曾芳", "zeng ceng"),
        ("仇芳", "qiu chou"),
        ("解芳", "xie jie"),
        ("区芳", "ou qu"),
        ("查芳", "zha cha"),
        ("朴芳", "piao pu"),
        ("乐芳", "yue le"),
        ("吕布", "lv lu lyu lü lb lvbu"),
        ("欧阳娜娜", "ouyang oynn 娜娜"),
        ("Ana María", "maria ana_m anam María"),
        ("Jürgen Müller", "jurgen müller muller jm"),
        ("买买提·艾力", "买买提 艾力 mmtal maimaiti"),
    ],
)
def test_a_name_is_found_by_what_people_type(name: str, typed: str) -> None:
    keys = keys_of(name)
    missed = [text for text in typed.split() if rank(queries(text.replace("_", " ")), keys) is None]
    assert missed == []


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("王芳", "fang"),
        ("王芳", "wangx"),
        ("陈欣怡", "xinyi"),
        ("Ana María", "aria"),
        ("王芳", "方"),
    ],
)
def test_a_name_is_not_found_by_its_middle(name: str, typed: str) -> None:
    assert rank(queries(typed), keys_of(name)) is None


def test_better_finds_come_first() -> None:
    found = [
        rank(queries(text), keys_of("王芳")) for text in ("王芳", "wangf", "wf", "wfang", "芳")
    ]
    assert found == [Rank.EXACT, Rank.PREFIX, Rank.INITIALS, Rank.REST, Rank.REST]


def test_the_minimum_is_one_han_character_two_letters_or_four_digits() -> None:
    found = [is_enough(text) for text in ("王", "w", "wf", "138", "8000", " ", "é")]
    assert found == [True, False, True, False, True, False, False]


def test_readings_keep_their_form() -> None:
    readings = (("ou", "yang"), ("qu", "yang"))
    assert unpack(pack(readings)) == readings
    assert len(keys_of("单单单单单").readings) <= 8
    assert splits("", ("wang",)) is False


def test_the_index_follows_new_and_changed_names(event: EventRow) -> None:
    make_ticket_type(event.id, slug="public", max_group=2)
    made = make_registration(event.id, "public", name="王芳", others=("王方",))
    assert people_named(event.id, "wangf") == []
    assert service.index_names() == 2
    assert service.index_names() == 0
    assert len(people_named(event.id, "wangf")) == 2
    service.change_registration(
        service.ChangeRegistration(made.registration_id, names=("单芳", "王方"))
    )
    assert service.index_names() == 1
    with assert_queries(1):
        (found,) = people_named(event.id, "shanf")
    assert db.session.get_one(Attendee, found).display_name == "单芳"
    assert people_named(event.id, "s") == []
    assert people_named(event.id + 1, "wang") == []


def test_wildcards_find_nobody(event: EventRow) -> None:
    make_ticket_type(event.id, slug="public")
    make_registration(event.id, "public", name="王芳")
    service.index_names()
    assert [people_named(event.id, text) for text in ("%%", "__", "||")] == [[], [], []]
