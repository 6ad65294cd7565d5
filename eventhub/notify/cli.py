"""Commands of the outbox."""

from __future__ import annotations

from dataclasses import asdict

from flask.cli import AppGroup

from eventhub.kernel.cli import domain_errors, emit, json_option
from eventhub.notify import jobs, queries

notify = AppGroup("notify", help="The outbox of mails.")


@notify.command("drain")
@json_option
@domain_errors
def drain(as_json: bool) -> None:
    """Send the mails that are due, one batch."""
    done = jobs.drain()
    human = (
        "no mail server is set; the console shows the outbox"
        if done.is_off
        else f"{done.sent} sent, {done.deferred} later, {done.dead} given up"
    )
    emit(asdict(done), as_json=as_json, human=human)


@notify.command("status")
@json_option
@domain_errors
def status(as_json: bool) -> None:
    """Say how many messages wait."""
    found = queries.backlog()
    oldest = found.oldest_due_at.isoformat() if found.oldest_due_at else None
    human = f"{found.waiting} waiting (oldest: {oldest or '-'}), {found.dead} given up"
    emit(
        {"waiting": found.waiting, "dead": found.dead, "oldest_due_at": oldest},
        as_json=as_json,
        human=human,
    )
