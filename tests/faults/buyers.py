"""Processes that want the last places of many sales, alone and in groups, and give some back."""

from __future__ import annotations

import multiprocessing
import random
import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sqlalchemy import true

from eventhub import create_app
from eventhub.kernel.errors import EventHubError
from eventhub.registration import service
from eventhub.registration.service import Register, capacity
from eventhub.settings import Settings

PATIENCE_S: Final = 900
_LARGEST_GROUP: Final = 3
_GIVEN_BACK: Final = 0.1  # of the attempts of somebody who holds places


@dataclass(frozen=True, slots=True)
class Sale:
    """Two kinds of ticket that draw on one quota, so that both run out at once."""

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
    context = multiprocessing.get_context("forkserver")  # imports once, then forks clean
    context.set_forkserver_preload(["tests.warm"])
    barrier = context.Barrier(processes)
    outcomes = context.Queue()
    workers = [
        context.Process(target=_work, args=(buyers, place, barrier, outcomes))
        for place in range(processes)
    ]
    for worker in workers:
        worker.start()
    counted: Counter[str] = Counter()
    for _ in workers:
        counted.update(outcomes.get(timeout=None if len(buyers.sales) > 1 else PATIENCE_S))
    for worker in workers:
        worker.join(PATIENCE_S)
    assert [worker.exitcode for worker in workers] == [0] * processes
    return counted


def _work(buyers: Buyers, place: int, barrier: threading.Barrier, outcomes: Any) -> None:
    if not buyers.has_guard:
        setattr(capacity, "room", lambda _people: true())  # noqa: B010 - the planted fault
    app = create_app(Settings.for_tests(buyers.folder, database_url=buyers.url))
    buyer = _Buyer(buyers, place)
    with app.app_context():
        for number, sale in enumerate(buyers.sales):
            barrier.wait(PATIENCE_S)
            buyer.buy(number, sale)
            barrier.wait(PATIENCE_S)  # nobody gives a place back any more
            buyer.fill(number, sale)
    outcomes.put(buyer.counted)


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
