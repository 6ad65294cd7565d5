"""The guides speak of buttons, pages and commands that are there."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from flask import Flask

from eventhub.settings import ROOT
from tools import screenshots

FOLDER = ROOT / "docs/guides"
GUIDES = sorted(FOLDER.glob("*.md"))
CATALOGUE = ROOT / "eventhub/translations/zh_Hans_CN/LC_MESSAGES/messages.po"
_BOLD = re.compile(r"(^|[^\n])\*\*([^*]+)\*\*([:：]?)", re.MULTILINE)
_LANGS = ("en", "zh")
_RUNNABLE = re.compile(r"`\.venv/bin/flask ([^`]+)`")
_BACKUP = "/backup/now.backup"


def texts() -> dict[str, set[str]]:
    """Return all short texts of the product by language."""
    with CATALOGUE.open("rb") as handle:
        messages = [one for one in read_po(handle) if one.id and isinstance(one.id, str)]
    return {
        "en": {str(one.id) for one in messages},
        "zh": {str(one.string) for one in messages if one.string},
    }


def identity(path: Path) -> str:
    return path.name


def test_each_guide_is_there_in_both_languages() -> None:
    names = {path.name.split(".")[0] for path in GUIDES}
    assert names == {
        "attendee",
        "developer",
        "gate",
        "operator",
        "organizer",
        "report-reader",
    }
    assert len(GUIDES) == len(names) * len(_LANGS)


@pytest.mark.parametrize("guide", GUIDES, ids=identity)
def test_labels_are_those_of_the_product(guide: Path) -> None:
    known = texts()[guide.suffixes[0].removeprefix(".")]
    # bold words that begin a paragraph and end in a colon name its subject, not a button
    spoken = {
        label.rstrip(".。")
        for before, label, colon in _BOLD.findall(guide.read_text())
        if before or not colon
    }
    unknown = {label for label in spoken if label not in known}
    assert unknown == set()


@pytest.mark.parametrize("guide", GUIDES, ids=identity)
def test_both_languages_have_the_same_parts(guide: Path) -> None:
    name, lang = guide.name.split(".")[:2]
    other = FOLDER / f"{name}.{'en' if lang == 'zh' else 'zh'}.md"

    def parts(path: Path) -> list[str]:
        lines = path.read_text().splitlines()
        return [line.split(" ")[0] for line in lines if re.match(r"(#+ |\d\. |\|)", line)]

    assert [p[0] for p in parts(guide)] == [p[0] for p in parts(other)]


@pytest.mark.only("sqlite")
def test_addresses_in_them_answer(demo_app: Flask) -> None:
    client = demo_app.test_client()
    for guide in GUIDES:
        for path in re.findall(r"`(/[a-z0-9/-]*)`", guide.read_text()):
            assert client.get(path, follow_redirects=True).status_code == 200, (guide.name, path)


@pytest.mark.only("sqlite")
def test_commands_in_them_run_as_they_are_written(demo_app: Flask, tmp_path: Path) -> None:
    written = {line for guide in GUIDES for line in _RUNNABLE.findall(guide.read_text())}
    assert len(written) >= 9
    runner = demo_app.test_cli_runner()
    file = tmp_path / "programme.csv"
    exported = runner.invoke(args=["schedule", "export", "demo", "--format", "csv"])
    file.write_bytes(exported.stdout_bytes)
    for line in sorted(written):
        event = "futian-2023" if line.startswith("report ") else "demo"
        named = {"EVENT": event, "VERSION": "1", "FILE": str(file), _BACKUP: str(tmp_path / "b")}
        args = [named.get(word, word) for word in shlex.split(line)]
        done = runner.invoke(args=args, input="a long enough password\n")
        assert done.exit_code == 0, f"{line}: {done.output}"


def test_their_pictures_are_those_that_a_test_draws_anew() -> None:
    shown = {
        path
        for page in [*GUIDES, ROOT / "README.md"]
        for path in re.findall(r"\]\((?:\.\./|docs/)?(img/[^)]+\.png)\)", page.read_text())
    }
    assert len(shown) >= 6
    assert shown <= {f"img/{name}.png" for name in screenshots.names()}
    stored = {f"img/{path.name}" for path in screenshots.FOLDER.glob("*.png")}
    assert stored == {f"img/{name}.png" for name in screenshots.names()}
