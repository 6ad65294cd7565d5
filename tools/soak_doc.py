"""
Write docs/durability.md from the results that soak runs left in `bench/soak.jsonl`.

    python tools/soak_doc.py            write
    python tools/soak_doc.py --check    fail when the page is not what the results say
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parent.parent
RESULTS: Final = ROOT / "bench/soak.jsonl"
PAGE: Final = ROOT / "docs/durability.md"

HEAD: Final = """# What was broken on purpose

`make soak` breaks promises on purpose and counts; the same code runs in a small size in every
`make test-all`. Each fault has a plant beside it: the same test on a careless variant, which must
lose or double something, or the test would prove nothing. `python tools/soak_doc.py` writes this
page from `bench/soak.jsonl`, where a soak run appends its counts (two cores, PostgreSQL 15).

| fault | database | size | outcome | plant |
|---|---|---|---|---|
"""

NAMES: Final = {
    "R01": "power cut: the file system is stopped without its last writes",
    "R02": "power cut: the file system is stopped without its last writes",
    "R03": "power cut, careless: done is said before the disk has it",
    "R04": "workers and processes killed in the middle of scans",
    "R05": "line cut after the commit, before the answer",
    "R06": "the database restarts under load",
    "R07": "the disk is full",
    "R08": "eight processes scan the same tickets at the same time",
    "R09": "eight processes scan the same tickets, careless: looks first, then writes",
    "R14": "offline scans handed in in any order, split and repeated",
    "R15": "gates cut off from the server, then the server from its database, without a word",
    "R18": "leaders killed and stopped for longer than their lease",
    "R19": "mail servers that hang, refuse, break off before and after the message",
    "R20": "slow clients in the middle of headers and bodies, nginx in front",
    "R39": "the clock of a gate is ten minutes off; scans at the turn of the day",
    "oversell": "several processes want the last places, alone and in groups, and give some back",
    "peak": "ten times the planned arrivals; the waiting room lets in what was planned",
    "scale-out": "two hosts, nginx, Redis: one host dies",
}
TALLIES: Final = {
    "cuts": "cuts",
    "kills": "kills",
    "deaths": "deaths",
    "hangs": "hangs",
    "restarts": "restarts",
    "rows": "rows",
    "hosts": "hosts",
    "mails": "mails",
    "slow": "slow clients",
    "attempts": "attempts",
    "places": "places",
    "given_back": "given back",
    "contested": "contested tickets",
    "orders": "orders",
    "arrivals": "people who came",
    "with_place": "requests of people with a place",
}
OUTCOMES: Final = {
    "told": "acknowledged",
    "alone": "decided by gates alone",
    "lost": "lost",
    "entered_twice": "entered twice",
    "listed": "of them listed",
    "unanswered": "questions left without an answer",
    "slowest_s": "s at most for an answer",
    "missed": "missed",
    "doubled": "doubled",
    "refused": "late writes refused",
    "first_answers": "first answers given again",
    "late": "errors later than 3 s after a restart",
    "admitted": "admitted",
    "wrong": "scans at a wrong time",
    "refused_mails": "refused for good and marked",
    "unsure": "sent twice with one Message-ID, as nobody could know",
    "served": "others served",
    "failed": "others not served",
    "other_states": "ended in another state",
    "p95_ms": "ms at most for 95 %",
    "rejected": "of people with a place rejected",
    "let_in": "let in",
    "tried_again": "scans tried again",
    "sold": "sold",
    "oversold": "sold twice",
    "empty": "left empty",
    "lead_passed_on_s": "s until the other host led",
}


def main() -> int:
    """Write or check; return the exit code."""
    text = page(json.loads(line) for line in RESULTS.read_text().splitlines() if line)
    if "--check" not in sys.argv:
        PAGE.write_text(text)
        return 0
    return 0 if PAGE.read_text() == text else 1


def page(rows: Any) -> str:
    """Return the page; of several runs of one test the last one stands."""
    last = {row["test"]: row for row in rows}
    lines = [line_of(row) for _, row in sorted(last.items(), key=lambda item: _key(item[1]))]
    return HEAD + "\n".join(lines) + "\n"


def _key(row: dict[str, Any]) -> tuple[str, str, str]:
    return row["requirement"], row.get("database", ""), row["test"]


def line_of(row: dict[str, Any]) -> str:
    """Return one row of the table."""
    name = NAMES[row["requirement"]] + (f" at `{row['point']}`" if "point" in row else "")
    is_plant = row["requirement"] == "R03" or False in (
        row.get("has_fence"),
        row.get("has_guard"),
    )
    if "hangs" in row:  # of R18, where every second end is a hang
        row = {**row, "kills": row["kills"] - row["hangs"]}
    size = ", ".join(f"{row[key]:,} {words}" for key, words in TALLIES.items() if key in row)
    outcome = ", ".join(f"{row[key]:,} {words}" for key, words in OUTCOMES.items() if key in row)
    cells = (
        name,
        row.get("database", "both"),
        size,
        outcome or "as it should",
        "yes" if is_plant else "",
    )
    return "| " + " | ".join(cells) + " |"


if __name__ == "__main__":
    sys.exit(main())
