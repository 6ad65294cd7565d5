"""The one spelling of report.json, and its digests."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any


def canonical(document: Mapping[str, Any]) -> str:
    """
    Return `document` as canonical JSON: sorted keys, no spaces, plain UTF-8.

    Raises:
        ValueError: A value that JSON has no spelling for (NaN, infinity).
    """
    return json.dumps(
        document, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    )


def sha256(text: str) -> str:
    """Return the SHA-256 of `text` in UTF-8, hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def sealed(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return `document` with `digest` = SHA-256 of its bytes while `digest` is empty."""
    empty = {**document, "digest": ""}
    return {**empty, "digest": sha256(canonical(empty))}


def is_sealed(document: Mapping[str, Any]) -> bool:
    """Return whether the digest inside `document` is the digest of the rest."""
    return bool(sealed(document)["digest"] == document.get("digest"))


def content_digest(document: Mapping[str, Any]) -> str:
    """Return the SHA-256 of what the data say, whatever version number it carries."""
    return sha256(canonical({k: v for k, v in document.items() if k not in {"version", "digest"}}))
