"""EventHub: from the first invitation to the audited exposure report."""

from __future__ import annotations

from pathlib import Path

from flask import Flask

from eventhub import domains, extensions
from eventhub.kernel import http, i18n, limit_store, logging, page, postgresql
from eventhub.kernel.db import install_connection_policy
from eventhub.settings import EXTENSION, ROOT, Settings

_MAX_BODY = 8 * 1024 * 1024  # bytes; the largest form is a counter file
_ASSET_AGE_S = 31_536_000  # static addresses carry a content hash


def create_app(settings: Settings | None = None) -> Flask:
    """
    Return the application for `settings`, by default those of the environment.

    Makes no table, starts no thread and sends nothing; a database is opened
    when the first request needs it.
    """
    settings = settings or Settings.from_env()
    app = Flask(
        "eventhub",
        root_path=str(ROOT),
        template_folder="templates",
        static_folder="static",
        instance_path=str(settings.instance_path),
    )
    app.extensions[EXTENSION] = settings
    _configure(app, settings)
    http.init_app(  # first: gives the request id
        app,
        trusted_proxies=settings.trusted_proxies,
        hosts=settings.served_hosts,
        takes_addresses=not settings.is_production,
    )
    extensions.init_app(app)
    if settings.sqlalchemy_url.startswith("sqlite"):
        Path(settings.sqlalchemy_url.removeprefix("sqlite:///")).parent.mkdir(
            parents=True, exist_ok=True
        )
    with app.app_context():
        install_connection_policy(extensions.db.engine, settings.instance_path)
    logging.init_app(app, settings.log_level)
    i18n.init_app(app)
    page.init_app(app)
    domains.register(app)
    return app


def _configure(app: Flask, settings: Settings) -> None:
    app.config.update(
        SECRET_KEY=settings.secret_key,
        TESTING=settings.is_testing,
        SQLALCHEMY_DATABASE_URI=settings.sqlalchemy_url,
        SQLALCHEMY_ENGINE_OPTIONS=_engine_options(settings),
        MAX_CONTENT_LENGTH=_MAX_BODY,
        MAX_FORM_MEMORY_SIZE=_MAX_BODY,
        SEND_FILE_MAX_AGE_DEFAULT=_ASSET_AGE_S,
        BABEL_DEFAULT_LOCALE="zh_Hans_CN" if settings.default_lang == "zh" else "en",
        BABEL_TRANSLATION_DIRECTORIES=str(ROOT / "eventhub" / "translations"),
        RATELIMIT_STORAGE_URI=settings.redis_url or limit_store.uri(settings.instance_path),
        RATELIMIT_ENABLED=not settings.is_testing,
        RATELIMIT_HEADERS_ENABLED=False,
        SESSION_COOKIE_NAME="eventhub_form",  # holds the CSRF secret, nothing else
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.base_url.startswith("https://"),
        WTF_CSRF_TIME_LIMIT=None,  # a form may stay open through a whole evening
    )


def _engine_options(settings: Settings) -> dict[str, object]:
    common = {"hide_parameters": True}  # a traceback in the log must not hold names
    if settings.sqlalchemy_url.startswith("sqlite"):
        return {**common, "connect_args": {"timeout": 5, "check_same_thread": False}}
    return {
        **common,
        "pool_size": 4,
        "max_overflow": 2,
        "connect_args": postgresql.connect_args(settings.sqlalchemy_url),
    }
