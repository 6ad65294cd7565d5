"""What the hang tag of a ticket says, in the language of the moment; writes nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from flask_babel import gettext as _

from eventhub.kernel.format import day_text, time_text
from eventhub.kernel.i18n import current_lang, pick
from eventhub.registration.queries import AttendeeFace, RegistrationFace
from eventhub.registration.queries.seat_words import SeatFace, seats_of_ticket

_ROW_WIDTH = 16.0  # Latin characters that three facts have at full size; a Han one counts double
_SMALL_SHARE = 0.6  # width of smaller type
_HAN = re.compile(r"[\u3400-\u9fff]")
_PIECE = re.compile(r"[^\s–]+(?:–|\s+)?")  # a word, or the part of a span up to its dash


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a value, blanks kept; Han text may break inside, the rest may not."""

    text: str

    @property
    def is_han(self) -> bool:
        """Tell whether a line may break anywhere in it."""
        return _HAN.search(self.text) is not None


@dataclass(frozen=True, slots=True)
class Fact:
    """One of the three facts; `is_long` asks for smaller type, so that the row fits."""

    label: str
    value: str
    is_long: bool = False

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """Return the value in pieces between which a line may break."""
        return tuple(Piece(text) for text in _PIECE.findall(self.value))


@dataclass(frozen=True, slots=True)
class Tag:
    """The words of one ticket from top to bottom."""

    small: str
    title: str
    line: str
    facts: tuple[Fact, ...]
    stage_position: int


def tag_of(face: RegistrationFace, person: AttendeeFace) -> Tag:
    """Return the words on one person's ticket."""
    small, title = _head(face)
    return Tag(
        small=small,
        title=title,
        line=f"{person.name} · {pick(face.type_name)}",
        facts=fitted(_time(face), _gate(face), _seat(face, person)),
        stage_position=face.performance.stage_position if face.performance else 1,
    )


def fitted(*facts: Fact) -> tuple[Fact, ...]:
    """Return the facts with the longest ones in smaller type until the row fits."""
    widths = [_width(fact.value) for fact in facts]
    small: set[int] = set()
    while sum(widths) > _ROW_WIDTH and len(small) < len(facts):
        longest = max((n for n in range(len(facts)) if n not in small), key=lambda n: widths[n])
        widths[longest] = _small_width(facts[longest])
        small.add(longest)
    return tuple(replace(fact, is_long=n in small) for n, fact in enumerate(facts))


def when_text(face: RegistrationFace) -> str:
    """Return when the ticket is good for, as one phrase."""
    zone, lang = face.event.zone, current_lang()
    if face.performance is not None:
        show = face.performance
        return f"{day_text(show.day, lang)} {time_text(show.starts_at, zone)}"
    if face.window is not None:
        day = day_text(face.window.day, lang)
        return day if is_whole_day(face) else f"{day} {time_text(face.window.opens_at, zone)}"
    first, last = face.event.starts_on, face.event.ends_on
    if first is None or last is None:
        return pick(face.event.period_text)
    if first == last:
        return day_text(first, lang)
    return f"{day_text(first, lang)} – {day_text(last, lang)}"


def where_text(face: RegistrationFace) -> str:
    """Return where the ticket is good for, as one phrase; empty when nothing is known."""
    if face.performance is not None:
        show = face.performance
        parts = [pick(show.stage_name), pick(show.venue_name), pick(show.venue_address)]
        return " · ".join(dict.fromkeys(part for part in parts if part))
    return pick(face.event.place_text)


def seat_text(person: AttendeeFace) -> str:
    """Return where one person sits, row and seat and block; empty without a seat of their own."""
    if person.ticket is None or not person.ticket.seat_label:
        return ""
    return " / ".join(_seat_words(seat) for seat in seats_of_ticket(person.ticket.id))


def seat_lines(face: RegistrationFace) -> list[str]:
    """Return where people of a registration sit, a line each; names when there are several."""
    seated = [(person.name, seat_text(person)) for person in face.attendees]
    lines = [(name, words) for name, words in seated if words]
    if len(face.attendees) == 1:
        return [words for _name, words in lines]
    return [_("%(name)s: %(seat)s", name=name, seat=words) for name, words in lines]


def gate_names(face: RegistrationFace) -> str:
    """Return all gates that admit the ticket; empty when the event has none."""
    return " · ".join(pick(gate.name) for gate in face.gates)


def is_whole_day(face: RegistrationFace) -> bool:
    """Tell whether the window is a day as such, so that its first minute says nothing."""
    if face.window is None or face.window.kind != "day":
        return False
    return (face.window.starts_at, face.window.ends_at) == face.event.day_bounds(face.window.day)


def _head(face: RegistrationFace) -> tuple[str, str]:
    if face.performance is not None:
        makers = [pick(party.name) for party in face.performance.parties]
        return " · ".join(makers[:2]) or pick(face.event.title), pick(face.performance.title)
    if face.window is not None:
        return pick(face.event.title), day_text(face.window.day, current_lang())
    return pick(face.event.place_text), pick(face.event.title)


def _time(face: RegistrationFace) -> Fact:
    zone = face.event.zone
    if face.window is not None and not is_whole_day(face):
        return Fact(_("Entry from"), time_text(face.window.opens_at, zone))
    if face.performance is not None:
        return Fact(_("Starts"), time_text(face.performance.starts_at, zone))
    if face.window is not None:
        return Fact(_("Valid"), f"{face.window.day:%m-%d}")
    first, last = face.event.starts_on, face.event.ends_on
    if first is None or last is None:
        return Fact(_("Valid"), _("All days"))
    days = f"{first:%m-%d}" if first == last else f"{first:%m-%d}–{last:%m-%d}"
    return Fact(_("Valid"), days)


def _gate(face: RegistrationFace) -> Fact:
    label = _("Gate")
    if not face.gates:
        return Fact(label, _("Any gate"))
    if len(face.gates) == 1:
        return Fact(label, pick(face.gates[0].name))
    return Fact(label, _("%(n)s gates", n=len(face.gates)))


def _seat(face: RegistrationFace, person: AttendeeFace) -> Fact:
    if person.ticket is not None and person.ticket.seat_label:
        return Fact(_("Seat"), person.ticket.seat_label)
    if face.is_seated:
        return Fact(_("Seat"), _("On site"))
    return Fact(_("Seat"), _("Any seat"))


def _seat_words(seat: SeatFace) -> str:
    place = _("Row %(row)s, seat %(number)s", row=seat.row, number=seat.number)
    return " · ".join(part for part in (place, seat.section, pick(seat.block)) if part)


def _width(text: str) -> float:
    return sum(1.0 if letter.isascii() else 2.0 for letter in text)


def _small_width(fact: Fact) -> float:
    """Return the width of a fact in smaller type on two lines; Han text breaks anywhere."""
    fixed = [_width(piece.text) for piece in fact.pieces if not piece.is_han]
    return max(*fixed, _width(fact.value) / 2, 0.0) * _SMALL_SHARE
