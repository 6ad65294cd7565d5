"""Write `docs/settings.md` from `eventhub.settings.Settings`; a test compares the two."""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
PAGE: Final = ROOT / "docs" / "settings.md"
sys.path.insert(0, str(ROOT))

from eventhub.settings import PREFIX, Settings  # noqa: E402 - needs the path above

HEAD: Final = """\
# Settings

An installation is decided by its environment: every variable begins with `{prefix}`. They are read
once, at the start; a value that can not be used stops the start with a sentence that says which.
This page is written by `python tools/settings_doc.py` from `eventhub/settings.py`.

| variable | default | meaning |
|---|---|---|
"""
FOOT: Final = """
`make run` also reads `HOST` and `PORT`; gunicorn reads `WEB_CONCURRENCY` (workers; by default one
for each core, at least 2 and at most 8).
"""


def page() -> str:
    """Return the whole page."""
    rows = []
    for field in dataclasses.fields(Settings):
        if variable := field.metadata.get("variable"):
            default = _default(field.default)
            rows.append(f"| `{PREFIX}{variable}` | {default} | {field.metadata['doc']} |")
    return HEAD.format(prefix=PREFIX) + "\n".join(rows) + "\n" + FOOT


def _default(value: object) -> str:
    if isinstance(value, Path):
        return f"`{value.relative_to(ROOT)}/`"
    return f"`{value}`" if str(value) else "none"


if __name__ == "__main__":
    PAGE.write_text(page())
