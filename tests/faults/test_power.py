"""
Power cuts: what was acknowledged is there when the machine comes back.

The file system under the database is stopped without writing what it holds in
memory, as a cut does; `kill -9` alone would prove nothing. The careless variant
must lose, or the disk does not do what the test believes.
"""

from __future__ import annotations

import itertools
import os
import random
import shutil
import time
from pathlib import Path

import pytest

from eventhub.settings import Settings
from tests import postgres
from tests.conftest import migrate
from tests.faults.conftest import Means, Times
from tests.faults.disk import Disk, with_power
from tests.faults.writers import Gates, Writers, acknowledged, again, house_on, kept
from tests.soak import Record

PROCESSES = 4

pytestmark = pytest.mark.processes


def cut(disk: Disk, gates: Gates, cluster: postgres.Cluster | None = None) -> tuple[int, int]:
    """Cut the power under four writers; return how many scans were acknowledged and lost."""
    if gates.acks.exists():
        gates.acks.unlink()
    writers = Writers(gates, PROCESSES)
    time.sleep(random.uniform(0.4, 1.5))
    disk.cut_power()
    if cluster:
        cluster.kill()
    writers.end()
    disk.restart()
    if cluster:
        cluster.launch()
    told = acknowledged(gates)
    lost = told.keys() - kept(gates)
    if not lost:
        some = dict(itertools.islice(told.items(), 20))
        assert again(gates, some) == {nonce: one.result for nonce, one in some.items()}
    return len(told), len(lost)


@pytest.mark.parametrize("is_careless", [False, True])
def test_sqlite_keeps_what_it_acknowledged(
    sqlite_template: Path,
    means: Means,
    outside: Path,
    times: Times,
    record: Record,
    is_careless: bool,
) -> None:
    disk = means(with_power)
    path = disk.folder / "test.sqlite3"
    shutil.copyfile(sqlite_template, path)
    gates = house_on(disk.folder, f"sqlite:///{path}", outside / "acks", is_careless=is_careless)
    os.sync()  # a cut then only concerns the scans
    cuts = [cut(disk, gates) for _ in range(times(1, 3) if is_careless else times(1, 50))]
    told, lost = (sum(column) for column in zip(*cuts, strict=True))
    record("R03" if is_careless else "R01", database="sqlite", cuts=len(cuts), told=told, lost=lost)
    assert lost > 0 if is_careless else lost == 0


@pytest.mark.parametrize("is_careless", [False, True])
def test_postgresql_keeps_what_it_acknowledged(
    means: Means, outside: Path, times: Times, record: Record, is_careless: bool
) -> None:
    disk = means(with_power)
    data = disk.folder / "data"
    data.mkdir(mode=0o700)
    plant = {"synchronous_commit": "off", "wal_writer_delay": "10s"} if is_careless else {}
    try:
        cluster = postgres.Cluster.start(data, **plant)
    except postgres.PostgresMissing as error:
        pytest.skip(str(error))
    try:
        postgres.create(cluster.folder, "power")
        url = cluster.url("power")
        migrate(Settings.for_tests(outside, database_url=url))
        gates = house_on(outside, url, outside / "acks")
        postgres.execute(cluster.folder, "power", "CHECKPOINT")
        os.sync()  # a cut then only concerns the scans
        cuts = [
            cut(disk, gates, cluster) for _ in range(times(1, 3) if is_careless else times(1, 50))
        ]
    finally:
        cluster.stop()
    told, lost = (sum(column) for column in zip(*cuts, strict=True))
    record(
        "R03" if is_careless else "R02", database="postgresql", cuts=len(cuts), told=told, lost=lost
    )
    assert lost > 0 if is_careless else lost == 0
