"""Where test data lies: small files of the project, and real recordings beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

HERE = Path(__file__).parent / "data"
SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "data"


def shared(name: str) -> Path:
    """Return a file of the shared data, or skip the test with a message."""
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"no test data at ../shared/data/{name}")
    return path
