"""Whether a history of scans could have been one after another: a check per ticket, linear."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple


class Op(NamedTuple):
    """
    One scan: when it was called and when it returned (ns, one clock), and the answer.

    `answer` None was never heard: its scan may have counted or not. `first_ms`
    is the admission that a refusal names.
    """

    code: str
    called: int
    returned: int
    answer: str | None
    first_ms: int | None = None


def violations(ops: Iterable[Op]) -> Iterator[str]:
    """Yield what is impossible in the history of one ticket that admits once."""
    seen = list(ops)
    won = [op for op in seen if op.answer == "ok"]
    maybe = won + [op for op in seen if op.answer is None]
    refused = [op for op in seen if op.answer in {"used", "repeat"}]
    if len(won) > 1:
        yield "admitted twice"
    if seen and not maybe:
        yield "never admitted"
    if refused and maybe and min(op.returned for op in refused) < min(op.called for op in maybe):
        yield "refused before any admission"
    if len({op.first_ms for op in refused}) > 1:
        yield "refusals name different admissions"
