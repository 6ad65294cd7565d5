"""Words and choices of the programme pages: titles, dates, makers, figures, filters."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import get_day_names, get_month_names, get_timezone_name
from flask import Blueprint
from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup

from eventhub.kernel.i18n import LOCALES, current_lang, pick
from eventhub.programme import zones
from eventhub.programme.enums import ChangeKind
from eventhub.programme.queries import EventRow, PerformanceRow, ShowRow, StageRow

_HOUR = 60
_ZONE_WORDS = {  # where people say something else than the time zone database
    ("zh", "Asia/Shanghai"): "北京时间",
    ("en", "Asia/Shanghai"): "China Standard Time",
}
_TEXT_MAX = 100  # characters of a filter
_NAMED = 3  # makers that are named before "and others"
_PHRASE = re.compile(r"(?<=^\d{4})(?=\S)|(?<=.)(?=[暨与「《])|(?<=[：、])")
_NARROWEST, _WIDEST = 4, 16  # em of the longest phrase of a cover title


_ARGS = {
    "kind": "type",
    "stage": "stage",
    "mode": "only",
    "venue": "venue",
    "act": "act",
    "speaks": "speaks",
    "text": "q",
}


@dataclass(frozen=True, slots=True)
class Filter:
    """What the reader asked to see of a day; empty means everything."""

    kind: str = ""
    stage: str = ""
    mode: str = ""  # stream, open or ticket
    venue: str = ""
    act: str = ""
    speaks: str = ""
    text: str = ""

    @classmethod
    def of(cls, args: Mapping[str, str]) -> Filter:
        """Return the filter of a query string; unknown words match nothing, as asked."""
        given = {field: args.get(name, "").strip()[:_TEXT_MAX] for field, name in _ARGS.items()}
        return cls(**given)

    @property
    def is_empty(self) -> bool:
        """Tell whether everything is shown."""
        return self == Filter()

    def admits(self, row: PerformanceRow) -> bool:
        """Tell whether a row is shown."""
        modes = {
            "": True,
            "stream": row.is_livestreamed,
            "open": row.is_open_to_all,
            "ticket": not row.is_open_to_all,
        }
        return (
            self.kind in ("", row.type_slug)
            and self.stage in ("", row.stage_slug)
            and (not self.venue or self.venue == row.venue_slug)
            and (not self.speaks or self.speaks == row.language)
            and modes.get(self.mode, False)
            and (not self.act or any(party.slug == self.act for party in row.parties))
            and (not self.text or _found(self.text, row))
        )

    def query(self, **changes: str) -> dict[str, str]:
        """Return the arguments of a link that keeps this filter but for `changes`."""
        new = replace(self, **changes)
        return {name: value for field, name in _ARGS.items() if (value := getattr(new, field))}


@dataclass(frozen=True, slots=True)
class Choice:
    """One filter: field, value and words."""

    field: str
    value: str
    words: str


def init_blueprint(bp: Blueprint) -> None:
    """Give templates the functions of this module."""
    for function in (
        zones.offered, makers, phrases, title_em, date_range, weekday, day_month, short_weekday,
        zone_name, minutes_text, was_text, role_name, language_name,
    ):  # fmt: skip
        bp.add_app_template_global(function)


def counts(
    event: EventRow,
    rows: Sequence[PerformanceRow],
    unplaced: Sequence[ShowRow],
    stages: Sequence[StageRow],
) -> list[tuple[int, str]]:
    """
    Return the figures of the home page with their words; what is unknown is left out.

    A programme without times counts what its source names, not shows: how many
    there were is then not known.
    """
    if not rows:
        return [(len(unplaced), _("items that the source names"))] if unplaced else []
    parties = {party.slug for row in rows for party in row.parties}
    figures = [
        (len(event.days()), ngettext("day", "days", len(event.days()))),
        (len(stages), ngettext("stage", "stages", len(stages))),
        (len(rows), ngettext("show", "shows", len(rows))),
        (len(parties), ngettext("brand or artist", "brands and artists", len(parties))),
    ]
    return [figure for figure in figures if figure[0]]


def choices(rows: Iterable[PerformanceRow]) -> list[Choice]:
    """Return the filters that match something in the event, types by first appearance."""
    kinds: dict[str, str] = {}
    modes: dict[str, str] = {}
    for row in rows:
        if row.type_slug:
            kinds.setdefault(row.type_slug, pick(row.type_name))
        if row.is_livestreamed:
            modes["stream"] = _("Streamed")
        if row.is_open_to_all:
            modes["open"] = _("No ticket needed")
    found = [Choice("kind", slug, words) for slug, words in kinds.items()]
    return found + [Choice("mode", slug, words) for slug, words in sorted(modes.items())]


@dataclass(frozen=True, slots=True)
class Picks:
    """What the form of filters offers: pairs of value and words."""

    kinds: tuple[tuple[str, str], ...]
    stages: tuple[tuple[str, str], ...]
    venues: tuple[tuple[str, str], ...]
    acts: tuple[tuple[str, str], ...]
    languages: tuple[tuple[str, str], ...]
    modes: tuple[tuple[str, str], ...]


def picks(rows: Sequence[PerformanceRow]) -> Picks:
    """Return the filters that match something; acts by name, the rest by first appearance."""
    stages = {row.stage_slug: pick(row.stage_name) for row in rows if row.stage_slug}
    acts = {party.slug: pick(party.name) for row in rows for party in row.parties}
    tongues = {row.language or "": language_name(row.language) for row in rows}
    modes = [
        ("stream", _("Streamed"), any(row.is_livestreamed for row in rows)),
        ("open", _("No ticket needed"), any(row.is_open_to_all for row in rows)),
        ("ticket", _("With a ticket"), any(not row.is_open_to_all for row in rows)),
    ]
    return Picks(
        kinds=_pairs({row.type_slug: pick(row.type_name) for row in rows}),
        stages=_pairs(stages),
        venues=_pairs({row.venue_slug: pick(row.venue_name) for row in rows}),
        acts=tuple(sorted(_pairs(acts), key=lambda pair: pair[1].casefold())),
        languages=_pairs(tongues),
        modes=tuple((value, words) for value, words, is_there in modes if is_there),
    )


def _pairs(found: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple((value, words) for value, words in found.items() if value and words)


def makers(parties: Sequence[Any]) -> str:
    """Return the names of those who make a show, the first three and then how many more."""
    names = list(dict.fromkeys(pick(party.name) for party in parties))
    named = ("、" if current_lang() == "zh" else ", ").join(names[:_NAMED])
    if len(names) <= _NAMED:
        return named
    more = len(names) - _NAMED
    return ngettext("%(names)s and %(num)s more", "%(names)s and %(num)s more", more, names=named)


def phrases(title: str) -> Markup:
    """Return a title with marks where it may break; inside `.phrased` it breaks only there."""
    glued = title.replace("& ", "&\N{NO-BREAK SPACE}")  # a line begins with the sign
    return Markup("<wbr>").join(part for part in _PHRASE.split(glued) if part)


def title_em(title: str) -> int:
    """Return how many em the widest part of a cover title is that does not break, 4 to 16."""
    parts = [word for part in _PHRASE.split(title) for word in part.split()]
    widest = max(map(_em, parts), default=0.0)
    return int(min(_WIDEST, max(_NARROWEST, -(-widest // 1))))


def date_range(event: EventRow) -> str:
    """Return the days of an event, or the period its source states."""
    first, last = event.starts_on, event.ends_on
    if first is None or last is None:
        return pick(event.period_text)
    if current_lang() == "zh":
        start = f"{first.year} 年 {first.month} 月 {first.day} 日"
        if first == last:
            return start
        year = "" if first.year == last.year else f"{last.year} 年 "
        month = "" if not year and first.month == last.month else f"{last.month} 月 "
        return f"{start} — {year}{month}{last.day} 日"
    months = get_month_names("wide", locale="en")
    end = f"{last.day} {months[last.month]} {last.year}"
    if first == last:
        return end
    start = f"{first.day}"
    if (first.year, first.month) != (last.year, last.month):
        start += f" {months[first.month]}"
    if first.year != last.year:
        start += f" {first.year}"
    return f"{start} – {end}"


def weekday(day: date) -> str:
    """Return 周六 or Saturday."""
    return _weekday(day, "abbreviated" if current_lang() == "zh" else "wide")


def short_weekday(day: date) -> str:
    """Return 周六 or Sat."""
    return _weekday(day, "abbreviated")


def day_month(day: date) -> str:
    """Return 11 月 21 日 or 21 November."""
    if current_lang() == "zh":
        return f"{day.month} 月 {day.day} 日"
    return f"{day.day} {get_month_names('wide', locale='en')[day.month]}"


def zone_name(zone: ZoneInfo) -> str:
    """Return the name of a zone in the language of the page."""
    lang = current_lang()
    if (lang, zone.key) in _ZONE_WORDS:
        return _ZONE_WORDS[lang, zone.key]
    return str(get_timezone_name(zone, locale=LOCALES[lang]))


def minutes_text(minutes: int) -> str:
    """Return a length: 45 min, 2 h, 2 h 18 min."""
    if minutes < 2 * _HOUR:
        return _("%(minutes)s min", minutes=minutes)
    hours, rest = divmod(minutes, _HOUR)
    if not rest:
        return _("%(hours)s h", hours=hours)
    return _("%(hours)s h %(minutes)s min", hours=hours, minutes=rest)


def was_text(was: datetime, now_starts: datetime, zone: ZoneInfo) -> str:
    """Return the start that was published before: a time, with the day when it was another."""
    old, new = was.astimezone(zone), now_starts.astimezone(zone)
    if old.date() == new.date():
        return f"{old:%H:%M}"
    return f"{day_month(old.date())} {old:%H:%M}"


def change_words() -> dict[str, str]:
    """Return the word of every kind of change, as the public reads it."""
    return {
        ChangeKind.NEW: _("New"),
        ChangeKind.REMOVED: _("Cancelled"),
        ChangeKind.CANCELLED: _("Cancelled"),
        ChangeKind.RESTORED: _("Takes place again"),
        ChangeKind.MOVED: _("Moved"),
        ChangeKind.RESIZED: _("New length"),
        ChangeKind.RETITLED: _("New title"),
        ChangeKind.CAST: _("New line-up"),
    }


def role_name(role: str) -> str:
    """Return what a party does in a show; empty for roles without a word."""
    names = {
        "designer": _("Design"),
        "brand": _("Brand"),
        "artist": _("Artist"),
        "band": _("Band"),
        "music": _("Music"),
        "live music": _("Live music"),
        "singer": _("Voice"),
        "soloist": _("Soloist"),
        "dj": _("DJ"),
        "speaker": _("Speaker"),
        "moderator": _("Moderator"),
        "host": _("Host"),
        "show director": _("Show director"),
        "creative director": _("Creative director"),
        "lighting design": _("Light"),
        "curator": _("Curator"),
        "guest": _("Guest"),
    }
    return names.get(role, "")


def language_name(code: str | None) -> str:
    """Return the language in which a show is held; empty when it has none or is unknown."""
    names = {
        "zh": _("Chinese"),
        "en": _("English"),
        "zxx": _("Without words"),
        "mul": _("Several languages"),
    }
    return names.get(code or "", "")


def _found(text: str, row: PerformanceRow) -> bool:
    """Tell whether every word of a search stands in the texts of a show, in either language."""
    texts = [row.title, row.line, row.description, row.stage_name, row.venue_name, row.type_name]
    texts += [party.name for party in row.parties]
    hay = _folded(" ".join(value for text_of in texts if text_of for value in text_of.values()))
    return all(word in hay for word in _folded(text).split())


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _weekday(day: date, width: Any) -> str:
    return str(get_day_names(width, locale=LOCALES[current_lang()])[day.weekday()])


def _em(text: str) -> float:
    """Return about how many em a text is wide: Han 1, wide Latin 0.56, space 0.3."""
    return sum(1.0 if char > "\u2e7f" else 0.3 if char == " " else 0.56 for char in text)
