"""
Counters of rate limits that all processes of a host share, in a small file of their own.

Nothing in it is precious: it is written without waiting for the disk, and a
host that loses it begins to count anew. Keys are hashed, because they hold
addresses of people. Several hosts share their counters through Redis instead.
"""

from __future__ import annotations

import hashlib
import sqlite3
import threading
import time
from pathlib import Path
from typing import Final
from urllib.parse import quote, unquote, urlsplit

from limits.storage import MemoryStorage, Storage

SCHEME: Final = "eventhub-file"
_BUSY_S: Final = 0.2  # longer would make the limit slower than what it limits
_SWEEP_EVERY: Final = 500
_HIT: Final = """
INSERT INTO hit (key, count, expires) VALUES (:key, :amount, :expires)
ON CONFLICT (key) DO UPDATE SET
  count = CASE WHEN hit.expires <= :now THEN :amount ELSE hit.count + :amount END,
  expires = CASE WHEN hit.expires <= :now THEN :expires ELSE hit.expires END
RETURNING count
"""


def uri(folder: Path) -> str:
    """Return the address of the counters in the instance folder."""
    return f"{SCHEME}://{quote(str((folder / 'limits.sqlite3').absolute()))}"


class FileStorage(Storage):
    """Counts in a file; in the memory of this process when the file can not be written."""

    STORAGE_SCHEME = [SCHEME]  # noqa: RUF012 - read by the registry of the library

    def __init__(self, uri: str, wrap_exceptions: bool = False, **options: object) -> None:
        """Remember the file; it is opened by the first count."""
        super().__init__(uri, wrap_exceptions=wrap_exceptions)
        self._path = Path(unquote(urlsplit(uri).path))
        self._lock = threading.Lock()
        self._file: sqlite3.Connection | None = None
        self._instead = MemoryStorage()
        self._until_sweep = _SWEEP_EVERY

    @property
    def base_exceptions(self) -> type[Exception]:
        """Return what the storage raises when it fails: nothing, it counts in memory then."""
        return sqlite3.Error

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count `amount` under a key that ends after `expiry` seconds; return the count."""
        now = time.time()
        values = {"key": _hashed(key), "amount": amount, "now": now, "expires": now + expiry}
        try:
            with self._lock:
                row = self._open().execute(_HIT, values).fetchone()
                self._sweep(now)
            return int(row[0])
        except sqlite3.Error:
            self._close()
            return int(self._instead.incr(key, expiry, amount=amount))

    def get(self, key: str) -> int:
        """Return the count of a key; 0 when it has ended."""
        found = self._row(key)
        return int(found[0]) if found else int(self._instead.get(key))

    def get_expiry(self, key: str) -> float:
        """Return when a key ends, seconds since 1970."""
        found = self._row(key)
        return float(found[1]) if found else float(self._instead.get_expiry(key))

    def check(self) -> bool:
        """Tell whether counting works; it always does."""
        return True

    def reset(self) -> int | None:
        """Forget all counts."""
        self._instead.reset()
        try:
            with self._lock:
                return self._open().execute("DELETE FROM hit").rowcount
        except sqlite3.Error:
            self._close()
            return None

    def clear(self, key: str) -> None:
        """Forget the count of a key."""
        self._instead.clear(key)
        try:
            with self._lock:
                self._open().execute("DELETE FROM hit WHERE key = ?", (_hashed(key),))
        except sqlite3.Error:
            self._close()

    def _row(self, key: str) -> tuple[int, float] | None:
        try:
            with self._lock:
                found: tuple[int, float] | None = (
                    self._open()
                    .execute(
                        "SELECT count, expires FROM hit WHERE key = ? AND expires > ?",
                        (_hashed(key), time.time()),
                    )
                    .fetchone()
                )
                return found
        except sqlite3.Error:
            self._close()
            return None

    def _open(self) -> sqlite3.Connection:
        if self._file is None:
            self._path.touch(mode=0o600)
            self._file = sqlite3.connect(
                self._path, timeout=_BUSY_S, isolation_level=None, check_same_thread=False
            )
            self._file.execute("PRAGMA journal_mode = WAL")
            self._file.execute("PRAGMA synchronous = OFF")
            self._file.execute(
                "CREATE TABLE IF NOT EXISTS hit "
                "(key BLOB PRIMARY KEY, count INTEGER NOT NULL, expires REAL NOT NULL) "
                "WITHOUT ROWID"
            )
        return self._file

    def _close(self) -> None:
        with self._lock:
            if self._file is not None:
                self._file.close()
            self._file = None

    def _sweep(self, now: float) -> None:
        self._until_sweep -= 1
        if self._until_sweep <= 0:
            self._until_sweep = _SWEEP_EVERY
            self._open().execute("DELETE FROM hit WHERE expires <= ?", (now,))


def _hashed(key: str) -> bytes:
    return hashlib.sha256(key.encode()).digest()[:16]
