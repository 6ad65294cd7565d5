"""
Counters for Prometheus; declared here, counted beside the code that they count.

`prometheus_client` is imported when the first figure is needed. With several
workers, `PROMETHEUS_MULTIPROC_DIR` (set by gunicorn.conf.py) makes the figures
those of all of them.
"""

from __future__ import annotations

import functools
import os
from typing import Any, Final, Literal, NamedTuple

PREFIX: Final = "eventhub_"
MULTIPROC: Final = "PROMETHEUS_MULTIPROC_DIR"


class _Figure(NamedTuple):
    kind: Literal["counter", "histogram", "gauge"]
    text: str
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()


_TIMES: Final = (0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
FIGURES: Final[dict[str, _Figure]] = {
    "requests": _Figure("counter", "Answers by route and status class.", ("route", "status")),
    "request_seconds": _Figure("histogram", "Time to an answer.", (), _TIMES),
    "scans": _Figure("counter", "Scans by result.", ("result",)),
    "registrations": _Figure("counter", "Registrations by outcome.", ("outcome",)),
    "messages": _Figure("counter", "Outbox messages by state reached.", ("state",)),
    "leader_changes": _Figure("counter", "Times that this host took the lead."),
    "job_failures": _Figure("counter", "Jobs that raised.", ("job",)),
    "commit_round_items": _Figure(
        "histogram", "Items that shared one COMMIT.", (), (1, 2, 4, 8, 16, 32, 64)
    ),
}


def count(name: str, amount: float = 1, **labels: str) -> None:
    """Add to a counter of `FIGURES`."""
    figure = _figure(name)
    (figure.labels(**labels) if labels else figure).inc(amount)


def observe(name: str, value: float) -> None:
    """Put a value into a histogram of `FIGURES`."""
    _figure(name).observe(value)


def exposition() -> tuple[bytes, str]:
    """Return all figures as Prometheus reads them, and the content type."""
    import prometheus_client as prometheus  # noqa: PLC0415 - slow import
    from prometheus_client import multiprocess  # noqa: PLC0415 - slow import

    for name in FIGURES:
        _figure(name)
    registry = prometheus.REGISTRY
    if os.environ.get(MULTIPROC):
        registry = prometheus.CollectorRegistry()
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # not typed
    return prometheus.generate_latest(registry), prometheus.CONTENT_TYPE_LATEST


@functools.cache
def _figure(name: str) -> Any:
    import prometheus_client as prometheus  # noqa: PLC0415 - slow import

    figure = FIGURES[name]
    full = PREFIX + name
    if figure.kind == "counter":
        return prometheus.Counter(full, figure.text, figure.labels)
    if figure.kind == "gauge":
        return prometheus.Gauge(full, figure.text, figure.labels, multiprocess_mode="livemax")
    return prometheus.Histogram(full, figure.text, figure.labels, buckets=figure.buckets)
