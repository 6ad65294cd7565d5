"""The files for servers: web server, units, container."""

from __future__ import annotations

import contextlib
import re
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import Request, urlopen

import pytest

from eventhub.settings import ROOT, Settings
from tests.faults.test_scale_out import Front

DEPLOY = ROOT / "deploy"


def settings_named(text: str) -> set[str]:
    """Return the names of settings that a file sets."""
    return set(re.findall(r"^\s*(EVENTHUB_\w+)[:=]", text, re.MULTILINE))


def known_settings() -> set[str]:
    """Return the names that the application reads."""
    return set(re.findall(r"^\| `(EVENTHUB_\w+)`", (ROOT / "docs/settings.md").read_text(), re.M))


@pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl")
@pytest.mark.skipif(shutil.which("nginx") is None, reason="no nginx (apt install nginx-light)")
def test_the_site_file_is_one_that_nginx_takes(tmp_path: Path) -> None:
    subprocess.run(
        [
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
            "-subj",
            "/CN=tickets.example.org",
            "-keyout",
            "key.pem",
            "-out",
            "cert.pem",
        ],
        cwd=tmp_path,
        check=True,
        capture_output=True,
    )
    site = (DEPLOY / "nginx/eventhub.conf").read_text()
    (tmp_path / "eventhub-proxy.conf").write_text(
        (DEPLOY / "nginx/eventhub-proxy.conf").read_text()
    )
    for old, new in (
        ("/etc/ssl/eventhub/fullchain.pem", f"{tmp_path}/cert.pem"),
        ("/etc/ssl/eventhub/privkey.pem", f"{tmp_path}/key.pem"),
        ("/etc/nginx/", f"{tmp_path}/"),
        ("/var/log/nginx/", f"{tmp_path}/"),
        ("listen 80;", "listen 127.0.0.1:18080;"),
        ("listen 443 ", "listen 127.0.0.1:18443 "),
    ):
        assert old in site
        site = site.replace(old, new)
    (tmp_path / "site.conf").write_text(site)
    (tmp_path / "nginx.conf").write_text(
        f"pid {tmp_path}/pid; error_log {tmp_path}/error.log; events {{}}\n"
        f"http {{ include {tmp_path}/site.conf; }}\n"
    )
    done = subprocess.run(
        ["nginx", "-t", "-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "[warn]" not in done.stderr


@pytest.mark.skipif(shutil.which("nginx") is None, reason="no nginx (apt install nginx-light)")
def test_only_addresses_with_a_hash_are_kept_for_a_year(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)  # its workers are another user
    front = Front(tmp_path, [1])
    file = f"http://127.0.0.1:{front.port}/static/js/live/poll.js"
    said = {}
    try:
        for query in ("", "?v=", "?v=0123456789ab"):
            headers = {"Host": "tickets.example.org", "Accept-Encoding": "gzip"}
            request = Request(file + query, headers=headers)  # noqa: S310 - http, of this test
            with opened(request) as answer:
                said[query] = (answer.headers["Cache-Control"], answer.headers["Content-Encoding"])
    finally:
        front.stop()
    assert said == {
        "": ("no-cache", "gzip"),
        "?v=": ("no-cache", "gzip"),
        "?v=0123456789ab": ("public, max-age=31536000, immutable", "gzip"),
    }


def opened(request: Request) -> Any:
    """Return the answer, once the server listens."""
    for _ in range(50):
        with contextlib.suppress(URLError):
            return urlopen(request, timeout=5)  # noqa: S310 - http, of this test
        time.sleep(0.1)
    raise AssertionError("nginx does not answer")


def test_links_that_are_credentials_are_not_in_its_log() -> None:
    site = (DEPLOY / "nginx/eventhub.conf").read_text()
    (part,) = re.findall(r"location ~ \^/\((.+?)\)/ \{\n(.*?)\n    \}", site, re.DOTALL)
    assert {"t", "i"} <= set(part[0].split("|"))
    assert "access_log off;" in part[1]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd")
def test_units_are_well_formed(tmp_path: Path) -> None:
    for unit in sorted((DEPLOY / "systemd").iterdir()):
        text = unit.read_text().replace("/srv/eventhub/.venv/bin/flask", "/bin/true")
        text = text.replace("/srv/eventhub/.venv/bin/python", "/bin/true")
        (tmp_path / unit.name).write_text(text)
    names = [str(path) for path in sorted(tmp_path.iterdir())]
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *names],
        capture_output=True,
        text=True,
        check=False,
    )
    complaints = [line for line in done.stderr.splitlines() if "eventhub" in line]
    assert complaints == []


def test_containers_set_what_the_application_reads() -> None:
    compose = (DEPLOY / "docker/compose.yaml").read_text()
    assert settings_named(compose) <= known_settings()
    environment = {
        "EVENTHUB_ENV": "production",
        "EVENTHUB_SECRET_KEY": "x" * 32,
        "EVENTHUB_BASE_URL": "https://tickets.example.org",
        "EVENTHUB_REDIS_URL": "redis://redis:6379/0",
        "EVENTHUB_TRUSTED_PROXIES": "1",
    }
    assert settings_named(compose) >= environment.keys()
    assert Settings.from_env(environment).is_production


def test_what_the_image_copies_and_runs_is_there() -> None:
    text = (DEPLOY / "docker/Dockerfile").read_text()
    assert "requirements.txt" in text
    assert "compile_catalogues" in (ROOT / "tools/start.py").read_text()
    assert (ROOT / "gunicorn.conf.py").exists()
    ignored = (ROOT / ".dockerignore").read_text().split()
    assert {".git", ".venv", "instance"} <= set(ignored)
