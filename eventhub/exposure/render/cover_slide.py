"""The first slide: what the report is of, its key figures, and how much of it is measured."""

from __future__ import annotations

from collections.abc import Mapping
from math import sqrt
from typing import Any, Final

from flask_babel import gettext as _

from eventhub.exposure.render import words
from eventhub.exposure.render.deck import HEIGHT, INK, LEFT, WIDTH, Box, Deck, fitting
from eventhub.exposure.render.page import ReportPage
from eventhub.kernel.i18n import current_lang, pick

_FIELD: Final = Box(8.9, 0.0, WIDTH - 8.9, HEIGHT)
_WIDE: Final = _FIELD.x - LEFT - 0.5
_FIGURES: Final = 4


def cover(deck: Deck, document: Mapping[str, Any], page: ReportPage) -> None:
    """Draw the cover: texts at the left, at the right a field in which areas are shares."""
    _field(deck, deck.cover(), document, page)
    slide = deck.file.slides[0]
    head = f"{_('Exposure report')} · {_('Version %(n)s', n=document['version'])}"
    deck.text(slide, Box(LEFT, 0.62, _WIDE, 0.4), head, size=16)
    name = pick(document["title"])
    box = Box(LEFT, 1.2, _WIDE, 1.75)
    deck.text(slide, box, name, size=fitting(name, box, (54, 44, 38, 32, 26)), song=True)
    second = document["title"]["en" if current_lang() == "zh" else "zh"]
    deck.text(slide, Box(LEFT, 3.0, _WIDE, 0.6), second, size=16, colour="454C49")
    figures = [*sums(document), *_key_figures(page)][:_FIGURES]
    each = min(0.78, 2.8 / len(figures))
    top = 6.5 - each * len(figures)
    for number, (label, figure) in enumerate(figures):
        y = top + number * each
        deck.rule(slide, Box(LEFT, y, _WIDE, 0), INK if not number else "D0D6D3")
        deck.text(slide, Box(LEFT, y + 0.24, 2.4, 0.4), label, size=14, colour="454C49")
        deck.text(slide, Box(LEFT + 2.4, y + 0.1, _WIDE - 2.4, 0.6), figure, size=28)
    facts = " · ".join(filter(None, (pick(document["place"]), pick(document["period"]))))
    deck.text(slide, Box(LEFT, 6.8, _WIDE, 0.4), facts, size=11, colour="454C49")


def _field(deck: Deck, slide: Any, document: Mapping[str, Any], page: ReportPage) -> None:
    """Fill the right side: what is traced on bare warp, else the classes of what is counted."""
    if page.share is not None:
        deck.rectangle(slide, _FIELD, "residual")
        side = min(sqrt(float(page.share) * _FIELD.w * _FIELD.h), _FIELD.w - 1.0)
        deck.ink(deck.rectangle(slide, Box(_FIELD.x + 0.5, 6.5 - side, side, side), "measured"))
        return
    done = 0.0
    for cls, part in page.shares.items():
        if part:
            y, h = done * HEIGHT, float(part) * HEIGHT
            deck.rectangle(slide, Box(_FIELD.x, y, _FIELD.w, h), cls)
            done += float(part)


def _key_figures(page: ReportPage) -> list[tuple[str, str]]:
    return [
        (row.metric_name, row.value if row.op in {"", "="} else f"{row.op} {row.value}")
        for row in page.key_rows
    ]


def sums(document: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the published total, what can be traced and what lies between, as texts."""
    names = (("claimed", _("Claimed")), ("gross", _("Traceable")), ("residual", _("Unexplained")))
    return [
        (label, words.signed(document[f"{key}_op"], document[key]))
        for key, label in names
        if document[key] is not None
    ]
