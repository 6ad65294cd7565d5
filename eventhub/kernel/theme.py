"""The colours of an event: the default theme, its checks and the text of `theme.css`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from eventhub.kernel.i18n import N_

SCHEMES: Final = ("light", "dark")
THREADS: Final = 8
PAPER: Final = {"light": "#FBFCFB", "dark": "#0D100F"}
_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}\Z")
_CODE = re.compile(r"(?:[0-9a-f]{6}){5,12}-(?:[0-9a-f]{6}){5,12}\Z")
_SCOPE = re.compile(r"[a-z][a-z0-9-]*\Z")
_SINGLE: Final = ("ground", "warp", "dimmed", "accent")
_TEXT_CONTRAST = 4.5
_THREAD_CONTRAST = 3.0
_MIN_THREADS = 3
_LINEAR_LIMIT = 0.04045  # sRGB transfer function, IEC 61966-2-1

DEFAULT_THEME: Final[Mapping[str, Mapping[str, Any]]] = {
    "light": {
        "ground": "#E6EDEB",
        "warp": "#C5D1CE",
        "dimmed": "#B4C2BE",
        "threads": ("#D7301F", "#101312", "#1C46A8", "#F29F97", "#2C8C7E"),
        "accent": "#C4281A",
    },
    "dark": {
        "ground": "#11182B",
        "warp": "#25304C",
        "dimmed": "#33405F",
        "threads": ("#FF5A36", "#F4F5F2", "#8FB7FF", "#FFB8C0", "#2FB59B"),
        "accent": "#FF7A5C",
    },
}

_CLASSES: Final = (
    "@layer components{",
    ".g{fill:var(--ground)}",
    ".wp{fill:var(--warp)}",
    ".dm{fill:var(--dimmed)}",
    *(f".t{number}{{fill:var(--t{number})}}" for number in range(1, THREADS + 1)),
    ".now{fill:var(--ink)}",
    ".bw{fill:var(--residual)}",
    "}",
)


def colours(theme: Mapping[str, Any] | None, scheme: str) -> dict[str, str]:
    """Return colour by role (ground, warp, dimmed, accent, t1-t8); threads repeat until eight."""
    default = DEFAULT_THEME[scheme]
    given = (theme or {}).get(scheme)
    given = given if isinstance(given, Mapping) else {}
    named = {
        role: str(given[role] if is_colour(given.get(role)) else default[role]) for role in _SINGLE
    }
    threads = _colours(given.get("threads")) or list(default["threads"])
    named |= {f"t{n + 1}": threads[n % len(threads)] for n in range(THREADS)}
    return named


def theme_css(theme: Mapping[str, Any] | None, *, scope: str = "") -> str:
    """
    Return the style sheet of an event's colours, the same bytes for the same theme.

    Args:
        theme: `{"light": {...}, "dark": {...}}` with ground, warp, dimmed,
            accent and up to eight threads; what is missing or no colour comes
            from the default.

        scope: A class name that limits the colours to a part of a page where
            several events meet; empty for the whole page.

    Raises:
        ValueError: The scope is no plain class name.
    """
    if scope and not _SCOPE.match(scope):
        raise ValueError("a scope is a class name of lower-case letters, digits and hyphens")
    light = _properties(colours(theme, "light"))
    dark = _properties(colours(theme, "dark"))
    part = f" .{scope}" if scope else ""
    rules = [
        f":root{part}{{{light}}}",
        "@media screen and (prefers-color-scheme:dark)"
        f"{{:root:not(.scheme-light){part}{{{dark}}}}}",
        f"@media screen{{:root.scheme-dark{part}{{{dark}}}}}",
    ]
    return "\n".join((*rules, *(() if scope else _CLASSES), ""))


def theme_code(theme: Mapping[str, Any] | None) -> str:
    """Return the colours of a theme as a name: light, `-`, dark, six hexadecimal digits each."""
    parts = []
    for scheme in SCHEMES:
        named = colours(theme, scheme)
        parts.append("".join(colour.removeprefix("#").lower() for colour in named.values()))
    return "-".join(parts)


def theme_of(code: str) -> dict[str, dict[str, Any]] | None:
    """Return the theme that `theme_code` named, None when it named none."""
    if not _CODE.match(code):
        return None
    theme: dict[str, dict[str, Any]] = {}
    for scheme, digits in zip(SCHEMES, code.split("-"), strict=True):
        found = [f"#{digits[at : at + 6].upper()}" for at in range(0, len(digits), 6)]
        singles = len(_SINGLE)
        theme[scheme] = {**dict(zip(_SINGLE, found, strict=False)), "threads": found[singles:]}
    return theme


def theme_faults(theme: Mapping[str, Any] | None) -> list[str]:
    """
    Return why a theme can not be saved, as translatable sentences; empty when it can.

    Each scheme needs a colour for every role, an accent of contrast 4.5 with
    paper (and so under its own paper-coloured text) and three threads of
    contrast 3 with the ground.
    """
    if theme is None:
        return []
    faults: dict[str, None] = {}
    for scheme in SCHEMES:
        faults |= dict.fromkeys(_scheme_faults(theme.get(scheme), scheme))
    return list(faults)


def adjusted(theme: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """
    Return a theme of which every colour can be used: too pale ones are moved, others stay.

    The accent reaches a contrast of 4.5 with paper, every thread 3 with the
    ground. What is no colour comes from the default.
    """
    made: dict[str, dict[str, Any]] = {}
    for scheme in SCHEMES:
        named = colours(theme, scheme)
        given = theme.get(scheme)
        count = len(_colours(given.get("threads"))) if isinstance(given, Mapping) else 0
        threads = [named[f"t{n}"] for n in range(1, min(count or _MIN_THREADS, THREADS) + 1)]
        made[scheme] = {
            **{role: named[role] for role in _SINGLE},
            "accent": readable(named["accent"], PAPER[scheme], _TEXT_CONTRAST),
            "threads": [readable(t, named["ground"], _THREAD_CONTRAST) for t in threads],
        }
    return made


def readable(colour: str, ground: str, ratio: float) -> str:
    """
    Return the colour nearest to `colour` that has a contrast of `ratio` with `ground`.

    It is mixed with black or white, whichever needs less; one of the two
    reaches at least 4.58 on any ground.
    """
    if contrast(colour, ground) >= ratio:
        return colour
    found = []
    for end in (0, 255):
        for share in range(1, 101):
            mixed = _mixed(colour, end, share / 100)
            if contrast(mixed, ground) >= ratio:
                found.append((share, mixed))
                break
    return min(found)[1]


def _mixed(colour: str, end: int, share: float) -> str:
    parts = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return "#" + "".join(f"{round(part + (end - part) * share):02X}" for part in parts)


def contrast(one: str, other: str) -> float:
    """
    Return the contrast ratio 1-21 of two `#RRGGBB` colours.

    Source:
        WCAG 2.2, "contrast ratio" and "relative luminance".
    """
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _scheme_faults(colours: Any, scheme: str) -> Iterator[str]:
    if not isinstance(colours, Mapping):
        yield N_("Give colours for light and for dark.")
        return
    threads = _colours(colours.get("threads"))
    if any(not is_colour(colours.get(role)) for role in _SINGLE) or not threads:
        yield N_("Write each colour as # and six hexadecimal digits.")
        return
    if len(threads) > THREADS:
        yield N_("At most eight threads.")
    if contrast(colours["accent"], PAPER[scheme]) < _TEXT_CONTRAST:
        yield N_("The accent needs a contrast of 4.5 with paper.")
    strong = [t for t in threads if contrast(t, colours["ground"]) >= _THREAD_CONTRAST]
    if len(strong) < _MIN_THREADS:
        yield N_("At least three threads need a contrast of 3 with the ground.")


def _properties(colours: Mapping[str, str]) -> str:
    return ";".join(f"--{name}:{value}" for name, value in colours.items())


def _colours(values: Any) -> list[str]:
    """Return the values when all are colours, else nothing."""
    if isinstance(values, str) or not isinstance(values, Sequence):
        return []
    return [str(v) for v in values] if all(is_colour(v) for v in values) else []


def is_colour(value: Any) -> bool:
    """Tell whether a value is a colour as `#` and six hexadecimal digits."""
    return isinstance(value, str) and bool(_COLOUR.match(value))


def _luminance(colour: str) -> float:
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (
        part / 12.92 if part <= _LINEAR_LIMIT else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
