"""Figures for Prometheus."""

from __future__ import annotations

import re

from eventhub.kernel import metrics


def value(line: str) -> float:
    """Return the value of a line of the exposition, 0 when it is not there."""
    text = metrics.exposition()[0].decode()
    found = re.search(rf"^{re.escape(line)} (\S+)$", text, re.MULTILINE)
    return float(found.group(1)) if found else 0.0


def test_counted_things_are_exposed() -> None:
    line = 'eventhub_scans_total{result="probe"}'
    before = value(line)
    metrics.count("scans", result="probe")
    metrics.count("scans", 2, result="probe")
    assert value(line) == before + 3


def test_histograms_are_exposed() -> None:
    before = value("eventhub_commit_round_items_count")
    metrics.observe("commit_round_items", 20)
    assert value("eventhub_commit_round_items_count") == before + 1


def test_every_figure_has_a_text() -> None:
    text = metrics.exposition()[0].decode()
    assert metrics.exposition()[1].startswith("text/plain")
    for name, figure in metrics.FIGURES.items():
        suffix = "_total" if figure.kind == "counter" else ""
        assert f"# HELP {metrics.PREFIX}{name}{suffix} {figure.text}" in text
