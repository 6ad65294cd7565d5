"""
Who may call what: every route, everybody, one table.

A route that is not in `TABLE` fails the test, so a new view can not be
forgotten. Paths are those of alice's event; erin, who owns another
organisation, and her key must never see more than "there is nothing here".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from flask import Flask
from flask.testing import FlaskClient

from eventhub.accounts import service as accounts
from eventhub.accounts.enums import Scope
from eventhub.checkin.service import create_pairing, pair
from eventhub.exposure import service as reports
from eventhub.kernel import clock
from eventhub.registration import service as registration
from eventhub.registration.queries.invitations import (
    campaign_by_public_id,
    campaigns,
    invitations,
)
from eventhub.registration.rules.guests import Guest
from eventhub.registration.service import links
from tests.people import NAMES, People, make_people
from tests.world import World, make_world

BEARERS: Final = ("key", "narrow_key", "foreign_key", "device")
EVERYBODY: Final = (*NAMES, *BEARERS)


def of(default: int, **others: int) -> Mapping[str, int]:
    """Return the status for everybody: `default`, and what differs by name."""
    return {name: others.get(name, default) for name in EVERYBODY}


def console(**allowed: int) -> Mapping[str, int]:
    """Return the statuses of a console page; who is not named and has a part is refused."""
    inside = dict.fromkeys(("alice", "frank", "bob", "dana"), 403)
    outside = dict.fromkeys(("charlie", "erin"), 404)
    return of(303, **(inside | outside | allowed))


def api(status: int) -> Mapping[str, int]:
    """Return the statuses of a call that needs a key: cookies of people count for nothing."""
    return of(401, key=status, narrow_key=403, foreign_key=404)


def owners(status: int) -> dict[str, int]:
    """Return the status for both owners of alice's organisation."""
    return {"alice": status, "frank": status}


@dataclass(frozen=True, slots=True)
class Row:
    """One route: how it is called and what everybody gets. Bodies are wrong on purpose."""

    method: str
    path: str
    answers: Mapping[str, int]
    form: Mapping[str, Any] = field(default_factory=dict)
    json: Any = None


OPEN: Final = of(200)
E: Final = "/e/{slug}"
C: Final = "/console/e/{slug}"
V1: Final = "/api/v1"
GATE: Final = "/api/gate/v1"

TABLE: Final[dict[str, Row]] = {
    "static": Row("GET", "/static/css/tokens.css", OPEN),
    # programme
    "programme.events": Row("GET", "/", OPEN),
    "programme.home": Row("GET", f"{E}/", OPEN),
    "programme.programme": Row("GET", f"{E}/programme", OPEN),
    "programme.programme_day": Row("GET", f"{E}/programme/{{day}}", OPEN),
    "programme.show": Row("GET", f"{E}/shows/AAAAAA", OPEN),
    "programme.theme": Row("GET", f"{E}/theme.css", OPEN),
    "feeds.changes_atom": Row("GET", f"{E}/changes.atom", OPEN),
    "feeds.schedule_ics": Row("GET", f"{E}/schedule.ics", OPEN),
    "feeds.schedule_json": Row("GET", f"{E}/schedule.json", OPEN),
    "feeds.schedule_xml": Row("GET", f"{E}/schedule.xml", OPEN),
    "feeds.show_ics": Row("GET", f"{E}/shows/AAAAAA.ics", OPEN),
    # registration: the link is the right
    "registration.register": Row("GET", f"{E}/register", OPEN),
    "registration.submit": Row("POST", f"{E}/register", of(422)),
    "registration.sent": Row("GET", f"{E}/register/sent", OPEN),
    "registration.lost_ticket": Row("GET", f"{E}/lost-ticket", OPEN),
    "registration.recover": Row("POST", f"{E}/lost-ticket", of(422)),
    "registration.ticket": Row("GET", "/t/{token}", OPEN),
    "registration.ticket_file": Row("GET", "/t/{token}.svg", OPEN),
    "registration.ask_cancel": Row("GET", "/t/{token}/cancel", OPEN),
    "registration.cancel": Row("POST", "/t/{last_token}/cancel", of(409, alice=303)),
    "registration.ask_transfer": Row("GET", "/t/{last_token}/transfer", of(409)),
    "registration.transfer": Row("POST", "/t/{last_token}/transfer", of(409)),
    "registration.passed_on": Row("GET", f"{E}/passed-on", OPEN),
    "registration.take_offer": Row("POST", "/t/{last_token}/accept", of(409)),
    "registration.resend": Row("POST", "/t/{token}/resend", of(303)),
    "invitation.show": Row("GET", "/i/{invitation}", OPEN),
    "invitation.opened": Row("POST", "/i/{invitation}/opened", of(204)),
    "invitation.accept": Row("POST", "/i/{invitation}/accept", of(422)),
    "invitation.decline": Row("POST", "/i/{invitation}/decline", of(409, alice=303)),
    # audience and report
    "audience.live": Row("GET", f"{E}/live", OPEN),
    "audience.live_json": Row("GET", f"{E}/live.json", OPEN),
    "audience.wall": Row("GET", f"{E}/live/wall", OPEN),
    "audience.wall_json": Row("GET", f"{E}/live/wall.json", OPEN),
    "exposure.report": Row("GET", f"{E}/report", OPEN),
    "exposure.report_evidence": Row("GET", f"{E}/report/evidence/none", of(404)),
    "exposure.report_file": Row("GET", f"{E}/report.json", OPEN),
    # the scanner: a page for everybody, answers for paired devices
    "checkin.gate": Row("GET", "/gate/", OPEN),
    "checkin.worker": Row("GET", "/gate/worker.js", OPEN),
    "checkin.service_worker": Row("GET", "/gate/sw.js", OPEN),
    "checkin_api.pair": Row("POST", f"{GATE}/pair", of(422), json={"code": "GP0"}),
    "checkin_api.config": Row("GET", f"{GATE}/config", of(401, device=200)),
    "checkin_api.whole_list": Row("GET", f"{GATE}/events/{'0' * 32}/list", of(401, device=404)),
    "checkin_api.delta": Row("GET", f"{GATE}/events/{'0' * 32}/delta", of(401, device=404)),
    "checkin_api.redeem": Row("POST", f"{GATE}/redeem", of(401, device=422), json={}),
    "checkin_api.scans": Row("POST", f"{GATE}/scans", of(401, device=422), json={}),
    "checkin_api.heartbeat": Row("POST", f"{GATE}/heartbeat", of(401, device=422), json=[]),
    "checkin_api.search": Row("GET", f"{GATE}/search?q=nobody", of(401, device=200)),
    "checkin_api.stats": Row("GET", f"{GATE}/stats", of(401, device=200)),
    # log-in
    "accounts.login": Row("GET", "/login", of(303, anonymous=200, **dict.fromkeys(BEARERS, 200))),
    "accounts.sign_in": Row("POST", "/login", of(422)),
    "accounts.forgotten": Row("GET", "/password", of(200)),
    "accounts.send_password_link": Row("POST", "/password", of(422)),
    "accounts.new_password": Row("GET", "/password/nobody.1.mac", of(410)),
    "accounts.set_password": Row("POST", "/password/nobody.1.mac", of(422)),
    "accounts.logout": Row("POST", "/logout", of(303)),
    # console
    "console.events": Row(
        "GET", "/console/", of(303, alice=303, charlie=200)
    ),  # the only event opens at once
    "console.home": Row("GET", f"{C}/", console(**owners(200), dana=200)),
    "console.programme": Row("GET", f"{C}/programme", console(**owners(200))),
    "console.programme_cursor": Row(  # JSON: says 401 instead of leading to the log-in
        "GET",
        f"{C}/programme/cursor.json",
        console(**owners(200), anonymous=401, **dict.fromkeys(BEARERS, 401)),
    ),
    "console.programme_place": Row("POST", f"{C}/programme/place", console(**owners(404))),
    "console.programme_unplace": Row("POST", f"{C}/programme/unplace", console(**owners(404))),
    "console.programme_pin": Row("POST", f"{C}/programme/pin", console(**owners(404))),
    "console.programme_cancel": Row("POST", f"{C}/programme/cancel", console(**owners(404))),
    "console.programme_undo": Row("POST", f"{C}/programme/undo", console(**owners(409))),
    "console.programme_redo": Row("POST", f"{C}/programme/redo", console(**owners(409))),
    "console.programme_waive": Row("POST", f"{C}/programme/waive", console(**owners(422))),
    "console.programme_release": Row("GET", f"{C}/programme/release", console(**owners(200))),
    "console.release_programme": Row("POST", f"{C}/programme/release", console(**owners(422))),
    "console.guests": Row("GET", f"{C}/guests", console(**owners(200))),
    "console.approval": Row("GET", f"{C}/approval", console(**owners(200))),
    "console.decide": Row("POST", f"{C}/approval", console(**owners(422))),
    "console.waitlist": Row("GET", f"{C}/waitlist", console(**owners(200))),
    "console.pause_waitlist": Row("POST", f"{C}/waitlist/1/pause", console(**owners(404))),
    "console.offer_place": Row("POST", f"{C}/waitlist/1/entries/1/offer", console(**owners(404))),
    "console.remove_entry": Row("POST", f"{C}/waitlist/1/entries/1/remove", console(**owners(404))),
    "console.export_guests": Row("GET", f"{C}/guests.csv", console(**owners(200))),
    "console.guest_lists": Row("GET", f"{C}/guest-lists", console(**owners(200))),
    "console.read_guest_list": Row("POST", f"{C}/guest-lists", console(**owners(422))),
    "console.guest_list": Row("GET", f"{C}/guest-lists/none", console(**owners(404))),
    "console.apply_guest_list": Row("POST", f"{C}/guest-lists/none/apply", console(**owners(404))),
    "console.undo_guest_list": Row("POST", f"{C}/guest-lists/none/undo", console(**owners(404))),
    "console.send_guest_list": Row("POST", f"{C}/guest-lists/none/tickets", console(**owners(404))),
    "console.invitations": Row("GET", f"{C}/invitations", console(**owners(200))),
    "console.create_campaign": Row("POST", f"{C}/invitations", console(**owners(422))),
    "console.campaign": Row("GET", f"{C}/invitations/{{campaign}}", console(**owners(200))),
    "console.list_invitees": Row(
        "POST", f"{C}/invitations/{{campaign}}/list", console(**owners(422))
    ),
    "console.send_invitations": Row(
        "POST", f"{C}/invitations/{{campaign}}/send", console(**owners(303))
    ),
    "console.remind_invited": Row(
        "POST", f"{C}/invitations/{{campaign}}/remind", console(**owners(303))
    ),
    "console.withdraw_invitation": Row(
        "POST", f"{C}/invitations/{{campaign}}/none/withdraw", console(**owners(404))
    ),
    "console.outbox": Row("GET", f"{C}/outbox", console(**owners(200))),
    "console.message": Row("GET", f"{C}/outbox/1", console(**owners(200))),
    "console.gates": Row("GET", f"{C}/gates", console(**owners(200), bob=200)),
    "console.pair": Row("POST", f"{C}/gates/north-1/pairing", console(**owners(200))),
    "console.revoke": Row("POST", f"{C}/devices/dv_none/revoke", console(**owners(404))),
    "console.resolve": Row("POST", f"{C}/conflicts/1", console(**owners(400))),
    "console.counters": Row("GET", f"{C}/counters", console(**owners(200), dana=200)),
    "console.import_counters": Row("POST", f"{C}/counters", console(**owners(422), dana=422)),
    "console.quarantine": Row("GET", f"{C}/quarantine", console(**owners(200), dana=200)),
    "console.decide_reading": Row("POST", f"{C}/quarantine", console(**owners(400), dana=400)),
    "console.clicker": Row("GET", f"{C}/clicker", console(**owners(200), bob=200)),
    "console.tally": Row("POST", f"{C}/clicker", console(**owners(400), bob=400)),
    "console.add_post": Row("POST", f"{C}/clicker/posts", console(**owners(400), bob=400)),
    "console.media": Row("GET", f"{C}/media", console(**owners(200), dana=200)),
    "console.add_mention": Row("POST", f"{C}/media", console(**owners(422), dana=422)),
    "console.import_media": Row("POST", f"{C}/media/files", console(**owners(422), dana=422)),
    "console.undo_media": Row("POST", f"{C}/media/undo", console(**owners(400), dana=400)),
    "console.report": Row("GET", f"{C}/report", console(**owners(200), dana=200)),
    "console.build_report": Row("POST", f"{C}/report/build", console(**owners(303), dana=303)),
    "console.submit_report": Row("POST", f"{C}/report/submit", console(**owners(400), dana=400)),
    "console.access": Row("GET", f"{C}/access", console(**owners(200))),
    "console.create_key": Row("POST", f"{C}/access/keys", console(**owners(422))),
    "console.revoke_key": Row("POST", f"{C}/access/keys/999999/revoke", console(**owners(404))),
    "console.invite_member": Row("POST", f"{C}/access/people", console(**owners(422))),
    "console.revoke_role": Row(
        "POST", f"{C}/access/people/999999/owner/revoke", console(**owners(303))
    ),
    "console.audit_log": Row("GET", f"{C}/log", console(**owners(200))),
    "console.publish_report": Row("POST", f"{C}/report/publish", console(**owners(400), dana=400)),
    # API for programs
    "registration_api.create": Row(
        "POST", f"{V1}/events/{{slug}}/registrations", api(422), json={}
    ),
    "registration_api.read": Row("GET", f"{V1}/registrations/{{code}}", api(200)),
    "registration_api.change": Row(
        "PATCH", f"{V1}/registrations/{{code}}", api(422), json={"nothing": 1}
    ),
    "registration_api.cancel": Row("DELETE", f"{V1}/registrations/{{last_code}}", api(200)),
    "audience_api.counter_readings": Row(
        "POST", f"{V1}/events/{{slug}}/counter-readings", api(422), json={}
    ),
    "audience_api.stream_samples": Row(
        "POST", f"{V1}/events/{{slug}}/stream-samples", api(422), json={}
    ),
    "exposure_api.mentions": Row("POST", f"{V1}/events/{{slug}}/mentions", api(400)),
    "exposure_api.reports": Row("GET", f"{V1}/events/{{slug}}/reports", api(200)),
    "exposure_api.report": Row("GET", f"{V1}/events/{{slug}}/reports/1", api(200)),
    "ops.openapi": Row("GET", f"{V1}/openapi.json", OPEN),
    "ops.docs": Row("GET", f"{V1}/docs", OPEN),
    # health
    "ops.healthz": Row("GET", "/healthz", OPEN),
    "ops.readyz": Row("GET", "/readyz", OPEN),
    "ops.prometheus": Row("GET", "/metrics", OPEN),  # this machine; see tests/security
}


def test_every_route_has_a_row(app: Flask) -> None:
    routes = {rule.endpoint for rule in app.url_map.iter_rules()}
    assert routes - set(TABLE) == set()
    assert set(TABLE) - routes == set()


def test_every_route_answers_everybody_as_the_table_says(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = False  # forged forms are the business of tests/security
    people, world = two_tenants()
    words = words_of(world)
    callers = dict(_callers(app, people, world))
    wrong = []
    for endpoint, row in TABLE.items():
        path = row.path.format_map(words)
        for name, (client, headers) in callers.items():
            answer = client.open(
                path, method=row.method, data=row.form or None, json=row.json, headers=headers
            )
            if endpoint == "accounts.logout" and name in people.ids:
                callers[name] = (people.client(app, name), headers)
            if answer.status_code != row.answers[name]:
                wrong.append((endpoint, name, answer.status_code, row.answers[name]))
    assert wrong == []


def two_tenants() -> tuple[People, World]:
    people = make_people()
    world = make_world(people.organisation_id)
    make_world(people.other_organisation_id, slug="rival-week")
    event = world.event.id
    reports.build_report(reports.BuildReport(event_id=event, created_by=people.ids["alice"]))
    reports.submit(reports.SubmitReport(event_id=event, version=1))
    reports.publish(
        reports.PublishReport(event_id=event, version=1, approved_by=people.ids["frank"])
    )
    return people, world


def words_of(world: World) -> dict[str, Any]:
    first, _second, last = world.guests
    person = first.people[0]
    campaign, invitation = invitation_of(world)
    return {
        "campaign": campaign,
        "invitation": invitation,
        "slug": world.event.slug,
        "day": world.event.starts_on,
        "token": links.attendee_token(person.public_id, person.link_rev),
        "last_token": links.registration_token(last.public_id, last.link_rev),
        "code": world.guests[0].code,
        "last_code": world.guests[1].code,
    }


def invitation_of(world: World) -> tuple[str, str]:
    """Return the public id of a campaign and the link of its one invitation, made when needed."""
    present = campaigns(world.event.id)
    if present:
        (row,) = invitations(present[0].id)
        return present[0].public_id, registration.invitation_token(row.public_id, 0)
    campaign = registration.create_campaign(
        registration.CreateCampaign(
            event_id=world.event.id,
            name="Friends",
            ticket_type="public",
            text={"zh": "请来", "en": "Come"},
            answer_by=clock.now() + timedelta(days=5),
        )
    )
    found = campaign_by_public_id(world.event.id, campaign)
    guest = Guest("韩梅", "public", "zh", email="hanmei@loom.example")
    registration.add_invitees(found.id, [guest])
    registration.send_invitations(found.id)
    (row,) = invitations(found.id)
    return campaign, registration.invitation_token(row.public_id, 0)


def _callers(
    app: Flask, people: People, world: World
) -> Iterator[tuple[str, tuple[FlaskClient, dict[str, str]]]]:
    """Yield everybody with a browser and the headers of a program."""
    for name in NAMES:
        yield name, (people.client(app, name), {})
    foreign = accounts.create_api_key(
        organisation_id=people.other_organisation_id,
        event_id=world.event.id + 1,
        scopes=[scope.value for scope in Scope],
    )
    own = {"organisation_id": people.organisation_id, "event_id": world.event.id}
    tokens = {
        "key": accounts.create_api_key(**own, scopes=[scope.value for scope in Scope]),
        "narrow_key": accounts.create_api_key(**own, scopes=[Scope.PROGRAMME_READ.value]),
        "foreign_key": foreign,
        "device": pair(create_pairing(world.gate.id, created_by=None).code, agent="test").token,
    }
    for name in BEARERS:
        yield name, (app.test_client(), {"Authorization": f"Bearer {tokens[name]}"})
