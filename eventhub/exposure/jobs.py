"""Work of the leader: what a report needs is ready before anybody builds or reads it."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from flask import current_app

from eventhub.exposure import queries
from eventhub.exposure.render.charts import CHARTS, drawings_of
from eventhub.exposure.service import summarise_admissions
from eventhub.kernel import charts, clock
from eventhub.programme.queries import public_events
from eventhub.settings import current_settings

EVERY_S: Final = 600
DRAW_EVERY_S: Final = 5
_AGAIN_S: Final = 600  # after a drawing failed
_UNNAMED_S: Final = 7 * 86_400  # a drawing that no shown version names is kept so long


def summarise_due() -> int:
    """Summarise events that run or ran until yesterday; return how many had changed."""
    today = clock.now().date()
    return sum(
        summarise_admissions(event.id)
        for event in public_events()
        if event.starts_on
        and event.ends_on
        and event.starts_on <= today
        and (today - event.ends_on).days <= 1
    )


@dataclass(slots=True)
class _Drawn:
    """The files of a version's drawings; `again_at` is when a failed one is tried again."""

    names: frozenset[str]
    again_at: float = field(default=0.0)


def draw_due() -> int:
    """
    Draw the charts of versions that readers see and that the instance folder lacks.

    A version built or a folder emptied since the last time is met within
    seconds. Drawings of versions that are gone are removed after a week.
    Returns how many were drawn.
    """
    folder = current_settings().instance_path / CHARTS
    known: dict[str, _Drawn] = current_app.extensions.setdefault("eventhub_charts_drawn", {})
    shown = queries.shown_versions()
    for digest in known.keys() - shown.keys():
        del known[digest]
    held = _names(folder)
    done = sum(_draw(known, digest, report_id, held, folder) for digest, report_id in shown.items())
    _remove(folder, held - {name for one in known.values() for name in one.names})
    return done


def _draw(
    known: dict[str, _Drawn], digest: str, report_id: int, held: frozenset[str], folder: Path
) -> int:
    """Draw what a version lacks; its document is read only when something may be missing."""
    one = known.get(digest)
    if one is not None and (one.names <= held or clock.monotonic_s() < one.again_at):
        return 0
    wanted = drawings_of(queries.document(report_id))
    one = _Drawn(frozenset(drawing.name for drawing in wanted), clock.monotonic_s() + _AGAIN_S)
    known[digest] = one
    lacking = charts.missing(wanted, folder)
    if lacking:
        charts.draw_apart(lacking, folder)
    one.again_at = 0
    return len(lacking)


def _names(folder: Path) -> frozenset[str]:
    with suppress(OSError):
        return frozenset(path.name for path in folder.iterdir())
    return frozenset()


def _remove(folder: Path, unnamed: frozenset[str]) -> None:
    for name in unnamed:
        with suppress(FileNotFoundError):
            path = folder / name
            if time.time() - path.stat().st_mtime > _UNNAMED_S:
                path.unlink()
