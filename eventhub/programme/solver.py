"""
The best combination of places, found with CP-SAT.

`ortools` is an optional extra (`pip install -r requirements-plan.txt`). It is
loaded on first use; without it `missing` names it and planning goes on with
first fit alone.
"""

from __future__ import annotations

import importlib.util
from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Final

from eventhub.programme.rules.replan import Chooser, Option

EXTRA: Final = "ortools"
FILE: Final = "requirements-plan.txt"
_PLACED = 1_000_000  # a place for one more is worth more than any score
_SCORE = 1_000


def missing() -> str:
    """Return the name of the library that is missing, or an empty text."""
    try:
        return "" if importlib.util.find_spec(EXTRA) else EXTRA
    except ModuleNotFoundError:
        return EXTRA


def chooser(*, seed: int, limit_s: float) -> Chooser | None:
    """
    Return how the best combination is chosen, None without the library.

    One worker and a limit in deterministic time: the same options and seed give
    the same choice on every machine. A partial answer is an answer.

    Args:
        seed: Of the search.

        limit_s: Seconds for the whole search; the deterministic limit is a third of it.
    """
    if missing():
        return None

    def choose(
        options: Sequence[Sequence[Option]], hints: Sequence[int | None]
    ) -> Sequence[int | None]:
        return _solved(options, hints, seed=seed, limit_s=limit_s)

    return choose


def _solved(
    options: Sequence[Sequence[Option]],
    hints: Sequence[int | None],
    *,
    seed: int,
    limit_s: float,
) -> list[int | None]:
    from ortools.sat.python import cp_model  # noqa: PLC0415 - optional, and slow to load

    model = cp_model.CpModel()
    wanted = [[model.new_bool_var("") for _ in mine] for mine in options]
    on_stage: dict[int, list[Any]] = defaultdict(list)
    of_party: dict[int, list[Any]] = defaultdict(list)
    for mine, bools in zip(options, wanted, strict=True):
        model.add_at_most_one(bools)
        for option, is_taken in zip(mine, bools, strict=True):
            length_s = option.end_s - option.start_s
            if not option.may_overlap:
                on_stage[option.stage_id].append(
                    model.new_optional_fixed_size_interval_var(
                        option.start_s, length_s + option.pause_s, is_taken, ""
                    )
                )
            for party_id in option.party_ids:
                of_party[party_id].append(
                    model.new_optional_fixed_size_interval_var(
                        option.start_s, length_s, is_taken, ""
                    )
                )
    for intervals in (*on_stage.values(), *of_party.values()):
        model.add_no_overlap(intervals)
    for bools, hint in zip(wanted, hints, strict=True):
        for index, is_taken in enumerate(bools):
            model.add_hint(is_taken, int(index == hint))
    model.maximize(
        sum(
            is_taken * (_PLACED + round(option.score * _SCORE))
            for mine, bools in zip(options, wanted, strict=True)
            for option, is_taken in zip(mine, bools, strict=True)
        )
    )
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = seed
    solver.parameters.max_deterministic_time = limit_s / 3
    solver.parameters.max_time_in_seconds = limit_s
    if solver.solve(model) not in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
        return list(hints)
    return [_taken(solver, bools) for bools in wanted]


def _taken(solver: Any, bools: Sequence[Any]) -> int | None:
    return next((index for index, one in enumerate(bools) if solver.boolean_value(one)), None)
