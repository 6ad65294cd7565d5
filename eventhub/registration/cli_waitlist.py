"""`flask registration waitlist`: who waits, an offer by hand, and the proof of the order."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import click

from eventhub.kernel.cli import REFUSED, domain_errors, emit, json_option
from eventhub.kernel.errors import NotFound
from eventhub.programme.queries import event_by_slug
from eventhub.registration import queries, service
from eventhub.registration.cli import group

_BY = "command line"


@group.group("waitlist")
def waitlist() -> None:
    """Waitlists of an event."""


@waitlist.command("show")
@click.argument("event")
@json_option
@domain_errors
def show(event: str, as_json: bool) -> None:
    """List every waitlist with its people in the order they are served in."""
    event_id = event_by_slug(event).id
    entries = queries.waitlist_entries(event_id)
    lines = [
        _list(row, [entry for entry in entries if entry.list_id == row.id])
        for row in queries.waitlists(event_id)
    ]
    human = [
        f"{line['ticket_type']:16} {entry['position'] or 'offer':>5}  {entry['code']}  "
        f"{entry['people']}  {entry['name']}"
        for line in lines
        for entry in line["entries"]
    ]
    emit({"lists": lines}, as_json=as_json, human=human or ["Nobody waits."])


@waitlist.command("offer")
@click.argument("event")
@click.argument("code")
@click.option("--reason", default="", help="Needed when it is not this person's turn.")
@json_option
@domain_errors
def offer(event: str, code: str, reason: str, as_json: bool) -> None:
    """Offer a place to the registration with this CODE."""
    event_id = event_by_slug(event).id
    entries = queries.waitlist_entries(event_id)
    entry = next((row for row in entries if row.code == code.upper()), None)
    if entry is None:
        raise NotFound()
    command = service.OfferByHand(event_id, entry.list_id, entry.number, by=_BY, reason=reason)
    service.offer_by_hand(command)
    emit({"offered": entry.code}, as_json=as_json, human=f"Offered to {entry.code}.")


@waitlist.command("verify")
@click.argument("event")
@json_option
@domain_errors
def verify(event: str, as_json: bool) -> None:
    """Replay the logs; exit 1 on any step that neither the rules nor a person explain."""
    proofs = queries.proofs(event_by_slug(event).id)
    is_proven = all(proof.is_proven for proof in proofs)
    human = [
        f"{proof.type_slug}/{proof.window_no}: {proof.steps} steps, "
        f"{len(proof.findings)} findings, {len(proof.differences)} differences"
        for proof in proofs
    ]
    data = {"proven": is_proven, "lists": [_proof(proof) for proof in proofs]}
    emit(data, as_json=as_json, human=human or ["No waitlists."])
    if not is_proven:
        raise SystemExit(REFUSED)


def _list(row: queries.ListRow, entries: list[queries.EntryRow]) -> dict[str, Any]:
    return {
        "ticket_type": row.type_slug,
        "window": row.window_no,
        "mode": row.mode,
        "paused": row.is_paused,
        "closes_at": row.closes_at.isoformat() if row.closes_at else None,
        "waiting": row.waiting,
        "offered": row.offered,
        "free": row.free,
        "entries": [
            {
                "position": entry.position,
                "code": entry.code,
                "name": entry.name,
                "people": entry.group_size,
                "passes": entry.passes,
                "state": entry.state,
                "offer_expires_at": entry.offer_expires_at.isoformat()
                if entry.offer_expires_at
                else None,
            }
            for entry in entries
        ],
    }


def _proof(proof: queries.Proof) -> dict[str, Any]:
    return {
        "ticket_type": proof.type_slug,
        "window": proof.window_no,
        "steps": proof.steps,
        "findings": [asdict(found) | {"explained": found.is_explained} for found in proof.findings],
        "differences": list(proof.differences),
    }
