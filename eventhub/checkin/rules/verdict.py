"""The order of decisions at a gate; the first that applies is the answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from eventhub.checkin.enums import ADMITTED, OVERRIDABLE, Direction, Reentry, ScanResult
from eventhub.checkin.rules.facts import PlaceFacts, Question

REPEAT_MS = 60_000  # the same device, the same ticket: a slip of the hand, not an attempt

_STATUS = {
    "cancelled": ScanResult.CANCELLED,
    "blocked": ScanResult.BLOCKED,
    "not_approved": ScanResult.NOT_APPROVED,
}


@dataclass(frozen=True, slots=True)
class Move:
    """One turn of a place: a new one at an entry, an existing one at an exit."""

    place: int
    turn: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """
    The answer of a gate.

    `enter` are the turns to begin, `leave` the ones to end. `first` is the
    admission that was met, `at_ms` when the window opens or closes. `used`
    counts the places taken after the answer.
    """

    result: ScanResult
    enter: tuple[Move, ...] = ()
    leave: tuple[Move, ...] = ()
    first: PlaceFacts | None = None
    at_ms: int | None = None
    used: int = 0
    why: str = ""

    @property
    def persons(self) -> int:
        """Return how many people this answer lets in."""
        return len(self.enter)


def verdict(question: Question) -> Verdict:
    """
    Decide one scan of a known ticket or of a rightly signed code.

    Codes that cannot be read, forged ones and unknown tickets never come
    here: they are answered before.

    Args:
        question: Everything that counts.

    Returns:
        The first rule that applies, in the order: exit; not on the list; kind
        of code; revision; status; gate; window; places; question; capacity; entry.
    """
    current = latest_turns(question.places)
    if question.direction == Direction.OUT:
        return _exit(question, current)
    for _name, rule in _RULES:
        if refusal := rule(question):
            return refusal
    return _entry(question, current)


def overridden(question: Question, refused: ScanResult) -> Verdict | None:
    """
    Return the entry that a supervisor grants against a refusal.

    Free places are taken as asked for; with none left the entry gets a place
    above the party, so that it is seen and counted apart. None where nobody
    may override.
    """
    if refused not in OVERRIDABLE:
        return None
    current = latest_turns(question.places)
    free = [place for place in range(1, question.ticket.party + 1) if place not in current]
    if not question.ticket.is_listed:
        free = free[:1]
    wanted = free[: question.persons or None] or [max(current, default=0) + 1]
    enter = tuple(Move(place, 0) for place in wanted)
    used = len(current) + len(enter)
    return Verdict(ScanResult.OK_OVERRIDE, enter=enter, used=used, why=refused.value)


def passed_checks(question: Question) -> list[str]:
    """Return the checks that a scan passes, in order, up to the one that refuses it."""
    passed: list[str] = []
    if question.direction != Direction.OUT:
        for name, rule in _RULES:
            if rule(question) is not None:
                return passed
            passed.append(name)
    result = verdict(question).result
    if result is ScanResult.NEED_ANSWER:
        return [*passed, "place"]
    if result not in _GOOD:
        return passed
    return [*passed, "place"] if question.policy.ask is None else [*passed, "place", "question"]


def latest_turns(places: Iterable[PlaceFacts]) -> dict[int, PlaceFacts]:
    """Return the latest turn of each place by its number."""
    latest: dict[int, PlaceFacts] = {}
    for row in places:
        if row.place not in latest or row.turn > latest[row.place].turn:
            latest[row.place] = row
    return latest


def _exit(question: Question, current: dict[int, PlaceFacts]) -> Verdict:
    inside = sorted(
        (row for row in current.values() if row.left_ms is None),
        key=lambda row: (row.entered_ms, row.place),
    )
    leaving = inside[: max(question.persons, 1)]
    why = "" if leaving else "exit_without_entry"
    moves = tuple(Move(row.place, row.turn) for row in leaving)
    return Verdict(ScanResult.OK_EXIT, leave=moves, used=len(current), why=why)


def _unlisted(question: Question) -> Verdict | None:
    if question.ticket.is_listed or question.policy.unlisted == "accept":
        return None
    if question.policy.unlisted == "refuse":
        return Verdict(ScanResult.UNLISTED_REFUSED)
    return Verdict(ScanResult.NEED_SUPERVISOR, why="unlisted")


def _ticket(question: Question) -> Verdict | None:
    code, ticket = question.code, question.ticket
    if code.kind != "search" and code.kind not in question.policy.kinds:
        return Verdict(ScanResult.KIND_REFUSED)
    if code.rev is not None and code.rev < ticket.rev:
        return Verdict(ScanResult.REVOKED)
    if ticket.status in _STATUS:
        return Verdict(_STATUS[ticket.status])
    if ticket.status == "unpaid":
        if question.policy.unpaid == "ask":
            return Verdict(ScanResult.NEED_SUPERVISOR, why="unpaid")
        return Verdict(ScanResult.UNPAID)
    return None


def _gate(question: Question) -> Verdict | None:
    gate, window = question.gate, question.window
    elsewhere = window is not None and window.group is not None and window.group != gate.group
    if elsewhere or gate.state != "open" or gate.direction == "out":
        return Verdict(ScanResult.WRONG_GATE)
    if gate.products is not None and question.ticket.product not in gate.products:
        return Verdict(ScanResult.WRONG_PRODUCT)
    return None


def _window(question: Question) -> Verdict | None:
    window = question.window
    if window is None:
        return None
    if window.is_cancelled:
        return Verdict(ScanResult.SHOW_CANCELLED)
    if question.now_ms < window.opens_ms:
        return Verdict(ScanResult.TOO_EARLY, at_ms=window.opens_ms)
    if question.now_ms >= window.closes_ms:
        return Verdict(ScanResult.TOO_LATE, at_ms=window.closes_ms)
    return None


def _entry(question: Question, current: dict[int, PlaceFacts]) -> Verdict:
    free = [place for place in range(1, question.ticket.party + 1) if place not in current]
    if not free:
        return _again(question, current)
    if _is_to_ask(question):
        return Verdict(ScanResult.NEED_ANSWER, used=len(current))
    if question.is_full:
        return Verdict(ScanResult.QUOTA_FULL, used=len(current))
    wanted = len(free) if question.persons == 0 else min(question.persons, len(free))
    if not question.ticket.is_listed:
        wanted = 1
    if question.policy.party == "whole":
        wanted = len(free)
    enter = tuple(Move(place, 0) for place in free[:wanted])
    return Verdict(_welcome(question), enter=enter, used=len(current) + wanted)


def _welcome(question: Question) -> ScanResult:
    if question.code.check_id:
        return ScanResult.OK_ATTENTION
    if not question.ticket.is_listed:
        return ScanResult.OK_UNLISTED
    return ScanResult.OK_GROUP if question.ticket.party > 1 else ScanResult.OK


def _is_to_ask(question: Question) -> bool:
    return question.policy.ask is not None and not question.has_answer


def _again(question: Question, current: dict[int, PlaceFacts]) -> Verdict:
    used = len(current)
    mine = [
        row
        for row in current.values()
        if row.device_id == question.device_id
        and row.left_ms is None
        and question.now_ms - row.entered_ms < REPEAT_MS
    ]
    if mine:
        return Verdict(
            ScanResult.REPEAT,
            first=max(mine, key=lambda row: (row.entered_ms, -row.place)),
            used=used,
        )
    back = _returning(question, current)
    if back is not None:
        if _is_to_ask(question):
            return Verdict(ScanResult.NEED_ANSWER, used=used)
        if question.is_full:
            return Verdict(ScanResult.QUOTA_FULL, used=used)
        leave = (Move(back.place, back.turn),) if back.left_ms is None else ()
        enter = (Move(back.place, back.turn + 1),)
        return Verdict(ScanResult.OK_REENTRY, enter=enter, leave=leave, used=used)
    first = min(current.values(), key=lambda row: (row.entered_ms, row.place))
    is_out = all(row.left_ms is not None for row in current.values())
    result = ScanResult.NO_REENTRY if is_out else ScanResult.USED
    return Verdict(result, first=first, used=used)


def _returning(question: Question, current: dict[int, PlaceFacts]) -> PlaceFacts | None:
    policy = question.policy
    is_free = policy.reentry == Reentry.FREE or policy.once == "unlimited"
    if not is_free and policy.reentry != Reentry.AFTER_EXIT:
        return None
    rows = sorted(current.values(), key=lambda row: row.place)
    may = [row for row in rows if policy.reentry_max is None or row.turn < policy.reentry_max]
    outside = [
        row
        for row in may
        if row.left_ms is not None and question.now_ms - row.left_ms >= policy.reentry_gap_s * 1000
    ]
    if outside:
        return outside[0]
    inside = [row for row in may if row.left_ms is None]
    return min(inside, key=lambda row: row.entered_ms) if is_free and inside else None


_RULES: tuple[tuple[str, Callable[[Question], Verdict | None]], ...] = (
    ("list", _unlisted),
    ("ticket", _ticket),
    ("gate", _gate),
    ("window", _window),
)
_GOOD = ADMITTED | {ScanResult.OK_EXIT}
