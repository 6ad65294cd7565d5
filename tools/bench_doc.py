"""
Write docs/benchmarks.md and its charts from the figures of one run of all benchmarks.

    make bench > bench/figures.jsonl        the run; half an hour on two quiet cores
    python -m tools.bench_doc               write the page
    python -m tools.bench_doc --check       fail when the page is not what the figures say
    python -m tools.bench_doc --against OLD fail when a figure is worse than in OLD by over 10 %
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

from bench.limits import limit_of
from eventhub.kernel import charts

ROOT: Final = Path(__file__).resolve().parent.parent
FIGURES: Final = ROOT / "bench/figures.jsonl"
PAGE: Final = ROOT / "docs/benchmarks.md"
PICTURES: Final = ROOT / "docs/img"
WORSE: Final = 1.1
TICK: Final = 0.01  # of a second: what the clock of a process can tell apart
_SIZE: Final = re.compile(r"(\d[\d,]*) (items|shows|tickets|rows)\b")

Figure = dict[str, Any]

HEAD: Final = """# What things cost

Measured by `make bench` on two cores (24 GiB, PostgreSQL 15, Chromium), the server, the database
and the clients on the same machine. CPU is that of all processes together. Where a limit is named
it is the promise that the figure is held against; `bare` figures are what the machine itself needs
for the same work in the same run: the statements through the driver alone, a WSGI application that
does nothing, reading a file. `python -m tools.bench_doc` writes this page from
`bench/figures.jsonl`; with `--against` an older file it names every figure that became worse by
more than a tenth.
"""
GROUPS: Final = (
    ("Gates", ("redeem", "scan_", "bare_transaction", "gate_p", "gate_s", "gate_e", "list_",
               "frame")),
    ("Registration and guests", ("registration", "guest_file", "export_csv_s", "export_xlsx_s",
                                 "index_names", "search")),
    ("Programme", ("schedule", "notices", "editor", "export_", "import_")),
    ("Public pages", ("day_page", "event_page", "front_page", "bare_wsgi", "bare_file")),
    ("Audience", ("hour_curve", "reading", "sample", "live_page", "hls", "audience", "check_ins",
                  "beat", "rebuild", "gate_hours")),
    ("Report", ("admissions", "record_mentions", "report")),
)  # fmt: skip
GROWTH: Final = {
    "programme": (
        "Milliseconds by number of shows",
        ("schedule_check_cpu_ms", "schedule_move_p95_cpu_ms", "schedule_suggest_cpu_ms"),
    ),
    "pages": (
        "Milliseconds by shows in one day",
        ("day_page_cold_cpu_ms", "day_page_cached_cpu_ms", "day_page_304_cpu_ms"),
    ),
}


def main() -> int:
    """Write, check or compare; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--against", type=Path)
    given = parser.parse_args()
    figures = read(FIGURES)
    if given.against:
        found = worse(read(given.against), figures)
        print(*found, sep="\n") if found else print("nothing is worse by over 10 %")
        return 1 if found else 0
    if given.check:
        return 0 if PAGE.read_text() == page(figures) else 1
    PAGE.write_text(page(figures))
    for name, (title, names) in GROWTH.items():
        spec = growth(title, [row for row in figures if row["name"] in names])
        (PICTURES / f"growth-{name}.svg").write_text(charts.svg(spec))
    return 0


def read(path: Path) -> list[Figure]:
    """Return the figures of a run; lines that a benchmark left out have no value."""
    rows = [json.loads(line) for line in path.read_text().splitlines() if line.startswith("{")]
    return [row for row in rows if row.get("value") is not None]


def page(figures: Sequence[Figure]) -> str:
    """Return the page: limits first, then all figures by subject, then growth."""
    held = [(row, limit) for row in figures if (limit := limit_of(row))]
    kept = sum(limit.is_met(row["value"]) for row, limit in held)
    parts = [HEAD, f"\n{kept} of {len(held)} figures with a limit keep to it.\n"]
    parts.append("\n| figure | measured | limit | where |\n|---|---|---|---|\n")
    for row, limit in held:
        sign = "at least" if limit.is_least else "at most"
        mark = "" if limit.is_met(row["value"]) else "**over** "
        most = f"{mark}{sign} {number(limit.value)}"
        parts.append(line(limit.says, f"{number(row['value'])} {row['unit']}", most, place(row)))
    parts.append("\n## Growth\n")
    parts += [f"\n![{title}](img/growth-{name}.svg)\n" for name, (title, _) in GROWTH.items()]
    left = list(figures)
    for title, heads in GROUPS:
        rows = [row for row in left if row["name"].startswith(heads)]
        left = [row for row in left if row not in rows]
        if rows:
            parts.append(f"\n## {title}\n\n| figure | value | where |\n|---|---|---|\n")
            parts += [
                line(f"`{row['name']}`", f"{number(row['value'])} {row['unit']}", place(row))
                for row in rows
            ]
    return "".join(parts)


def line(*cells: str) -> str:
    """Return one row of a table."""
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


def place(row: Figure) -> str:
    """Return where and per what a figure was measured."""
    return ", ".join(filter(None, (f"per {row['per']}", row.get("note", ""))))


def number(value: float) -> str:
    """Return three significant digits, or the whole number."""
    return f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.3g}"


def growth(title: str, rows: Iterable[Figure]) -> dict[str, Any]:
    """Return the chart of some figures by size, both axes in powers of ten."""
    values = []
    for row in rows:
        if size := _SIZE.search(place(row)):
            count = int(size[1].replace(",", ""))
            what = row["name"].removesuffix("_cpu_ms").replace("_", " ")
            values.append({"size": count, "ms": row["value"], "what": what})
    axis = {"scale": {"type": "log"}, "type": "quantitative"}
    return {
        "width": 560,
        "height": 260,
        "title": title,
        "data": {"values": values},
        "mark": {"type": "line", "point": True},
        "encoding": {
            "x": {"field": "size", **axis, "title": None},
            "y": {"field": "ms", **axis, "title": "ms"},
            "color": {"field": "what", "type": "nominal", "title": None},
            "strokeDash": {"field": "what", "type": "nominal", "title": None},
        },
    }


def worse(before: Sequence[Figure], now: Sequence[Figure]) -> list[str]:
    """Return the figures that became worse by over a tenth, beyond what the clock can tell."""
    old = {(row["name"], place(row)): row["value"] for row in before}
    found = []
    for row in now:
        was = old.get((row["name"], place(row)))
        limit = limit_of(row)
        if was is None or limit is None:
            continue
        is_worse = row["value"] * WORSE < was if limit.is_least else row["value"] > was * WORSE
        if is_worse and not _is_noise(row, was):
            found.append(f"{row['name']} ({place(row)}): {number(was)} -> {number(row['value'])}")
    return found


def _is_noise(row: Figure, was: float) -> bool:
    """Tell whether a difference is smaller than the clock of a process can see."""
    in_s = {"s": 1.0, "ms": 0.001}.get(row["unit"])
    return in_s is not None and abs(row["value"] - was) * in_s < TICK / 10


if __name__ == "__main__":
    sys.exit(main())
