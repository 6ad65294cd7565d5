"""Organizers' words in mails: fixed placeholders, put in by plain replacement."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

PLACEHOLDERS: Final = ("name", "event", "ticket", "when", "where", "code", "link")
MAX_SUBJECT: Final = 200
MAX_BODY: Final = 4000
_MARK: Final = re.compile(r"\{([A-Za-z0-9_.]{1,40})\}")


def unknown(text: str) -> list[str]:
    """Return what stands in braces and is no placeholder, each once, in order."""
    found = dict.fromkeys(_MARK.findall(text))
    return [name for name in found if name not in PLACEHOLDERS]


def filled(text: str, values: Mapping[str, str]) -> str:
    """
    Return a text with its placeholders replaced, each where it stands.

    One pass: a value that looks like a placeholder is not replaced again, and
    nothing is ever evaluated.
    """
    return _MARK.sub(lambda mark: values.get(mark.group(1), mark.group(0)), text)


def paragraphs(text: str) -> list[list[str]]:
    """Return a text as paragraphs of lines; blank lines part them."""
    blocks = re.split(r"\n\s*\n", text.replace("\r\n", "\n").strip())
    return [block.split("\n") for block in blocks if block.strip()]
