"""Forms of the look of an event: colours by scheme, the picture of the cover."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileSize
from werkzeug.datastructures import MultiDict
from wtforms.validators import Optional

from eventhub.kernel import pictures
from eventhub.kernel.forms import BaseForm, CleanText
from eventhub.kernel.theme import SCHEMES, THREADS, colours

ROLES: Final = ("ground", "warp", "dimmed", "accent")
_OFFERED: Final = 5  # threads that the form has; more come from a template


class CoverForm(BaseForm):
    """A picture, and what it shows in the languages of the event."""

    picture = FileField(
        _l("Cover picture"),
        description=_l("PNG, JPEG or WebP, up to 6 MB, at least 800 × 400"),
        validators=[
            FileSize(pictures.MAX_BYTES, message=_l("The picture is larger than 6 MB.")),
        ],
    )
    alt_zh = CleanText(_l("What it shows, in Chinese"), validators=[Optional()])
    alt_en = CleanText(_l("What it shows, in English"), validators=[Optional()])


@dataclass(frozen=True, slots=True)
class ColourField:
    """One colour of the form: name of the input, words for it, `#RRGGBB`."""

    name: str
    words: str
    value: str


def colour_rows(
    theme: Mapping[str, Any] | None, typed: Mapping[str, str]
) -> list[tuple[str, list[ColourField]]]:
    """Return (words of the role, a field for light and for dark) in the order of the form."""
    words = {
        "ground": _("Ground of the cloth"),
        "warp": _("Warp"),
        "dimmed": _("What is over"),
        "accent": _("Accent: links and marks"),
        **{f"t{n}": _("Thread %(n)s", n=n) for n in range(1, _OFFERED + 1)},
    }
    schemes = {"light": _("light"), "dark": _("dark")}
    kept = {scheme: colours(theme, scheme) for scheme in SCHEMES}
    return [
        (
            name,
            [
                ColourField(
                    f"{scheme}-{role}",
                    f"{name}, {schemes[scheme]}",
                    typed.get(f"{scheme}-{role}") or kept[scheme][role],
                )
                for scheme in SCHEMES
            ],
        )
        for role, name in words.items()
    ]


def typed_theme(form: MultiDict[str, str], kept: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the theme that was typed; threads beyond those of the form stay as they are."""
    theme: dict[str, Any] = {}
    for scheme in SCHEMES:
        before = ((kept or {}).get(scheme) or {}).get("threads") or ()
        threads = [form.get(f"{scheme}-t{n}", "").strip() for n in range(1, _OFFERED + 1)]
        theme[scheme] = {
            **{role: form.get(f"{scheme}-{role}", "").strip() for role in ROLES},
            "threads": [*threads, *before[_OFFERED:THREADS]],
        }
    return theme
