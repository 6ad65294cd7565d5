"""Say where a counter stands, fit its factor to counts by hand, draw the plan of the site."""

from __future__ import annotations

import io
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from sqlalchemy import delete, select

from eventhub.audience.errors import BadPlan, TooFewPairs, UnknownCounter
from eventhub.audience.models import PlanMark, SitePlan, Source
from eventhub.audience.rules import calibration as rules
from eventhub.audience.rules.calibration import Fit
from eventhub.audience.service.ground import check_not_estimated
from eventhub.audience.service.sources import Calibrate, calibrate
from eventhub.kernel import audit, clock
from eventhub.kernel.db import command, db
from eventhub.programme.models import Zone

MAX_EDGE: Final = 1600  # pixels of the picture as kept
MAX_PIXELS: Final = 40_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceCounter:
    """
    Where a counter stands; `zone_id` 0 takes it out of every zone.

    `is_cordon`: it sees every entry into the zone, so that its figures are visits.
    Counters with the same `door` see the same people: one counts, this one when
    `counts_at_door`, the others are kept beside it.
    """

    event_id: int
    source_id: int
    zone_id: int
    is_cordon: bool
    width_m: float | None
    door: str = ""
    counts_at_door: bool = False


@command
def place_counter(cmd: PlaceCounter) -> None:
    """
    Place a counter; its whole past goes with it. Commits.

    Raises:
        UnknownCounter: The event has no such counter or zone.

        GroundIsEstimated: A cordon would count people of an estimate again.
    """
    source = _counter(cmd.event_id, cmd.source_id)
    zone = db.session.get(Zone, cmd.zone_id) if cmd.zone_id else None
    if cmd.zone_id and (zone is None or zone.event_id != cmd.event_id):
        raise UnknownCounter()
    if cmd.is_cordon and cmd.zone_id:
        check_not_estimated(cmd.event_id, cmd.zone_id)
    before = _placed(source)
    source.zone_id = cmd.zone_id
    source.is_cordon = cmd.is_cordon and bool(cmd.zone_id)
    source.width_m = cmd.width_m
    _set_door(source, cmd.door.strip()[:40], counts=cmd.counts_at_door)
    audit.record(
        "counter.place",
        f"counter:{source.name}",
        event_id=cmd.event_id,
        before=before,
        after=_placed(source),
    )


def _placed(source: Source) -> dict[str, Any]:
    return {
        "zone": source.zone_id,
        "cordon": source.is_cordon,
        "width_m": source.width_m,
        "door": source.door_ref,
        "spare": source.is_spare,
    }


def _set_door(source: Source, door: str, *, counts: bool) -> None:
    """Put a counter at a door; exactly one of those there counts, a new one only when told to."""
    left = source.door_ref
    others = _at_door(source, door)
    if counts:
        for other in others:
            other.is_spare = True
    stays = bool(others) and source.door_ref == door and not source.is_spare
    source.is_spare = False  # no row of the old door may be in the way of the new one
    source.door_ref = ""
    db.session.flush()
    source.door_ref, source.is_spare = door, bool(others) and not counts and not stays
    db.session.flush()
    if left and left != door:
        rest = _at_door(source, left)
        if rest and all(other.is_spare for other in rest):
            rest[0].is_spare = False
            db.session.flush()


def _at_door(source: Source, door: str) -> list[Source]:
    if not door:
        return []
    return list(
        db.session.scalars(
            select(Source)
            .where(
                Source.event_id == source.event_id, Source.door_ref == door, Source.id != source.id
            )
            .order_by(Source.id)
            .with_for_update()
        )
    )


def _counter(event_id: int, source_id: int) -> Source:
    source = db.session.get(Source, source_id, with_for_update=True)
    if source is None or source.event_id != event_id:
        raise UnknownCounter()
    return source


@dataclass(frozen=True, slots=True)
class Pair:
    """What a device and a person counted in the same quarter of an hour."""

    starts_at: datetime | None
    device: int
    manual: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FitCounter:
    """Counts by hand that the factor of a counter is to rest on."""

    event_id: int
    source_id: int
    pairs: Sequence[Pair]
    by: str = ""


@command
def fit_counter(cmd: FitCounter) -> Fit:
    """
    Set the factor of a counter from pairs of counts, which are kept as evidence. Commits.

    Raises:
        UnknownCounter: The event has no such counter.

        TooFewPairs: Fewer than six, or a count that is not above 0.
    """
    source = _counter(cmd.event_id, cmd.source_id)
    try:
        fit = rules.fit([one.device for one in cmd.pairs], [one.manual for one in cmd.pairs])
    except ValueError:
        raise TooFewPairs() from None
    row = calibrate(
        Calibrate(
            event_id=cmd.event_id,
            source_id=source.id,
            k=fit.k,
            se=fit.se,
            manual_counts=fit.counts,
        )
    )
    row.pairs = [
        [one.starts_at.isoformat() if one.starts_at else None, one.device, one.manual]
        for one in cmd.pairs
    ]
    row.made_by, row.made_at = cmd.by[:120], clock.now()
    db.session.flush()
    audit.record(
        "counter.calibrate",
        f"counter:{source.name}",
        event_id=cmd.event_id,
        after={"k": round(fit.k, 5), "se": round(fit.se, 5), "counts": fit.counts},
    )
    return fit


@dataclass(frozen=True, slots=True, kw_only=True)
class SetMark:
    """A zone as a box or a counter as a point, in thousandths of the plan; width 0 removes."""

    event_id: int
    kind: Literal["zone", "counter"]
    ref_id: int
    x: int
    y: int
    width: int = 0
    height: int = 0
    is_removed: bool = False


@command
def set_mark(cmd: SetMark) -> None:
    """
    Draw a mark on the plan, move it, or take it off. Commits.

    Raises:
        UnknownCounter: The event has no such zone or counter.

        BadPlan: Outside of the plan.
    """
    owner: Any = Zone if cmd.kind == "zone" else Source
    row = db.session.get(owner, cmd.ref_id)
    if row is None or row.event_id != cmd.event_id:
        raise UnknownCounter()
    key = {"event_id": cmd.event_id, "kind": cmd.kind, "ref_id": cmd.ref_id}
    mark = db.session.get(PlanMark, (cmd.event_id, cmd.kind, cmd.ref_id))
    if cmd.is_removed:
        db.session.execute(delete(PlanMark).filter_by(**key))
    else:
        is_inside = min(cmd.x, cmd.y, cmd.width, cmd.height) >= 0
        if not is_inside or cmd.x + cmd.width > 1000 or cmd.y + cmd.height > 1000:
            raise BadPlan()
        if mark is None:
            mark = PlanMark(**key)
            db.session.add(mark)
        mark.x, mark.y, mark.width, mark.height = cmd.x, cmd.y, cmd.width, cmd.height
    db.session.flush()
    audit.record(
        "plan.mark",
        f"{cmd.kind}:{cmd.ref_id}",
        event_id=cmd.event_id,
        after={} if cmd.is_removed else {"x": cmd.x, "y": cmd.y},
    )


@command
def set_picture(event_id: int, data: bytes) -> None:
    """
    Put a picture under the plan, drawn anew so that nothing but pixels stays. Commits.

    Raises:
        BadPlan: Not a picture, or too large.
    """
    picture, width, height = _redrawn(data)
    plan = db.session.get(SitePlan, event_id)
    if plan is None:
        plan = SitePlan(event_id=event_id)
        db.session.add(plan)
    plan.picture, plan.width, plan.height = picture, width, height
    db.session.flush()
    audit.record("plan.picture", "plan", event_id=event_id, after={"bytes": len(picture)})


@command
def drop_picture(event_id: int) -> None:
    """Take the picture away; the marks stay. Commits."""
    if db.session.scalar(select(SitePlan.event_id).where(SitePlan.event_id == event_id)):
        db.session.execute(delete(SitePlan).where(SitePlan.event_id == event_id))
        audit.record("plan.picture", "plan", event_id=event_id)


def _redrawn(data: bytes) -> tuple[bytes, int, int]:
    from PIL import Image  # noqa: PLC0415 - slow import

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=["PNG", "JPEG", "WEBP"]) as picture:
                if picture.width * picture.height > MAX_PIXELS:
                    raise BadPlan()
                picture.thumbnail((MAX_EDGE, MAX_EDGE))
                flat = picture.convert("RGB")
    except (
        OSError,
        ValueError,
        SyntaxError,
        Image.DecompressionBombWarning,
        Image.DecompressionBombError,
    ):
        raise BadPlan() from None
    buffer = io.BytesIO()
    flat.save(buffer, "PNG", optimize=False)
    return buffer.getvalue(), flat.width, flat.height
