"""What other programs are told: endpoints, signed deliveries, their log."""

from __future__ import annotations

from flask import Flask

from eventhub.kernel.scheduler import Job, add_job


def register(app: Flask) -> None:
    """Let the leader deliver what is due."""
    from eventhub.webhooks import jobs  # noqa: PLC0415 - circular import

    add_job(app, Job(name="webhooks", run=jobs.deliver, every_s=2))
