"""`flask audience sensor-set`, `sensor-key`, `hook-url` and `mqtt`."""

from __future__ import annotations

import signal
from typing import Any
from urllib.parse import quote

import click

from eventhub.audience import service
from eventhub.audience.cli.group import audience
from eventhub.audience.mqtt import BadBroker, Listener
from eventhub.audience.service import SetSensor
from eventhub.kernel.cli import domain_errors, emit, json_option
from eventhub.programme.queries import event_by_slug
from eventhub.settings import current_settings


@audience.command("sensor-set")
@click.argument("event_slug", metavar="EVENT")
@click.argument("counter")
@click.option("--topic", default="", help="Topic of MQTT that it reports under.")
@click.option("--every", "period_s", type=click.IntRange(1, 3_600), default=60)
@json_option
@domain_errors
def sensor_set(event_slug: str, counter: str, topic: str, period_s: int, as_json: bool) -> None:
    """Let COUNTER of EVENT report by itself; prints the key that it signs with."""
    event = event_by_slug(event_slug)
    key = service.set_sensor(
        SetSensor(
            event_id=event.id,
            name=counter,
            topic=topic,
            period_s=period_s,
            is_synthetic=event.is_synthetic,
        )
    )
    _print_key(event_slug, counter, key, as_json=as_json)


@audience.command("sensor-key")
@click.argument("event_slug", metavar="EVENT")
@click.argument("counter")
@json_option
@domain_errors
def sensor_key(event_slug: str, counter: str, as_json: bool) -> None:
    """Make the key of COUNTER of EVENT void and print a new one."""
    key = service.renew_key(event_by_slug(event_slug).id, counter)
    _print_key(event_slug, counter, key, as_json=as_json)


def _print_key(event_slug: str, counter: str, key: str, *, as_json: bool) -> None:
    url = _url(event_slug, "sensors", counter)
    emit({"url": url, "key": key}, as_json=as_json, human=[f"POST {url}", f"key {key}"])


@audience.command("hook-url")
@click.argument("event_slug", metavar="EVENT")
@click.argument("stream")
@domain_errors
def hook_url(event_slug: str, stream: str) -> None:
    """Print the address for the hooks of a stream server that shows STREAM of EVENT."""
    event = event_by_slug(event_slug)
    secret = service.hook_secret(event.uuid, stream)
    click.echo(_url(event_slug, "hooks", stream, secret))


def _url(event_slug: str, *parts: str) -> str:
    path = "/".join(quote(part, safe="") for part in (event_slug, *parts))
    return f"{current_settings().base_url.rstrip('/')}/api/v1/events/{path}"


@audience.command("mqtt")
@click.option("--url", default="", help="mqtt://host:port; default EVENTHUB_MQTT_URL.")
@click.option("--client-id", default="eventhub", help="One name per installation.")
def mqtt(url: str, client_id: str) -> None:
    """Hear counters at the broker until stopped; what comes meanwhile waits there."""
    address = url or current_settings().mqtt_url
    if not address:
        raise click.UsageError("give --url or set EVENTHUB_MQTT_URL")
    try:
        listener = Listener(address, client_id=client_id)
    except BadBroker as error:
        raise click.UsageError(str(error)) from None
    is_over = False

    def end(*_given: Any) -> None:
        nonlocal is_over
        is_over = True

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    listener.start()
    click.echo("listening")
    while not is_over:
        listener.step()
    listener.stop()
    click.echo(f"{listener.heard.kept} messages kept, {listener.heard.refused} refused")
