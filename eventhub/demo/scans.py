"""Scanners at the gates and what they read so far."""

from __future__ import annotations

from collections.abc import Sequence

from eventhub.checkin.models import Device
from eventhub.checkin.service import LoggedScan, load_scans, mark_first_entries
from eventhub.demo import visits
from eventhub.demo.frame import Frame
from eventhub.demo.people import Guest
from eventhub.demo.places import Places
from eventhub.kernel.db import db


def load(frame: Frame, places: Places, guests: Sequence[Guest]) -> None:
    """Add devices and scans inside the caller's command; admissions follow from them."""
    devices = _devices(frame, places)
    rng = frame.draw.random("lanes")
    load_scans(
        frame.event.id,
        [
            LoggedScan(
                device_id=rng.choice(devices[one.gate]),
                gate_id=places.gates[one.gate],
                ticket_id=one.guest.ticket_id if one.guest else None,
                at=one.at.replace(microsecond=one.at.microsecond // 1000 * 1000),
                result=one.result,
                direction=one.direction,
                nonce=frame.draw.secret_bytes(16, "scan", number),
            )
            for number, one in enumerate(visits.passes(frame, guests))
        ],
    )
    mark_first_entries()


def _devices(frame: Frame, places: Places) -> dict[str, list[int]]:
    """Return device ids by gate: one per lane, with a token that nobody has."""
    rows = {
        (gate["slug"], lane): Device(
            event_id=frame.event.id,
            public_id=frame.draw.public_id("device", gate["slug"], lane),
            name=f"{gate['slug']} {lane}",
            gate_id=places.gates[gate["slug"]],
            token_hash=frame.draw.secret_bytes(32, "device", gate["slug"], lane).hex(),
            agent="demonstration",
            paired_at=frame.at(-1, "07:30"),
            last_seen_at=frame.moment,
            is_synthetic=True,
        )
        for gate in frame.content["gates"]
        for lane in range(1, gate["lanes"] + 1)
    }
    db.session.add_all(rows.values())
    db.session.flush()
    found: dict[str, list[int]] = {}
    for (gate, _lane), device in rows.items():
        found.setdefault(gate, []).append(device.id)
    return found
