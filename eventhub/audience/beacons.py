"""
The folder of beat logs: what this site writes itself, what nginx writes, and the salts.

`instance/beats/` holds `beat-SLOT.log` and `join-SLOT.log`, a new pair every ten
minutes, `salt/EVENT-DAY` (mode 600) and `k/EVENT/STREAM.txt`. Addresses stand
in `join-*.log` alone, which go as soon as they are read.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from eventhub.audience.sources import beacon
from eventhub.kernel import clock
from eventhub.kernel.files import made_once
from eventhub.settings import current_settings

FOLDER: Final = "beats"
SLOT_S: Final = 600
KEPT_S: Final = 48 * 3600  # beats name nobody; they stay two days, for a second reading
PART_BYTES: Final = 4 * 1024 * 1024
_SALT_BYTES: Final = 32


def folder() -> Path:
    """Return the folder of the logs, made with mode 700 on first use."""
    path = current_settings().instance_path / FOLDER
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def append(kind: str, values: Mapping[str, Any]) -> None:
    """Add a line to the log of this slot; one write, so that lines of workers do not mix."""
    slot = clock.now().replace(second=0, microsecond=0)
    slot = slot.replace(minute=slot.minute // 10 * 10)
    path = folder() / f"{kind}-{slot:%Y%m%dT%H%M}.log"
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(handle, beacon.line(dict(values)))
    finally:
        os.close(handle)


@dataclass(frozen=True, slots=True)
class LogFile:
    """One log; `key` is its name and inode, the same as long as it is the same file."""

    path: Path
    key: str
    size: int
    written_s: float
    has_addresses: bool


def logs() -> list[LogFile]:
    """Return the logs there are, the oldest first."""
    paths = folder().glob("*.log")
    return [log_file(path) for path in sorted(paths, key=lambda one: one.name)]


def log_file(path: Path) -> LogFile:
    """Return one log as it is now."""
    state = path.stat()
    return LogFile(
        path=path,
        key=f"{path.name[-80:]}:{state.st_ino}",
        size=state.st_size,
        written_s=state.st_mtime,
        has_addresses=path.name.startswith("join"),
    )


def parts(path: Path, start: int, *, size: int = PART_BYTES) -> Iterator[tuple[int, bytes]]:
    """Yield (end offset, whole lines) from `start` on; a line still being written is left."""
    with path.open("rb") as handle:
        handle.seek(start)
        while block := handle.read(size):
            end = block.rfind(b"\n") + 1
            if not end:
                return
            start += end
            yield start, block[:end]
            handle.seek(start)


def begins_as(path: Path, heads: Sequence[tuple[str, int, str]]) -> list[str]:
    """
    Return the logs that a file begins with the first part of.

    Args:
        path: The file.

        heads: Log, end and SHA-256 of first parts, in order of their ends.
    """
    found: list[str] = []
    whole, at = hashlib.sha256(), 0
    with path.open("rb") as handle:
        for log, end, sha256 in heads:
            whole.update(handle.read(end - at))
            at = end
            if whole.copy().hexdigest() == sha256:
                found.append(log)
    return found


def holds(path: Path, parts: Sequence[tuple[int, str]]) -> bool:
    """Tell whether a file is made of parts, given by end and SHA-256, as far as they go."""
    start = 0
    with path.open("rb") as handle:
        for end, sha256 in parts:
            if hashlib.sha256(handle.read(end - start)).hexdigest() != sha256:
                return False
            start = end
    return True


def salt_of(event_id: int, day: date, zone: ZoneInfo) -> bytes | None:
    """Return the secret of an event's calendar day, None when the day is over or to come."""
    if day != clock.now().astimezone(zone).date():
        return None
    path = folder() / "salt" / f"{event_id}-{day.isoformat()}"
    path.parent.mkdir(mode=0o700, exist_ok=True)
    return made_once(path, secrets.token_bytes(_SALT_BYTES))


def drop_salts(zones: Mapping[int, ZoneInfo]) -> None:
    """Remove the secrets of days that are over, and of events that are gone."""
    now = clock.now()
    for path in (folder() / "salt").glob("*-*"):
        event, _dash, day = path.name.partition("-")
        zone = zones.get(int(event)) if event.isdecimal() else None
        if zone is None or day < now.astimezone(zone).date().isoformat():
            path.unlink(missing_ok=True)


def write_k(ks: Mapping[str, int]) -> None:
    """Write the k of each stream where nginx takes it from."""
    for key, k in ks.items():
        path = folder() / "k" / f"{key}.txt"
        text = f"{k}\n"
        if path.exists() and path.read_text() == text:
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        for public in (path.parent.parent, path.parent):
            public.chmod(0o755)  # whatever the umask: nginx reads them as another user
        fresh = path.with_suffix(".new")
        fresh.write_text(text)
        fresh.chmod(0o644)
        fresh.replace(path)


def is_over(log: LogFile, now: datetime) -> bool:
    """Tell whether nothing is written to a log any more."""
    return now.timestamp() - log.written_s > SLOT_S + 60
