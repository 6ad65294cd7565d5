"""What templates are given."""

from __future__ import annotations

import hashlib
from pathlib import Path

from flask import Flask, url_for

from eventhub.kernel.page import static_url
from eventhub.settings import ROOT


def test_addresses_of_static_files_are_those_of_flask_with_the_hash(app: Flask) -> None:
    folder = ROOT / "static"
    names = [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]
    with app.test_request_context("/e/demo/", environ_overrides={"SCRIPT_NAME": "/behind"}):
        for name in names:
            made = static_url(name)
            assert made == url_for("static", filename=name, v=_hash(folder / name))
            assert made.startswith("/behind/static/")
    assert any("@" in name for name in names)


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]
