"""Commands of `flask schedule` for the running event."""

from __future__ import annotations

from typing import Any

import click

from eventhub.kernel import clock
from eventhub.kernel.cli import domain_errors, emit, json_option
from eventhub.kernel.i18n import pick
from eventhub.programme import queries, service
from eventhub.programme.enums import LiveState
from eventhub.programme.queries import EventRow, PerformanceRow
from eventhub.programme.rules.live import Word
from eventhub.programme.schedule_cli import group

_number = click.option("--performance", "number", type=int, help="Public number, if several.")


@group.command("delay")
@click.argument("event")
@click.argument("code")
@click.argument("minutes", type=int)
@_number
@json_option
@domain_errors
def delay(event: str, code: str, minutes: int, number: int | None, as_json: bool) -> None:
    """Say that the show CODE of EVENT begins MINUTES late; 0 takes it back."""
    row = _row(queries.event_by_slug(event), code, number)
    head: dict[str, Any] = {
        "event_id": queries.event_by_slug(event).id,
        "performance_id": row.performance_id,
    }
    _tell(row, service.set_delay(service.SetDelay(**head, minutes=minutes)), as_json=as_json)


@group.command("live")
@click.argument("event")
@click.argument("code")
@click.argument("state", type=click.Choice([one.value for one in LiveState]))
@_number
@json_option
@domain_errors
def live(event: str, code: str, state: str, number: int | None, as_json: bool) -> None:
    """Say that the show CODE of EVENT is waiting, running, held, ended or cancelled."""
    row = _row(queries.event_by_slug(event), code, number)
    head: dict[str, Any] = {
        "event_id": queries.event_by_slug(event).id,
        "performance_id": row.performance_id,
    }
    _tell(row, service.set_live(service.SetLive(**head, state=LiveState(state))), as_json=as_json)


def _row(event: EventRow, code: str, number: int | None) -> PerformanceRow:
    return queries.performance_to_speak_of(event, code.upper(), clock.now(), number)


def _tell(row: PerformanceRow, word: Word, *, as_json: bool) -> None:
    data = {
        "show": row.show_code,
        "performance": row.public_no,
        "state": word.state.value,
        "delay_min": word.delay_min,
    }
    human = f"{row.show_code} {pick(row.title, 'en')}: {word.state}, +{word.delay_min} min"
    emit(data, as_json=as_json, human=human)
