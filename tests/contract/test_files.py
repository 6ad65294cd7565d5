"""The tree itself: requirements, vendored files, house rules that no tool checks."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from eventhub.settings import ROOT
from tools import vendor

TEXT = {".py", ".html", ".txt", ".md", ".js", ".css", ".toml", ".typ", ".sh", ".json", ".in", ""}


def files(*patterns: str) -> list[Path]:
    """Return the files of the project that git would keep and that match."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", *patterns],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [ROOT / line for line in listed.stdout.splitlines() if (ROOT / line).is_file()]


def name(path: Path) -> str:
    """Return how a fault names a file."""
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("kind", ["requirements", "requirements-dev"])
def test_requirements_and_their_lock_agree(kind: str) -> None:
    lock = (ROOT / f"{kind}.txt").read_text()
    pinned = dict(re.findall(r"^([A-Za-z0-9._-]+)(?:\[\S*\])?==(\S+)", lock, re.MULTILINE))
    pinned = {canonicalize_name(key): version for key, version in pinned.items()}
    for line in (ROOT / f"{kind}.in").read_text().splitlines():
        text, _, reason = line.partition("#")
        if not text.strip() or text.startswith("-"):
            continue
        wanted = Requirement(text.strip())
        assert reason.strip(), f"{wanted.name} has no reason"
        assert wanted.specifier.contains(pinned[canonicalize_name(wanted.name)]), wanted.name
    blocks = re.split(r"\n(?=\S)", lock)
    unhashed = [block for block in blocks if re.match(r"\w\S*==", block) and "sha256:" not in block]
    assert unhashed == []
    assert not re.search(r"--(index-url|extra-index-url|find-links)", lock)


def test_vendored_files_are_as_pinned() -> None:
    assert vendor.faults() == []


def test_scanner_files_are_the_very_ones() -> None:
    described = {
        path: vendor._describe(vendor.STATIC / path)["sha384"]
        for path in (
            "vendor/zxing-wasm@3.1.4/reader.js",
            "vendor/zxing-wasm@3.1.4/zxing_reader.wasm",
            "vendor/noble-ed25519@3.2.0/index.js",
        )
    }
    assert list(described.values()) == [
        "PN2+TcV6o3ygq0xnuFCxKBra0Yt4uPsZhoQ/vGYAwE57BrG9nHTvynv6YPyluWaU",
        "uU3W9ksDBq9UOyHhv5S9GtsH9dlOsIMpeSy3WpglpRsLh12aEnMYcjZeSJq5MEum",
        "Mn3Pw6kF6BnK6mrt9jgociul6uWPooS/UN1RxwkhSN6lFlyQF33h3c9Dx+TKoIG3",
    ]


def test_no_file_names_a_folder_of_somebodys_machine() -> None:
    found = [
        name(path)
        for path in files()
        if path.suffix in TEXT and "vendor" not in path.parts
        if re.search(r"/(?:home|root|Users|work)/\w", path.read_text(errors="replace"))
    ]
    assert found == []


def test_code_files_are_short() -> None:
    long = [name(p) for p in files("eventhub/*.py", "static/js/*.js") if _lines(p) > 400]
    assert long == []


def _lines(path: Path) -> int:
    return path.read_text().count("\n")


def test_templates_have_no_inline_style_or_script() -> None:
    found = [
        f"{name(path)}: {hit.group(0)}"
        for path in files("templates/*.html")
        if "mail" not in path.parts
        for hit in re.finditer(
            r"<style|\sstyle=|<script(?![^>]*\ssrc=)[^>]*>|\son[a-z]+=\"|javascript:",
            path.read_text(),
        )
        if "json" not in hit.group(0)
    ]
    assert found == []


def test_nothing_is_left_for_later() -> None:
    found = [
        f"{name(path)}: {hit.group(0)}"
        for path in files("eventhub/*.py", "templates/*", "static/js/*", "static/css/*")
        for hit in re.finditer(r"(?:#|//|/\*).*\b(TODO|FIXME|XXX|HACK)\b", path.read_text())
    ]
    assert found == []


def test_suppressed_warnings_say_why() -> None:
    found = [
        f"{name(path)}:{number}"
        for path in files("eventhub/*.py", "tests/*.py", "tools/*.py", "bench/*.py")
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if re.search(r"# noqa: [A-Z0-9, ]+$|# type: ignore(\[[\w-]+(, ?[\w-]+)*\])?$", line)
        and "re.search" not in line
        and path.parts[-3] != "tests"
    ]
    assert found == []
