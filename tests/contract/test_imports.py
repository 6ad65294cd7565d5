"""Layers, and what the start of a process loads."""

from __future__ import annotations

import subprocess
import sys

from eventhub.settings import ROOT

# Large or slow, and not needed to answer a first request.
LAZY = (
    "typst",
    "vl_convert",
    "pypinyin",
    "icalendar",
    "PIL",
    "numpy",
    "psycopg",
    "apscheduler.schedulers",
    "prometheus_client",
)


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a Python program of the environment in the project folder."""
    return subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )


def test_import_contracts_hold() -> None:
    code = "from importlinter.cli import lint_imports_command as run; run()"
    done = run("-c", code)
    assert done.returncode == 0, done.stdout


def test_importing_the_application_loads_nothing_heavy() -> None:
    code = (
        "import sys, pathlib, tempfile\n"
        "from eventhub import create_app\n"
        "from eventhub.settings import Settings\n"
        "create_app(Settings.for_tests(pathlib.Path(tempfile.mkdtemp())))\n"
        f"print(*[name for name in {LAZY!r} if name in sys.modules])"
    )
    done = run("-c", code)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == []
