"""What check-in does: pairing, deciding scans, taking uploads, rebuilding."""

from eventhub.checkin.service.badges import PrintBadge, print_badge
from eventhub.checkin.service.cards import (
    MakeCards,
    NewCard,
    SetGate,
    make_cards,
    revoke_card,
    set_gate,
    set_reasons,
)
from eventhub.checkin.service.conflicts import ResolveConflict, resolve_conflict
from eventhub.checkin.service.corrections import (
    CorrectScan,
    let_in,
    release_scans,
    undo_scan,
)
from eventhub.checkin.service.entry_answers import GivenAnswer
from eventhub.checkin.service.items import OfflineScan
from eventhub.checkin.service.log import LoggedScan, load_scans
from eventhub.checkin.service.occupancy import Source, observe_zone, watch_zones
from eventhub.checkin.service.overrides import Override
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
from eventhub.checkin.service.walk_in import WalkIn, register_walk_in

__all__ = [
    "CorrectScan",
    "GivenAnswer",
    "Heartbeat",
    "LoggedScan",
    "MakeCards",
    "NewCard",
    "OfflineScan",
    "Override",
    "Paired",
    "Pairing",
    "PrintBadge",
    "Redeem",
    "Replay",
    "ResolveConflict",
    "SetGate",
    "Simulation",
    "Source",
    "WalkIn",
    "create_pairing",
    "let_in",
    "load_scans",
    "make_cards",
    "mark_first_entries",
    "note_heartbeat",
    "observe_zone",
    "pair",
    "print_badge",
    "rebuild",
    "record_scans",
    "redeem",
    "register_walk_in",
    "release_scans",
    "replay",
    "resolve_conflict",
    "revoke_card",
    "revoke_device",
    "set_gate",
    "set_reasons",
    "simulate",
    "undo_scan",
    "watch_zones",
]
