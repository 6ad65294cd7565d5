"""
What `make run` starts: migrate, load the demonstration once, say where, serve.

All in one process, which then becomes the server. When the default database is
ready already, nothing is imported before that.
"""

from __future__ import annotations

import compileall
import contextlib
import os
import re
import sqlite3
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
INSTANCE = ROOT / "instance"
ADDRESS_FILE = "address"  # eventhub.settings reads it, for commands beside the server
sys.path.insert(0, str(ROOT))


def main() -> None:
    """Prepare the instance and become the server."""
    os.chdir(ROOT)
    host = os.environ.get("HOST") or "127.0.0.1"
    port = os.environ.get("PORT") or "8000"
    address = f"http://{host}:{port}"
    os.environ.setdefault("EVENTHUB_BASE_URL", address)
    compile_catalogues()
    compileall.compile_dir(ROOT / "eventhub", quiet=2)  # halves the start where Python may not
    if not is_ready():
        prepare()
    print(f"\nEventHub  {address}\n", flush=True)
    instance = Path(os.environ.get("EVENTHUB_INSTANCE") or INSTANCE)
    (instance / ADDRESS_FILE).write_text(os.environ["EVENTHUB_BASE_URL"])
    logins = instance / "demo-logins.txt"
    if logins.exists():
        print(logins.read_text(), flush=True)
    os.execv(sys.executable, [sys.executable, "-m", "gunicorn", "--config", "gunicorn.conf.py"])  # noqa: S606 - ourselves


def compile_catalogues() -> None:
    """Compile translations that are newer than their compiled form, as make does as well."""
    for source in ROOT.glob("eventhub/translations/*/LC_MESSAGES/*.po"):
        compiled = source.with_suffix(".mo")
        if compiled.exists() and compiled.stat().st_mtime >= source.stat().st_mtime:
            continue
        from babel.messages.mofile import write_mo  # noqa: PLC0415 - slow import
        from babel.messages.pofile import read_po  # noqa: PLC0415 - slow import

        with source.open("rb") as readable, compiled.open("wb") as writable:
            write_mo(writable, read_po(readable, locale=source.parts[-3]))


def is_ready() -> bool:
    """Tell whether the default database has the newest migration and an event."""
    path = INSTANCE / "eventhub.sqlite3"
    is_default = not {"EVENTHUB_DATABASE_URL", "EVENTHUB_INSTANCE"} & os.environ.keys()
    if not is_default or not path.exists():
        return False
    try:
        with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
            found = connection.execute("SELECT version_num FROM alembic_version").fetchall()
            event = connection.execute("SELECT 1 FROM event").fetchone()
    except sqlite3.Error:
        return False
    return event is not None and {row[0] for row in found} == newest_migrations()


def newest_migrations() -> set[str]:
    """Return the revisions that no other one follows."""
    made, followed = set(), set()
    for path in (ROOT / "migrations" / "versions").glob("*.py"):
        text = path.read_text()
        made |= set(re.findall(r'^revision = "(\w+)"', text, re.MULTILINE))
        followed |= set(re.findall(r'^down_revision = "(\w+)"', text, re.MULTILINE))
    return made - followed


def prepare() -> None:
    """Migrate, and load the demonstration into an empty database, production aside."""
    from flask.cli import ScriptInfo  # noqa: PLC0415 - slow import
    from flask_migrate import upgrade  # noqa: PLC0415 - slow import

    from eventhub import create_app  # noqa: PLC0415 - slow import
    from eventhub.kernel.db import db  # noqa: PLC0415 - slow import
    from eventhub.programme.models import Event  # noqa: PLC0415 - slow import
    from eventhub.settings import current_settings  # noqa: PLC0415 - slow import

    app = create_app()
    with app.app_context():
        upgrade()
        is_empty = not db.session.query(Event.id).first()
        is_first = is_empty and not current_settings().is_production
        db.session.remove()
        db.engine.dispose()
    if is_first:
        print("loading the demonstration", flush=True)
        script = ScriptInfo(create_app=lambda: app)
        app.cli.main(args=["demo", "load"], obj=script, standalone_mode=False)


if __name__ == "__main__":
    main()
