"""One spelling for an address, so that the same article is the same mention."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

_LONGEST: Final = 1000
_SCHEMES: Final = frozenset({"http", "https"})
_MOBILE: Final = ("www.", "m.", "mobile.", "wap.", "3g.")
_TRACKING: Final = re.compile(r"utm_.*|spm|from|share_.*", re.IGNORECASE)
_PORTS: Final = frozenset({80, 443})


def canonical_url(text: str) -> str:
    """
    Return an address without what only says how one came to it.

    https, lower-case host of the desktop site, no fragment, no closing slash,
    no `utm_*`, `spm`, `from`, `share_*`.

    Raises:
        ValueError: No http or https address, or longer than 1,000 characters.
    """
    parts = urlsplit(text.strip())
    host = (parts.hostname or "").rstrip(".")
    is_plain = parts.scheme.lower() in _SCHEMES and "." in host and "@" not in parts.netloc
    if not is_plain or len(text) > _LONGEST or re.search(r"[\s\x00-\x1f\"<>]", text.strip()):
        raise ValueError(f"no web address: {text}")
    port = f":{parts.port}" if parts.port and parts.port not in _PORTS else ""
    kept = [
        (name, value)
        for name, value in parse_qsl(parts.query, keep_blank_values=True)
        if not _TRACKING.fullmatch(name)
    ]
    return urlunsplit(("https", _desktop(host) + port, parts.path.rstrip("/"), urlencode(kept), ""))


def _desktop(host: str) -> str:
    for head in _MOBILE:
        rest = host.removeprefix(head)
        if rest != host and "." in rest:
            return rest
    return host
