"""Documentation: its commands run, its make targets and files exist."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest
from flask import Flask

from eventhub.settings import ROOT

PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
_COMMAND = re.compile(r"(?:\.venv/bin/)?flask ([a-z][a-z-]* [a-z][a-z-]*)")
_RUNNABLE = re.compile(r"`\.venv/bin/flask ([^`]+)`")
_TARGET = re.compile(r"`?make ([a-z]+)`?")
_LINK = re.compile(r"\]\((?!https?:)([^)#]+)")


def identity(path: Path) -> str:
    """Return the name of a page for the report of a test."""
    return str(path.relative_to(ROOT))


@pytest.mark.only("sqlite")
@pytest.mark.parametrize("page", PAGES, ids=identity)
def test_named_commands_exist(app: Flask, page: Path) -> None:
    text = page.read_text().replace("\n", " ")
    for words in _COMMAND.findall(text):
        group, name = words.split()
        found = app.cli.commands.get(group)
        assert isinstance(found, click.Group), f"flask {words}"
        assert name in found.commands, f"flask {words}"


@pytest.mark.parametrize("page", PAGES, ids=identity)
def test_make_targets_exist(page: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    code = " ".join(re.findall(r"```.*?```|`[^`]+`", page.read_text(), re.DOTALL))
    assert set(_TARGET.findall(code)) <= targets


@pytest.mark.parametrize("page", PAGES, ids=identity)
def test_links_and_pictures_exist(page: Path) -> None:
    missing = [to for to in _LINK.findall(page.read_text()) if not (page.parent / to).exists()]
    assert missing == []


def test_commands_of_the_readme_do_what_it_says(demo_app: Flask) -> None:
    lines = _RUNNABLE.findall((ROOT / "README.md").read_text())
    assert len(lines) >= 2
    for line in lines:
        done = demo_app.test_cli_runner().invoke(args=shlex.split(line))
        assert done.exit_code == 0, f"{line}: {done.output}"


def test_named_addresses_of_the_readme_answer(demo_app: Flask) -> None:
    client = demo_app.test_client()
    for path in re.findall(r"`(/[a-z0-9/-]*)`", (ROOT / "README.md").read_text()):
        assert client.get(path, follow_redirects=True).status_code == 200, path


@pytest.mark.parametrize("tool", ["tools.soak_doc", "tools.bench_doc"])
def test_pages_of_figures_say_what_was_measured(tool: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", tool, "--check"], cwd=ROOT, capture_output=True, check=False
    )
    assert done.returncode == 0
