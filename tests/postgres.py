"""A PostgreSQL cluster of the test run: own folder, own socket, no network, no root."""

from __future__ import annotations

import contextlib
import functools
import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

import psycopg

REQUIRE = "EVENTHUB_REQUIRE_POSTGRES"
_USER = "eventhub"
_PREFIX = "eventhub-pg-"
_OPTIONS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
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

    def __init__(self, folder: Path, account: str | None, bin_folder: Path) -> None:
        """Remember where everything is."""
        self.folder = folder
        self._account = account
        self._bin = bin_folder

    @classmethod
    def start(cls) -> Cluster:
        """Make a cluster in a temporary folder and start it."""
        bin_folder = programs()
        _sweep(bin_folder)
        # Short and open to the server's account, or the socket can not be reached.
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir="/tmp"))
        made = cls(folder, _account(), bin_folder)
        folder.chmod(0o755)
        if made._account:
            shutil.chown(folder, made._account)
        (folder / "owner").write_text(str(os.getpid()))
        made._run(
            "initdb",
            *("-D", "data", "-U", _USER, "-A", "trust", "-E", "UTF8"),
            *("--no-sync", "--locale=C", "--lc-ctype=C.UTF-8"),
        )
        options = _OPTIONS | {"unix_socket_directories": str(folder)}
        line = " ".join(f"-c {name}='{value}'" for name, value in options.items())
        made._run("pg_ctl", "start", "-w", "-D", "data", "-l", "server.log", "-o", line)
        return made

    def url(self, database: str) -> str:
        """Return the SQLAlchemy URL of a database."""
        return url(self.folder, database)

    def stop(self) -> None:
        """Stop the server and remove its folder."""
        self._run("pg_ctl", "stop", "-D", "data", "-m", "immediate")
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


@functools.cache
def _emptier(folder: Path, database: str) -> psycopg.Connection:
    """Return a connection that stays: a new one plans the statements for 10 ms each time."""
    connection = _connect(folder, database)
    connection.execute(b"SET lock_timeout = '5s'")
    return connection


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
