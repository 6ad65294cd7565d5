"""Which gates admit which ticket types, by zone."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from eventhub.kernel.db import I18n, db
from eventhub.programme.enums import GateDirection
from eventhub.programme.queries import GateRow, gates
from eventhub.registration.models import GateAccess
from eventhub.registration.rules.zones import Entrance


@dataclass(frozen=True, slots=True)
class ZoneEntrances:
    """A zone with the gates that let people into it, by number; at least one."""

    zone_id: int
    name: I18n
    gates: tuple[GateRow, ...]
    entrances: tuple[Entrance, ...]

    def lets_in(self, type_id: int) -> list[GateRow]:
        """Return the gates that admit a ticket type."""
        pairs = zip(self.gates, self.entrances, strict=True)
        return [gate for gate, entrance in pairs if entrance.admits(type_id)]


def zone_entrances(event_id: int) -> list[ZoneEntrances]:
    """Return the zones that have entrances, in the order of their gates; two statements."""
    found = [gate for gate in gates(event_id) if gate.direction != GateDirection.OUT]
    named: dict[int, set[int]] = {gate.id: set() for gate in found}
    if found:
        rows = select(GateAccess.gate_id, GateAccess.ticket_type_id)
        for gate_id, type_id in db.session.execute(rows.where(GateAccess.gate_id.in_(named))):
            named[gate_id].add(type_id)
    by_zone: dict[int, list[GateRow]] = {}
    for gate in found:
        by_zone.setdefault(gate.zone_id, []).append(gate)
    return [
        ZoneEntrances(
            zone_id=zone_id,
            name=lanes[0].zone_name,
            gates=tuple(lanes),
            entrances=tuple(
                Entrance(gate.id, gate.zone_id, frozenset(named[gate.id])) for gate in lanes
            ),
        )
        for zone_id, lanes in by_zone.items()
    ]
