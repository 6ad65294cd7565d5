"""Processes that want the last places of many sales, alone and in groups, and give some back."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from eventhub.kernel.errors import EventHubError
from eventhub.registration import service
from eventhub.registration.service import Register
from tests.registration.contest import side_by_side

PATIENCE_S: Final = 900
_LARGEST_GROUP: Final = 3
_GIVEN_BACK: Final = 0.1  # of the attempts of somebody who holds places


@dataclass(frozen=True, slots=True)
class Sale:
    """Two kinds of ticket of one event that draw on one quota, so that both run out at once."""

    event_id: int
    slugs: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Buyers:
    """
    What each process does with each sale, all at the same moment.

    `attempts` is for one sale and one process; single people follow until the
    places are gone, so that none may stay empty. `has_guard` False is the
    planted fault: a quota then takes whoever asks.
    """

    folder: Path
    url: str
    sales: Sequence[Sale]
    attempts: int
    seed: int
    has_guard: bool = True


def run(buyers: Buyers, *, processes: int) -> Counter[str]:
    """Let the processes go through the sales side by side; return how many attempts ended how."""
    patience_s = None if len(buyers.sales) > 1 else PATIENCE_S
    return side_by_side(_buy, buyers, processes=processes, patience_s=patience_s)


def _buy(buyers: Buyers, place: int, barrier: threading.Barrier) -> Counter[str]:
    buyer = _Buyer(buyers, place)
    for number, sale in enumerate(buyers.sales):
        barrier.wait()
        buyer.buy(number, sale)
        barrier.wait()  # nobody gives a place back any more
        buyer.fill(number, sale)
    return buyer.counted


class _Buyer:
    """One process; the same seed and place make the same attempts."""

    def __init__(self, buyers: Buyers, place: int) -> None:
        self._buyers = buyers
        self._place = place
        self._random = random.Random(f"{buyers.seed}:{place}")
        self.counted: Counter[str] = Counter()

    def buy(self, number: int, sale: Sale) -> None:
        mine: list[int] = []
        for turn in range(self._buyers.attempts):
            if mine and self._random.random() < _GIVEN_BACK:
                service.cancel(mine.pop(self._random.randrange(len(mine))))
                self.counted["given back"] += 1
            size = self._random.choice((1, 1, 1, 2, _LARGEST_GROUP))
            made = self._ask(number, sale, f"{turn}", size)
            if made is not None:
                mine.append(made)

    def fill(self, number: int, sale: Sale) -> None:
        turn = 0
        while self._ask(number, sale, f"last{turn}", 1) is not None and self._buyers.has_guard:
            turn += 1

    def _ask(self, number: int, sale: Sale, turn: str, size: int) -> int | None:
        name = f"buyer{self._place}-{number}-{turn}"
        wanted = Register(
            event_id=sale.event_id,
            ticket_type=self._random.choice(sale.slugs),
            name=name,
            lang="zh",
            email=f"{name}@example.com",
            others=("喆堃",) * (size - 1),
        )
        self.counted["attempts"] += 1
        try:
            made = service.register(wanted)
        except EventHubError as error:
            self.counted[error.error_code] += 1
            return None
        assert isinstance(made, service.Registered)
        self.counted[str(made.state)] += 1
        return made.registration_id
