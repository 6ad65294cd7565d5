"""Reading of figures as texts print them: 「超过73万」, 「近40」, 「10w+」."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

_PREFIXES: Final = {
    "超过": ">",
    "超": ">",
    "逾": ">",
    "突破": ">",
    "近": "~<",
    "将近": "~<",
    "接近": "~<",
    "约": "~",
    "大约": "~",
    "不到": "<",
    "不足": "<",
}
_SUFFIXES: Final = {"+": ">", "多": ">", "余": ">"}
_SCALES: Final = {"": 1, "千": 1_000, "万": 10_000, "w": 10_000, "W": 10_000, "亿": 100_000_000}
_LONGEST = 40
_FIGURE = re.compile(
    r"(?P<prefix>{prefixes})?\s*"
    r"(?P<digits>[0-9]{{1,3}}(?:,[0-9]{{3}})+|[0-9]+)(?P<fraction>\.[0-9]+)?"
    r"(?P<scale>[千万wW亿])?(?P<suffix>[+多余])?".format(
        prefixes="|".join(sorted(_PREFIXES, key=len, reverse=True))
    )
)


@dataclass(frozen=True, slots=True)
class ParsedNumber:
    """A figure as a claim states it: nominal value, operator, and the words kept as they were."""

    value: int
    op: str
    text: str


def parse_number(text: str) -> ParsedNumber:
    """
    Return value and operator of one printed figure; the words are kept.

    Args:
        text: The figure alone, Chinese scales and full-width signs allowed,
            for instance 「超过73万」 or 「１０万＋」.

    Returns:
        An integer value with the operator `=`, `>`, `<`, `~` or `~<`
        (近: a little under). Decimal arithmetic throughout.

    Raises:
        ValueError: Anything that is not exactly one whole figure; the
            argument is the text.
    """
    folded = unicodedata.normalize("NFKC", text).strip()
    match = _FIGURE.fullmatch(folded) if len(folded) <= _LONGEST else None
    if match is None:
        raise ValueError(text)
    value = Decimal(match["digits"].replace(",", "") + (match["fraction"] or ""))
    value *= _SCALES[match["scale"] or ""]
    said = {_PREFIXES[match["prefix"]]} if match["prefix"] else set()
    if match["suffix"]:
        said.add(_SUFFIXES[match["suffix"]])
    if value != value.to_integral_value() or len(said) > 1:
        raise ValueError(text)
    return ParsedNumber(value=int(value), op=said.pop() if said else "=", text=text)
