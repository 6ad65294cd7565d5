"""Words of check-in, and what each result looks and sounds like."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class ScanResult(StrEnum):
    """What a gate answers; the text is stable."""

    OK = "ok"
    OK_REENTRY = "ok_reentry"
    OK_GROUP = "ok_group"
    OK_ATTENTION = "ok_attention"
    OK_UNLISTED = "ok_unlisted"
    OK_OVERRIDE = "ok_override"
    OK_EXIT = "ok_exit"
    UNDONE = "undone"
    RELEASED = "released"
    REPEAT = "repeat"
    USED = "used"
    USED_OTHER_GATE_OFFLINE = "used_other_gate_offline"
    NO_REENTRY = "no_reentry"
    NEED_ANSWER = "need_answer"
    NEED_SUPERVISOR = "need_supervisor"
    TOO_EARLY = "too_early"
    TOO_LATE = "too_late"
    WRONG_GATE = "wrong_gate"
    WRONG_PRODUCT = "wrong_product"
    SHOW_CANCELLED = "show_cancelled"
    UNPAID = "unpaid"
    NOT_APPROVED = "not_approved"
    REVOKED = "revoked"
    BLOCKED = "blocked"
    CANCELLED = "cancelled"
    QUOTA_FULL = "quota_full"
    KIND_REFUSED = "kind_refused"
    STALE_DYNAMIC = "stale_dynamic"
    UNKNOWN_CODE = "unknown_code"
    BAD_CHECK = "bad_check"
    BAD_SIGNATURE = "bad_signature"
    WRONG_EVENT = "wrong_event"
    UNLISTED_REFUSED = "unlisted_refused"
    KEY_UNKNOWN = "key_unknown"
    CLOCK_ERROR = "clock_error"
    DEVICE_REVOKED = "device_revoked"
    LIST_MISSING = "list_missing"
    LIST_OLD = "list_old"
    STORAGE_FULL = "storage_full"
    CAMERA_DENIED = "camera_denied"
    CAMERA_LOST = "camera_lost"
    DECODER_FAILED = "decoder_failed"
    TRY_AGAIN = "try_again"
    NO_CONNECTION = "no_connection"


ADMITTED: Final = frozenset(
    {
        ScanResult.OK,
        ScanResult.OK_REENTRY,
        ScanResult.OK_GROUP,
        ScanResult.OK_ATTENTION,
        ScanResult.OK_UNLISTED,
        ScanResult.OK_OVERRIDE,
    }
)
"""Results that let somebody in."""

OVERRIDABLE: Final = frozenset(
    {
        ScanResult.USED,
        ScanResult.USED_OTHER_GATE_OFFLINE,
        ScanResult.NO_REENTRY,
        ScanResult.NEED_ANSWER,
        ScanResult.NEED_SUPERVISOR,
        ScanResult.TOO_EARLY,
        ScanResult.TOO_LATE,
        ScanResult.WRONG_GATE,
        ScanResult.WRONG_PRODUCT,
        ScanResult.UNPAID,
        ScanResult.NOT_APPROVED,
        ScanResult.QUOTA_FULL,
        ScanResult.STALE_DYNAMIC,
        ScanResult.UNLISTED_REFUSED,
    }
)
"""Refusals against which a supervisor may let somebody in."""

NOT_REFUSALS: Final = ADMITTED | {
    ScanResult.OK_EXIT,
    ScanResult.UNDONE,
    ScanResult.RELEASED,
    ScanResult.DEVICE_REVOKED,
    ScanResult.NEED_ANSWER,
}
"""
Results that count in no list of refusals; `repeat` and quarantine are counted apart.

Who is asked a question is not refused: the scan with the answer follows.
"""

CORRECTIONS: Final = ("undo", "release")
"""Directions of rows that take back or let count an earlier scan."""


class Direction(StrEnum):
    """Which way a scan goes; `undo` and `release` correct earlier ones."""

    IN = "in"
    OUT = "out"
    UNDO = "undo"
    RELEASE = "release"


class Once(StrEnum):
    """How often a place admits."""

    EVENT = "event"
    DAY = "day"
    SHOW = "show"
    WINDOW = "window"
    UNLIMITED = "unlimited"


class Reentry(StrEnum):
    """Whether a used place admits again."""

    NO = "no"
    AFTER_EXIT = "after_exit"
    FREE = "free"


class Unlisted(StrEnum):
    """What becomes of a rightly signed code that is not on the list."""

    ACCEPT = "accept"
    ASK = "ask"
    REFUSE = "refuse"


class Unpaid(StrEnum):
    """What becomes of a ticket that is not paid."""

    REFUSE = "refuse"
    ASK = "ask"


class PartyRule(StrEnum):
    """Whether a group may arrive in parts."""

    PARTIAL = "partial"
    WHOLE = "whole"


class ItemStatus(StrEnum):
    """What became of one uploaded scan."""

    RECORDED = "recorded"
    REPLAY = "replay"
    CONFLICT = "conflict"
    QUARANTINED = "quarantined"
    REFUSED = "refused"


class ConflictState(StrEnum):
    """How a double admission was resolved."""

    OPEN = "open"
    SAME_PERSON = "same_person"
    TWO_PEOPLE = "two_people"
    STAFF_ERROR = "staff_error"


class Ground(StrEnum):
    """Colour of the whole screen."""

    ADMIT = "admit"
    EXIT = "exit"
    USED = "used"
    REFUSED = "refused"
    TROUBLE = "trouble"


class Sign(StrEnum):
    """Shape on the screen: silhouette and mark together."""

    TICK = "tick"
    CHECK = "check"
    ASK = "ask"
    EXIT = "exit"
    RETURN = "return"
    CROSS = "cross"
    TROUBLE = "trouble"


class Sound(StrEnum):
    """What is heard; the frequencies stand in the scanner's `sound.js`."""

    HIGH = "H"
    FALL = "F"
    TRIPLE = "T"
    DOUBLE = "D"
    LOW = "L"
    NONE = ""


@dataclass(frozen=True, slots=True)
class Words:
    """A text of the gate in both languages; `{name}` marks what is filled in."""

    zh: str
    en: str

    def of(self, lang: str) -> str:
        """Return the text in `lang`."""
        return self.en if lang == "en" else self.zh


@dataclass(frozen=True, slots=True)
class Look:
    """
    How a result is shown.

    `word` is the large text (at most 5 Han characters or 2 English words),
    `line` the sentence below it and in logs. `extra` is `synced`, `dashed`
    or `band` when the screen carries more than its colour.
    """

    ground: Ground
    sign: Sign
    sound: Sound
    word: Words
    line: Words
    may_override: bool = False
    extra: str = ""


VIBRATION_MS: Final[dict[Sound, tuple[int, ...]]] = {
    Sound.HIGH: (60,),
    Sound.FALL: (60,),
    Sound.TRIPLE: (60, 60, 60, 60, 60),
    Sound.DOUBLE: (200, 80, 200),
    Sound.LOW: (400,),
    Sound.NONE: (),
}
"""Vibration and pause in turn, milliseconds."""
