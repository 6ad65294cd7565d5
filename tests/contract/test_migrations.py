"""Migrations: both ways on both databases, and equal to the models."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import CheckConstraint, inspect

from eventhub import create_app
from eventhub.extensions import MIGRATIONS
from eventhub.kernel.db import Base, UtcDateTime, db
from tests import postgres
from tests.conftest import Database


@pytest.fixture
def bare(request: pytest.FixtureRequest, database: Database) -> Iterator[Flask]:
    """Return an application on a database of its own without any table."""
    url = f"sqlite:///{database.folder / 'bare.sqlite3'}"
    if database.name == "postgresql":
        folder = request.getfixturevalue("postgres_folder")
        name = f"bare_{request.getfixturevalue('worker_id')}"
        postgres.create(folder, name)
        url = postgres.url(folder, name)
    app = create_app(database.settings(database_url=url))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def tables() -> set[str]:
    """Return the tables there are, the migration state aside."""
    return set(inspect(db.engine).get_table_names()) - {"alembic_version"}


def test_up_down_up(bare: Flask) -> None:
    upgrade()
    assert tables() == set(Base.metadata.tables)
    downgrade(revision="base")
    assert tables() == set()
    if db.engine.dialect.name == "postgresql":
        with db.engine.connect() as connection:
            left = connection.exec_driver_sql(
                "SELECT proname FROM pg_proc JOIN pg_namespace n ON n.oid = pronamespace "
                "WHERE nspname = 'public'"
            )
            assert left.all() == []
    upgrade()
    assert tables() == set(Base.metadata.tables)


def test_migrated_schema_is_that_of_the_models(app: Flask) -> None:
    with db.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": _compare_type, "target_metadata": Base.metadata}
        )
        assert compare_metadata(context, Base.metadata) == []
        _assert_same_checks(app)


def _compare_type(_context: object, _found: object, _there: object, *types: object) -> bool | None:
    """Leave our own type to the column type that it stands for."""
    return False if isinstance(types[1], UtcDateTime) else None


def _assert_same_checks(_app: Flask) -> None:
    """Compare CHECK constraints by name: autogenerate does not see them."""
    inspector = inspect(db.engine)
    found, expected = {}, {}
    for name, table in Base.metadata.tables.items():
        found[name] = {str(check["name"]) for check in inspector.get_check_constraints(name)}
        expected[name] = {
            str(constraint.name)
            for constraint in table.constraints
            if isinstance(constraint, CheckConstraint)
        }
    assert found == expected


def test_history_is_one_line() -> None:
    script = ScriptDirectory(str(MIGRATIONS))
    assert len(script.get_heads()) == 1
    assert len(script.get_bases()) == 1


def test_migrations_stand_alone() -> None:
    for path in (MIGRATIONS / "versions").glob("*.py"):
        imported = {
            name.split(".")[0]
            for node in ast.walk(ast.parse(path.read_text()))
            if isinstance(node, ast.Import | ast.ImportFrom)
            for name in (
                [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else [alias.name for alias in node.names]
            )
        }
        assert imported <= {"__future__", "alembic", "sqlalchemy"}, path.name
