"""Loading: once, repeatable, complete, quick."""

from __future__ import annotations

import contextlib
import json
import shutil
import stat
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from eventhub import create_app
from eventhub.accounts import queries as accounts
from eventhub.accounts.service import SignIn, sign_in
from eventhub.checkin.models import Admission, Scan
from eventhub.checkin.service import replay
from eventhub.demo.load import LoadDemo, load
from eventhub.demo.people import apportioned
from eventhub.exposure.models import Report
from eventhub.kernel.clock import fixed
from eventhub.kernel.db import db
from eventhub.programme import queries
from eventhub.registration.models import Attendee, Registration, Ticket
from eventhub.registration.queries import verify
from eventhub.settings import Settings

TODAY = date(2026, 11, 21)
SMALL = LoadDemo(people=200, today=TODAY)


def _rows(model: type[Any], *columns: str) -> list[tuple[Any, ...]]:
    chosen = [model.__table__.c[name] for name in columns]
    return [tuple(row) for row in db.session.execute(select(*chosen).order_by(model.id))]


def _snapshot() -> dict[str, Any]:
    event = queries.event_by_slug("demo")
    return {
        "uuid": event.uuid,
        "programme": queries.programme(event),
        "registrations": _rows(Registration, "public_id", "code", "state", "created_at", "email"),
        "attendees": _rows(Attendee, "public_id", "display_name"),
        "tickets": _rows(Ticket, "number", "idhash", "status", "window_no"),
        "scans": _rows(Scan, "nonce", "at_ms", "result", "scope"),
    }


def test_a_second_load_changes_nothing(app: Flask) -> None:
    first = load(SMALL)
    before = _snapshot()
    again = load(LoadDemo(people=300, seed=9))
    assert (again.events, again.counts) == (first.events, first.counts)
    assert (len(first.logins), again.logins) == (6, ())
    assert _snapshot() == before


def test_the_same_seed_and_day_give_the_same_rows(sqlite_template: Path, tmp_path: Path) -> None:
    found = []
    for number, now in enumerate(
        (datetime(2026, 11, 21, tzinfo=UTC), datetime(2027, 5, 1, tzinfo=UTC))
    ):
        with _installation(sqlite_template, tmp_path / str(number)), fixed(now):
            load(LoadDemo(people=200, today=date(2026, 3, 1)))
            found.append(_snapshot())
    assert found[0] == found[1]


def test_another_seed_gives_other_rows(sqlite_template: Path, tmp_path: Path) -> None:
    found = []
    for seed in (1, 2):
        with _installation(sqlite_template, tmp_path / str(seed)):
            load(LoadDemo(people=200, seed=seed, today=TODAY))
            found.append(_snapshot())
    assert found[0]["uuid"] != found[1]["uuid"]
    assert not set(found[0]["tickets"]) & set(found[1]["tickets"])


def test_another_installation_has_other_tickets(sqlite_template: Path, tmp_path: Path) -> None:
    found = []
    for secret in ("a" * 40, "b" * 40):
        with _installation(sqlite_template, tmp_path / secret, secret_key=secret):
            load(SMALL)
            found.append(_snapshot())
    assert found[0]["registrations"] == found[1]["registrations"]
    assert not set(found[0]["tickets"]) & set(found[1]["tickets"])


@contextlib.contextmanager
def _installation(template: Path, folder: Path, **changes: str) -> Iterator[None]:
    """Run the block in an application of its own on an empty SQLite database."""
    folder.mkdir()
    shutil.copyfile(template, folder / "test.sqlite3")
    app = create_app(Settings.for_tests(folder, **changes))
    with app.app_context():
        yield
        db.session.remove()
        db.engine.dispose()


@given(counts=st.lists(st.integers(0, 900), min_size=1).filter(any), total=st.integers(0, 100_000))
def test_shares_add_up_to_what_was_asked_for(counts: list[int], total: int) -> None:
    found = apportioned(counts, total)
    exact = [count * total / sum(counts) for count in counts]
    assert sum(found) == total
    assert all(abs(one - other) <= 1 for one, other in zip(found, exact, strict=True))


def test_admissions_are_what_the_scan_log_says(app: Flask) -> None:
    load(SMALL)
    event = queries.event_by_slug("demo")
    found = replay(event.id)
    assert found.matches_projection
    assert (found.conflicts, verify(event.id)) == (0, [])


@pytest.mark.only("sqlite")
def test_nothing_has_happened_after_now(app: Flask) -> None:
    noon = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
    with fixed(noon):
        load(LoadDemo(people=200))
    latest = max(row[0] for row in _rows(Scan, "at_ms"))
    assert noon.timestamp() - 3600 < latest / 1000 <= noon.timestamp()


@pytest.mark.only("sqlite")
def test_the_night_belongs_to_the_day_before(app: Flask) -> None:
    with fixed(datetime(2026, 11, 21, 18, 30, tzinfo=UTC)):  # 02:30 on the 22nd in Shanghai
        load(LoadDemo(people=50))
    event = queries.event_by_slug("demo")
    assert (event.starts_on, event.ends_on) == (date(2026, 11, 20), date(2026, 11, 24))


def test_figures_are_those_of_the_content(demo: Flask) -> None:
    event = queries.event_by_slug("demo")
    opens_at, closes_at = event.day_bounds(date(2026, 11, 20))
    rows = db.session.execute(
        select(Admission.ticket_id, Admission.entered_at_ms).where(Admission.event_id == event.id)
    ).all()
    first, last = opens_at.timestamp() * 1000, closes_at.timestamp() * 1000
    yesterday = [row.ticket_id for row in rows if first <= row.entered_at_ms < last]
    assert (len(yesterday), len(set(yesterday))) == (2143, 608 + 131)
    assert len(_rows(Registration, "id")) == 2000
    assert len(queries.programme(event)) == 49
    assert len({row.show_code for row in queries.programme(event)}) == 42


def test_everything_invented_says_so(demo: Flask) -> None:
    event = queries.event_by_slug("demo")
    assert event.is_synthetic
    assert set(_rows(Registration, "is_synthetic")) == {(True,)}
    record = queries.event_by_slug("futian-2023")
    reports = db.session.execute(select(Report.event_id, Report.status, Report.is_synthetic))
    assert sorted(tuple(row) for row in reports) == sorted(
        [(event.id, "draft", True), (record.id, "published", False)]
    )


def test_late_sets_stand_on_the_evening_before(demo: Flask) -> None:
    rows = queries.programme(queries.event_by_slug("demo"))
    late = {row.show_code: row.day for row in rows if row.show_code in {"FOGLMP", "MIRAGE"}}
    assert late == {"FOGLMP": date(2026, 11, 21), "MIRAGE": date(2026, 11, 23)}


def test_names_keep_their_rare_characters(demo: Flask) -> None:
    names = "".join(name for (name,) in _rows(Attendee, "display_name"))
    assert set("喆堃镕㛃𬭎䶮犇垚") <= set(names)


def test_addresses_never_resolve(demo: Flask) -> None:
    emails = [email for (email,) in _rows(Registration, "email") if email]
    phones = [phone for (phone,) in _rows(Registration, "phone") if phone]
    assert all(email.endswith(".example") for email in emails)
    assert all(phone.startswith("+447700900") for phone in phones)
    assert len(set(emails + phones)) == 2000


def test_log_ins_are_kept_for_the_owner_of_the_files_and_work(
    demo: Flask, loaded_folder: Path
) -> None:
    path = loaded_folder / "demo-logins.txt"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    lines = [line.split() for line in path.read_text().splitlines() if "@" in line]
    assert [line[0] for line in lines] == [
        "owner", "owner", "guests", "gate_supervisor", "media", "report_reader",
    ]  # fmt: skip
    person = accounts.person_by_email(lines[0][1])
    assert person is not None
    assert (len({line[2] for line in lines}), person.name) == (6, "演示负责人 Demo owner")


@pytest.mark.only("sqlite")
def test_the_command_prints_counts(app: Flask, runner: FlaskCliRunner) -> None:
    args = ["demo", "load", "--people", "60", "--seed", "3", "--today", "2026-11-21", "--json"]
    done = runner.invoke(args=args)
    data = json.loads(done.output)
    assert (done.exit_code, data["events"]) == (0, ["futian-2023", "demo"])
    assert data["registrations"] == 60
    assert json.loads(runner.invoke(args=args).output) == data
    login = (Path(app.instance_path) / "demo-logins.txt").read_text().split("owner@")[1].split()
    made = sign_in(SignIn(email=f"owner@{login[0]}", password=login[1], address="127.0.0.1"))
    assert made.person_id > 0


@pytest.mark.only("sqlite")
def test_loading_is_quick(demo: Flask, loaded_folder: Path) -> None:
    assert (loaded_folder / "test.sqlite3").stat().st_size < 16 * 1024 * 1024
