"""Stage threads: which colour and which weave a stage has, and where the yarn lies."""

from __future__ import annotations

from collections.abc import Callable

THREADS = 8
WEAVES = (
    "satin",
    "rib",
    "twill",
    "plain",
    "basket",
    "left_twill",
    "warp_rib",
    "herringbone",
)
_SHIFT = 3  # a ninth stage begins again with the colours moved on by three
_REPEAT = 8


def _herringbone(x: int, y: int) -> bool:
    fold = x % _REPEAT
    fold = fold if fold < _REPEAT // 2 else _REPEAT - 1 - fold
    return (fold + y) % 4 < 2


_RULES: tuple[Callable[[int, int], bool], ...] = (
    lambda _x, _y: True,
    lambda _x, y: y % 2 == 0,
    lambda x, y: (x + y) % 4 != 0,
    lambda x, y: (x + y) % 2 == 0,
    lambda x, y: (x // 2 + y // 2) % 2 == 0,
    lambda x, y: (x - y) % 4 != 0,
    lambda x, _y: x % 2 == 0,
    _herringbone,
)


def weave_of(stage: int) -> int:
    """
    Return the number 1-8 of the weave that a stage position has.

    Raises:
        ValueError: Positions begin at 1.
    """
    _require(stage)
    return (stage - 1) % len(WEAVES) + 1


def thread_of(stage: int) -> int:
    """
    Return the number 1-8 of the thread colour that a stage position has.

    The first eight stages take the threads in order; each further round of
    eight is moved on by three, so that no pair of colour and weave comes twice
    within 64 stages.

    Raises:
        ValueError: Positions begin at 1.
    """
    _require(stage)
    turn, place = divmod(stage - 1, THREADS)
    return (place + turn * _SHIFT) % THREADS + 1


def lies_on_top(weave: int, x: int, y: int) -> bool:
    """
    Tell whether the coloured yarn is visible in one cell.

    Args:
        weave: Number 1-8.

        x: Column counted along the weft, from any fixed origin.

        y: Sub-row counted from the upper edge of the row.

    Raises:
        ValueError: There is no such weave.
    """
    if not 1 <= weave <= len(WEAVES):
        raise ValueError("there are eight weaves, numbered from 1")
    return _RULES[weave - 1](x, y)


def _require(stage: int) -> None:
    if stage < 1:
        raise ValueError("stage positions begin at 1")
