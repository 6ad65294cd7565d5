"""A finding: what a rule says, about what, how severe, and whether somebody accepted it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from eventhub.programme.enums import ConflictRule, Severity
from eventhub.programme.rules.facts import I18n

_DIGITS = 32  # hex digits kept of a hash


@dataclass(frozen=True, slots=True)
class Finding:
    """
    One broken rule.

    `subjects` are sorted `kind:uuid`; `fingerprint` names rule and subjects,
    `facts_digest` what was true of them. `waived`: somebody accepted exactly
    this; `was_waived`: accepted before the facts changed.
    """

    rule: ConflictRule
    severity: Severity
    subjects: tuple[str, ...]
    starts_at: datetime | None
    ends_at: datetime | None
    message: I18n
    measure: dict[str, Any] = field(hash=False)
    fingerprint: str
    facts_digest: str
    waived: bool = False
    was_waived: bool = False

    @property
    def blocks_release(self) -> bool:
        """Tell whether a release has to wait for this."""
        return not self.waived and self.severity in _BLOCKING


_BLOCKING: Final = frozenset({Severity.BLOCK_RELEASE, Severity.BLOCK_PLACEMENT})


@dataclass(frozen=True, slots=True)
class Hit:
    """
    What one rule found, before severity and waivers.

    `item_ids` are the items whose place and time are the facts; `severity` is
    set where the rule is stricter than its setting.
    """

    rule: ConflictRule
    subjects: tuple[str, ...]
    item_ids: tuple[int, ...]
    message: I18n
    measure: dict[str, Any]
    start_s: int | None = None
    end_s: int | None = None
    severity: Severity | None = None


@dataclass(frozen=True, slots=True)
class Setting:
    """How severe a rule is, and its numbers."""

    severity: Severity
    params: Mapping[str, float] = field(default_factory=dict, hash=False)


DEFAULTS: Final[dict[ConflictRule, Setting]] = {
    ConflictRule.STAGE_OVERLAP: Setting(Severity.BLOCK_RELEASE),
    ConflictRule.CHANGEOVER: Setting(Severity.WARN),
    ConflictRule.PERSON_DOUBLE: Setting(Severity.BLOCK_RELEASE),
    ConflictRule.TRAVEL: Setting(Severity.WARN, {"default_min": 15, "metres_per_min": 75}),
    ConflictRule.PERSON_AVAILABILITY: Setting(Severity.WARN),
    ConflictRule.STAGE_CLOSED: Setting(Severity.BLOCK_RELEASE),
    ConflictRule.CURFEW: Setting(Severity.BLOCK_RELEASE, {"overrun_min": 0}),
    ConflictRule.REHEARSAL: Setting(Severity.WARN),
    ConflictRule.DEPENDENCY: Setting(Severity.WARN),
    ConflictRule.CAPACITY: Setting(Severity.WARN, {"favourite_share": 1, "empty_share": 0.3}),
    ConflictRule.RESOURCE: Setting(Severity.WARN),
    ConflictRule.STATUS: Setting(Severity.WARN),
    ConflictRule.TIME_SANITY: Setting(Severity.WARN),
    ConflictRule.STREAM_CLASH: Setting(Severity.WARN),
    ConflictRule.DUPLICATE_STAGE_NAME: Setting(Severity.BLOCK_RELEASE),
    ConflictRule.SOLD_AND_MOVED: Setting(Severity.WARN),
}


def fingerprint(rule: str, subjects: Sequence[str]) -> str:
    """Return the stable name of a finding: rule and sorted subjects, hashed."""
    text = rule + "\n" + "\n".join(subjects)
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGITS]


def digest(facts: Any) -> str:
    """Return the hash of what was true, as canonical JSON."""
    text = json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGITS]
