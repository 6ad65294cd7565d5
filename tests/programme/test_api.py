"""The API of the editor: what the steps do, who was faster, releases that nothing changes."""

from __future__ import annotations

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError

from eventhub.accounts.service import create_api_key
from eventhub.kernel.db import command, db
from eventhub.programme import queries, service
from eventhub.programme.models import Schedule, Slot
from eventhub.programme.queries import EventRow
from tests.assertions import assert_problem
from tests.factories import programme as make

DAY = "2026-11-21"
WRITE_ON_A_VERSION = re.compile(r"/api/v1/events/<slug>/schedules/<version>/")


@dataclass(frozen=True)
class Caller:
    """A program with a key, and what it does with the event."""

    client: FlaskClient
    event: EventRow
    headers: dict[str, str]

    def get(self, path: str) -> Any:
        answer = self.client.get(self.url(path), headers=self.headers)
        assert answer.status_code == 200, answer.text
        return answer.get_json()

    def send(self, path: str, **given: Any) -> Any:
        return self.client.post(self.url(path), json=given, headers=self.headers)

    def done(self, path: str, **given: Any) -> Any:
        answer = self.send(path, **given)
        assert answer.status_code in {200, 201, 202}, answer.text
        return answer.get_json()

    def step(self, number: int, what: str, **given: Any) -> Any:
        """Change one performance, with the version that is there."""
        given = {"version": self.slot(number)["version"], **given}
        return self.done(f"schedules/wip/slots/{number}/{what}", **given)

    def slot(self, number: int) -> Any:
        slots = self.get("schedules/wip/slots")["slots"]
        return next(row for row in slots if row["performance"] == number)

    def url(self, path: str) -> str:
        return f"/api/v1/events/{self.event.slug}/{path}"


@pytest.fixture
def caller(app: Flask) -> Caller:
    """Return a program that may do all with an event of two stages and two shows, released."""
    event = make.make_event("weaving")
    venue = make.make_venue(event, "mill")
    for slug in ("hall", "yard"):
        make.make_stage(event, slug, venue_id=venue)
    kind, track = make.make_show_type(event), make.make_track(event)
    for code in ("FIRST1", "SECOND"):
        cast = [make.make_party(event)]
        show = make.make_show(event, code, type_id=kind, track_id=track, parties=cast)
        make.make_performance(event, show)
    scopes = ["programme:read", "programme:write"]
    key = create_api_key(organisation_id=event.organisation_id, event_id=event.id, scopes=scopes)
    made = Caller(app.test_client(), event, {"Authorization": f"Bearer {key}"})
    made.step(1, "place", stage="hall", starts_at=f"{DAY}T10:00:00+08:00", minutes=45)
    made.step(2, "place", stage="hall", starts_at=f"{DAY}T12:00:00+08:00", minutes=60)
    made.done("schedules/wip/release", name="v1")
    return made


def placed(caller: Caller) -> list[tuple[int, str | None, str | None, int]]:
    """Return number, stage, UTC start and minutes of everything."""
    return [
        (
            row["performance"],
            row["stage"],
            row["starts_at"] and row["starts_at"][:16],
            row["minutes"],
        )
        for row in caller.get("schedules/wip/slots")["slots"]
    ]


def test_every_step_of_the_editor_is_a_call_and_can_be_undone(caller: Caller) -> None:
    at = {"starts_at": f"{DAY}T13:00:00+08:00"}
    first = (1, "hall", f"{DAY}T02:00", 45)
    second = (2, "hall", f"{DAY}T04:00", 60)
    assert placed(caller) == [first, second]

    tried = caller.step(1, "move", stage="hall", starts_at=f"{DAY}T12:15:00+08:00", dry_run=True)
    assert (tried["batch"], [row["rule"] for row in tried["added"]]) == (None, ["stage_overlap"])
    assert placed(caller) == [first, second]

    moved = caller.step(1, "move", stage="yard", **at)
    assert [(row["stage"], row["version"]) for row in moved["slots"]] == [("yard", 2)]
    caller.step(1, "resize", ends_at=f"{DAY}T13:30:00+08:00")
    other = caller.slot(2)["version"]
    caller.step(1, "swap", other=2, other_version=other)
    assert placed(caller) == [(1, "hall", f"{DAY}T04:00", 30), (2, "yard", f"{DAY}T05:00", 60)]
    caller.step(1, "pin", pinned=True)
    span = {"starts_at": f"{DAY}T06:00:00+08:00", "ends_at": f"{DAY}T23:00:00+08:00"}
    caller.done("schedules/wip/shift", minutes=15, **span)
    assert placed(caller) == [(1, "hall", f"{DAY}T04:00", 30), (2, "yard", f"{DAY}T05:15", 60)]
    caller.step(1, "pin", pinned=False)
    caller.step(2, "move", stage="hall", starts_at=f"{DAY}T14:00:00+08:00")
    caller.done("schedules/wip/close-gaps", stage="hall", keep_min=20, **span)
    assert placed(caller)[1] == (2, "hall", f"{DAY}T04:50", 60)
    copied = caller.done("schedules/wip/copy-day", from_day=DAY, to_day="2026-11-22")
    assert len(placed(caller)) == 4
    caller.done("schedules/wip/undo", batch=copied["batch"])
    assert len(placed(caller)) == 2
    caller.done("schedules/wip/redo", batch=copied["batch"])
    assert placed(caller)[3] == (4, "hall", "2026-11-22T04:50", 60)
    assert caller.step(3, "unplace")["slots"][0]["stage"] is None
    assert caller.step(4, "status", status="cancelled")["slots"][0]["status"] == "cancelled"

    edits = caller.get("schedules/wip/edits?after=0")
    operations = [row["operation"] for row in edits["edits"]]
    assert edits["cursor"] == caller.get("schedules/wip/slots")["cursor"]
    assert operations[:6] == ["move", "resize", "swap", "swap", "pin", "shift"]
    assert caller.get(f"schedules/wip/edits?after={edits['cursor']}")["edits"] == []
    back = caller.done("schedules/wip/rollback", name="v1")
    assert placed(caller) == [first, second, (3, None, None, 60), (4, None, None, 60)]
    caller.done("schedules/wip/undo", batch=back["batch"])


def test_who_was_slower_gets_the_row_as_it_is_now(caller: Caller) -> None:
    seen = caller.slot(1)["version"]
    caller.step(1, "move", stage="yard", starts_at=f"{DAY}T13:00:00+08:00")
    given = {"version": seen, "stage": "hall", "starts_at": f"{DAY}T15:00:00+08:00"}
    refused = assert_problem(caller.send("schedules/wip/slots/1/move", **given), 409, "stale-edit")
    assert refused["current"] == caller.slot(1)
    assert refused["current"]["stage"] == "yard"
    caller.step(1, "pin", pinned=True)
    given["version"] = caller.slot(1)["version"]
    pinned = assert_problem(caller.send("schedules/wip/slots/1/move", **given), 409, "slot-pinned")
    assert pinned["current"]["pinned"] is True
    assert_problem(
        caller.send("schedules/wip/slots/9/unplace", version=0), 404, "unknown-performance"
    )
    given["stage"] = "roof"
    assert_problem(caller.send("schedules/wip/slots/2/move", **given), 404, "unknown-stage")
    given["starts_at"] = f"{DAY}T15:00:00"  # in which zone?
    assert_problem(caller.send("schedules/wip/slots/2/move", **given), 422, "invalid")


def rows_of(version: str) -> list[tuple[Any, ...]]:
    """Return every column of every row of a release, and of the release itself."""
    db.session.rollback()
    slots = (
        select(*Slot.__table__.c)
        .join(Schedule, Schedule.id == Slot.schedule_id)
        .where(Schedule.name == version)
        .order_by(Slot.id)
    )
    head = select(*Schedule.__table__.c).where(Schedule.name == version)
    return [tuple(row) for row in [*db.session.execute(head), *db.session.execute(slots)]]


def test_nothing_changes_a_release(caller: Caller, app: Flask) -> None:
    before = rows_of("v1")
    feed = caller.client.get("/e/weaving/schedule.xml").data
    writes = [
        rule
        for rule in app.url_map.iter_rules()
        if WRITE_ON_A_VERSION.match(rule.rule) and "POST" in (rule.methods or ())
    ]
    assert len(writes) == 14
    for rule in writes:
        for name in ("v1", "latest"):
            path = rule.rule.replace("<slug>", "weaving").replace("<version>", name)
            path = path.replace("<int:number>", "1")
            answer = caller.client.post(path, json={}, headers=caller.headers)
            assert_problem(answer, 409, "released-immutable")
    lost = caller.send("schedules/v7/slots/1/unplace", version=1)
    assert_problem(lost, 404, "unknown-version")

    caller.step(1, "move", stage="yard", starts_at=f"{DAY}T13:00:00+08:00")
    caller.step(2, "unplace")
    caller.client.patch(
        caller.url("shows/FIRST1"), json={"title": {"en": "Other", "zh": "别的"}},
        headers=caller.headers,
    )  # fmt: skip
    assert rows_of("v1") == before
    assert caller.client.get("/e/weaving/schedule.xml").data.count(b"<event ") == 2
    assert feed.count(b"T10:00:00+08:00") == 1
    assert caller.client.get("/e/weaving/schedule.xml").data.count(b"T10:00:00+08:00") == 1

    run = app.test_cli_runner()  # the commands have no way to name a release to change
    for args in (["move", "weaving", "FIRST1", "--stage", "yard", "--at", f"{DAY}T19:00"],):
        assert run.invoke(args=["schedule", *args]).exit_code == 0
    assert rows_of("v1") == before
    release_id = db.session.scalar(select(Schedule.id).where(Schedule.name == "v1"))
    slot = db.session.scalars(select(Slot).where(Slot.schedule_id == release_id)).first()
    assert slot is not None

    @command
    def by_orm() -> None:
        slot.is_pinned = True

    @command
    def by_statement() -> None:
        db.session.execute(update(Slot).where(Slot.schedule_id == release_id).values(stage_id=None))

    @command
    def by_hand() -> None:
        db.session.execute(text("DELETE FROM slot WHERE schedule_id = :id"), {"id": release_id})

    for attempt in (by_orm, by_statement, by_hand):
        with pytest.raises(IntegrityError):
            attempt()
        db.session.rollback()
    assert rows_of("v1") == before


def test_a_release_is_tried_named_done_and_compared(caller: Caller) -> None:
    caller.step(1, "move", stage="hall", starts_at=f"{DAY}T12:30:00+08:00")
    tried = caller.done("schedules/wip/release", name="v2", dry_run=True)
    assert (tried["released"], tried["based_on"], tried["moved"]) == (False, "v1", 1)
    assert tried["told"] == {"parties": 1}
    blocked = assert_problem(
        caller.send("schedules/wip/release", name="v2"), 409, "release-blocked"
    )
    [finding] = blocked["findings"]
    assert finding["fingerprint"] in tried["blocking"]
    found = caller.get("findings?rule=stage_overlap")
    assert (found["counts"], found["blocks_release"]) == ({"stage_overlap": 1}, True)
    path = f"findings/{finding['fingerprint']}/waive"
    assert caller.done(path, reason="a duet") == {"fingerprint": finding["fingerprint"]}
    assert caller.get("findings?rule=stage_overlap")["blocks_release"] is False
    assert_problem(caller.send("findings/nope/waive", reason="a duet"), 404, "unknown-finding")
    wrong = caller.client.get(caller.url("findings?rule=no"), headers=caller.headers)
    assert_problem(wrong, 422, "invalid")
    assert len(caller.get("rules")["rules"]) == 16
    note = {"en": "Rain", "zh": "下雨"}
    assert caller.send("schedules/wip/release", name="v2", note=note).status_code == 201
    versions = caller.get("schedules")["versions"]
    assert [(row["name"], row["state"]) for row in versions] == [
        ("wip", "wip"), ("v2", "released"), ("v1", "released"),
    ]  # fmt: skip
    assert versions[1]["note"] == note
    told = caller.get("schedules/diff?before=v1&after=v2")
    assert [(row["show"], row["kind"]) for row in told["changes"]] == [("FIRST1", "moved")]
    assert caller.get("schedules/diff")["changes"] == []
    late = caller.send("schedules/wip/release", name="v3", based_on="v1")
    assert_problem(late, 409, "release-raced")
    assert_problem(caller.send("schedules/wip/release", name="latest"), 409, "reserved-name")


def test_of_two_releases_by_api_at_once_one_wins(caller: Caller, app: Flask) -> None:
    caller.step(1, "move", stage="yard", starts_at=f"{DAY}T13:00:00+08:00")
    based_on = caller.done("schedules/wip/release", name="x", dry_run=True)["based_on"]
    db.session.rollback()
    ready = threading.Barrier(2)

    def attempt(name: str) -> tuple[int, str]:
        with app.app_context():
            ready.wait()
            answer = app.test_client().post(
                caller.url("schedules/wip/release"),
                json={"name": name, "based_on": based_on},
                headers=caller.headers,
            )
        return answer.status_code, answer.get_json().get("code", "released")

    with ThreadPoolExecutor(2) as pool:
        found = sorted(pool.map(attempt, ("v2", "v3")))
    assert found == [(201, "released"), (409, "release-raced")]
    states = [row["state"] for row in caller.get("schedules")["versions"]]
    assert states == ["wip", "released", "released"]


def test_shows_are_made_changed_and_given_once_more(caller: Caller) -> None:
    made = caller.done(
        "shows", title={"en": "Third", "zh": "三"}, type="runway", state="confirmed",
        minutes=30, cast=["Weft"], new_kind="band",
    )  # fmt: skip
    assert (made["performances"], made["placed"], made["cast"]) == (
        1, 0, [{"zh": "Weft", "en": "Weft"}],
    )  # fmt: skip
    path = caller.url(f"shows/{made['code']}")
    changed = caller.client.patch(path, json={"track": "main"}, headers=caller.headers).get_json()
    assert changed == made | {"track": "main"}
    gone = caller.client.patch(path, json={"type": None, "cast": []}, headers=caller.headers)
    assert gone.get_json() == changed | {"type": None, "cast": []}
    typed = caller.client.patch(path, json={"type": "runway"}, headers=caller.headers)
    assert typed.status_code == 200
    for wrong in ({"type": "no"}, {"title": None}, {"colour": "red"}):
        answer = caller.client.patch(path, json=wrong, headers=caller.headers)
        assert_problem(answer, 422, "invalid")
    assert caller.done(f"shows/{made['code']}/performances") == {"performance": 4}
    assert [row["code"] for row in caller.get("shows")["shows"]] == [
        "FIRST1", "SECOND", made["code"],
    ]  # fmt: skip
    assert caller.get(f"shows/{made['code']}")["performances"] == 2
    found = caller.get(f"shows/{made['code']}/suggestions?limit=3")["slots"]
    assert len(found) == 3
    best = {name: found[0][name] for name in ("stage", "starts_at")}
    assert caller.step(3, "place", **best)["added"] == []


def test_a_proposal_is_asked_for_read_taken_over_or_dropped(caller: Caller) -> None:
    caller.step(2, "unplace")
    asked = caller.done("proposals", limit_s=5)
    assert asked["state"] == "waiting"
    service.plan_waiting()
    plan = caller.get(f"proposals/{asked['id']}")
    [line] = plan["proposal"]
    assert (plan["state"], line["show"], line["reason"]) == ("open", "SECOND", "unplaced")
    done = caller.done(f"proposals/{asked['id']}/accept", performances=[2])
    assert done["slots"][0]["stage"] == line["now"]["stage"]
    again = caller.send(f"proposals/{asked['id']}/accept")
    assert_problem(again, 404, "unknown-proposal")
    repair = caller.done("proposals", close_stage="hall", day=DAY)
    assert caller.send(f"proposals/{repair['id']}/drop").status_code == 204
    states = [row["state"] for row in caller.get("proposals")["proposals"]]
    assert states == ["stopped", "closed"]
    assert_problem(caller.send("proposals", day=DAY), 422, "invalid")


def test_the_rows_of_the_api_are_those_of_the_editor(caller: Caller) -> None:
    grid = queries.working_grid(caller.event)
    slots = caller.get("schedules/wip/slots")["slots"]
    assert [(row.uuid, row.row_version) for row in grid] == [
        (row["uuid"], row["version"]) for row in slots
    ]
    key = create_api_key(
        organisation_id=caller.event.organisation_id,
        event_id=caller.event.id,
        scopes=["programme:read"],
    )
    reader = Caller(caller.client, caller.event, {"Authorization": f"Bearer {key}"})
    assert reader.get("schedules/wip/slots")["slots"] == slots
    assert_problem(reader.send("schedules/wip/slots/1/unplace", version=1), 403, "not-allowed")
