"""Media, claims and the report: adding up contacts so that an auditor can follow."""

from __future__ import annotations

from flask import Flask

from eventhub.audience.queries import set_coverage
from eventhub.kernel.scheduler import Job, add_job


def register(app: Flask) -> None:
    """Register the pages, the API and the commands of this domain."""
    from eventhub.exposure import jobs  # noqa: PLC0415 - circular import
    from eventhub.exposure.api import blueprint as api  # noqa: PLC0415 - circular import
    from eventhub.exposure.cli import group  # noqa: PLC0415 - circular import
    from eventhub.exposure.queries.coverage import coverage_today  # noqa: PLC0415 - circular import
    from eventhub.exposure.views import blueprint as pages  # noqa: PLC0415 - circular import

    set_coverage(app, coverage_today)
    app.register_blueprint(pages)
    app.register_blueprint(api)
    app.cli.add_command(group)
    add_job(app, Job(name="admission-summaries", run=jobs.summarise_due, every_s=jobs.EVERY_S))
    add_job(app, Job(name="charts", run=jobs.draw_due, every_s=jobs.DRAW_EVERY_S))
