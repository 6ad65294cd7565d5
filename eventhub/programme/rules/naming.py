"""Which short names, acronyms, codes and zones can be used."""

from __future__ import annotations

import re
from functools import lru_cache
from zoneinfo import available_timezones

# The XSD and the JSON schema of frab differ; this satisfies both.
_ACRONYM = re.compile(r"[a-z][a-z0-9_]{3,39}\Z")
_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?\Z")
_SHOW_CODE = re.compile(r"[A-Z0-9]{6}\Z")
_REGION_CITY = re.compile(r"[A-Z][a-z]+/[A-Z][a-z]")
_MIN_ACRONYM = 4
NUMBER_MAX = 999_999  # numbers above belong to the day parts of long shows
RESERVED_RELEASES = frozenset({"wip", "latest"})


def is_slug(text: str) -> bool:
    """Tell whether `text` can stand in an address: a-z, 0-9 and inner hyphens."""
    return _SLUG.match(text) is not None


def is_acronym(text: str) -> bool:
    """Tell whether `text` can name an event in exchange formats."""
    return _ACRONYM.match(text) is not None


def is_show_code(text: str) -> bool:
    """Tell whether `text` is six of A-Z and 0-9."""
    return _SHOW_CODE.match(text) is not None


def is_zone(name: str) -> bool:
    """Tell whether `name` is an IANA zone that calendar programs take: Region/City or UTC."""
    return name in _zones() and (name == "UTC" or _REGION_CITY.match(name) is not None)


def acronym_of(slug: str) -> str:
    """Return an acronym made of a slug."""
    text = re.sub(r"[^a-z0-9]+", "_", slug.lower()).strip("_")
    if not text or not text[0].isalpha():
        text = f"e_{text}".rstrip("_")
    return text[:40].ljust(_MIN_ACRONYM, "_")


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())
