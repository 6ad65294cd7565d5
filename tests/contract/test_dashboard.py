"""The sample dashboard reads figures that exist, by labels that they have."""

from __future__ import annotations

import json
import re
from pathlib import Path

from eventhub.kernel.metrics import FIGURES

PATH = Path(__file__).parents[2] / "deploy" / "grafana" / "eventhub.json"


def test_every_panel_reads_a_figure_that_there_is() -> None:
    figures = {f"eventhub_{name}": figure for name, figure in FIGURES.items()}
    panels = json.loads(PATH.read_text(encoding="utf-8"))["panels"]
    expressions = [target["expr"] for panel in panels for target in panel["targets"]]
    read = set()
    for expression in expressions:
        for name in re.findall(r"eventhub_\w+", expression):
            base = re.sub(r"_(total|bucket)$", "", name)
            assert base in figures, name
            read.add(base)
            grouped = re.search(r"by \((\w+)\)", expression)
            if grouped and grouped[1] != "le":
                assert grouped[1] in figures[base].labels, expression
    assert len(read) >= 7
