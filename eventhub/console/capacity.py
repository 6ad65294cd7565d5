"""How big a machine an event needs: arithmetic over measured costs, no guess of its own."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

# CPU milliseconds of all processes together, database included, on PostgreSQL, which costs
# more than SQLite. Upper ends of what `make bench` prints on two cores of 2.5 GHz.
COSTS_MS: Final[Mapping[str, float]] = {
    "scan": 2.5,  # redeem_cpu_ms
    "gate_poll": 0.8,  # a delta with nothing new, and the heartbeats
    "registration": 15.0,  # registration_cpu_ms
    "page": 3.0,  # a public page from the cache
    "beat": 0.05,  # a viewer's sign of life by way of the access log
}
GATE_POLL_S: Final = 3.0
PAGES_PER_VISIT: Final = 4.0  # event, day, show, own ticket
PAGES_PER_REGISTRATION: Final = 3.0
BEAT_S: Final = 60.0  # between two signs of life of one sampled viewer
BEATS_PER_S_MAX: Final = 200.0  # the player samples: the rate stays flat as the audience grows
LANE_PER_HOUR: Final = 900  # people through a staffed lane, the lower end of what is seen
BUSY: Final = 0.5  # share of the processors that may be busy at the peak
CORES_PER_HOST: Final = 8
WORKER_MB: Final = 125  # PSS of one web worker
DATABASE_MB: Final = 1024
SQLITE_WRITES_PER_S: Final = 100  # beyond it waits for the one writer are felt


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """The busiest hour: people through the gates, registrations, gates, people watching at once."""

    visits_per_hour: int
    gates: int
    viewers: int = 0
    registrations_per_hour: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """
    What that hour needs.

    `busy_ms` is CPU milliseconds per second by kind of work; `lanes` how many
    staffed lanes let everybody in, whatever the servers do.
    """

    scans_per_s: float
    lanes: int
    busy_ms: Mapping[str, float]
    cores: int
    hosts: int
    workers: int
    memory_mb: int
    database: str
    needs_redis: bool
    has_enough_gates: bool


def plan(load: Load) -> Plan:
    """Return what `load` needs."""
    scans = load.visits_per_hour / 3600
    registrations = load.registrations_per_hour / 3600
    pages = scans * PAGES_PER_VISIT + registrations * PAGES_PER_REGISTRATION
    beats = min(load.viewers / BEAT_S, BEATS_PER_S_MAX)
    rates = {
        "scan": scans,
        "gate_poll": load.gates / GATE_POLL_S,
        "registration": registrations,
        "page": pages,
        "beat": beats,
    }
    busy = {name: round(rate * COSTS_MS[name], 2) for name, rate in rates.items()}
    cores = max(2, math.ceil(sum(busy.values()) / 1000 / BUSY))
    hosts = math.ceil(cores / CORES_PER_HOST)
    writes = scans + registrations
    is_small = hosts == 1 and writes <= SQLITE_WRITES_PER_S
    workers = max(2, min(cores, CORES_PER_HOST)) * hosts
    lanes = math.ceil(load.visits_per_hour / LANE_PER_HOUR)
    return Plan(
        scans_per_s=round(scans, 2),
        lanes=lanes,
        busy_ms=busy,
        cores=cores,
        hosts=hosts,
        workers=workers,
        memory_mb=workers * WORKER_MB + (0 if is_small else DATABASE_MB),
        database="sqlite" if is_small else "postgresql",
        needs_redis=hosts > 1,
        has_enough_gates=lanes <= load.gates,
    )
