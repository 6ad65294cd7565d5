"""
Many people who come on sale: those who have a place, those who were let in, those who wait.

Everybody has an address of the loopback network, as limits are by address, and
comes when they come: nobody waits for the one before to be served.
"""

from __future__ import annotations

import asyncio
import json
import random
import re
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlencode

from eventhub.kernel import crockford, ids
from tests.security.mutations import Forms

_AGAIN: Final = 3
FILL_S: Final = 2.2  # nobody fills a form faster
PATIENCE_S: Final = 5.0
AT_ONCE: Final = 8  # as many as two workers have threads
_HEAD: Final = re.compile(r"HTTP/1.1 (\d+)")
_NUMBER: Final = re.compile(r'data-number="(\d+)"')
_FORM: Final = 'name="ticket_type"'


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; status 0 when it was not there in `PATIENCE_S`."""

    status: int
    text: str = ""
    took_s: float = 0.0


class Person:
    """Somebody with an address and a browser that keeps cookies."""

    def __init__(self, port: int, number: int, *, patience_s: float = PATIENCE_S) -> None:
        """Arrive."""
        self._port, self._patience_s = port, patience_s
        self._address = f"127.{1 + number // 62_500 % 250}.{number // 250 % 250}.{1 + number % 250}"
        self._cookies: dict[str, str] = {}

    async def ask(
        self, path: str, sent: str | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Get a page, or post what is `sent`."""
        began = time.monotonic()
        try:
            async with asyncio.timeout(self._patience_s):
                head, _, text = (await self._exchange(path, sent, headers or {})).partition(
                    "\r\n\r\n"
                )
        except (OSError, TimeoutError):
            return Answer(0, took_s=time.monotonic() - began)
        for line in head.split("\r\n"):
            name, _, value = line.partition(": ")
            if name.lower() == "set-cookie":
                key, _, kept = value.partition(";")[0].partition("=")
                self._cookies[key] = kept
            if name.lower() == "location":
                text = value
        found = _HEAD.match(head)
        return Answer(int(found[1]) if found else 0, text, time.monotonic() - began)

    async def _exchange(self, path: str, sent: str | None, headers: Mapping[str, str]) -> str:
        lines = [
            f"{'GET' if sent is None else 'POST'} {path} HTTP/1.1",
            f"Host: 127.0.0.1:{self._port}",
            "Connection: close",
            "Cookie: " + "; ".join(f"{key}={value}" for key, value in self._cookies.items()),
            *(f"{name}: {value}" for name, value in headers.items()),
        ]
        if sent is not None:
            lines.append(f"Content-Length: {len(sent.encode())}")
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", self._port, local_addr=(self._address, 0)
        )
        try:
            writer.write(("\r\n".join(lines) + "\r\n\r\n" + (sent or "")).encode())
            return (await reader.read()).decode(errors="replace")
        finally:
            writer.close()

    async def send_form(self, page: str, action: str, values: Mapping[str, str]) -> Answer:
        """Send the form of a page that goes to `action`, filled in."""
        forms = Forms()
        forms.feed(page)
        found = next((form for form in forms.found if form.action in {action, ""}), None)
        if found is None:
            return Answer(0, page)
        body = urlencode(dict(found.fields) | values)
        return await self.ask(action, body, {"Content-Type": "application/x-www-form-urlencoded"})


@dataclass(frozen=True, slots=True)
class Sale:
    """What people come for, and what those have who have a place already."""

    slug: str
    tickets: Sequence[str]  # addresses of ticket pages
    offers: Sequence[str]  # likewise, of people whom a place is held for
    token: str  # of a gate
    codes: Sequence[str]  # that come to the gate

    @property
    def form(self) -> str:
        """Return the address of the form."""
        return f"/e/{self.slug}/register"


@dataclass(slots=True)
class Seen:
    """How it went: answers by kind of person."""

    answers: dict[str, list[Answer]] = field(default_factory=dict)
    tried_again: int = 0  # by gates that were told to try again

    def note(self, kind: str, answer: Answer) -> Answer:
        """Keep an answer."""
        self.answers.setdefault(kind, []).append(answer)
        return answer

    def statuses(self, *kinds: str) -> Counter[int]:
        """Return how often which status came."""
        return Counter(one.status for kind in kinds for one in self.answers.get(kind, ()))

    def p95_ms(self, *kinds: str) -> float:
        """Return how long 95 of 100 waited at most."""
        took = sorted(one.took_s for kind in kinds for one in self.answers.get(kind, ()))
        return round(took[int(len(took) * 0.95)] * 1000, 1) if took else 0.0


WITH_PLACE: Final = ("ticket", "gate", "offer", "let in")
OTHERS: Final = ("arrival", "look")


class Crowd:
    """Sends people to a server for some time."""

    def __init__(self, port: int, sale: Sale, seed: int) -> None:
        """Prepare."""
        self.seen = Seen()
        self._port, self._sale = port, sale
        self._random = random.Random(seed)
        self._people = 0
        self._is_over = asyncio.Event()

    async def capacity(self, count: int = 40) -> float:
        """Return how many people a second get a place when `AT_ONCE` ask at any time."""
        people = [self._new(patience_s=60) for _ in range(count)]
        pages: dict[int, str] = {}

        async def get(number: int) -> None:
            pages[number] = (await people[number].ask(self._sale.form)).text

        async def post(number: int) -> None:
            got = await people[number].send_form(pages[number], self._sale.form, self._values())
            assert got.status == HTTPStatus.SEE_OTHER, got

        took = await _in_turn(count, get)
        await asyncio.sleep(FILL_S)
        return count / (took + await _in_turn(count, post))

    async def come(self, per_s: float, seconds: float, *, ends_at_fault: bool = False) -> None:
        """Let people arrive, and let those with a place do what they do meanwhile."""
        until, tasks = time.monotonic() + seconds, set()
        with_place = [asyncio.create_task(work()) for work in self._with_place()]
        while (left := until - time.monotonic()) > 0:
            tasks.add(asyncio.create_task(self._arrive()))
            if ends_at_fault and set(self.seen.statuses(*WITH_PLACE)) - {200, 303}:
                break
            await asyncio.sleep(min(left, self._random.expovariate(per_s)))
        self._is_over.set()
        await asyncio.gather(*tasks, *with_place)

    def _with_place(self) -> list[Callable[[], Awaitable[None]]]:
        return [self._hold, self._scan, self._scan, self._take]

    async def _hold(self) -> None:
        while not await self._over(0.1):
            path = self._random.choice(self._sale.tickets)
            self.seen.note("ticket", await self._new().ask(path))

    async def _scan(self) -> None:
        gate, number = self._new(), 0
        headers = {
            "Authorization": f"Bearer {self._sale.token}",
            "Content-Type": "application/json",
        }
        while not await self._over(0.2):
            code = self._sale.codes[number % len(self._sale.codes)]
            number += 1
            body = {"nonce": crockford.encode(ids.new_nonce()), "code": code}
            answer = await gate.ask("/api/gate/v1/redeem", json.dumps(body), headers)
            for _ in range(_AGAIN):  # as the scanner does, with the same nonce
                if answer.status != HTTPStatus.SERVICE_UNAVAILABLE:
                    break
                self.seen.tried_again += 1
                await asyncio.sleep(1)
                answer = await gate.ask("/api/gate/v1/redeem", json.dumps(body), headers)
            self.seen.note("gate", answer)

    async def _take(self) -> None:
        for path in self._sale.offers:
            if await self._over(0.3):
                return
            person = self._new()
            page = self.seen.note("offer", await person.ask(path))
            if page.status == HTTPStatus.OK:
                self.seen.note("offer", await person.send_form(page.text, f"{path}/accept", {}))

    async def _arrive(self) -> None:
        """Come for a place; wait where it is said, until it is one's turn or all is over."""
        person = self._new()
        page = self.seen.note("arrival", await person.ask(self._sale.form))
        near_s = 5.0
        while page.status == HTTPStatus.OK and _FORM not in page.text:
            found = _NUMBER.search(page.text)
            if found is None or await self._over(self._random.uniform(0, near_s)):
                return
            look = self.seen.note("look", await person.ask(f"/e/{self._sale.slug}/waiting.json"))
            near_s = 40.0
            if look.status == HTTPStatus.OK and int(found[1]) < json.loads(look.text)["let_in"]:
                near_s = 5.0
                page = self.seen.note("arrival", await person.ask(self._sale.form))
        if page.status == HTTPStatus.OK:
            await asyncio.sleep(FILL_S)
            self.seen.note(
                "let in", await person.send_form(page.text, self._sale.form, self._values())
            )

    async def _over(self, pause_s: float) -> bool:
        try:
            await asyncio.wait_for(self._is_over.wait(), pause_s)
        except TimeoutError:
            return False
        return True

    def _new(self, **habits: float) -> Person:
        self._people += 1
        return Person(self._port, self._people, **habits)

    def _values(self) -> dict[str, Any]:
        return {
            "ticket_type": "public",
            "name": "陈欣怡",
            "email": f"{ids.new_public_id()}@example.com",
        }


async def _in_turn(count: int, work: Callable[[int], Awaitable[None]]) -> float:
    """Do `work` with every number, `AT_ONCE` at a time; return the s that it took."""
    numbers = iter(range(count))

    async def worker() -> None:
        for number in numbers:
            await work(number)

    began = time.monotonic()
    await asyncio.gather(*(worker() for _ in range(AT_ONCE)))
    return time.monotonic() - began
