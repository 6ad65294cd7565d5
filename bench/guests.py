"""
Guest lists: `python -m bench.guests [--guests N] [--rows N] [--people N]`.

One JSON line per figure: {"name", "value", "unit", "per", "note"}. Measured on
SQLite in one process: preview, applying, reading again and taking back of a
guest file, the export of all registrations, and a name search.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from flask_migrate import upgrade
from sqlalchemy import insert, select

from eventhub import create_app
from eventhub.kernel.db import command, db
from eventhub.programme.queries import EventRow
from eventhub.registration import service
from eventhub.registration.models import Attendee, Registration
from eventhub.registration.queries.guests import batch_by_public_id
from eventhub.registration.queries.name_search import people_named
from eventhub.settings import Settings
from tests.factories.programme import make_event
from tests.factories.registration import make_ticket_type

T = TypeVar("T")
_FAMILY = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗单曾仇解区查朴乐吕欧"
_GIVEN = "芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华文辉建国欣怡知夏"
_SEARCHES = ("王", "wangf", "cxy", "lv", "李娜", "zhaoh")


def main() -> None:
    """Print all figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--guests", type=int, default=10_000)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--people", type=int, default=100_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        url = f"sqlite:///{folder / 'bench.sqlite3'}"
        with create_app(Settings.for_tests(folder, database_url=url)).app_context():
            upgrade()
            event = make_event("bench", is_registration_open=True, uid_domain="bench.example")
            make_ticket_type(event.id, slug="public", places=None)
            _lists(event, given.guests)
            _export(event, given.rows - given.guests)
            _search(event, given.people - given.rows)


def _lists(event: EventRow, guests: int) -> None:
    data = guest_file(0, guests)
    batch = timed("guest_file_preview_s", guests, lambda: preview(event, data))
    timed("guest_file_apply_s", guests, lambda: service.apply_batch(batch))
    timed("guest_file_again_s", guests, lambda: preview(event, data))
    timed("guest_file_undo_s", guests, lambda: service.undo_batch(batch))


def _export(event: EventRow, more: int) -> None:
    service.apply_batch(preview(event, guest_file(100_000, more)))
    count = sum(chunk.count(b"\r\n") for chunk in service.export_csv(event)) - 1
    timed("export_csv_s", count, lambda: sum(map(len, service.export_csv(event))))
    timed("export_xlsx_s", count, lambda: len(service.export_xlsx(event)))


def _search(event: EventRow, more: int) -> None:
    _companions(event, more)
    timed("index_names_s", more, service.index_names)
    for typed in _SEARCHES:
        timed("search_s", more, lambda typed=typed: people_named(event.id, typed), typed)


@command
def _companions(event: EventRow, count: int) -> None:
    """Add people without tickets: a search reads names only."""
    registration_id = db.session.scalar(select(Registration.id).limit(1))
    names = random.Random(1)
    rows = [
        {
            "event_id": event.id,
            "public_id": f"bench{number}",
            "registration_id": registration_id,
            "position": number + 1,
            "display_name": guest_name(names),
        }
        for number in range(count)
    ]
    db.session.execute(insert(Attendee), rows)


def guest_file(first: int, count: int) -> bytes:
    """Return a CSV of guests in GB18030."""
    pick = random.Random(first)
    lines = ["姓名,手机,邮箱,公司,饮食"]
    for number in range(first, first + count):
        lines.append(
            f"{guest_name(pick)},138{number:08d},guest{number}@example.com,公司 {number % 90},素食"
        )
    return "\n".join(lines).encode("gb18030")


def guest_name(pick: random.Random) -> str:
    """Return a name of two or three characters."""
    return pick.choice(_FAMILY) + "".join(pick.choices(_GIVEN, k=pick.choice((1, 2))))


def preview(event: EventRow, data: bytes) -> int:
    """Read a guest file; returns the id of the batch."""
    cmd = service.PreviewFile(event.id, data, "guests.csv", "public")
    return batch_by_public_id(event.id, service.preview_file(cmd)).id


def timed(name: str, rows: int, run: Callable[[], T], what: str = "") -> T:
    """Print CPU and wall time of `run` and return what it returns."""
    started, started_cpu = time.perf_counter(), time.process_time()
    result = run()
    wall = round(time.perf_counter() - started, 3)
    cpu = round(time.process_time() - started_cpu, 3)
    note = f"{rows} rows, sqlite, one process, {wall} s on the clock" + (
        f", {what}" if what else ""
    )
    line = {"name": name, "value": cpu, "unit": "s", "per": "all", "note": note}
    print(json.dumps(line, ensure_ascii=False), flush=True)
    return result


if __name__ == "__main__":
    main()
