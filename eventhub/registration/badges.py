"""Printed badges: name, tier and the code of a ticket, by Typst."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final, Literal

from flask_babel import gettext as _

from eventhub.kernel import typeset
from eventhub.kernel.i18n import html_lang, pick
from eventhub.kernel.theme import contrast
from eventhub.programme.queries import EventRow
from eventhub.registration import qr
from eventhub.registration.codes import short_code
from eventhub.registration.glyphs import printable
from eventhub.registration.queries.badges import BadgeRow
from eventhub.registration.queries.house import house_types
from eventhub.registration.service import CodeFacts, gs_code, signing_key

Paper = Literal["a6", "a4"]
_INK: Final = "#101312"
_PAPER: Final = "#ffffff"


def badges_pdf(event: EventRow, rows: Sequence[BadgeRow], *, paper: Paper = "a6") -> bytes:
    """
    Return badges as a PDF: one A6 page each, or four on an A4 page to cut.

    Names are printed as they were given; a name whose characters the font has
    not is printed in Latin letters. Types of changing codes have no picture.
    """
    kinds = {kind.slug: kind.code_kinds for kind in house_types(event.id)}
    key = lru_cache(maxsize=8)(lambda kid: signing_key(event.id, kid, event_uuid=event.uuid_bytes))
    badges = []
    for row in rows:
        of_type = kinds.get(row.type_slug, frozenset())
        facts = CodeFacts(row.number, row.product, row.window_no, row.rev)
        code = gs_code(facts, key(row.kid)) if "GS" in of_type else ""
        badges.append(_badge(event, row, code, has_short="GR" in of_type))
    data = {
        "lang": html_lang(),
        "paper": paper,
        "event": pick(event.title),
        "seat": _("Seat"),
        "badges": badges,
    }
    return typeset.pdf("badge", data)


def _badge(event: EventRow, row: BadgeRow, code: str, *, has_short: bool) -> dict[str, Any]:
    color = row.tier_color or _INK
    words = [pick(row.type_name)]
    if row.tier_name and pick(row.tier_name) not in words:
        words.insert(0, pick(row.tier_name))
    latin = row.latin_name or ""
    shown = printable(row.name, row.latin_name)
    return {
        "event": pick(event.title),
        "kind": " · ".join(words),
        "name": shown,
        "latin": latin if latin != shown else "",
        "company": row.company,
        "color": color,
        "on_color": max((_PAPER, _INK), key=lambda ink: contrast(ink, color)),
        "qr": qr.svg(code) if code else "",
        "instead": _("The code is on the ticket page: it changes all the time."),
        "short": short_code(row.number) if has_short else "",
        "code": row.registration_code,
        "seat": row.seat_label or "",
        "demo": _("Demonstration data") if event.is_synthetic else "",
    }
