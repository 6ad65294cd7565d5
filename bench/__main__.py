"""All benchmarks: `python -m bench`."""

from __future__ import annotations

from bench import (
    audience,
    audience_size,
    exchange,
    gates,
    guests,
    notices,
    pages,
    redeem,
    registration,
    report,
    scanner,
    schedule,
)
from tools import frames

if __name__ == "__main__":
    redeem.main()
    audience.main()
    audience_size.main()
    registration.main()
    report.main()
    pages.main()
    exchange.main()
    guests.main()
    schedule.main()
    notices.main()
    scanner.main()
    frames.measure()
    gates.main()  # 20 minutes
