"""All benchmarks: `python -m bench`."""

from __future__ import annotations

from bench import audience, exchange, guests, redeem, registration, report, schedule

if __name__ == "__main__":
    redeem.main()
    audience.main()
    registration.main()
    report.main()
    exchange.main()
    guests.main()
    schedule.main()
