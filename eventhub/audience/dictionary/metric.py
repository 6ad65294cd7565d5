"""What a metric definition is made of."""

from __future__ import annotations

from dataclasses import dataclass

from eventhub.audience.enums import Aggregation, EvidenceClass, UnitKind


@dataclass(frozen=True, slots=True)
class Text:
    """One text in both languages."""

    zh: str
    en: str

    def i18n(self) -> dict[str, str]:
        """Return the text as the dictionary that models and templates use."""
        return {"zh": self.zh, "en": self.en}


@dataclass(frozen=True, slots=True)
class MetricDef:
    """
    One metric: name, definition, unit and how its values may be combined.

    `rule` says what may be counted twice and how that is prevented; `digits`
    is the number of decimals in canonical output (0 for people and contacts).
    """

    id: str
    name: Text
    definition: Text
    unit: Text
    kind: UnitKind
    sources: Text
    aggregation: Aggregation
    rule: Text
    classes: frozenset[EvidenceClass]
    digits: int = 0
