"""Whether the database answers and has the newest tables."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from eventhub.kernel.db import db
from eventhub.settings import ROOT


@dataclass(frozen=True, slots=True)
class DatabaseState:
    """The migration that a database has and the one that the code needs; "" is none."""

    present: str
    needed: str

    @property
    def is_ready(self) -> bool:
        """Return whether requests can be answered."""
        return bool(self.needed) and self.present == self.needed


def database_state() -> DatabaseState:
    """Return how far the database is; a database that is away has no migration."""
    try:
        present = (
            db.session.execute(text("SELECT version_num FROM alembic_version")).scalars().all()
        )
    except DBAPIError:
        db.session.rollback()
        present = []
    return DatabaseState(present=",".join(sorted(present)), needed=_newest())


@lru_cache(maxsize=1)
def _newest() -> str:
    return ",".join(sorted(ScriptDirectory(str(ROOT / "migrations")).get_heads()))
