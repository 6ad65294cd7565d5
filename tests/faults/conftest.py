"""Sizes, means and the record of fault tests."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from eventhub.settings import ROOT
from tests.faults.disk import Disk, MeansMissing

RESULTS = ROOT / "bench" / "soak.jsonl"
IS_SOAK = os.environ.get("EVENTHUB_SOAK") == "1"

Record = Callable[..., None]
Times = Callable[[int, int], int]
Means = Callable[[Callable[[], Disk]], Disk]


@pytest.fixture
def record(request: pytest.FixtureRequest) -> Record:
    """Return a function that prints the counts of a fault test, and keeps those of a soak run."""
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


@pytest.fixture
def times() -> Times:
    """Return a function that picks the small number, or the one of a soak run."""
    return lambda small, soak: soak if IS_SOAK else small


@pytest.fixture
def means() -> Iterator[Means]:
    """Return a function that makes a disk, or skips where the machine does not allow it."""
    with ExitStack() as stack:

        def made(make: Callable[[], Disk]) -> Disk:
            try:
                disk = make()
            except MeansMissing as error:
                if IS_SOAK:
                    pytest.fail(str(error))
                pytest.skip(str(error))
            stack.callback(disk.remove)
            return disk

        yield made


@pytest.fixture
def outside() -> Iterator[Path]:
    """Return a folder beside the failing disk, for what clients wrote down."""
    folder = Path(tempfile.mkdtemp(prefix="eventhub-acks-"))
    yield folder
    shutil.rmtree(folder)
