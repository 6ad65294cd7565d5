"""Databases that do not answer: what waits for them, and for how long."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import OperationalError

from eventhub.kernel import postgresql
from eventhub.kernel.db import db
from tests import postgres
from tests.conftest import Database

AT_ONCE_S = 0.8  # on a busy machine


@pytest.fixture
def silent() -> Iterator[Engine]:
    """Return an engine whose server takes connections and then says nothing."""
    with socket.create_server(("127.0.0.1", 0), backlog=50) as server:
        url = f"postgresql+psycopg://nobody@127.0.0.1:{server.getsockname()[1]}/none"
        engine = create_engine(url, connect_args=postgresql.connect_args(url), pool_size=20)
        postgresql.install_policy(engine)
        yield engine
        engine.dispose()


def waited(engine: Engine) -> float:
    """Ask for a connection, get none, and return how long that took in s."""
    began = time.monotonic()
    with pytest.raises(OperationalError):
        engine.connect()
    return time.monotonic() - began


def test_one_asks_a_database_that_is_away_and_the_others_hear_it_at_once(silent: Engine) -> None:
    assert 1.5 < waited(silent) < 5
    assert waited(silent) < AT_ONCE_S
    time.sleep(postgresql._RETRY_S + 0.1)
    with ThreadPoolExecutor(8) as pool:
        took = sorted(pool.map(waited, [silent] * 8))
    assert [one < AT_ONCE_S for one in took] == [True] * 7 + [False]
    assert took[-1] < 5


def test_limits_of_the_address_go_before_ours() -> None:
    ours = postgresql.connect_args("postgresql+psycopg://u@h/d")
    given = postgresql.connect_args("postgresql+psycopg://u@h/d?connect_timeout=9")
    assert ours["connect_timeout"] == 2
    assert given == {name: value for name, value in ours.items() if name != "connect_timeout"}


@pytest.mark.only("postgresql")
def test_the_server_looks_after_its_end_of_a_connection(app: Flask) -> None:
    told = db.session.connection().exec_driver_sql("SHOW client_connection_check_interval")
    assert told.scalar() == "2s"


@pytest.mark.only("postgresql")
@pytest.mark.parametrize("statement", ["SELECT 1", "CREATE TEMPORARY TABLE note (n int)"])
def test_a_line_that_breaks_after_the_last_statement_spoils_no_answer(
    app: Flask, database: Database, statement: str
) -> None:
    with app.app_context():
        connection = db.session.connection()
        pid = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
        connection.exec_driver_sql(statement)
        folder, name = Path(str(db.engine.url.query["host"])), str(db.engine.url.database)
        postgres.execute(folder, name, f"SELECT pg_terminate_backend({pid}, 5000)")
    assert db.session.connection().exec_driver_sql("SELECT 1").scalar_one() == 1
