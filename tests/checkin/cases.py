"""
Cases that Python and the scanner must decide alike: `python -m tests.checkin.cases` writes them.

`data/rules.json` holds questions with the verdict of `checkin.rules`,
`data/codes.json` texts with what `kernel.signing` reads in them,
`data/dynamic.json` rotating codes with what they are at a time. The browser
test runs the same files through `rules.js`, `token.js` and `dynamic.js`.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from eventhub.checkin.rules import (
    CodeFacts,
    GateFacts,
    PlaceFacts,
    PolicyFacts,
    Question,
    TicketFacts,
    Verdict,
    WindowFacts,
    overridden,
    verdict,
)
from eventhub.kernel import signing
from eventhub.kernel.crockford import ALPHABET
from eventhub.registration.pinyin import keys_of
from eventhub.registration.rules import search
from tests.checkin.test_rules import CASES, NOW, asked

DATA: Final = Path(__file__).parent / "data"
RANDOM_QUESTIONS: Final = 600
PRIVATE: Final = bytes(range(32))
PUBLIC: Final = signing.public_key_of(PRIVATE)
EVENT: Final = bytes(range(16))
OTHER_EVENT: Final = bytes(range(16, 32))
DAY_KEY: Final = b"d" * 32
T: Final = 1_800_000_000
SALT: Final = bytes(range(16, 32))
GS_1: Final = signing.GsBody(1, 0x0123456789ABCDEF, 7, 2, 0)
GS_2: Final = signing.GsBody(2, 0xFEDCBA9876543210, 300, 0, 3, check_id=True)
FLAGGED: Final = (  # rightly signed, with a reserved flag
    "GS280G28T5CY4TQKFF003G00G0JX0304CXH79JDCW0D34VNB1ENRHKFFYP9TFF097NEBS4H94G10NK4Q00VD1V1A33"
    "ERS32EY81XK4FMADN6T22P8HFWKAQV8NPRMQP18"
)


def main() -> None:
    """Write both files."""
    DATA.mkdir(exist_ok=True)
    for name, rows in all_files():
        lines = ",\n".join(json.dumps(row, ensure_ascii=False, sort_keys=True) for row in rows)
        (DATA / f"{name}.json").write_text(f"[\n{lines}\n]\n")


def all_files() -> list[tuple[str, list[dict[str, Any]]]]:
    """Return the name and rows of every file."""
    return [("rules", rules()), ("codes", codes()), ("dynamic", dynamic()), ("names", names())]


def dynamic() -> list[dict[str, Any]]:
    """Return rotating codes, read at different times, with what they are."""
    rows = []
    for kid, ticket, rev in ((1, 0x0123456789ABCDEF, 0), (1, 2**64 - 1, 255), (2, 1, 3)):
        for shown in (T, T + 14, 65536 * 15 * 200 - 1, 65536 * 15 * 200):
            key = signing.dynamic_key(DAY_KEY, event_uuid=EVENT, ticket=ticket, rev=rev)
            text = signing.gd_code(key, kid=kid, ticket=ticket, rev=rev, at_s=shown)
            for late in (-60, -31, -30, 0, 15, 30, 44, 45, 60, 120):
                rows.append(_dynamic(text, shown + late))
            rows.append(_dynamic(text, shown, event=OTHER_EVENT))
            for at in (5, 20, 26, 32):
                changed = text[:at] + ("A" if text[at] != "A" else "B") + text[at + 1 :]
                rows.append(_dynamic(changed, shown))
    return rows


NAMES: Final = (
    *("王芳", "王方", "李芳", "单田芳", "欧阳娜娜", "吕布", "曾志伟", "Ana María Núñez", "Zoë"),
    *("O\u2019Neill Anne", "Łukasz Żak", "张三丰", "Ｗａｎｇ　Ｆａｎｇ", "李 雷", "Nguyễn Văn An"),
)
TYPED: Final = (
    *(
        "王芳",
        "王",
        "芳",
        "wf",
        "wangf",
        "wang fang",
        "wangfang",
        "WANG",
        "ouyang",
        "oynn",
        "oyangn",
    ),
    *("lv", "lü", "lu", "shan", "chan", "zeng", "ceng", "ana", "mar", "ana m", "nunez", "núñez"),
    *("zoe", "Zoë", "oneill", "o'neill", "an", "zak", "żak", "zsf", "zhangsf", "l", "12", "0132"),
    *("", " ", "ＷＡＮＧ", "leilei", "lilei", "nguyen", "van", "vanan", "f", "张丰"),
)


def names() -> list[dict[str, Any]]:
    """Return names with their keys and how well each typed text finds them."""
    rows = []
    for name in NAMES:
        keys = keys_of(name)
        found = {typed: search.rank(search.queries(typed), keys) for typed in TYPED}
        rows.append(
            {
                "name": name,
                "norm": keys.name_norm,
                "readings": search.pack(keys.readings),
                "ranks": {typed: how for typed, how in found.items() if how is not None},
            }
        )
    enough = [typed for typed in TYPED if search.is_enough(typed)]
    return [*rows, {"enough": enough, "typed": list(TYPED)}]


def _dynamic(text: str, at_s: int, event: bytes = EVENT) -> dict[str, Any]:
    code = signing.parse_code(text)
    assert isinstance(code, signing.GdCode)
    found = signing.verify_gd(code, day_key=DAY_KEY, event_uuid=event, at_s=at_s)
    return {"text": text, "event": event.hex(), "at_ms": at_s * 1000, "is": found.value}


def rules() -> list[dict[str, Any]]:
    """Return every named case and many random ones, each with its verdict."""
    named = [(title, asked(**changes)) for title, changes, _result in CASES]
    rng = random.Random(20260925)
    others = [(f"random {n}", _random_question(rng)) for n in range(RANDOM_QUESTIONS)]
    return [
        {
            "title": title,
            "question": question_of(case),
            "verdict": verdict_of(verdict(case), case),
            "overridden": _overridden(case),
        }
        for title, case in named + others
    ]


def codes() -> list[dict[str, Any]]:
    """Return texts, right and wrong, with what is read in them."""
    return [{"text": text, "read": read_of(text)} for text in dict.fromkeys(_texts())]


def question_of(case: Question) -> dict[str, Any]:
    """Return a question in the words of the scanner."""
    window = case.window
    return {
        "code": {
            "kind": case.code.kind,
            "rev": case.code.rev,
            "check_id": case.code.check_id,
        },
        "ticket": {
            name: getattr(case.ticket, name)
            for name in ("product", "window", "rev", "party", "status", "is_listed")
        },
        "gate": {
            "group": case.gate.group,
            "direction": case.gate.direction,
            "state": case.gate.state,
            "products": None if case.gate.products is None else sorted(case.gate.products),
        },
        "policy": {
            "once": case.policy.once,
            "reentry": case.policy.reentry,
            "reentry_max": case.policy.reentry_max,
            "reentry_gap_s": case.policy.reentry_gap_s,
            "unlisted": case.policy.unlisted,
            "unpaid": case.policy.unpaid,
            "kinds": sorted(case.policy.kinds),
            "party": case.policy.party,
            "ask": case.policy.ask,
        },
        "window": window
        and {
            "opens_ms": window.opens_ms,
            "closes_ms": window.closes_ms,
            "is_cancelled": window.is_cancelled,
            "group": window.group,
        },
        "places": [_place(row, case.device_id) for row in case.places],
        "now_ms": case.now_ms,
        "direction": case.direction,
        "persons": case.persons,
        "is_full": case.is_full,
        "has_answer": case.has_answer,
    }


def verdict_of(found: Verdict, case: Question) -> dict[str, Any]:
    """Return a verdict in the words of the scanner."""
    return {
        "result": found.result.value,
        "enter": [{"place": move.place, "turn": move.turn} for move in found.enter],
        "leave": [{"place": move.place, "turn": move.turn} for move in found.leave],
        "first": found.first and _place(found.first, case.device_id),
        "at_ms": found.at_ms,
        "used": found.used,
        "why": found.why,
    }


def _overridden(case: Question) -> dict[str, Any] | None:
    granted = overridden(case, verdict(case).result)
    return None if granted is None else verdict_of(granted, case)


def read_of(text: str) -> dict[str, Any]:
    """Return what a text is: fields of a ticket code, or why it is none."""
    try:
        code = signing.parse_code(text)
    except signing.UnreadableCode as error:
        return {"refused": error.reason}
    if isinstance(code, signing.GrCode):
        return {"kind": "GR", "ticket": f"{code.ticket:016x}"}
    if isinstance(code, signing.GsCode):
        body = code.body
        fields = {name: getattr(body, name) for name in ("kid", "product", "window", "rev")}
        signed = signing.verify_gs(code, event_uuid=EVENT, public_key=PUBLIC)
        known = signing.idhash(SALT, body.ticket).hex()
        return fields | {
            "kind": "GS",
            "ticket": f"{body.ticket:016x}",
            "checkId": body.check_id,
            "signed": signed,
            "idhash": known,
        }
    return {"kind": text.strip()[:2].upper()}


def sign(body: signing.GsBody, event: bytes = EVENT) -> str:
    """Return a signed code of the cases' event."""
    return signing.sign_gs(body, event_uuid=event, private_key=PRIVATE)


def _texts() -> Iterable[str]:
    first = sign(GS_1)
    yield from (first, sign(GS_2), sign(GS_1, OTHER_EVENT), FLAGGED)
    yield from (first[:-1] + letter for letter in "HJKMNPQ")
    yield from (
        first[:-1],
        first + "0",
        "",
        "GS",
        "https://example.org/t/x",
        "ＧＳ２００",
        first.lower(),
    )
    for ticket in (0x0123456789ABCDEF, 0xFEDCBA9876543210, 0, 1, 2**64 - 1):
        yield signing.gr_code(ticket)
    yield from ("gro4-hmas-w9nf-6yzc-4p", "GR04HMASW9NF6YZC4Q", "  GR04HMASW9NF6YZC4P \n")
    yield from ("GP000G40R40M30E209185GR38E1W", "GK000G40R40M30E209185GR38E1W")
    yield "GD040J6HB7H6NWVVR01R03QZRJTTQFYACJ"
    rng = random.Random(7)
    for at in range(2, 129, 2):  # a changed letter somewhere
        others = ALPHABET.replace(first[at], "")
        yield first[:at] + rng.choice(others) + first[at + 1 :]
    for _ in range(40):
        ticket = rng.randrange(2**64)
        kid, product, window = rng.randrange(256), rng.randrange(1, 65536), rng.randrange(65536)
        yield sign(signing.GsBody(kid, ticket, product, window, rng.randrange(256)))


def _place(row: PlaceFacts, device_id: int) -> dict[str, Any]:
    return {
        "place": row.place,
        "turn": row.turn,
        "mine": row.device_id == device_id,
        "gate": row.gate_id,
        "entered_ms": row.entered_ms,
        "left_ms": row.left_ms,
    }


def _random_question(rng: random.Random) -> Question:
    party = rng.choice((1, 1, 1, 2, 3))
    base = asked(
        code=CodeFacts(
            rng.choice(("GS", "GS", "GR", "search")),
            rng.choice((None, 0, 1, 1)),
            check_id=rng.random() < 0.1,
        ),
        ticket=TicketFacts(
            product=rng.choice((7, 7, 8)),
            window=0,
            rev=rng.choice((0, 0, 0, 0, 1)),
            party=party,
            status=rng.choices(
                ("valid", "unpaid", "not_approved", "blocked", "cancelled"), (20, 2, 1, 1, 1)
            )[0],
            is_listed=rng.random() < 0.9,
        ),
        gate=GateFacts(
            1,
            rng.choice(("A", "A", "A", "B")),
            rng.choices(("in", "both", "out"), (8, 8, 1))[0],
            rng.choices(("open", "closed", "exit_only"), (18, 1, 1))[0],
            rng.choice((None, None, None, frozenset({7, 8}), frozenset({8}))),
        ),
        policy=PolicyFacts(
            once=rng.choice(("event", "day", "show", "window", "unlimited")),
            reentry=rng.choice(("no", "after_exit", "free")),
            reentry_max=rng.choice((None, None, 0, 1, 2)),
            reentry_gap_s=rng.choice((0, 0, 300)),
            unlisted=rng.choice(("accept", "accept", "ask", "refuse")),
            unpaid=rng.choice(("refuse", "ask")),
            kinds=rng.choices((frozenset({"GS", "GR"}), frozenset({"GS"})), (9, 1))[0],
            party=rng.choice(("partial", "whole")),
            ask=rng.choice((None, None, None, "meal")),
        ),
        window=rng.choice((None, None, None, _random_window(rng))),
        direction=rng.choices(("in", "out"), (6, 1))[0],
        persons=rng.choice((0, 0, 1, 2, 5)),
        is_full=rng.random() < 0.1,
        has_answer=rng.random() < 0.5,
    )
    return replace(base, places=_random_places(rng, party))


def _random_window(rng: random.Random) -> WindowFacts:
    opens = NOW + rng.choice((-3_600_000, 0, 1))
    return WindowFacts(
        opens_ms=opens,
        closes_ms=max(opens, NOW + rng.choice((0, 1, 3_600_000))),
        is_cancelled=rng.random() < 0.1,
        group=rng.choice((None, "A", "B")),
    )


def _random_places(rng: random.Random, party: int) -> tuple[PlaceFacts, ...]:
    rows = []
    for place in rng.sample(range(1, party + 1), rng.randint(0, party)):
        entered = NOW - rng.choice((1_000, 59_999, 60_000, 7_200_000, 7_200_000))
        for turn in range(rng.choice((1, 1, 2, 3))):
            left = entered + 500
            rows.append(PlaceFacts(place, turn, rng.choice((1, 2)), 9, entered, left))
            entered += 400
        if rng.random() < 0.5:
            rows[-1] = replace(rows[-1], left_ms=None)
    rng.shuffle(rows)
    return tuple(rows)


if __name__ == "__main__":
    main()
