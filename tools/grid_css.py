"""Write `static/css/grid.css`: the positions of five-minute rows as classes."""

from __future__ import annotations

from pathlib import Path

ROWS = 288  # five-minute rows of 24 hours
LANES = 4
COLUMNS = 12  # divided by 1, 2, 3 and 4
STAGES = 24
TARGET = Path(__file__).resolve().parent.parent / "static" / "css" / "grid.css"


def grid_css() -> str:
    """Return the style sheet, one rule a line."""
    lines = ["/* Made by tools/grid_css.py. */", "@layer pages {"]
    lines += [f".gs-{n}{{grid-row-start:{n}}}" for n in range(1, ROWS + 1)]
    lines += [f".gl-{n}{{grid-row-end:span {n}}}" for n in range(1, ROWS + 1)]
    for count in range(2, LANES + 1):
        wide = COLUMNS // count
        lines += [
            f".lane-{lane}-{count}{{grid-column:{(lane - 1) * wide + 1}/span {wide}}}"
            for lane in range(1, count + 1)
        ]
    lines += [f".cols-{n}{{--cols:{n}}}" for n in range(1, STAGES + 1)]
    return "\n".join((*lines, "}", ""))


if __name__ == "__main__":
    TARGET.write_text(grid_css(), encoding="utf-8")
