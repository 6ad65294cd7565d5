"""A PostgreSQL cluster of the test run: own folder, own socket, no network, no root."""

from __future__ import annotations

import contextlib
import functools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg

REQUIRE = "EVENTHUB_REQUIRE_POSTGRES"
_USER = "eventhub"
_PREFIX = "eventhub-pg-"
_QUICK = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
_OPTIONS = {
    "listen_addresses": "",
    "autovacuum": "off",
    "jit": "off",
    "max_connections": "120",
    "shared_buffers": "64MB",
}
# One round trip, no TRUNCATE: new files for 50 tables would cost 50 times as much.
_EMPTY = """
DO $$
DECLARE item record; is_filled boolean;
BEGIN
  SET LOCAL session_replication_role = replica;
  FOR item IN SELECT format('%I', tablename) AS name FROM pg_tables
              WHERE schemaname = 'public' AND tablename <> 'alembic_version' LOOP
    EXECUTE 'SELECT EXISTS (SELECT 1 FROM ' || item.name || ')' INTO is_filled;
    IF is_filled THEN EXECUTE 'DELETE FROM ' || item.name; END IF;
  END LOOP;
  PERFORM setval(format('%I', sequencename)::regclass, 1, false) FROM pg_sequences
          WHERE schemaname = 'public' AND last_value IS NOT NULL;
END $$
"""


_kept: list[psycopg.Connection] = []


class PostgresMissing(Exception):
    """The server programs are not installed."""


def programs() -> Path:
    """
    Return the folder with `initdb` and `pg_ctl`, of the newest version.

    Raises:
        PostgresMissing: There is none.
    """
    known = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name)
    )
    if on_path := shutil.which("pg_ctl"):
        known.append(Path(on_path).resolve().parent)
    found = [folder for folder in known if (folder / "initdb").exists()]
    if not found:
        raise PostgresMissing("no PostgreSQL server programs (apt install postgresql)")
    return found[-1]


@functools.cache
def cluster() -> Cluster:
    """Return the cluster of this process, started on first use."""
    return Cluster.start()


class Cluster:
    """A running server; `url(name)` addresses one of its databases."""

    def __init__(
        self, folder: Path, account: str | None, bin_folder: Path, data: Path | None = None
    ) -> None:
        """Remember where everything is; `data` lies in `folder` unless it is given."""
        self.folder = folder
        self._account = account
        self._bin = bin_folder
        self._data = data or folder / "data"
        self._options: dict[str, str] = {}
        self._pid = 0

    @classmethod
    def start(cls, data: Path | None = None, **options: str) -> Cluster:
        """
        Make a cluster in a temporary folder and start it.

        Without `data` it is quick and forgets everything at a power cut; with
        `data`, an empty folder, it writes there as a cluster in service does.
        `options` are set on the server.
        """
        bin_folder = programs()
        _sweep(bin_folder)
        # Short and open to the server's account, or the socket can not be reached.
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir="/tmp"))
        made = cls(folder, _account(), bin_folder, data)
        folder.chmod(0o755)
        for owned in (folder, data) if data else (folder,):
            if made._account:
                shutil.chown(owned, made._account)
        (folder / "owner").write_text(str(os.getpid()))
        made._run(
            "initdb",
            *("-D", str(made._data), "-U", _USER, "-A", "trust", "-E", "UTF8"),
            *("--no-sync", "--locale=C", "--lc-ctype=C.UTF-8"),
        )
        made._options = _OPTIONS | ({} if data else _QUICK) | options
        made.launch()
        return made

    def launch(self) -> None:
        """Start the server on what its folder holds, and wait for it."""
        options = self._options | {"unix_socket_directories": str(self.folder)}
        line = " ".join(f"-c {name}='{value}'" for name, value in options.items())
        log = str(self.folder / "server.log")
        self._run("pg_ctl", "start", "-w", "-D", str(self._data), "-l", log, "-o", line)
        self._pid = int((self._data / "postmaster.pid").read_text().split()[0])

    def kill(self) -> None:
        """End all its processes at once, even when its disk is gone."""
        os.kill(self._pid, signal.SIGQUIT)
        while _is_running(self._pid):
            time.sleep(0.01)

    def url(self, database: str) -> str:
        """Return the SQLAlchemy URL of a database."""
        return url(self.folder, database)

    def stop(self) -> None:
        """Stop the server and remove its folder."""
        self._run("pg_ctl", "stop", "-D", str(self._data), "-m", "immediate")
        shutil.rmtree(self.folder)

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [str(self._bin / program), *arguments],
            cwd=self.folder,
            user=self._account,
            group=pwd.getpwnam(self._account).pw_gid if self._account else None,
            extra_groups=[] if self._account else None,
            env={"PATH": os.environ["PATH"], "HOME": str(self.folder), "LC_ALL": "C.UTF-8"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if program == "initdb" else subprocess.DEVNULL,
            stderr=subprocess.STDOUT if program == "initdb" else subprocess.DEVNULL,
            check=False,
        )
        if done.returncode:
            log = self.folder / "server.log"
            said = (done.stdout or b"").decode() + (log.read_text() if log.exists() else "")
            raise RuntimeError(f"{program} failed: {said}")


def url(folder: Path, database: str) -> str:
    """Return the SQLAlchemy URL of a database of the cluster in `folder`."""
    return f"postgresql+psycopg://{_USER}@/{database}?host={folder}"


def create(folder: Path, database: str, template: str = "template0") -> None:
    """Make a database; an existing one of that name is replaced."""
    with _connect(folder, "postgres") as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)'.encode())
        connection.execute(f'CREATE DATABASE "{database}" TEMPLATE {template}'.encode())


def empty(folder: Path, database: str) -> None:
    """Delete every row but the migration state, and number rows from 1 again."""
    _emptier(folder, database).execute(_EMPTY.encode())


def execute(folder: Path, database: str, statement: str) -> None:
    """Run one statement outside any transaction."""
    with _connect(folder, database) as connection:
        connection.execute(statement.encode())


@functools.cache
def _emptier(folder: Path, database: str) -> psycopg.Connection:
    """Return a connection that stays: a new one plans the statements for 10 ms each time."""
    connection = _connect(folder, database)
    connection.execute(b"SET lock_timeout = '5s'")
    _kept.append(connection)
    return connection


def close() -> None:
    """Close the connections that were kept."""
    while _kept:
        _kept.pop().close()
    _emptier.cache_clear()


def _connect(folder: Path, database: str) -> psycopg.Connection:
    return psycopg.connect(host=str(folder), user=_USER, dbname=database, autocommit=True)


def _sweep(bin_folder: Path) -> None:
    """Stop clusters whose test run was killed before it could."""
    for owner in Path("/tmp").glob(f"{_PREFIX}*/owner"):  # noqa: S108 - where `start` makes them
        with contextlib.suppress(OSError, ValueError, RuntimeError):  # another run is faster
            if not _is_running(int(owner.read_text())):
                Cluster(owner.parent, _account(), bin_folder).stop()


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _account() -> str | None:
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"  # the server refuses root
