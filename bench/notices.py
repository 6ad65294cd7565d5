"""
CPU of a release with all its notices: `python -m bench.notices [--sizes 300,1000,5000]`.

Every show moves, so that every performer (two in each show, each with two
calendar files) and every guest (two for each show) gets a message. One JSON
line per figure; measured is the CPU of this process, on SQLite.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from datetime import timedelta
from functools import partial
from pathlib import Path

from flask_migrate import upgrade
from sqlalchemy import func, insert, select, update

from bench.schedule import cpu_ms, load
from eventhub import create_app
from eventhub.kernel import clock
from eventhub.kernel.db import command, db
from eventhub.notify.models import OutboxMessage
from eventhub.programme import queries, service
from eventhub.programme.models import Party, Schedule, Slot
from eventhub.programme.queries import EventRow
from eventhub.registration.jobs import tell_registrants
from eventhub.registration.models import Registration
from eventhub.settings import Settings
from tests.factories.registration import make_ticket_type

_GUESTS = 2  # of each show
_found: dict[str, list[tuple[int, float]]] = {}


def main() -> None:
    """Print all figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="300,1000,5000")
    for size in map(int, parser.parse_args().sizes.split(",")):
        with tempfile.TemporaryDirectory() as name:
            run(Path(name), size)
    for name, values in _found.items():
        (small, first), (large, last) = values[0], values[-1]
        growth = {"name": f"{name}_growth", "value": round(last / first, 2), "unit": "times"}
        note = f"shows grew {large / small:.1f} times, from {small} to {large}"
        print(json.dumps({**growth, "per": name, "note": note}), flush=True)


def run(folder: Path, size: int) -> None:
    """Measure one event of `size` shows in a database of its own."""
    url = f"sqlite:///{folder / 'bench.sqlite3'}"
    app = create_app(Settings.for_tests(folder, database_url=url, log_level="ERROR"))
    with app.app_context():
        upgrade()
        event = queries.event_by_id(load(size))
        address(event)
        first = service.ReleaseSchedule(event_id=event.id, name="v1")
        service.release(first)
        guests(event, size)
        shift(event)
        before = count()
        second = service.ReleaseSchedule(event_id=event.id, name="v2")
        release_ms = cpu_ms(partial(service.release, second), 1)
        performers = count() - before
        say("notices_release_cpu_ms", size, release_ms, f"release, {performers} performers told")
        guests_ms = cpu_ms(tell_registrants, 1)
        told = count() - before - performers
        say("notices_guests_cpu_ms", size, guests_ms, f"release, {told} guests told")
        say("notices_all_cpu_ms", size, release_ms + guests_ms, f"release, {performers + told}")
        db.session.remove()
        db.engine.dispose()


@command
def address(event: EventRow) -> None:
    """Give every performer an address, half of them in English."""
    mine = update(Party).where(Party.event_id == event.id)
    db.session.execute(mine.values(contact_email="p@example.org", contact_lang="zh"))
    db.session.execute(mine.where(Party.id % 2 == 0).values(contact_lang="en"))


@command
def guests(event: EventRow, size: int) -> None:
    """Register `_GUESTS` people for each show."""
    kind = make_ticket_type(event.id, slug="open", places=None)
    now = clock.now()
    rows = [
        {
            "event_id": event.id,
            "public_id": f"{n:016d}",
            "code": f"{n:06d}",
            "ticket_type_id": kind.id,
            "performance_id": n // _GUESTS + 1,
            "state": "confirmed",
            "locale": "zh" if n % 3 else "en",
            "source": "web",
            "contact_name": f"Guest {n}",
            "email": f"g{n}@example.org",
            "created_at": now,
        }
        for n in range(size * _GUESTS)
    ]
    db.session.execute(insert(Registration), rows)


@command
def shift(event: EventRow) -> None:
    """Move every show of the draft by five minutes."""
    wip = select(Schedule.id).where(Schedule.event_id == event.id, Schedule.state == "wip")
    late = timedelta(minutes=5)
    for slot in db.session.scalars(select(Slot).where(Slot.schedule_id == wip.scalar_subquery())):
        if slot.starts_at and slot.ends_at:
            slot.starts_at, slot.ends_at = slot.starts_at + late, slot.ends_at + late


def count() -> int:
    """Return how many messages there are."""
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(OutboxMessage)) or 0


def say(name: str, size: int, value: float, per: str) -> None:
    """Print one figure and keep it for the growth."""
    _found.setdefault(name, []).append((size, value))
    line = {"name": name, "value": round(value, 1), "unit": "ms", "per": per}
    print(json.dumps({**line, "note": f"{size} shows, one process, sqlite"}), flush=True)


if __name__ == "__main__":
    main()
