"""What others read of check-in."""

from eventhub.checkin.queries.board import (
    GateBoardRow,
    GateStats,
    LogRow,
    gate_board,
    gate_stats,
    inside,
    open_conflicts,
    scan_log,
)
from eventhub.checkin.queries.cards import CardLine, QuarantineLine, card_names, cards, quarantined
from eventhub.checkin.queries.config import EventConfig, event_config
from eventhub.checkin.queries.device import DeviceRow, device_by_token
from eventhub.checkin.queries.lists import ConflictRow, DeviceLine, conflicts, devices_of
from eventhub.checkin.queries.options import override_reasons
from eventhub.checkin.queries.search import HITS, SearchHit, search
from eventhub.checkin.queries.totals import (
    HourRow,
    ScanTotals,
    admissions_by_hour,
    entries,
    refused_by_result,
    totals,
)
from eventhub.checkin.queries.zones import AlertLine, ZoneLine, zone_alerts, zone_board

__all__ = [
    "HITS",
    "AlertLine",
    "CardLine",
    "ConflictRow",
    "DeviceLine",
    "DeviceRow",
    "EventConfig",
    "GateBoardRow",
    "GateStats",
    "HourRow",
    "LogRow",
    "QuarantineLine",
    "ScanTotals",
    "SearchHit",
    "ZoneLine",
    "admissions_by_hour",
    "card_names",
    "cards",
    "conflicts",
    "device_by_token",
    "devices_of",
    "entries",
    "event_config",
    "gate_board",
    "gate_stats",
    "inside",
    "open_conflicts",
    "override_reasons",
    "quarantined",
    "refused_by_result",
    "scan_log",
    "search",
    "totals",
    "zone_alerts",
    "zone_board",
]
