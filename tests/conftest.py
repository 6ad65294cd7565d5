"""Fixtures of the whole suite: a migrated application on each database, time, no network."""

from __future__ import annotations

import contextlib
import logging
import os
import re
import shutil
import smtplib
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default as default_policy
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from flask import Flask
from flask.testing import FlaskClient, FlaskCliRunner
from flask_migrate import upgrade
from hypothesis import HealthCheck, settings
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy.orm import Session

from eventhub import create_app
from eventhub.kernel import clock as kernel_clock
from eventhub.kernel.db import db
from eventhub.settings import Settings
from tests import postgres
from tests.soak import record  # noqa: F401 - a fixture

# How long drawing an example takes says something of the machine, not of the code.
settings.register_profile("whole", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("quick", settings.get_profile("whole"), max_examples=30)
settings.load_profile("whole")

DATABASES = ("sqlite", "postgresql")
_LOOPBACK = ("127.", "::1", "localhost")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--database`."""
    parser.addoption(
        "--database",
        choices=(*DATABASES, "both"),
        default="both",
        help="where tests that use `app` run (default: both)",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Register the markers."""
    config.addinivalue_line("markers", "only(name): run on one database, sqlite or postgresql")
    config.addinivalue_line("markers", "req(id): a requirement that docs/security.md lists")
    if config.option.markexpr == "not long":
        settings.load_profile("quick")


_LONG = (
    "tests/faults/",
    "tests/browser/",
    "tests/contract/test_openapi_fuzz.py",
    "tests/demo/test_load.py",
    "tests/security/test_bombs.py",
    "tests/security/test_hostile.py",
    "tests/security/test_mutations.py",
)
_SHORT = ("tests/browser/test_whole_path.py",)  # the one walk through a browser of every run
# Pages, calls and commands end in the services whose own tests run on both databases.
_OUTSIDE = re.compile(
    r"tests/(access|console|demo|security)/|/test_\w*(api|cli|views|pages|leaks)\.py"
)


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark what takes long by where it stands, and what is seen a second time."""
    place = item.nodeid
    is_long = place.startswith(_LONG) and not place.startswith(_SHORT)
    if is_long or ("[postgresql" in place and _OUTSIDE.search(place)):
        item.add_marker("long")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run every test that uses a database on each of the chosen ones."""
    if "database" not in metafunc.fixturenames:
        return
    chosen = metafunc.config.getoption("--database")
    names = DATABASES if chosen == "both" else (chosen,)
    if marker := metafunc.definition.get_closest_marker("only"):
        names = tuple(name for name in names if name in marker.args)
    metafunc.parametrize("database", names, indirect=True)


class PostgresForWorkers:
    """Starts one cluster for the run and tells every xdist worker where it is."""

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Hand the socket folder to a worker that is about to start."""
        with contextlib.suppress(postgres.PostgresMissing):
            node.workerinput["postgres_folder"] = str(postgres.cluster().folder)


def pytest_sessionstart(session: pytest.Session) -> None:
    """Watch for workers, unless this is one."""
    if not hasattr(session.config, "workerinput"):
        session.config.pluginmanager.register(PostgresForWorkers())


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Stop the cluster that this process started."""
    postgres.close()
    if postgres.cluster.cache_info().currsize:
        postgres.cluster().stop()
        postgres.cluster.cache_clear()


@dataclass(frozen=True, slots=True)
class Database:
    """An empty migrated database of one test."""

    name: str
    url: str
    folder: Path

    def settings(self, **changes: Any) -> Settings:
        """Return settings of an application on it; more processes may use the same."""
        return Settings.for_tests(self.folder, **({"database_url": self.url} | changes))


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a migrated SQLite file that tests copy."""
    folder = tmp_path_factory.mktemp("template")
    path = folder / "template.sqlite3"
    migrate(Settings.for_tests(folder, database_url=f"sqlite:///{path}"))
    return path


@pytest.fixture(scope="session")
def postgres_folder(request: pytest.FixtureRequest) -> Path:
    """Return the socket folder of the run's PostgreSQL cluster, or skip loudly."""
    given = getattr(request.config, "workerinput", {}).get("postgres_folder")
    if given:
        return Path(given)
    try:
        return postgres.cluster().folder
    except postgres.PostgresMissing as error:
        if os.environ.get(postgres.REQUIRE) == "1":
            pytest.fail(str(error))
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def postgres_database(
    postgres_folder: Path, worker_id: str, tmp_path_factory: pytest.TempPathFactory
) -> str:
    """Return the name of this worker's migrated PostgreSQL database."""
    name = f"test_{worker_id}"
    postgres.create(postgres_folder, name)
    folder = tmp_path_factory.mktemp("migrate")
    migrate(Settings.for_tests(folder, database_url=postgres.url(postgres_folder, name)))
    return name


@pytest.fixture(scope="session")
def instance_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the instance folder of this worker's tests; each finds it empty."""
    return tmp_path_factory.mktemp("instance")


@pytest.fixture
def database(request: pytest.FixtureRequest, instance_folder: Path) -> Database:
    """Return an empty migrated database, once per kind."""
    clear(instance_folder)
    if request.param == "sqlite":
        path = instance_folder / "test.sqlite3"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
        return Database("sqlite", f"sqlite:///{path}", instance_folder)
    folder = request.getfixturevalue("postgres_folder")
    name = request.getfixturevalue("postgres_database")
    postgres.empty(folder, name)
    return Database("postgresql", postgres.url(folder, name), instance_folder)


def clear(folder: Path) -> None:
    """Remove all that a test left in `folder`; drawings, named by their content, save seconds."""
    for path in folder.iterdir():
        if path.name == "charts" and path.is_dir():
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


def migrate(settings: Settings) -> None:
    """Bring a database to the newest migration."""
    app = create_app(settings)
    with app.app_context():
        upgrade()
        db.engine.dispose()


class Client(FlaskClient):
    """
    A browser whose requests share nothing with the test but the database.

    Each request has its own application context, so neither `g` nor the session
    of the test leaks into it; the test's session forgets its snapshot first.
    """

    def open(self, *args: Any, **kwargs: Any) -> Any:
        """Send one request and read the whole answer."""
        kwargs["buffered"] = True
        db.session.rollback()
        with self.application.app_context():
            return super().open(*args, **kwargs)


class Runner(FlaskCliRunner):
    """A shell whose commands share nothing with the test but the database."""

    def invoke(self, *args: Any, **kwargs: Any) -> Any:
        """Run one command."""
        db.session.rollback()
        with self.app.app_context():
            return super().invoke(*args, **kwargs)


class CompiledTemplates(BytecodeCache):
    """Keeps compiled templates of all applications of a run: each is compiled once."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key] = bucket.bytecode_to_string()


COMPILED = CompiledTemplates()


class KeptApp:
    """
    One application for many tests: to make one costs more than most tests.

    All that an application keeps beside its database is in `extensions` and
    `config`; both are put back before each test, so no cache, queue or job of
    one test is seen by the next.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.app = create_app(settings)
        self.app.jinja_env.bytecode_cache = COMPILED
        self.app.test_client_class = Client
        self.app.test_cli_runner_class = Runner
        self._extensions = {
            name: dict(value) if type(value) is dict else value
            for name, value in self.app.extensions.items()
        }
        self._config = dict(self.app.config)
        self._log_level = logging.getLogger("eventhub").level

    def renewed(self) -> Flask:
        """Return the application as it was made."""
        self.app.extensions.clear()
        self.app.extensions.update(
            (name, dict(value) if type(value) is dict else value)
            for name, value in self._extensions.items()
        )
        logging.getLogger("eventhub").setLevel(self._log_level)  # a second application changes it
        self.app.config.clear()
        self.app.config.update(self._config)
        return self.app


KEPT: dict[str, KeptApp] = {}


@pytest.fixture
def app(database: Database) -> Iterator[Flask]:
    """Return an application on an empty database, inside its context."""
    settings = database.settings()
    kept = KEPT.get(database.url)
    if kept is None or kept.settings != settings:
        kept = KEPT[database.url] = KeptApp(settings)
    yield from in_context(kept.renewed())


@pytest.fixture
def own_app(database: Database) -> Iterator[Flask]:
    """Return an application that no other test uses, for a test that adds routes to it."""
    yield from in_context(KeptApp(database.settings()).app)


def in_context(app: Flask) -> Iterator[Flask]:
    """Yield `app` inside its context and let go of its connections."""
    with app.app_context():
        yield app
        db.session.remove()
        if db.engine.dialect.name == "sqlite" or db.engine.pool.checkedout():
            db.engine.dispose()


@pytest.fixture
def db_session(app: Flask) -> Session:
    """Return the session that the test itself reads with."""
    return db.session()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Return a browser without cookies."""
    return app.test_client()


@pytest.fixture
def runner(app: Flask) -> FlaskCliRunner:
    """Return a shell for `runner.invoke(args=[...])`."""
    return app.test_cli_runner()


@pytest.fixture
def clock() -> Iterator[Callable[[datetime], None]]:
    """Return a function that sets the time of `kernel.clock`; it then stands still."""
    with contextlib.ExitStack() as stack:

        def set_to(at: datetime) -> None:
            stack.enter_context(kernel_clock.fixed(at))

        yield set_to


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail a test that opens a connection to another machine."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        is_local = self.family == socket.AF_UNIX or str(address[0]).startswith(_LOOPBACK)
        assert is_local, f"a test connects to {address}"
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(autouse=True)
def no_mail(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail a test that speaks SMTP without having asked for `mail_server`."""
    if "mail_server" in request.fixturenames:
        return

    def refused(*_: Any, **__: Any) -> None:
        raise AssertionError("a test sends mail without the fixture mail_server")

    monkeypatch.setattr(smtplib.SMTP, "connect", refused)


class MailServer:
    """A real SMTP server; `messages` is what it took, `answer` what it says to each."""

    def __init__(self) -> None:
        """Accept everything at first."""
        self.messages: list[EmailMessage] = []
        self.answer = "250 OK"
        self.url = ""

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        """Keep an accepted message."""
        if self.answer.startswith("250"):
            self.messages.append(message_from_bytes(envelope.content, policy=default_policy))
        return self.answer


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    """Return a running SMTP server on the loopback interface."""
    server = MailServer()
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    controller = Controller(server, hostname="127.0.0.1", port=port)
    controller.start()
    server.url = f"smtp://127.0.0.1:{port}"
    yield server
    controller.stop()


@pytest.fixture(scope="session")
def demo_template(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a SQLite file with the two demonstration events, made once per worker."""
    folder = tmp_path_factory.mktemp("demo")
    path = folder / "demo.sqlite3"
    shutil.copyfile(sqlite_template, path)
    app = create_app(Settings.for_tests(folder, database_url=f"sqlite:///{path}"))
    result = app.test_cli_runner().invoke(args=["demo", "load", "--people", "200"])
    assert result.exit_code == 0, result.output
    with app.app_context():
        db.engine.dispose()
    return path


@pytest.fixture
def demo_app(demo_template: Path, tmp_path: Path) -> Iterator[Flask]:
    """Return an application with both demonstration events, on SQLite; the test may change it."""
    path = tmp_path / "demo.sqlite3"
    shutil.copyfile(demo_template, path)
    yield from in_context(
        KeptApp(Settings.for_tests(tmp_path, database_url=f"sqlite:///{path}")).app
    )
