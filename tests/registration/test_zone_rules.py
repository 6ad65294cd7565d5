"""What gates have to name so that a ticket type opens the zones that were ticked."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from eventhub.registration.rules.zones import Entrance, Naming, naming, opened

PUBLIC, PRESS, CREW = 1, 2, 3
HALL, DECK = 10, 20


def gate(number: int, zone: int, *types: int) -> Entrance:
    return Entrance(number, zone, frozenset(types))


def test_a_zone_that_is_ticked_is_named_at_all_its_gates() -> None:
    gates = [gate(1, HALL, PRESS), gate(2, HALL, CREW), gate(3, DECK)]
    assert opened(gates, PUBLIC) == {DECK}
    change = naming(gates, PUBLIC, others=frozenset({PRESS, CREW}), wanted=frozenset({HALL, DECK}))
    assert change == Naming(frozenset({(1, PUBLIC), (2, PUBLIC)}), frozenset(), ())


def test_a_lane_of_its_own_is_kept_while_the_zone_is_ticked() -> None:
    gates = [gate(1, HALL, PRESS), gate(2, HALL, CREW)]
    change = naming(gates, PRESS, others=frozenset({CREW}), wanted=frozenset({HALL}))
    assert change == Naming(frozenset(), frozenset(), ())


def test_a_gate_that_admitted_all_names_the_others() -> None:
    gates = [gate(1, HALL), gate(2, DECK)]
    change = naming(gates, PUBLIC, others=frozenset({PRESS, CREW}), wanted=frozenset({DECK}))
    assert change == Naming(frozenset({(1, PRESS), (1, CREW)}), frozenset(), ())


def test_the_last_name_of_a_gate_never_goes() -> None:
    for gates in ([gate(1, HALL, PUBLIC), gate(2, DECK)], [gate(1, HALL), gate(2, DECK)]):
        change = naming(gates, PUBLIC, others=frozenset(), wanted=frozenset({DECK}))
        assert change == Naming(frozenset(), frozenset(), (1,))


@given(
    st.lists(
        st.tuples(st.sampled_from([HALL, DECK, 30]), st.sets(st.sampled_from([1, 2, 3, 4]))),
        min_size=1,
        max_size=6,
    ),
    st.sets(st.sampled_from([HALL, DECK, 30]), min_size=1),
)
def test_after_a_change_the_type_opens_what_was_wanted_and_no_gate_opens_to_more(
    rows: list[tuple[int, set[int]]], wanted: set[int]
) -> None:
    gates = [gate(number, zone, *types) for number, (zone, types) in enumerate(rows)]
    wanted &= {one.zone_id for one in gates}
    change = naming(gates, 1, others=frozenset({2, 3, 4}), wanted=frozenset(wanted))
    if change.bare:
        return
    for before in gates:
        added = {type_id for gate_id, type_id in change.names if gate_id == before.gate_id}
        drops = {1} if before.gate_id in change.drops else set()
        after = gate(before.gate_id, before.zone_id, *((before.type_ids | added) - drops))
        for other in (2, 3, 4):
            assert after.admits(other) == before.admits(other)
        if before.zone_id not in wanted:
            assert not after.admits(1)
        elif before.zone_id not in opened(gates, 1):
            assert after.admits(1)
        else:
            assert after.admits(1) == before.admits(1)
