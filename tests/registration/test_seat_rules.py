"""Seat plans, and who gets which seat by rule."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eventhub.registration.rules.seat_plan import (
    BadPlan,
    PlanFault,
    SeatKind,
    ranges_text,
    read_plan,
    read_ranges,
)
from eventhub.registration.rules.seats import (
    Block,
    FreeSeat,
    Group,
    allocate,
    may_sit,
    seat_label,
)

RUNWAY = "# East\nE1:1-6 a=1 c=2 E2:1-3|4-8\n# West\nW1:6-1 W2:1-8"


def seats_of(plan: str, block_of: dict[str, int] | None = None) -> list[FreeSeat]:
    """Return the seats of a plan as free ones; `block_of` is by row."""
    planned = read_plan(plan)
    rows: dict[str, list[int]] = {}
    for seat in planned:
        rows.setdefault(seat.row_label, []).append(seat.position)
    return [
        FreeSeat(
            id=number,
            section=seat.section,
            row_label=seat.row_label,
            row_rank=seat.row_rank,
            position=seat.position,
            centre=sum(rows[seat.row_label]) / len(rows[seat.row_label]),
            kind=seat.kind,
            block_id=(block_of or {}).get(seat.row_label),
        )
        for number, seat in enumerate(planned, 1)
    ]


def labels(plan: str, seat_ids: Iterable[int]) -> list[str]:
    planned = read_plan(plan)
    return [planned[seat_id - 1].label for seat_id in seat_ids]


def test_a_plan_has_sides_rows_aisles_and_kinds() -> None:
    seats = read_plan(RUNWAY)
    assert len(seats) == 6 + 8 + 6 + 8
    assert {seat.section for seat in seats} == {"East", "West"}
    kinds = {seat.label: seat.kind for seat in seats if seat.kind != SeatKind.STANDARD}
    assert kinds == {"E1-1": SeatKind.ACCESSIBLE, "E1-2": SeatKind.COMPANION}
    row = {seat.number: seat.position for seat in seats if seat.row_label == "E2"}
    assert row[4] - row[3] == 2  # the aisle
    assert [seat.number for seat in seats if seat.row_label == "W1"] == [6, 5, 4, 3, 2, 1]


@pytest.mark.parametrize(
    ("plan", "fault"),
    [
        ("", PlanFault.EMPTY),
        ("A", PlanFault.UNREADABLE),
        ("A:0-3", PlanFault.UNREADABLE),
        ("A:1-3 and so on", PlanFault.UNREADABLE),
        ("A:1-3 A:4", PlanFault.ROW_TWICE),
        ("A:1-3 a:4", PlanFault.ROW_TWICE),
        ("A:1,1", PlanFault.SEAT_TWICE),
        ("A:1-3 c=4", PlanFault.NO_SUCH_SEAT),
        ("# East\n# West\nA:1-3", PlanFault.SECTIONS),
        ("# a\nA:1\n# b\nB:1\n# c\nC:1", PlanFault.SECTIONS),
        (" ".join(f"R{n}:1-999" for n in range(6)), PlanFault.TOO_MANY),
        ("A:1" + " " * 20_000 + "?", PlanFault.UNREADABLE),
    ],
)
def test_a_wrong_plan_says_what_is_wrong(plan: str, fault: PlanFault) -> None:
    with pytest.raises(BadPlan) as refused:
        read_plan(plan)
    assert refused.value.fault == fault


@given(
    st.dictionaries(
        st.sampled_from(["A", "B2", "东1"]), st.sets(st.integers(1, 40), min_size=1), min_size=1
    )
)
def test_ranges_are_read_as_they_are_written(rows: dict[str, set[int]]) -> None:
    seats = [(label, number) for label, numbers in rows.items() for number in sorted(numbers)]
    assert list(read_ranges(ranges_text(seats))) == seats


def test_a_group_sits_in_the_middle_of_the_first_row_that_holds_it() -> None:
    plan = "A:1-4 B:1-9"
    made = allocate([Group(1, (1, 2, 3, 4, 5))], seats_of(plan), [])
    assert labels(plan, made.seats.values()) == ["B-3", "B-4", "B-5", "B-6", "B-7"]


def test_no_single_seat_is_left_over_when_that_can_be_helped() -> None:
    plan = "A:1-5"
    made = allocate([Group(1, (1, 2, 3))], seats_of(plan), [])
    assert labels(plan, made.seats.values()) in (["A-1", "A-2", "A-3"], ["A-3", "A-4", "A-5"])


def test_an_aisle_parts_neighbours() -> None:
    plan = "A:1-2|3-4 B:1-3"
    made = allocate([Group(1, (1, 2, 3))], seats_of(plan), [])
    assert labels(plan, made.seats.values()) == ["B-1", "B-2", "B-3"]


def test_a_group_too_large_for_any_row_is_split_into_the_fewest_parts() -> None:
    plan = "A:1-3 B:1-4 C:1-2"
    made = allocate([Group(1, tuple(range(7)))], seats_of(plan), [])
    assert sorted(labels(plan, made.seats.values())) == [
        *(f"A-{n}" for n in (1, 2, 3)),
        *(f"B-{n}" for n in (1, 2, 3, 4)),
    ]


def test_higher_tiers_are_served_first_and_from_their_own_block() -> None:
    plan = "A:1-2 B:1-2"
    free = seats_of(plan, {"A": 1})
    press = Group(1, (1, 2), priority=10, tier_id=5)
    front = Group(2, (3, 4), priority=70, tier_id=7)
    made = allocate([press, front], free, [Block(1, 80, tier_id=7)])
    assert labels(plan, made.seats.values()) == ["A-1", "A-2", "B-1", "B-2"]
    assert list(made.seats) == [3, 4, 1, 2]


def test_a_house_seats_its_own_guests_before_others() -> None:
    plan = "A:1-2 B:1-2"
    free = seats_of(plan, {"A": 1})
    others, mine = Group(1, (1,)), Group(2, (2,), party_id=9)
    made = allocate([others, mine], free, [Block(1, 90, party_id=9)])
    assert labels(plan, [made.seats[1], made.seats[2]]) == ["B-1", "A-1"]


def test_accessible_seats_go_to_who_needs_them_with_a_companion_beside() -> None:
    plan = "A:1-4 a=1 c=2 B:1-2"
    walks, rolls = Group(1, (1, 2, 3)), Group(2, (4, 5), accessible=1)
    made = allocate([walks, rolls], seats_of(plan), [])
    assert labels(plan, [made.seats[4], made.seats[5]]) == ["A-1", "A-2"]
    assert all(
        label in {"A-3", "A-4", "B-1", "B-2"}
        for label in labels(plan, [made.seats[n] for n in (1, 2, 3)])
    )


def test_several_seats_of_a_ticket_fit_its_label() -> None:
    assert seat_label([]) is None
    assert seat_label(["E1-1", "E1-1", "A-2"]) == "E1-1 / A-2"
    assert seat_label([f"E1-{n}" for n in range(1, 9)]) == "E1-1 / E1-2 / E1-3"


@st.composite
def halls(draw: st.DrawFn) -> tuple[list[FreeSeat], list[Block], list[Group]]:
    """Return a random hall with blocks, some seats gone, and random groups."""
    sizes = draw(st.lists(st.integers(1, 9), min_size=1, max_size=6))
    blocks = [
        Block(
            number,
            draw(st.integers(0, 9)),
            draw(st.sampled_from([None, 1, 2])),
            draw(st.sampled_from([None, 1, 2])),
        )
        for number in range(1, draw(st.integers(0, 3)) + 1)
    ]
    seats = []
    for rank, size in enumerate(sizes, 1):
        for position in range(1, size + 1):
            if draw(st.integers(0, 5)) == 0:
                continue  # somebody has it
            kind = draw(st.sampled_from([SeatKind.STANDARD] * 6 + list(SeatKind)))
            block = draw(st.sampled_from([None, *(block.id for block in blocks)]))
            seats.append(
                FreeSeat(
                    len(seats) + 1, "", f"R{rank}", rank, position, (size + 1) / 2, kind, block
                )
            )
    groups = []
    for number in range(draw(st.integers(0, 8))):
        count = draw(st.integers(1, 4))
        groups.append(
            Group(
                number=number,
                tickets=tuple(range(number * 10, number * 10 + count)),
                priority=draw(st.sampled_from([10, 20, 70])),
                tier_id=draw(st.sampled_from([None, 1, 2])),
                party_id=draw(st.sampled_from([None, 1, 2])),
                accessible=draw(st.sampled_from([0, 0, 1])),
            )
        )
    return seats, blocks, groups


@settings(max_examples=150, deadline=None)
@given(halls(), st.randoms())
def test_any_hall_is_seated_by_the_rules(
    hall: tuple[list[FreeSeat], list[Block], list[Group]], random: object
) -> None:
    free, blocks, groups = hall
    made = allocate(groups, free, blocks)
    by_id = {seat.id: seat for seat in free}
    known = {block.id: block for block in blocks}
    assert len(set(made.seats.values())) == len(made.seats)  # nobody on somebody's lap
    for group in groups:
        mine = [ticket for ticket in group.tickets if ticket in made.seats]
        assert len(mine) in (0, len(group.tickets))  # all or none
        assert (not mine) == (group in made.unseated)
        for ticket in mine:
            assert may_sit(by_id[made.seats[ticket]], group, known)
    left = [seat for seat in free if seat.id not in set(made.seats.values())]
    for group in made.unseated:  # nobody stands while seats for all of them are free
        plain = [
            s
            for s in left
            if may_sit(s, group, known) and s.kind in (SeatKind.STANDARD, SeatKind.RESTRICTED)
        ]
        assert len(plain) < len(group.tickets)
    shuffled = [list(part) for part in (groups, free, blocks)]
    for part in shuffled:
        random.shuffle(part)  # type: ignore[attr-defined]
    assert allocate(*shuffled).seats == made.seats


@settings(max_examples=80, deadline=None)
@given(halls(), st.integers(1, 4))
def test_a_group_stays_together_whenever_a_row_holds_it(
    hall: tuple[list[FreeSeat], list[Block], list[Group]], count: int
) -> None:
    free, _, _ = hall
    plain = [seat for seat in free if seat.block_id is None and seat.kind == SeatKind.STANDARD]
    places = {(seat.row_label, seat.position) for seat in plain}
    fits = any(all((row, at + n) in places for n in range(count)) for row, at in places)
    made = allocate([Group(1, tuple(range(count)))], plain, [])
    mine = [next(seat for seat in plain if seat.id == seat_id) for seat_id in made.seats.values()]
    if fits:
        assert len({seat.row_label for seat in mine}) == 1
        positions = sorted(seat.position for seat in mine)
        assert positions == list(range(positions[0], positions[0] + count))
    else:
        assert len(mine) in (0, count)
