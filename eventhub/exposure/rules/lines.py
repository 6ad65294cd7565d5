"""The rows that a report is made of: one figure each, with where it comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from eventhub.exposure.enums import Channel
from eventhub.exposure.rules.uncertainty import Part

I18n = Mapping[str, str]
TOTAL_CLAIMED: Final = "exposure.total_claimed"
_LETTERS: Final = {
    "footfall": Channel.ATTENDANCE,
    "checkin": Channel.ATTENDANCE,
    "live": Channel.LIVESTREAM,
    "media": Channel.MEDIA,
    "kol": Channel.CREATORS,
    "owned": Channel.OWNED,
    "ooh": Channel.OUT_OF_HOME,
}


@dataclass(frozen=True, slots=True)
class SourceRef:
    """Where a figure comes from; `observations` are stable references, not database ids."""

    source: str
    observations: tuple[str, ...] = ()
    sha256: str | None = None  # of the file or text, where one is kept
    title: I18n | None = None  # name of the source in both languages


@dataclass(frozen=True, slots=True)
class Span:
    """The time that a figure is about: instants, half open."""

    starts_at: datetime
    ends_at: datetime

    def holds(self, other: Span) -> bool:
        """Tell whether all of another span lies inside this one."""
        return self.starts_at <= other.starts_at and other.ends_at <= self.ends_at


@dataclass(frozen=True, slots=True)
class Claim:
    """What a claim carries beside its figure: the words it rests on."""

    quote: str
    number_text: str = ""
    unit_stated: str | None = None
    sentence: str = ""  # the whole sentence around the quotation, where kept
    is_scope_stated: bool = True
    scope_note: I18n | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """
    One figure of a report.

    `value` is an integer where the unit is people or contacts, otherwise a
    decimal number as text. `scope` is '' for the whole event, else a cordon or
    a stream. A claimed line has no interval. `parts` are its addends with an
    error; what they leave of `value` is exact. `span` is None where no source
    says when.
    """

    key: str
    metric: str
    zh: str
    en: str
    value: int | str
    op: str
    unit: str
    cls: str
    scope: str = ""
    span: Span | None = None
    low: int | None = None
    high: int | None = None
    sources: tuple[SourceRef, ...] = ()
    note: I18n | None = None
    claim: Claim | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    parts: tuple[Part, ...] = ()

    def __post_init__(self) -> None:
        """Refuse an interval on a claim: nobody said how sure it is."""
        is_sure = self.low is None and self.high is None and not self.parts
        if self.cls == "claimed" and not is_sure:
            raise ValueError(f"{self.key}: a claim has no interval")

    @property
    def channel(self) -> Channel | None:
        """Return the channel that the metric belongs to, whether it is added up or not."""
        return _LETTERS.get(self.metric.partition(".")[0])
