"""What `make run` decides before it imports the application."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory

from eventhub.extensions import MIGRATIONS
from tools import start


def test_newest_migrations_are_the_heads() -> None:
    assert start.newest_migrations() == set(ScriptDirectory(str(MIGRATIONS)).get_heads())


@pytest.fixture
def instance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the instance folder that the start looks at."""
    for name in ("EVENTHUB_DATABASE_URL", "EVENTHUB_INSTANCE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(start, "INSTANCE", tmp_path)
    return tmp_path


def test_fresh_clone_is_not_ready(instance: Path) -> None:
    assert not start.is_ready()


def test_empty_database_is_not_ready(instance: Path, sqlite_template: Path) -> None:
    shutil.copyfile(sqlite_template, instance / "eventhub.sqlite3")
    assert not start.is_ready()


def test_loaded_database_is_ready_until_there_is_a_newer_migration(
    instance: Path, demo_template: Path
) -> None:
    path = instance / "eventhub.sqlite3"
    shutil.copyfile(demo_template, path)
    assert start.is_ready()
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = 'older'")
    connection.close()
    assert not start.is_ready()


def test_other_database_is_always_prepared(
    instance: Path, demo_template: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copyfile(demo_template, instance / "eventhub.sqlite3")
    monkeypatch.setenv("EVENTHUB_DATABASE_URL", "postgresql+psycopg://db/eventhub")
    assert not start.is_ready()


def test_server_is_set_up_as_promised(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "8123")
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", "unused")
    values: dict[str, object] = {"__file__": str(start.ROOT / "gunicorn.conf.py")}
    exec(compile((start.ROOT / "gunicorn.conf.py").read_text(), "gunicorn.conf.py", "exec"), values)  # noqa: S102 - as gunicorn does
    assert (values["bind"], values["threads"], values["worker_class"]) == (
        "127.0.0.1:8123",
        4,
        "gthread",
    )
    assert (values["preload_app"], values["accesslog"]) == (False, None)
