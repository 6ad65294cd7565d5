"""All settings: one frozen object, read from the environment once."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, cast
from urllib.parse import urlsplit

from flask import current_app

from eventhub.kernel.files import made_once

PREFIX = "EVENTHUB_"
ROOT = Path(__file__).resolve().parent.parent
INSTANCE = ROOT / "instance"
DATABASE_FILE = "eventhub.sqlite3"
EXTENSION = "eventhub_settings"
ADDRESS_FILE = "address"  # written by tools/start.py
_SECRET_BYTES = 32
_MIN_SECRET = 32


class SettingsError(ValueError):
    """A setting is missing or can not be used; the text says which."""


def _doc(default: Any, text: str, variable: str | None = None) -> Any:
    return field(default=default, metadata={"doc": text, "variable": variable})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What an installation decides; `docs/settings.md` is generated from the fields."""

    env: Literal["development", "production", "testing"] = _doc(
        "development", "`development`, `production` or `testing`.", "ENV"
    )
    database_url: str = _doc(
        f"sqlite:///instance/{DATABASE_FILE}",
        "SQLAlchemy URL; SQLite files are relative to the project, "
        "`postgresql+psycopg://` for PostgreSQL 15 or newer.",
        "DATABASE_URL",
    )
    secret_key: str = _doc(
        "",
        "At least 32 characters; signs cookies and links and encrypts signing keys at rest. "
        "Made and kept in `instance/secret-key` in development, required in production.",
        "SECRET_KEY",
    )
    base_url: str = _doc(
        "http://127.0.0.1:8000",
        "Address under which people reach the site; used in mails and codes.",
        "BASE_URL",
    )
    hosts: str = _doc(
        "",
        "Further host names under which the site is reached, comma between; others are refused. "
        "That of the base address and those of the machine itself always count; `*`: any.",
        "HOSTS",
    )
    redis_url: str = _doc("", "Redis for rate limits shared by several hosts.", "REDIS_URL")
    mail_url: str = _doc(
        "",
        "`smtp://user:password@host:port` or `smtps://..`; empty: mails stay in the outbox, "
        "which the console shows.",
        "MAIL_URL",
    )
    mail_from: str = _doc("EventHub <noreply@localhost>", "Sender of all mails.", "MAIL_FROM")
    default_lang: Literal["zh", "en"] = _doc(
        "zh", "Language when neither address, cookie nor browser says one.", "DEFAULT_LANG"
    )
    trusted_proxies: int = _doc(
        0, "Number of reverse proxies whose X-Forwarded headers are believed.", "TRUSTED_PROXIES"
    )
    fetch_allowed: str = _doc(
        "",
        "Hosts on private addresses that polling of streams and counters, and webhooks, may reach: "
        "`host` or `host:port`, comma between.",
        "FETCH_ALLOWED",
    )
    mqtt_url: str = _doc(
        "",
        "`mqtt://user:password@host:port` or `mqtts://..`: the broker that "
        "`flask audience mqtt` hears counters at.",
        "MQTT_URL",
    )
    require_second_factor: bool = _doc(
        False,
        "`1`: nobody opens the console without a second factor; who has none is led to set it up.",
        "REQUIRE_SECOND_FACTOR",
    )
    wallet_certificate: str = _doc(
        "",
        "PEM file with Apple's pass certificate (first), its RSA key without password, and Apple's "
        "intermediate certificate; empty: tickets offer no Apple Wallet pass.",
        "WALLET_CERTIFICATE",
    )
    log_level: str = _doc("INFO", "`DEBUG`, `INFO`, `WARNING` or `ERROR`.", "LOG_LEVEL")
    instance_path: Path = _doc(  # noqa: RUF009 - a constant path
        INSTANCE, "Folder of the database file, keys and locks.", "INSTANCE"
    )

    @property
    def is_testing(self) -> bool:
        """Tell whether this is a test run (cheap password hashes, no limits)."""
        return self.env == "testing"

    @property
    def is_production(self) -> bool:
        """Tell whether the strict rules of a public installation hold."""
        return self.env == "production"

    @property
    def fetch_hosts(self) -> frozenset[str]:
        """Return the hosts on private addresses that may be reached."""
        return frozenset(host.strip() for host in self.fetch_allowed.split(",") if host.strip())

    @property
    def served_hosts(self) -> frozenset[str]:
        """Return the host names, lower case and without port, that requests may name."""
        named = {host.strip().lower() for host in self.hosts.split(",") if host.strip()}
        return frozenset(named | {(urlsplit(self.base_url).hostname or "")} - {""})

    @property
    def sqlalchemy_url(self) -> str:
        """Return the database URL with SQLite paths made absolute."""
        head = "sqlite:///"
        if not self.database_url.startswith(head):
            return self.database_url
        path = Path(self.database_url.removeprefix(head))
        return self.database_url if path.is_absolute() else f"{head}{ROOT / path}"

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """
        Return the settings of a process environment.

        Side effects: in development a missing secret is made and kept in the
        instance folder, mode 600.

        Raises:
            SettingsError: A value can not be used, or production has no secret.
        """
        source = os.environ if environ is None else environ
        env = _choice(source, "ENV", "development", ("development", "production", "testing"))
        instance = Path(source.get(f"{PREFIX}INSTANCE", str(INSTANCE))).resolve()
        secret = source.get(f"{PREFIX}SECRET_KEY", "")
        if not secret and env != "production":
            secret = kept_secret(instance)
        if len(secret) < _MIN_SECRET:
            raise SettingsError(f"{PREFIX}SECRET_KEY needs at least {_MIN_SECRET} characters")
        text = _kept_address(instance) if env == "development" else {}
        text |= {
            name: source[f"{PREFIX}{variable}"]
            for name, variable in _TEXT_FIELDS.items()
            if source.get(f"{PREFIX}{variable}")
        }
        if source.get(f"{PREFIX}INSTANCE"):  # the default database lies in the instance folder
            text.setdefault("database_url", f"sqlite:///{instance / DATABASE_FILE}")
        return cls(
            env=cast(Any, env),
            secret_key=secret,
            default_lang=cast(Any, _choice(source, "DEFAULT_LANG", "zh", ("zh", "en"))),
            trusted_proxies=_count(source, "TRUSTED_PROXIES"),
            require_second_factor=bool(_count(source, "REQUIRE_SECOND_FACTOR")),
            instance_path=instance,
            **text,
        )

    @classmethod
    def for_tests(cls, folder: Path, **changes: Any) -> Settings:
        """Return settings whose every file lies in `folder`."""
        values: dict[str, Any] = {
            "env": "testing",
            "database_url": f"sqlite:///{folder / 'test.sqlite3'}",
            "secret_key": "test-secret-" + "0" * _MIN_SECRET,
            "base_url": "http://localhost",
            "instance_path": folder,
        }
        return cls(**(values | changes))


_TEXT_FIELDS = {
    "database_url": "DATABASE_URL",
    "redis_url": "REDIS_URL",
    "mail_url": "MAIL_URL",
    "mail_from": "MAIL_FROM",
    "log_level": "LOG_LEVEL",
    "fetch_allowed": "FETCH_ALLOWED",
    "mqtt_url": "MQTT_URL",
    "base_url": "BASE_URL",
    "hosts": "HOSTS",
    "wallet_certificate": "WALLET_CERTIFICATE",
}


def current_settings() -> Settings:
    """Return the settings of the running application."""
    return cast(Settings, current_app.extensions[EXTENSION])


def kept_secret(instance: Path) -> str:
    """Return the secret kept in the instance folder, making it on first use (mode 600)."""
    path = instance / "secret-key"
    instance.mkdir(parents=True, exist_ok=True)
    return made_once(path, secrets.token_urlsafe(_SECRET_BYTES).encode()).decode().strip()


def _kept_address(instance: Path) -> dict[str, str]:
    """Return the address at which the site was last served, for commands beside the server."""
    path = instance / ADDRESS_FILE
    return {"base_url": path.read_text().strip()} if path.is_file() else {}


def _choice(
    source: Mapping[str, str], variable: str, default: str, allowed: tuple[str, ...]
) -> str:
    value = source.get(f"{PREFIX}{variable}") or default
    if value not in allowed:
        raise SettingsError(f"{PREFIX}{variable} is one of {', '.join(allowed)}, not {value!r}")
    return value


def _count(source: Mapping[str, str], variable: str) -> int:
    value = source.get(f"{PREFIX}{variable}") or "0"
    if not value.isdecimal():
        raise SettingsError(f"{PREFIX}{variable} is a whole number, not {value!r}")
    return int(value)
