"""Devices that read one unknown code after another: a wrong event, or somebody who tries."""

from __future__ import annotations

from typing import Final

from sqlalchemy import and_, func, or_, select

from eventhub.checkin.enums import ScanResult
from eventhub.checkin.models import Device, Scan
from eventhub.kernel.db import cached_for, db

IN_A_ROW: Final = 20
_S: Final = 5.0  # seconds that the answer may be old


@cached_for(_S)
def strangers(event_id: int, since_ms: int) -> dict[str, int]:
    """
    Return how many unknown codes in a row devices read last, by their public id.

    Only of devices with at least `IN_A_ROW` of them since `since_ms`, which go
    on working all the same.
    """
    today = (Scan.event_id == event_id, Scan.at_ms >= since_ms)
    known = (
        select(Scan.device_id, func.max(Scan.id).label("last"))
        .where(*today, Scan.result != ScanResult.UNKNOWN_CODE)
        .group_by(Scan.device_id)
        .subquery()
    )
    rows = db.session.execute(
        select(Device.public_id, func.count())
        .select_from(Scan)
        .join(Device, Device.id == Scan.device_id)
        .outerjoin(known, known.c.device_id == Scan.device_id)
        .where(
            *today,
            and_(
                Scan.result == ScanResult.UNKNOWN_CODE,
                or_(known.c.last.is_(None), Scan.id > known.c.last),
            ),
        )
        .group_by(Device.public_id)
        .having(func.count() >= IN_A_ROW)
    )
    return {row[0]: row[1] for row in rows}
