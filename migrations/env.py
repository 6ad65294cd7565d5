"""Runs migrations on the database of the current application."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from flask import current_app
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from eventhub.kernel.db import UtcDateTime

_UPGRADE_LOCK = 0x45484D47  # any number, the same in all processes


def render_item(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Write our own types as what the database sees, so that migrations stand alone."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def run_offline() -> None:
    """Print the SQL of the migrations instead of running it."""
    engine = current_app.extensions["migrate"].db.engine
    context.configure(
        url=engine.url.render_as_string(hide_password=False),
        target_metadata=current_app.extensions["migrate"].db.metadata,
        literal_binds=True,
        **_options(),
    )
    with context.begin_transaction():
        context.run_migrations()


def run_online() -> None:
    """Run the migrations in one transaction; two processes take turns."""
    database = current_app.extensions["migrate"].db
    with database.engine.connect().execution_options(write=True) as connection:
        is_sqlite = connection.dialect.name == "sqlite"
        if is_sqlite:
            # A table made anew would otherwise delete the rows that refer to it.
            _pragma(connection, "foreign_keys=off")
        context.configure(
            connection=connection,
            target_metadata=database.metadata,
            **_options(),
        )
        with context.begin_transaction():
            if not is_sqlite:
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_UPGRADE_LOCK})")
            context.run_migrations()
            if is_sqlite and (
                broken := connection.exec_driver_sql("PRAGMA foreign_key_check").first()
            ):
                raise IntegrityError(f"dangling reference {tuple(broken)}", None, ValueError())
        if is_sqlite:
            _pragma(connection, "foreign_keys=on")


def _options() -> dict[str, Any]:
    return {
        "render_as_batch": True,
        "render_item": render_item,
        "compare_type": True,
        "transactional_ddl": True,
        **current_app.extensions["migrate"].configure_args,
    }


def _pragma(connection: Connection, text: str) -> None:
    # Past SQLAlchemy on purpose: inside a transaction SQLite ignores this pragma.
    driver = connection.connection.driver_connection
    if driver is not None:
        driver.execute(f"PRAGMA {text}")


if context.is_offline_mode():
    run_offline()
else:
    run_online()
