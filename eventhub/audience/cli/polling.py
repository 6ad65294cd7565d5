"""`flask audience poll-set`, `poll-stop`, `polls` and `poll`."""

from __future__ import annotations

import time
from typing import Final
from urllib.parse import urlsplit

import click

from eventhub.audience import jobs, queries, service
from eventhub.audience.cli.group import audience
from eventhub.audience.service import SetPoll
from eventhub.audience.sources.registry import POLLED, StreamFormat
from eventhub.kernel import clock
from eventhub.kernel.cli import domain_errors, emit, json_option
from eventhub.programme.queries import event_by_slug

_FORMATS: Final = tuple(one.value for one in POLLED)


def _url(_ctx: click.Context, _param: click.Parameter, value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username:
        raise click.BadParameter("an http or https address without user name is needed")
    return value


@audience.command("poll-set")
@click.argument("event_slug", metavar="EVENT")
@click.argument("stream")
@click.option("--format", "stream_format", required=True, type=click.Choice(_FORMATS))
@click.option("--url", required=True, callback=_url, help="Address of the server's status.")
@click.option("--name", "remote_name", default="", help="Name of the stream on its server.")
@click.option("--key", "key_ref", default="", help=f"Entry of {jobs.KEY_FILE}.")
@click.option(
    "--every",
    "period_s",
    type=click.IntRange(service.MIN_PERIOD_S, service.MAX_PERIOD_S),
    default=30,
    help="Seconds between polls.",
)
@domain_errors
def poll_set(
    event_slug: str,
    stream: str,
    stream_format: str,
    url: str,
    remote_name: str,
    key_ref: str,
    period_s: int,
) -> None:
    """Ask a server for the viewers of STREAM of EVENT from now on."""
    event = event_by_slug(event_slug)
    service.set_poll(
        SetPoll(
            event_id=event.id,
            slug=stream,
            stream_format=StreamFormat(stream_format),
            url=url,
            remote_name=remote_name,
            key_ref=key_ref,
            period_s=period_s,
            is_synthetic=event.is_synthetic,
        )
    )
    click.echo(f"{stream}: asked every {period_s} s.")


@audience.command("poll-stop")
@click.argument("event_slug", metavar="EVENT")
@click.argument("stream")
@domain_errors
def poll_stop(event_slug: str, stream: str) -> None:
    """Ask the server of STREAM of EVENT no more; its samples stay."""
    service.stop_poll(event_by_slug(event_slug).id, stream)
    click.echo(f"{stream}: not asked any more.")


@audience.command("polls")
@click.argument("event_slug", metavar="EVENT")
@json_option
@domain_errors
def polls(event_slug: str, as_json: bool) -> None:
    """List the polled streams of EVENT with the age of their latest answer."""
    now = clock.now()
    rows = [
        {
            "stream": row.slug,
            "format": row.stream_format,
            "host": row.host,
            "every_s": row.period_s,
            "on": row.is_on,
            "age_s": round((now - row.answered_at).total_seconds()) if row.answered_at else None,
            "stale": row.is_stale(now),
            "failures": row.failures,
            "error": row.error,
            "warnings": list(row.warnings),
        }
        for row in queries.polls(event_by_slug(event_slug).id)
    ]
    human = [
        f"{row['stream']} ({row['format']}, {row['host']}): "
        + ("no answer yet" if row["age_s"] is None else f"answered {row['age_s']} s ago")
        + (f", {row['failures']} failures: {row['error']}" if row["failures"] else "")
        for row in rows
    ]
    emit({"polls": rows}, as_json=as_json, human=human or ["No stream is polled."])


@audience.command("poll")
@click.option("--once", is_flag=True, help="Ask what is due once and end.")
@click.option("--allow", "allowed", multiple=True, help="Private host that may be asked.")
@json_option
@domain_errors
def poll(once: bool, allowed: tuple[str, ...], as_json: bool) -> None:
    """Ask the servers of all streams that are due; without --once again and again."""
    hosts = (*jobs.allowed_hosts(), *allowed)
    while True:
        done = jobs.poll(allowed=hosts)
        data = {"answered": done.answered, "failed": done.failed}
        if once or done.answered or done.failed:
            emit(data, as_json=as_json, human=f"{done.answered} answered, {done.failed} failed")
        if once:
            return
        time.sleep(jobs.EVERY_S)
