"""The printed ticket: one A6 hang tag per person, by Typst."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from flask import render_template
from flask_babel import gettext as _

from eventhub.kernel import typeset
from eventhub.kernel.i18n import html_lang, pick
from eventhub.kernel.theme import DEFAULT_THEME
from eventhub.registration import qr
from eventhub.registration.codes import TicketCode
from eventhub.registration.glyphs import printable
from eventhub.registration.queries import AttendeeFace, RegistrationFace
from eventhub.registration.service import gate_names, tag_of, when_text, where_text
from eventhub.registration.strip import strip_of

_CLASS = re.compile(r'class="(g|wp|dm|bw|t[1-8])"')


def ticket_pdf(face: RegistrationFace, codes: Sequence[tuple[AttendeeFace, TicketCode]]) -> bytes:
    """
    Return the tickets of a registration as a PDF, one A6 page per person.

    The same registration gives the same bytes; all text can be extracted.

    Args:
        face: The registration.

        codes: Who gets a page, with the codes of their ticket.
    """
    woven = render_template("registration/_strip.html", face=face, strip=strip_of(face))
    cloth = woven.strip()
    # before anything is planned for the day there is no cloth, only words for the page
    strip = printed_colours(cloth, face.event.theme) if cloth.startswith("<svg") else ""
    pages = [_page(face, person, code, strip) for person, code in codes]
    return typeset.pdf("ticket", {"lang": html_lang(), "pages": pages})


def printed_colours(svg: str, theme: Mapping[str, Any] | None) -> str:
    """Return a cloth with the colours of the theme in place of its classes, for paper."""
    colours = _colours(theme)
    return _CLASS.sub(lambda found: f'fill="{colours[found.group(1)]}"', svg)


def _page(
    face: RegistrationFace, person: AttendeeFace, code: TicketCode, strip: str
) -> dict[str, Any]:
    shown = replace(person, name=printable(person.name, person.latin_name))
    tag = tag_of(face, shown)
    woven = render_template("registration/_swatch.html", position=tag.stage_position)
    return {
        "swatch": printed_colours(woven.strip(), face.event.theme),
        "event": pick(face.event.title),
        "code": face.code,
        "strip": strip,
        "small": tag.small,
        "title": tag.title,
        "line": tag.line,
        "qr": qr.svg(code.signed) if code.signed else "",
        "instead": _("The code is on your ticket page: it changes all the time."),
        "short": code.short,
        "facts": [
            {"label": fact.label, "value": fact.value, "long": fact.is_long} for fact in tag.facts
        ],
        "notes": [note for note in (when_text(face), where_text(face), gate_names(face)) if note],
        "demo": _("Demonstration: all names and figures are invented")
        if face.event.is_synthetic
        else "",
    }


def _colours(theme: Mapping[str, Any] | None) -> dict[str, str]:
    default = DEFAULT_THEME["light"]
    light = {**default, **((theme or {}).get("light") or {})}  # themes may name a part alone
    threads = {f"t{number}": colour for number, colour in enumerate(light["threads"], start=1)}
    named = {"g": light["ground"], "wp": light["warp"], "dm": light["dimmed"], "bw": light["warp"]}
    return {**named, **{f"t{number}": "#101312" for number in range(1, 9)}, **threads}
