"""Sizes and means of fault tests."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.faults.disk import Disk, MeansMissing
from tests.soak import IS_SOAK

Times = Callable[[int, int], int]
Means = Callable[[Callable[[], Disk]], Disk]


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
