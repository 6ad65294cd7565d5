"""All benchmarks, each in a process of its own: `python -m bench [NAME ...]`."""

from __future__ import annotations

import subprocess
import sys

# `gates` takes 20 minutes
_ALL = (
    ("bench.redeem",),
    ("bench.rush",),
    ("bench.audience",),
    ("bench.audience_size",),
    ("bench.registration",),
    ("bench.report",),
    ("bench.pages",),
    ("bench.exchange",),
    ("bench.guests",),
    ("bench.schedule",),
    ("bench.notices",),
    ("bench.scanner",),
    ("tools.frames", "measure"),
    ("bench.gates",),
)


def main(names: list[str]) -> int:
    """Run the named modules, all without names; return how many failed."""
    wanted = [one for one in _ALL if not names or one[0].rpartition(".")[2] in names]
    runs = [subprocess.run([sys.executable, "-m", *one], check=False) for one in wanted]
    return sum(run.returncode != 0 for run in runs)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
