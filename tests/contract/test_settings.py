"""Settings: documented, read from the environment, strict in production."""

from __future__ import annotations

import dataclasses
import stat
from pathlib import Path

import pytest

from eventhub.settings import PREFIX, Settings, SettingsError
from tools import settings_doc, start

GIVEN = {
    "ENV": "production",
    "DATABASE_URL": "postgresql+psycopg://eventhub@db/eventhub",
    "SECRET_KEY": "s" * 40,
    "BASE_URL": "https://tide.example.org",
    "HOSTS": "tide.example.net",
    "REDIS_URL": "redis://redis",
    "MAIL_URL": "smtp://mail.example.org",
    "MAIL_FROM": "tickets@example.org",
    "DEFAULT_LANG": "en",
    "TRUSTED_PROXIES": "1",
    "LOG_LEVEL": "WARNING",
    "FETCH_ALLOWED": "encoder.lan:8080",
    "INSTANCE": "/var/lib/eventhub",
    "MQTT_URL": "mqtt://broker.lan",
    "WALLET_CERTIFICATE": "/etc/eventhub/wallet.pem",
    "REQUIRE_SECOND_FACTOR": "1",
}


def test_page_is_that_of_the_settings() -> None:
    assert settings_doc.PAGE.read_text() == settings_doc.page()


def test_every_setting_has_a_text_and_is_read() -> None:
    fields = [f for f in dataclasses.fields(Settings) if f.metadata.get("variable")]
    assert {field.metadata["variable"] for field in fields} == set(GIVEN)
    settings = Settings.from_env({PREFIX + name: value for name, value in GIVEN.items()})
    for field in fields:
        assert len(field.metadata["doc"]) > 10
        found = getattr(settings, field.name)
        given = GIVEN[field.metadata["variable"]]
        assert str(int(found) if isinstance(found, bool) else found) == given


def test_production_needs_a_secret() -> None:
    with pytest.raises(SettingsError, match="SECRET_KEY"):
        Settings.from_env({f"{PREFIX}ENV": "production"})


@pytest.mark.parametrize(
    ("name", "value"),
    [("ENV", "prod"), ("DEFAULT_LANG", "fr"), ("TRUSTED_PROXIES", "-1"), ("SECRET_KEY", "short")],
)
def test_value_that_can_not_be_used_stops_the_start(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        Settings.from_env({f"{PREFIX}SECRET_KEY": "s" * 40, f"{PREFIX}{name}": value})


def test_secret_of_development_is_made_once_and_kept_private(tmp_path: Path) -> None:
    environ = {f"{PREFIX}INSTANCE": str(tmp_path / "instance")}
    first, second = Settings.from_env(environ), Settings.from_env(environ)
    assert first.secret_key == second.secret_key
    assert len(first.secret_key) >= 32
    mode = (tmp_path / "instance" / "secret-key").stat().st_mode
    assert stat.S_IMODE(mode) == 0o600


def test_commands_know_the_address_that_was_served_last(tmp_path: Path) -> None:
    (tmp_path / start.ADDRESS_FILE).write_text("http://127.0.0.1:8123")
    environ = {"EVENTHUB_INSTANCE": str(tmp_path)}
    assert Settings.from_env(environ).base_url == "http://127.0.0.1:8123"
    said = {**environ, "EVENTHUB_BASE_URL": "https://tickets.example"}
    assert Settings.from_env(said).base_url == "https://tickets.example"


def test_the_default_database_moves_with_the_instance(tmp_path: Path) -> None:
    environ = {"EVENTHUB_INSTANCE": str(tmp_path)}
    settings = Settings.from_env(environ)
    assert settings.sqlalchemy_url == f"sqlite:///{tmp_path / 'eventhub.sqlite3'}"
    said = {**environ, "EVENTHUB_DATABASE_URL": "sqlite:////srv/other.sqlite3"}
    assert Settings.from_env(said).sqlalchemy_url == "sqlite:////srv/other.sqlite3"
