"""What check-in does: pairing, deciding scans, taking uploads, rebuilding."""

from eventhub.checkin.service.conflicts import ResolveConflict, resolve_conflict
from eventhub.checkin.service.items import OfflineScan
from eventhub.checkin.service.log import LoggedScan, load_scans
from eventhub.checkin.service.pairing import (
    Heartbeat,
    Paired,
    Pairing,
    create_pairing,
    note_heartbeat,
    pair,
    revoke_device,
)
from eventhub.checkin.service.projection import Replay, mark_first_entries, rebuild, replay
from eventhub.checkin.service.redeem import Redeem, redeem
from eventhub.checkin.service.simulate import Simulation, simulate
from eventhub.checkin.service.upload import record_scans

__all__ = [
    "Heartbeat",
    "LoggedScan",
    "OfflineScan",
    "Paired",
    "Pairing",
    "Redeem",
    "Replay",
    "ResolveConflict",
    "Simulation",
    "create_pairing",
    "load_scans",
    "mark_first_entries",
    "note_heartbeat",
    "pair",
    "rebuild",
    "record_scans",
    "redeem",
    "replay",
    "resolve_conflict",
    "revoke_device",
    "simulate",
]
