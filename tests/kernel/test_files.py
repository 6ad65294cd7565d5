"""Files that are made once."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from eventhub.kernel.files import made_once

CONTENTS = [bytes([number]) * 100_000 for number in range(8)]


def test_the_first_content_stays_and_is_private(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    assert made_once(path, b"first") == b"first"
    assert made_once(path, b"second") == b"first"
    assert path.stat().st_mode & 0o777 == 0o600
    assert [one.name for one in tmp_path.iterdir()] == ["secret"]


def test_all_who_come_at_once_read_the_same_whole_file(tmp_path: Path) -> None:
    barrier = threading.Barrier(len(CONTENTS))

    def make(path: Path, content: bytes) -> bytes:
        barrier.wait()
        return made_once(path, content)

    with ThreadPoolExecutor(len(CONTENTS)) as pool:
        for place in range(20):
            paths = [tmp_path / str(place)] * len(CONTENTS)
            found = set(pool.map(make, paths, CONTENTS))
            assert len(found) == 1
            assert found <= set(CONTENTS)
