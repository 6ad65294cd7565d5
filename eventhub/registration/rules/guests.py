"""What a guest file would do to the guests there are: pure, over the whole file at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

_COMPARED = ("name", "latin_name", "email", "phone", "company", "note", "ref")


class Verdict(StrEnum):
    """What applying a line does."""

    NEW = "new"
    UPDATE = "update"
    UNCHANGED = "unchanged"
    DUPLICATE = "duplicate"
    ERROR = "error"


class Fault(StrEnum):
    """Why a line can not be applied; the value stands in answers of programs."""

    NAME_MISSING = "name-missing"
    BAD_NAME = "bad-name"
    KEY_MISSING = "key-missing"
    BAD_EMAIL = "bad-email"
    BAD_PHONE = "bad-phone"
    BAD_TEXT = "bad-text"
    LOST_DIGITS = "number-lost-digits"
    TYPE_MISSING = "type-missing"
    UNKNOWN_TYPE = "unknown-type"
    TYPE_DIFFERS = "type-differs"
    CONFLICTING_MATCH = "conflicting-match"
    SOLD_OUT = "sold-out"
    CHANGED_SINCE = "changed-since-preview"
    CONTACT_TAKEN = "contact-taken"


@dataclass(frozen=True, slots=True)
class Guest:
    """One guest in normal form; `extra` keeps columns of the file that mean nothing to us."""

    name: str
    ticket_type: str
    lang: str
    latin_name: str | None = None
    email: str | None = None
    phone: str | None = None
    company: str = ""
    note: str = ""
    ref: str | None = None
    extra: Mapping[str, str] = field(default_factory=dict)

    @property
    def keys(self) -> tuple[str, ...]:
        """Return what the guest is matched by: reference, e-mail, phone, in this order."""
        pairs = (("ref", self.ref), ("email", self.email), ("phone", self.phone))
        return tuple(f"{kind}:{value}" for kind, value in pairs if value)

    def plain(self) -> dict[str, Any]:
        """Return the guest as it is kept in a row."""
        return asdict(self) | {"extra": dict(self.extra)}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a file: a guest, or why it is none. `detail` is the value it is about."""

    line_no: int
    guest: Guest | None
    raw_name: str = ""
    fault: Fault | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """A guest that is registered already."""

    attendee_id: int
    guest: Guest


@dataclass(frozen=True, slots=True)
class Judged:
    """What a line would do; `changes` maps a field to `[before, after]`."""

    line: Line
    verdict: Verdict
    reason: str = ""
    detail: str = ""
    attendee_id: int | None = None
    changes: Mapping[str, list[Any]] = field(default_factory=dict)


def index(known: Iterable[Known]) -> dict[str, Known]:
    """Return registered guests by each of their keys."""
    return {key: guest for guest in known for key in guest.guest.keys}


def judge(lines: Sequence[Line], known: Mapping[str, Known]) -> list[Judged]:
    """
    Return what each line would do, in the order of the file.

    Args:
        lines: The lines of one file.

        known: Registered guests by key, as `index` gives them.

    Returns:
        The first line of a guest counts, later ones with one of its keys are
        duplicates that name it. Empty cells change nothing.
    """
    seen: dict[str, int] = {}
    judged = []
    for line in lines:
        verdict = _judge_one(line, known, seen)
        judged.append(verdict)
        if line.guest is not None and verdict.verdict not in {Verdict.DUPLICATE, Verdict.ERROR}:
            seen.update(dict.fromkeys(line.guest.keys, line.line_no))
    return judged


def _judge_one(line: Line, known: Mapping[str, Known], seen: Mapping[str, int]) -> Judged:
    guest = line.guest
    if guest is None:
        return Judged(line, Verdict.ERROR, str(line.fault or ""), line.detail)
    earlier = next((seen[key] for key in guest.keys if key in seen), None)
    if earlier is not None:
        return Judged(line, Verdict.DUPLICATE, "duplicate", str(earlier))
    found = {known[key].attendee_id: known[key] for key in guest.keys if key in known}
    if not found:
        return Judged(line, Verdict.NEW)
    if len(found) > 1:
        return Judged(line, Verdict.ERROR, Fault.CONFLICTING_MATCH)
    match = next(iter(found.values()))
    if match.guest.ticket_type != guest.ticket_type:
        return Judged(line, Verdict.ERROR, Fault.TYPE_DIFFERS, match.guest.ticket_type)
    changes = differences(match.guest, guest)
    verdict = Verdict.UPDATE if changes else Verdict.UNCHANGED
    return Judged(line, verdict, attendee_id=match.attendee_id, changes=changes)


def differences(before: Guest, after: Guest) -> dict[str, list[Any]]:
    """Return the fields that a line changes as `[before, after]`; empty cells change nothing."""
    changes = {
        name: [getattr(before, name), getattr(after, name)]
        for name in _COMPARED
        if getattr(after, name) and getattr(before, name) != getattr(after, name)
    }
    extra = dict(before.extra) | {key: value for key, value in after.extra.items() if value}
    if extra != dict(before.extra):
        changes["extra"] = [dict(before.extra), extra]
    return changes
