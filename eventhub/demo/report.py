"""What the demonstration's report is built with: targets from before the opening, the weather,
and what share of an audience is taken to see a piece.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Final

from eventhub.demo.frame import Frame
from eventhub.exposure.rules.visibility import OFFERED
from eventhub.exposure.service import (
    CompareReports,
    NoteDays,
    SetPriors,
    SetTargets,
    SetUniverse,
    compare_reports,
    note_days,
    set_priors,
    set_targets,
    set_universe,
)
from eventhub.kernel import clock

_TARGETS: Final = {
    "checkin.visitors": 1_500,
    "footfall.visits": 200_000,
    "live.pcu": 15_000,
    "media.mentions": 40,
    "kol.creators": 12,
    "exposure.gross": 12_000_000,
}
_REGION: Final = 12_000_000  # people of the invented region
_WEATHER: Final = (
    {"zh": "多云，21 °C，东北风 3 级", "en": "Cloudy, 21 °C, fresh breeze from the north-east"},
    {"zh": "午后有小雨，18 °C", "en": "Light rain from noon, 18 °C"},
)


def load(frame: Frame, *, beside_id: int) -> None:
    """Set the targets ten days before the opening, note the weather, choose the other event."""
    event = frame.event
    compare_reports(CompareReports(event_id=event.id, compare_event_id=beside_id))
    days = event.days()
    notes = dict(zip(days, _WEATHER, strict=False))
    note_days(NoteDays(event_id=event.id, notes=notes))
    with clock.fixed(event.day_bounds(days[0])[0] - timedelta(days=10)):
        values = {metric: Decimal(value) for metric, value in _TARGETS.items()}
        set_targets(SetTargets(event_id=event.id, values=values))
        set_priors(SetPriors(event_id=event.id, priors=OFFERED))
        set_universe(SetUniverse(event_id=event.id, people=_REGION))
