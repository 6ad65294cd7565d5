"""Questions of organizers: when one is asked, and the normal form of its answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final, assert_never

from eventhub.kernel import countries, text

MAX_TEXT: Final = 200
MAX_LONG_TEXT: Final = 2000
MAX_NUMBER: Final = 10**12
Answers = Mapping[str, Any]


class Kind(StrEnum):
    """What an answer is."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    CHOICE = "choice"
    MANY = "many"
    YES_NO = "yes_no"
    NUMBER = "number"
    DATE = "date"
    PHONE = "phone"
    EMAIL = "email"
    COUNTRY = "country"
    FILE = "file"


# What a gate can ask while somebody waits.
AT_GATES: Final = frozenset(
    {Kind.CHOICE, Kind.MANY, Kind.YES_NO, Kind.TEXT, Kind.LONG_TEXT, Kind.NUMBER, Kind.DATE}
)


class Fault(StrEnum):
    """What is wrong with an answer."""

    MISSING = "missing"
    TOO_LONG = "too_long"
    NOT_OFFERED = "not_offered"
    NOT_A_NUMBER = "not_a_number"
    NOT_A_DATE = "not_a_date"
    NOT_A_PHONE = "not_a_phone"
    NOT_AN_EMAIL = "not_an_email"
    UNREADABLE = "unreadable"
    NOT_A_FILE = "not_a_file"
    NOT_ASKED = "not_asked"


@dataclass(frozen=True, slots=True)
class FileAnswer:
    """A file as an answer; `data` empty for one that is kept already."""

    name: str
    mimetype: str
    size: int  # bytes
    data: bytes = b""
    sha256: str = ""

    @property
    def told(self) -> dict[str, Any]:
        """Return what the answer says of the file."""
        return {"name": self.name, "type": self.mimetype, "bytes": self.size}


@dataclass(frozen=True, slots=True)
class Ask:
    """A question as the rules see it; `values` are those of its options."""

    slug: str
    kind: Kind
    is_required: bool = False
    values: tuple[str, ...] = ()
    show_if: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """Answers in normal form to the questions that are asked, and the faults by question."""

    values: dict[str, Any]
    faults: dict[str, Fault]


def shows(condition: Mapping[str, Any] | None, answers: Answers) -> bool:
    """
    Tell whether a condition holds; the page evaluates the same tree.

    Args:
        condition: None, a leaf `{"q": slug, "op": "eq"|"in"|"set", "v": value}`,
            or `{"all": [...]}`, `{"any": [...]}`, `{"not": ...}`. A list as an
            answer (`many`) meets `eq` and `in` when one of its values does.

        answers: Values by question; questions that are not asked have none.
    """
    if condition is None:
        return True
    if "all" in condition:
        return all(shows(part, answers) for part in condition["all"])
    if "any" in condition:
        return any(shows(part, answers) for part in condition["any"])
    if "not" in condition:
        return not shows(condition["not"], answers)
    return _leaf(condition, answers.get(condition["q"]))


def checked(questions: Sequence[Ask], given: Answers) -> Checked:
    """
    Return the answers in normal form, question by question in their order.

    A question whose condition does not hold is not asked: what was given for
    it is dropped, so a page without scripts may send it. Answers to questions
    that the form does not have are faults.
    """
    values: dict[str, Any] = {}
    faults = dict.fromkeys(given.keys() - {ask.slug for ask in questions}, Fault.NOT_ASKED)
    for ask in questions:
        if not shows(ask.show_if, values):
            continue
        value, fault = _normal(ask, given.get(ask.slug))
        if fault is not None:
            faults[ask.slug] = fault
        elif value is not None:
            values[ask.slug] = value
        elif ask.is_required:
            faults[ask.slug] = Fault.MISSING
    return Checked(values, faults)


def _leaf(condition: Mapping[str, Any], answer: Any) -> bool:
    found = answer if isinstance(answer, list) else [] if answer is None else [answer]
    match condition["op"]:
        case "eq":
            return any(_same(value, condition["v"]) for value in found)
        case "in":
            return any(_same(value, wanted) for value in found for wanted in condition["v"])
        case "set":
            return bool(found) is bool(condition.get("v", True))
        case other:
            raise ValueError(f"unknown condition {other!r}")


def _same(one: Any, other: Any) -> bool:
    # yes is not the number 1
    return isinstance(one, bool) is isinstance(other, bool) and one == other


def _normal(ask: Ask, given: Any) -> tuple[Any, Fault | None]:
    """Return the normal form of an answer, None for no answer, or what is wrong with it."""
    if given is None or given == "" or given == []:
        return None, None
    match ask.kind:
        case Kind.TEXT | Kind.LONG_TEXT:
            return _text(given, MAX_TEXT if ask.kind is Kind.TEXT else MAX_LONG_TEXT)
        case Kind.CHOICE:
            return (given, None) if given in ask.values else (None, Fault.NOT_OFFERED)
        case Kind.MANY:
            return _many(ask, given)
        case Kind.YES_NO:
            known = {True: True, False: False, "yes": True, "no": False}
            is_known = isinstance(given, (bool, str)) and given in known
            return (known[given], None) if is_known else (None, Fault.NOT_OFFERED)
        case Kind.NUMBER:
            return _number(given)
        case Kind.DATE:
            return _date(given)
        case Kind.PHONE:
            return _folded(text.normalise_phone, given, Fault.NOT_A_PHONE)
        case Kind.EMAIL:
            return _folded(text.normalise_email, given, Fault.NOT_AN_EMAIL)
        case Kind.COUNTRY:
            is_known = isinstance(given, str) and given in countries.CODES
            return (given, None) if is_known else (None, Fault.NOT_OFFERED)
        case Kind.FILE:
            return (given, None) if isinstance(given, FileAnswer) else (None, Fault.NOT_A_FILE)
        case _:
            assert_never(ask.kind)


def _folded(normal: Callable[[str], str], given: Any, fault: Fault) -> tuple[Any, Fault | None]:
    if not isinstance(given, str) or len(given) > MAX_TEXT:
        return None, fault
    try:
        return normal(given), None
    except ValueError:
        return None, fault


def _text(given: Any, limit: int) -> tuple[Any, Fault | None]:
    if not isinstance(given, str):
        return None, Fault.UNREADABLE
    lines = [" ".join(line.split()) for line in given.strip().splitlines()]
    told = "\n".join(lines) if limit == MAX_LONG_TEXT else " ".join(lines)
    if any(ord(letter) < 32 and letter != "\n" for letter in told):
        return None, Fault.UNREADABLE
    return (told or None, None) if len(told) <= limit else (None, Fault.TOO_LONG)


def _many(ask: Ask, given: Any) -> tuple[Any, Fault | None]:
    if not isinstance(given, list) or any(value not in ask.values for value in given):
        return None, Fault.NOT_OFFERED
    return [value for value in ask.values if value in given], None


def _number(given: Any) -> tuple[Any, Fault | None]:
    if isinstance(given, bool) or not isinstance(given, (int, str)):
        return None, Fault.NOT_A_NUMBER
    try:
        number = int(given)
    except ValueError:
        return None, Fault.NOT_A_NUMBER
    return (number, None) if abs(number) <= MAX_NUMBER else (None, Fault.NOT_A_NUMBER)


def _date(given: Any) -> tuple[Any, Fault | None]:
    try:
        return date.fromisoformat(given).isoformat(), None
    except (TypeError, ValueError):
        return None, Fault.NOT_A_DATE


def parts_of(
    condition: Mapping[str, Any] | None,
) -> dict[str, tuple[Any, ...] | None] | None:
    """
    Return a condition as the answers that are asked for, question by question.

    Returns:
        The values by question of which one is needed, None for any answer at
        all; all questions have to fit. None for a condition that says more.
    """
    if condition is None:
        return {}
    found: dict[str, tuple[Any, ...] | None] = {}
    for leaf in condition.get("all", [condition]):
        match leaf:
            case {"q": str(slug), "op": "eq", "v": value}:
                values: tuple[Any, ...] | None = (value,)
            case {"q": str(slug), "op": "in", "v": list(several)}:
                values = tuple(several)
            case {"q": str(slug), "op": "set"} if leaf.get("v", True) is True:
                values = None
            case _:
                return None
        if slug in found:
            return None
        found[slug] = values
    return found


def condition_of(parts: Mapping[str, tuple[Any, ...] | None]) -> dict[str, Any] | None:
    """Return the condition that `parts_of` reads back; None when there is no part."""
    leaves = [_leaf_of(slug, values) for slug, values in parts.items()]
    return {"all": leaves} if len(leaves) > 1 else next(iter(leaves), None)


def named_in(condition: Mapping[str, Any] | None) -> dict[str, list[Any]]:
    """Return the questions that a condition names, with the values it asks for."""
    found: dict[str, list[Any]] = {}
    if condition is None:
        return found
    inner = [*condition.get("all", ()), *condition.get("any", ())]
    for part in [*inner, *([condition["not"]] if "not" in condition else [])]:
        for slug, values in named_in(part).items():
            found.setdefault(slug, []).extend(values)
    if "q" in condition:
        value = condition.get("v") if condition["op"] != "set" else []
        found.setdefault(condition["q"], []).extend(value if isinstance(value, list) else [value])
    return found


def _leaf_of(slug: str, values: tuple[Any, ...] | None) -> dict[str, Any]:
    if values is None:
        return {"q": slug, "op": "set"}
    if len(values) == 1:
        return {"q": slug, "op": "eq", "v": values[0]}
    return {"q": slug, "op": "in", "v": list(values)}
