"""Where shared test data lies, for tests that read more than the suite brings."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
VARIABLE = "EVENTHUB_TEST_DATA"


def shared(path: str) -> Path:
    """Return a file of the shared test data; skips the test where the folder is absent."""
    folder = Path(os.environ.get(VARIABLE, ROOT.parent / "shared" / "data"))
    found = folder / path
    if not found.exists():
        pytest.skip(f"{path} is not in {folder}; set {VARIABLE}")
    return found
