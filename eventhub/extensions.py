"""Flask extensions, made once at module level and bound in `create_app`."""

from __future__ import annotations

from flask import Flask
from flask_babel import Babel
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_migrate import Migrate
from flask_wtf import CSRFProtect

from eventhub.kernel.db import db
from eventhub.kernel.i18n import select_locale
from eventhub.settings import ROOT

MIGRATIONS = ROOT / "migrations"

migrate = Migrate()
csrf = CSRFProtect()
babel = Babel()
limiter = Limiter(key_func=get_remote_address, default_limits=[])

__all__ = ["babel", "csrf", "db", "init_app", "limiter", "migrate"]


def init_app(app: Flask) -> None:
    """Bind all extensions to `app`."""
    db.init_app(app)
    migrate.init_app(app, db, directory=str(MIGRATIONS), render_as_batch=True, compare_type=True)
    csrf.init_app(app)
    babel.init_app(app, locale_selector=select_locale)
    limiter.init_app(app)
