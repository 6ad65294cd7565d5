"""One file that holds the whole database: written while the site runs, read back whole."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from flask_babel import lazy_gettext as _l
from sqlalchemy import URL, func, inspect, select

from eventhub.checkin.models import Scan
from eventhub.kernel import audit
from eventhub.kernel.db import db, writer_lock
from eventhub.kernel.errors import Conflict, Invalid, Unavailable
from eventhub.programme.models import Event
from eventhub.registration import service as privacy
from eventhub.registration.models import Erasure, Ticket

_BLOCK: Final = 1024 * 1024
_PLACES: Final = ("/usr/lib/postgresql", "/usr/local/opt", "/opt/homebrew/opt")


@dataclass(frozen=True, slots=True)
class BackupFile:
    """What was written; keep `newest_hash` elsewhere: it proves the audit log later."""

    size: int  # bytes
    sha256: str
    audit_entries: int
    newest_hash: str


@dataclass(frozen=True, slots=True)
class Restored:
    """What the database holds after a restore."""

    events: int
    tickets: int
    scans: int
    audit: audit.ChainState


class NotEmpty(Conflict):
    """The database holds events; a restore would replace them."""

    code = "not-empty"
    message = _l("This database holds events. Say --force to replace them.")


def write_backup(path: Path) -> BackupFile:
    """
    Write the database as of now into a new file, mode 600.

    Raises:
        Conflict: The file exists (`file-exists`).

        Unavailable: `pg_dump` is missing or failed.
    """
    if path.exists():
        raise Conflict(_l("The file exists. Choose another name."), code="file-exists")
    state = audit.verify()
    db.session.rollback()
    path.touch(mode=0o600)
    if db.engine.dialect.name == "sqlite":
        path.unlink()  # SQLite makes it itself
        with contextlib.closing(sqlite3.connect(_file())) as source:
            source.execute("VACUUM INTO ?", (str(path),))
        path.chmod(0o600)
    else:
        _run("pg_dump", ["--format=custom", "--no-owner", f"--file={path}"])
    return BackupFile(path.stat().st_size, _sha256(path), state.entries, state.newest_hash)


def restore(path: Path, *, replace: bool = False) -> Restored:
    """
    Read a backup into the configured database.

    Args:
        path: What `write_backup` made on the same kind of database.

        replace: Allow a database that holds events.

    Raises:
        Invalid: No backup, or a damaged one (`not-a-backup`).

        NotEmpty: The database holds events.

        Unavailable: `pg_restore` is missing or failed; nothing has changed.
    """
    if not replace and _count_events():
        raise NotEmpty()
    erased = _erased()
    db.session.remove()
    if db.engine.dialect.name == "sqlite":
        _restore_sqlite(path)
    else:
        if not path.is_file():
            raise _not_a_backup()
        arguments = ["--clean", "--if-exists", "--no-owner", "--single-transaction", str(path)]
        _run("pg_restore", arguments)
    db.engine.dispose()
    if _has_table(Erasure.__tablename__):  # an older backup needs its migrations first
        privacy.reapply(erased)
    return Restored(
        events=_count(Event), tickets=_count(Ticket), scans=_count(Scan), audit=audit.verify()
    )


def _restore_sqlite(path: Path) -> None:
    try:
        with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as source:
            if source.execute("PRAGMA integrity_check").fetchone() != ("ok",):
                raise _not_a_backup()
            source.execute("SELECT version_num FROM alembic_version").fetchone()
            target = sqlite3.connect(_file(), timeout=5)
            with writer_lock(db.engine), contextlib.closing(target):
                source.backup(target)
    except sqlite3.DatabaseError as error:
        raise _not_a_backup() from error


def _not_a_backup() -> Invalid:
    return Invalid(_l("The file is no backup, or a damaged one."), code="not-a-backup")


def _erased() -> set[str]:
    return privacy.ledger() if _has_table(Erasure.__tablename__) else set()


def _has_table(name: str) -> bool:
    return inspect(db.engine).has_table(name)


def _count_events() -> int:
    return _count(Event) if _has_table(Event.__tablename__) else 0


def _count(model: type[Event] | type[Ticket] | type[Scan]) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def _file() -> str:
    return str(db.engine.url.database)


def _pg_url() -> tuple[str, dict[str, str]]:
    """Return the address without the password, and the password: others see the first in `ps`."""
    url: URL = db.engine.url
    secret = {"PGPASSWORD": str(url.password)} if url.password else {}
    shown = url.set(drivername="postgresql")._replace(password=None)
    return shown.render_as_string(hide_password=False), secret


def _run(program: str, arguments: Sequence[str]) -> None:
    found = shutil.which(program) or next(
        (str(path) for place in _PLACES for path in sorted(Path(place).glob(f"*/bin/{program}"))),
        None,
    )
    if found is None:
        raise Unavailable(_l("A PostgreSQL program is missing on this machine."))
    address, secret = _pg_url()
    done = subprocess.run(  # noqa: S603 - our own words
        [found, f"--dbname={address}", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | secret,
    )
    if done.returncode:
        raise Unavailable(done.stderr.strip().splitlines()[-1] if done.stderr else program)


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as handle:
        while block := handle.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()
