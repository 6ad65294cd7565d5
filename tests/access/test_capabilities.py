"""What people do in the console, programs do by the API, or a reason says why not."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from eventhub.accounts import service as accounts
from eventhub.accounts.enums import Scope
from eventhub.kernel.api import OPERATION
from eventhub.kernel.db import db
from eventhub.notify.models import OutboxMessage
from eventhub.programme.queries import EventRow
from tests.access.capabilities import CAPABILITIES, REASONS
from tests.access.test_matrix import two_tenants
from tests.checkin.test_console import let_in_twice
from tests.factories.registration import make_registration
from tests.people import make_people
from tests.world import make_world

GUESTS = "姓名,邮箱,票种\n李娜,lina@loom.example,public\n周杰,zhou@loom.example,public\n,,\n"


def test_every_act_has_a_call_or_a_reason(app: Flask) -> None:
    acts = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("console.") and "POST" in (rule.methods or set())
    }
    assert acts ^ set(CAPABILITIES) == set()
    calls = {name for name, view in app.view_functions.items() if hasattr(view, OPERATION)}
    for act, does in CAPABILITIES.items():
        assert does in REASONS if isinstance(does, str) else set(does) <= calls, act


class Program:
    """A program with a key of one event."""

    def __init__(self, client: FlaskClient, event: EventRow, *scopes: Scope) -> None:
        key = accounts.create_api_key(
            organisation_id=event.organisation_id,
            event_id=event.id,
            scopes=[scope.value for scope in scopes or tuple(Scope)],
        )
        self.client, self.root = client, f"/api/v1/events/{event.slug}"
        self.headers = {"Authorization": f"Bearer {key}"}

    def __call__(self, method: str, path: str, json: Any = None, *, status: int = 200) -> Any:
        """Return the JSON of an answer with that status, its text when it is no JSON."""
        answer = self.client.open(self.root + path, method=method, json=json, headers=self.headers)
        assert answer.status_code == status, (method, path, answer.status_code, answer.text)
        assert answer.headers["Cache-Control"] in ("no-store", "no-cache") or status == 200
        return answer.json if answer.is_json else answer.text


def messages_to(address: str) -> int:
    wanted = select(func.count()).where(OutboxMessage.recipient == address)
    db.session.rollback()
    return db.session.scalar(wanted) or 0


def test_a_program_walks_through_the_guests_of_an_event(app: Flask) -> None:
    people = make_people()
    world = make_world(people.organisation_id)
    program = Program(app.test_client(), world.event)

    # pages that neither repeat nor leave out, narrowed by the same search as the console
    names: list[str] = []
    before = ""
    while True:
        page = program("GET", f"/guests?limit=2{before}")
        names += [guest["name"] for guest in page["guests"]]
        if page["next"] is None:
            break
        before = f"&before={page['next']}"
    assert names == ["Anna Meyer", "欧阳修", "王芳"]
    found = program("GET", "/guests?q=欧阳&state=confirmed&ticket_type=public")["guests"]
    assert [guest["name"] for guest in found] == ["欧阳修"]

    # a file: looked at, applied once, tickets once, taken back
    sent = {"file_name": "guests.csv", "text": GUESTS}
    file = program("POST", "/guest-files", sent, status=201)
    assert file["verdicts"]["new"] == 2
    assert program("GET", "/guests?q=lina")["guests"] == []
    path = f"/guest-files/{file['id']}"
    lines = program("GET", f"{path}/lines?verdict=new&skip=1")["lines"]
    assert [line["name"] for line in lines] == ["周杰"]
    assert program("POST", f"{path}/apply")["state"] == "applied"
    program("POST", f"{path}/apply", status=409)
    for _again in range(2):
        assert program("POST", f"{path}/tickets") == {"guests": 2}
        assert messages_to("lina@loom.example") == 1
    [lina] = program("GET", "/guests?q=lina@loom.example")["guests"]
    assert lina["ticket_type"] == "public"
    export = program("POST", "/guests/export")
    assert "lina@loom.example" in export
    program("POST", f"{path}/undo")
    assert program("GET", "/guest-files")["files"][0]["state"] == "undone"
    program("POST", "/guest-files", {"file_name": "a.csv"}, status=422)
    program("POST", "/guest-files", {"file_name": "a", "base64": "?"}, status=422)

    # approval: each for itself, nobody twice; five places of the press
    press = [
        make_registration(world.event.id, "press", name=f"Press {n}", email=f"p{n}@loom.example")
        for n in range(6)
    ]
    assert program("GET", "/approvals")["total"] == 6
    decision = {"registrations": [one.code for one in press], "decision": "approve"}
    outcomes = [row["outcome"] for row in program("POST", "/approvals", decision)["decided"]]
    assert outcomes == ["approved"] * 5 + ["no-capacity"]
    last = decision | {"registrations": [press[5].code], "when_full": "waitlist"}
    assert program("POST", "/approvals", last)["decided"][0]["state"] == "waitlisted"
    [line] = program("GET", "/waitlists")["waitlists"]
    assert [entry["name"] for entry in line["entries"]] == ["Press 5"]
    paused = program("PUT", f"/waitlists/{line['number']}/pause", {"paused": True})
    assert paused["waitlists"][0]["is_paused"]
    entry = f"/waitlists/{line['number']}/entries/{line['entries'][0]['number']}"
    program("POST", f"{entry}/offer", {"reason": "a place by hand"}, status=409)
    assert (
        program("POST", f"{entry}/remove", {"reason": "asked to"})["waitlists"][0]["entries"] == []
    )

    # invitations: listed, sent once, one taken back
    campaign = {
        "name": "Buyers",
        "ticket_type": "public",
        "text": {"zh": "请来", "en": "Come"},
        "answer_by": "2099-01-01T00:00:00+08:00",
    }
    made = program("POST", "/campaigns", campaign, status=201)
    program("POST", "/campaigns", campaign, status=409)
    path = f"/campaigns/{made['id']}"
    assert program("POST", f"{path}/list", sent) == {"new": 2, "known": 0, "refused": []}
    assert program("POST", f"{path}/send") == {"sent": 2}
    assert program("POST", f"{path}/send") == {"sent": 0}
    assert program("POST", f"{path}/remind") == {"sent": 0}  # within a day
    first = program("GET", f"{path}/invitations")["invitations"][0]
    program("DELETE", f"{path}/invitations/{first['id']}", status=204)
    assert program("GET", path)["counts"]["withdrawn"] == 1

    # the log knows all of it, and that a key did it
    acts = [entry["action"] for entry in program("GET", "/log?limit=200")["entries"]]
    assert {"guests.import", "guests.export", "registration.approve", "invitations.send"} <= set(
        acts
    )
    page = program("GET", "/log?limit=2")
    older = program("GET", f"/log?limit=2&before={page['next']}")
    assert [entry["action"] for entry in page["entries"] + older["entries"]] == acts[:4]
    assert program("GET", "/log/checkpoint")["is_whole"]
    assert page["entries"][0]["actor"].startswith("api_key:")

    reader = Program(app.test_client(), world.event, Scope.REGISTRATIONS_READ)
    reader("GET", "/guests")
    reader("POST", f"{path}/send", status=403)
    reader("GET", "/gates", status=403)


@pytest.mark.only("sqlite")  # the services below are tested on both databases
def test_a_program_keeps_gates_figures_and_the_report(app: Flask) -> None:
    _people, world = two_tenants()
    program = Program(app.test_client(), world.event)
    let_in_twice(world)
    assert {row["gate"] for row in program("GET", "/gates")["gates"]} == {"north-1", "south-1"}
    assert program("POST", "/gates/north-1/pairings", status=201)["code"]
    program("PUT", "/gates/north-1/setting", {"welcome": True, "walk_in": "public"}, status=204)
    program("PUT", "/gates/north-1/setting", {"welcome": True, "walk_in": "none"}, status=404)
    device = program("GET", "/devices")["devices"][0]
    program("DELETE", f"/devices/{device['id']}", status=204)
    assert program("GET", "/devices")["devices"][-1]["revoked_at"]
    asked = {"names": ["Li", "Zhou"], "expires_at": "2099-01-01T00:00:00Z"}
    card = program("POST", "/gate-cards", asked, status=201)["cards"][0]
    program("DELETE", f"/gate-cards/{card['id']}", status=204)
    listed = {row["id"]: row for row in program("GET", "/gate-cards")["cards"]}
    assert listed[card["id"]]["revoked_at"]
    assert "code" not in listed[card["id"]]
    program("PUT", "/gate-reasons", {"reasons": ["lost phone"]}, status=204)
    [conflict] = program("GET", "/scan-conflicts")["conflicts"]
    said = {"state": "same_person", "note": "went out for a call"}
    program("POST", f"/scan-conflicts/{conflict['number']}", said, status=204)
    assert program("GET", "/scan-conflicts")["conflicts"][0]["state"] == "same_person"

    mentions = (
        "outlet,title,published_at,url\nDaily,Show,2026-01-02T10:00:00+08:00,https://d.example/1\n"
    )
    file = {"file_name": "media.csv", "text": mentions}
    assert program("POST", "/media-files", file | {"dry_run": True})["accepted"] == 1
    assert program("POST", "/media-files", file)["accepted"] == 1
    assert program("POST", "/media-files", file)["is_known"]

    built = program("POST", "/reports", {"note": "by a program"}, status=201)
    assert program("POST", "/reports", {})["version"] == built["version"]
    path = f"/reports/{built['version']}"
    assert program("POST", f"{path}/submission")["status"] == "submitted"
    program("POST", f"{path}/submission", status=409)
    assert program("GET", f"{path}/verification")["is_reproduced"]
    assert program("GET", f"{path}/files/csv").startswith("\ufeff")
    assert program("GET", f"{path}/files/json")["digest"] == built["digest"]
    program("GET", "/reports/99999999999/files/csv", status=404)
    assert program("GET", "/readings-apart") == {"readings": []}
    program("POST", "/readings-apart/1", {"decision": "drop"}, status=404)
