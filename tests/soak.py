"""The record of tests that prove more in a long run: `EVENTHUB_SOAK=1` makes them large."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from typing import Any

import pytest

from eventhub.settings import ROOT

RESULTS = ROOT / "bench" / "soak.jsonl"
IS_SOAK = os.environ.get("EVENTHUB_SOAK") == "1"

Record = Callable[..., None]


@pytest.fixture
def record(request: pytest.FixtureRequest) -> Record:
    """Return a function that prints the counts of a test, and keeps those of a soak run."""
    started = time.time()

    def keep(requirement: str, **counts: Any) -> None:
        row = {
            "requirement": requirement,
            "test": request.node.name,
            "size": "soak" if IS_SOAK else "small",
            **counts,
            "seconds": round(time.time() - started, 1),
        }
        line = json.dumps(row)
        print(line)
        if IS_SOAK:
            RESULTS.parent.mkdir(exist_ok=True)
            with RESULTS.open("a") as handle:
                handle.write(line + "\n")

    return keep
