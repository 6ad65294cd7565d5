"""One loaded demonstration for all tests that only read it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from flask import Flask

from eventhub import create_app
from eventhub.demo.load import LoadDemo, load
from eventhub.kernel.db import db
from eventhub.settings import Settings

TODAY = date(2026, 11, 21)


@pytest.fixture(scope="session")
def loaded_folder(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the instance folder of an SQLite installation with the demonstration."""
    folder = tmp_path_factory.mktemp("demo")
    shutil.copyfile(sqlite_template, folder / "test.sqlite3")
    app = create_app(Settings.for_tests(folder))
    with app.app_context():
        load(LoadDemo(today=TODAY))
        db.engine.dispose()
    return folder


@pytest.fixture
def demo(loaded_folder: Path) -> Iterator[Flask]:
    """Return an application on the loaded demonstration; tests must not write."""
    app = create_app(Settings.for_tests(loaded_folder))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()
