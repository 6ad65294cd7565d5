"""Which zones a ticket type opens: what gates name, changed with the ticket type."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, select

from eventhub.kernel.db import db
from eventhub.kernel.errors import Invalid
from eventhub.kernel.i18n import pick
from eventhub.programme.models import Gate
from eventhub.registration.models import GateAccess, TicketType
from eventhub.registration.queries.type_zones import ZoneEntrances, zone_entrances
from eventhub.registration.rules.zones import naming


def set_zones(kind: TicketType, wanted: frozenset[int]) -> dict[str, list[str]]:
    """
    Let a ticket type open exactly these zones, in the caller's command.

    A gate that admitted all names every other type of the event when this one is
    not to pass it; a later type has to be ticked for it.

    Returns:
        Slugs of the gates that begin and cease to admit the type.

    Raises:
        Invalid: No zone at all, a zone without entrance, or a gate that would
            name nobody any more and so admit everybody.
    """
    lock_gates(kind.event_id)
    zones = zone_entrances(kind.event_id)
    entrances = [one for zone in zones for one in zone.entrances]
    if not wanted <= {zone.zone_id for zone in zones}:
        raise Invalid(fields={"zones": [_l("Choose one of the list.")]})
    if zones and not wanted:
        text = _l("Choose one zone at least: a ticket that opens none lets nobody in.")
        raise Invalid(fields={"zones": [text]})
    before = {one.gate_id for one in entrances if one.admits(kind.id)}
    others = frozenset(
        db.session.scalars(
            select(TicketType.id).where(
                TicketType.event_id == kind.event_id, TicketType.id != kind.id
            )
        )
    )
    change = naming(entrances, kind.id, others=others, wanted=wanted)
    if change.bare:
        raise _bare(zones, change.bare[0])
    if change.drops:
        db.session.execute(
            delete(GateAccess).where(
                GateAccess.ticket_type_id == kind.id, GateAccess.gate_id.in_(change.drops)
            )
        )
    db.session.add_all(
        GateAccess(gate_id=gate_id, ticket_type_id=type_id)
        for gate_id, type_id in sorted(change.names)
    )
    db.session.flush()
    return _told(kind, before)


def lock_gates(event_id: int) -> None:
    """Let who changes another type at the same time wait: two last names must not go at once."""
    db.session.execute(
        select(Gate.id).where(Gate.event_id == event_id).order_by(Gate.id).with_for_update()
    )


def _bare(zones: list[ZoneEntrances], gate_id: int) -> Invalid:
    zone, gate = next((zone, gate) for zone in zones for gate in zone.gates if gate.id == gate_id)
    text = _l(
        "“%(gate)s” names no other ticket, and a gate that names none admits all. "
        "Leave “%(zone)s” ticked, or let another ticket in there first.",
        gate=pick(gate.name),
        zone=pick(zone.name),
    )
    return Invalid(fields={"zones": [text]})


def _told(kind: TicketType, before: set[int]) -> dict[str, list[str]]:
    """Return the gates whose answer for the type is another one now, for the log."""
    zones = zone_entrances(kind.event_id)
    names = {gate.id: gate.slug for zone in zones for gate in zone.gates}
    now = {gate.id for zone in zones for gate in zone.lets_in(kind.id)}
    begun = sorted(names[gate_id] for gate_id in now - before)
    ended = sorted(names[gate_id] for gate_id in before - now)
    told = {"gates_in": begun, "gates_out": ended}
    return {key: slugs for key, slugs in told.items() if slugs}
