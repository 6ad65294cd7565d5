"""Every act of the console that changes something for others leaves an entry in the log."""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select, update

from eventhub.accounts import queries as accounts_rows
from eventhub.accounts import service as accounts
from eventhub.audience import queries as audience
from eventhub.checkin import queries as checkin
from eventhub.kernel import clock
from eventhub.kernel.db import command, db
from eventhub.kernel.models import AuditEntry
from eventhub.notify.models import OutboxMessage
from eventhub.programme import queries as programme
from eventhub.programme import service as programme_service
from eventhub.programme.models import Event
from eventhub.registration import service as registration
from eventhub.registration.models import Invitation, Registration, Waitlist
from eventhub.registration.queries.type_zones import zone_entrances
from eventhub.webhooks import queries as webhooks
from tests.access.acts import ACTS, REASONS
from tests.access.row import C
from tests.checkin.test_console import let_in_twice, refuse_one
from tests.factories import audience as make
from tests.factories.programme import make_party
from tests.factories.registration import (
    make_consent_text,
    make_registration,
    make_ticket_type,
)
from tests.people import PASSWORD, People, email_of, make_people
from tests.world import World, make_world

pytestmark = pytest.mark.only("sqlite")  # the log itself is tested on both databases

Steps = Iterator[tuple[str, str, dict[str, Any]]]


def test_every_act_of_the_console_is_recorded_or_says_why_not(app: Flask) -> None:
    routes = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("console.") and "POST" in (rule.methods or set())
    }
    assert routes - set(ACTS) == set()
    assert set(ACTS) - routes == set()


def test_every_recorded_act_leaves_its_entry(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    people = make_people()
    world = make_world(people.organisation_id)
    browsers = {name: people.client(app, name) for name in ("alice", "frank")}
    done: dict[str, str] = {}
    for walk in WALKS:
        for endpoint, path, form in walk(people, world):
            who = "frank" if endpoint == "console.publish_report" else "alice"
            done[endpoint] = missing_entry(browsers[who], path.format(slug=world.event.slug), form)
    expected = {name: action for name, action in ACTS.items() if action not in REASONS}
    assert set(expected) - set(done) == set(), "walk these too"
    assert {n: done[n] for n in expected if done[n] != expected[n]} == {}
    released = db.session.scalars(select(AuditEntry.actor_name).distinct()).all()
    assert {"Alice", "Frank"} <= set(released)


def test_an_act_without_an_entry_is_seen(app: Flask) -> None:
    """Negative control: a step of the draft is no entry, and the walk would say so."""
    app.config["WTF_CSRF_ENABLED"] = False
    people = make_people()
    world = make_world(people.organisation_id)
    found = missing_entry(
        people.client(app, "alice"),
        f"/console/e/{world.event.slug}/clicker/posts",
        {"name": "Kirchgasse"},
    )
    assert found == ""


def missing_entry(client: FlaskClient, path: str, form: dict[str, Any]) -> str:
    """Send a form; return the action that the log has gained, "" when it has none."""
    before = newest()
    answer = client.post(path, data=form)
    assert answer.status_code in {200, 201, 303}, (path, answer.status_code, answer.text[:600])
    db.session.rollback()
    rows = db.session.scalars(select(AuditEntry.action).where(AuditEntry.seq > before)).all()
    return rows[-1] if rows else ""


def newest() -> int:
    db.session.rollback()
    return db.session.scalar(select(AuditEntry.seq).order_by(AuditEntry.seq.desc()).limit(1)) or 0


def keys_and_people(people: People, world: World) -> Steps:
    yield "console.create_key", f"{C}/access/keys", {"scopes": ["audience:write"]}
    yield "console.revoke_key", f"{C}/access/keys/1/revoke", {}
    yield "console.export_guests", f"{C}/guests.csv", {}
    yield "console.print_badges", f"{C}/badges.pdf", {"paper": "a6", "first": "1"}
    form = {"email": "gao@loom.example", "name": "Gao", "role": "guests"}
    yield "console.invite_member", f"{C}/access/people", form
    bob = people.ids["bob"]
    yield "console.revoke_role", f"{C}/access/people/{bob}/gate_staff/revoke", {}


def programme_acts(_people: People, world: World) -> Steps:
    clash(world)
    finding = next(row for row in programme.check(world.event) if not row.waived)
    form = {
        "fingerprint": finding.fingerprint,
        "reason": "agreed",
        "view": f"{clock.now():%Y-%m-%d}",
    }
    yield "console.programme_waive", f"{C}/programme/waive", form
    for one in programme.check(world.event):
        if one.blocks_release and not one.waived:
            waive(world, one.fingerprint)
    number = programme.programme(world.event)[0].public_no
    form = {"performance": str(number), "stage": "runway", "say": "plus10"}
    yield "console.say_live", f"{C}/stage", form
    join_a_party(world)
    form = {"party": "weaver", "email": "weaver@example.org", "language": "en"}
    yield "console.set_contact", f"{C}/programme/contacts", form
    yield "console.release_programme", f"{C}/programme/release", {"name": "v2"}
    form = {"version": "v2", "audience": "parties", "decision": "approve"}
    yield "console.decide_notices", f"{C}/programme/notices", form


def event_acts(people: People, world: World) -> Steps:
    form = {
        "kind": "street",
        "name_en": "Lane",
        "starts_on": "2027-05-01",
        "ends_on": "2027-05-02",
        "timezone": "Asia/Shanghai",
        "organisation": str(people.organisation_id),
    }
    yield "console.make_new_event", "/console/new", form
    form = {"name_en": "Next", "starts_on": "2027-05-01"}
    yield "console.make_copy", f"{C}/copy", form
    make_consent_text(world.event.id, "entry", kind="notice")
    yield "console.open_event", f"{C}/set-up/open", {}


def join_a_party(world: World) -> None:
    """Let a brand join a show, so that the release has somebody to tell."""
    show = programme.programme(world.event)[0].show_id
    party = make_party(world.event, "weaver")
    programme_service.add_show_party(programme_service.AddShowParty(show_id=show, party_id=party))


def planner_acts(_people: People, world: World) -> Steps:
    from eventhub.programme import service  # noqa: PLC0415 - used in this step only

    rows = [row for row in programme.working_grid(world.event) if row.starts_at]
    stage_id, at = rows[0].stage_id, rows[0].starts_at
    assert at is not None
    asked = service.AskPlan(
        event_id=world.event.id, stage_id=stage_id, day=world.event.operating_day(at)
    )
    key = service.ask_plan(asked)
    service.plan_waiting()
    yield "console.accept_proposal", f"{C}/programme/proposals/{key}/accept", {"all": "1"}
    from eventhub.programme.service import files  # noqa: PLC0415 - used in this step only

    table = f"title,start,minutes,stage\nLate loom,{at.isoformat()},30,Loft\n".encode()
    read = files.ReadFile(event_id=world.event.id, data=table, file_name="late.csv", format="csv")
    one = f"{C}/programme/files/{files.read_schedule_file(read)}"
    yield "console.apply_schedule_file", f"{one}/apply", {}
    yield "console.undo_schedule_file", f"{one}/undo", {}


def set_up_acts(_people: People, world: World) -> Steps:
    name = {"name_en": "Mill"}
    yield "console.save_venue", f"{C}/places/venue", name
    stage = {"venue": "mill", "kind": "runway", "min_changeover_min": "0"}
    yield "console.save_stage", f"{C}/places/stage", name | stage
    times = {"starts_at": "2026-11-20T10:00", "ends_at": "2026-11-20T12:00"}
    yield "console.add_window", f"{C}/places/windows", times | {"place": "mill", "kind": "open"}
    yield "console.remove_window", f"{C}/places/windows/1/remove", {}
    kit = {"kit-name_en": "LED wall", "kit-quantity": "1"}
    yield "console.add_condition", f"{C}/conditions/kit", kit
    yield "console.remove_condition", f"{C}/conditions/kit/1/remove", {}
    yield "console.add_type", f"{C}/places/types", {"type-name_en": "Walk"}
    yield "console.add_track", f"{C}/places/tracks", {"track-name_en": "Night"}
    ticket = {"visibility": "public", "approval": "none", "waitlist": "off", "tier": ""}
    ticket |= name | {"window": "0", "max_group": "1", "places": "5"}
    ticket |= {"zones": [str(zone_entrances(world.event.id)[0].zone_id)]}
    yield "console.save_ticket_type", f"{C}/tickets/form", ticket
    words = {"title_en": "News", "text_en": "Write to me.", "kind": "consent"}
    yield "console.save_consent", f"{C}/consents/form", words
    yield "console.change_consent", f"{C}/consents/news/end", {}
    both = {"name_en": "Hall", "places": "50", "types": ["1", "2"], "reason": "smaller hall"}
    yield "console.save_shared_quota", f"{C}/tickets/shared/form", both
    yield "console.end_shared_quota", f"{C}/tickets/shared/hall/end", {}
    asked = {"kind": "text", "ask_at": "registration", "field_class": "answer"}
    yield "console.save_question", f"{C}/questions/form", asked | {"label_en": "Firm"}
    yield "console.change_question", f"{C}/questions/firm/end", {}
    show = {"state": "draft", "new_kind": "brand", "type": "", "track": ""}
    yield "console.save_show", f"{C}/shows/form", name | show
    code = programme.working_grid(world.event)[-1].show_code
    yield "console.add_show_time", f"{C}/shows/form/{code}/times", {}


def gate_acts(_people: People, world: World) -> Steps:
    conflict = let_in_twice(world)
    yield "console.pair", f"{C}/gates/north-1/pairing", {}
    form = {"state": "two_people", "note": ""}
    yield "console.resolve", f"{C}/conflicts/{conflict.id}", form
    device = device_of(world)
    yield "console.revoke", f"{C}/devices/{device}/revoke", {}
    yield "console.release", f"{C}/devices/{device}/release", {}
    until = f"{clock.now() + timedelta(days=1):%Y-%m-%dT%H:%M}"
    form = {"names": "Wang", "until": until, "may_override": "1"}
    yield "console.make_cards", f"{C}/gates/cards", form
    card = checkin.cards(world.event.id)[0].public_id
    yield "console.revoke_card", f"{C}/gates/cards/{card}/revoke", {}
    yield "console.set_reasons", f"{C}/gates/reasons", {"reasons": "guest of the brand"}
    yield "console.set_gate", f"{C}/gates/north-1/setting", {"welcome": "1"}
    first = checkin.scan_log(world.event.id)[0]
    yield "console.undo_scan", f"{C}/scans/{first.id}/undo", {"reason": "wrong person"}
    refuse_one(world)
    refused = checkin.scan_log(world.event.id, only="failed")[0]
    yield "console.let_in", f"{C}/scans/{refused.id}/let-in", {"reason": "guest of the brand"}


def site_acts(world: World) -> Steps:
    counter = audience.counters(world.event.id)[0].id
    place = {"place-counter": str(counter), "place-zone": "0", "place-width": "4"}
    yield "console.place_counter", f"{C}/footfall/place", place
    counts = "\n".join(["310,338", "275,297", "402,441", "366,395", "290,312", "331,365"])
    factor = {"factor-counter": str(counter), "factor-post": "0", "factor-pairs": counts}
    yield "console.fit_counter", f"{C}/footfall/factor", factor
    ground = {
        "zone": str(make.make_zone(world.event, "meadow").id),
        "day": str(world.event.operating_day(clock.now() - timedelta(days=2))),
        "area": "36000",
        "densities": "12:00 0.4\n20:00 0.4",
        "dwell": "70",
        "sample": "200",
    }
    yield "console.enter_turnover", f"{C}/footfall/ground", ground
    mark = {"mark": f"counter:{counter}", "x": "100", "y": "200"}
    yield "console.set_mark", f"{C}/plan/mark", mark
    player = {"player-stream": "runway", "player-kind": "hls", "player-address": "/hls/x.m3u8"}
    yield "console.set_player", f"{C}/streams/player", player
    yield "console.stop_player", f"{C}/streams/player/stop", {"stream": "runway"}
    poll = {
        "poll-stream": "runway",
        "poll-format": "owncast",
        "poll-url": "https://video.example/api/status",
        "poll-period_s": "30",
    }
    yield "console.set_poll", f"{C}/streams/poll", poll
    claim = {
        "claim-platform": "Waves",
        "claim-metric": "live.views",
        "claim-number": "73万",
        "claim-quote": "73万人观看",
        "claim-period": "opening day",
    }
    yield "console.enter_claim", f"{C}/streams/claim", claim
    shows = "日期,观看人次\n2026-11-20,3.5万\n".encode()
    export = {"platform": "Douyin", "stream": "douyin", "file": (io.BytesIO(shows), "shows.csv")}
    yield "console.import_export", f"{C}/streams/files", export
    back = {"key": hashlib.sha256(shows).hexdigest(), "reason": "of another event"}
    yield "console.undo_export", f"{C}/streams/files/undo", back
    yield "console.stop_poll", f"{C}/streams/poll/stop", {"stream": "runway"}
    picture = io.BytesIO()
    Image.new("RGB", (30, 20), "white").save(picture, "PNG")
    file = {"picture-file": (io.BytesIO(picture.getvalue()), "plan.png")}
    yield "console.set_picture", f"{C}/plan/picture", file


def figure_acts(_people: People, world: World) -> Steps:
    make.make_counter(world.event, "narrow", width_m=1.0)
    hour = clock.now().replace(minute=0, second=0, microsecond=0) - timedelta(hours=3)
    make.record(world.event, make.reading("narrow", hour, entered=9_000, left=3))
    number = audience.apart(world.event.id)[0].id
    form = {"reading": str(number), "decision": "accept"}
    yield "console.decide_reading", f"{C}/quarantine", form
    data = f"counter,start,minutes,in,out\ndoor-b,{hour:%Y-%m-%dT%H:%M}Z,15,12,3\n".encode()
    file = {"source": "day-1", "format": "counter-csv", "file": (io.BytesIO(data), "a.csv")}
    yield "console.import_counters", f"{C}/counters", file
    back = {"key": hashlib.sha256(data).hexdigest(), "reason": "of another day"}
    yield "console.undo_counters", f"{C}/counters/undo", back
    yield from site_acts(world)
    yield "console.build_report", f"{C}/report/build", {}
    yield "console.submit_report", f"{C}/report/submit", {"version": "1"}
    yield from report_acts(world)
    yield "console.submit_report", f"{C}/report/submit", {"version": "1"}
    yield "console.publish_report", f"{C}/report/publish", {"version": "1"}


def report_acts(world: World) -> Steps:
    """Choose, review, link and media: what is done around the versions of a report."""
    from eventhub.exposure import queries as exposure  # noqa: PLC0415 - used in this step only

    form = {"version": "1", "reason": "The north gate is missing"}
    yield "console.return_report", f"{C}/report/return", form
    form = {"version": "1", "label": "District office", "days": "30"}
    yield "console.make_report_link", f"{C}/report/links", form
    link = exposure.links(world.event.id)[0].public_id
    yield "console.revoke_report_link", f"{C}/report/links/revoke", {"link": link}
    form = {"compare": "0", "accent": "#B4231A", "show-media": "1", "place-media": "1"}
    yield "console.report_layout", f"{C}/report/layout", form
    picture = io.BytesIO()
    Image.new("RGB", (60, 20), "white").save(picture, "PNG")
    file = {"logo": (io.BytesIO(picture.getvalue()), "logo.png")}
    yield "console.report_logo", f"{C}/report/logo", file
    yield "console.report_targets", f"{C}/report/targets", {"target-footfall.visits": "10万"}
    yield "console.report_priors", f"{C}/report/priors", {"low-news": "0.2", "high-news": "2"}
    day = world.event.days()[0]
    yield "console.report_notes", f"{C}/report/notes", {f"note-{day}-en": "Rain from 16:00"}
    form = {
        "outlet": "Loom Daily",
        "title": "Opening",
        "published_at": f"{clock.now() - timedelta(days=1):%Y-%m-%dT%H:%M}",
        "kind": "news",
        "reach_kind": "unstated",
    }
    yield "console.add_mention", f"{C}/media", form
    table = b"headline,source,date\nSecond day,Loom Daily,2024-01-02\n"
    file = {"file": (io.BytesIO(table), "media.csv")}
    yield "console.import_media", f"{C}/media/files", file
    key = exposure.media_batches(world.event.id)[0].sha256
    yield "console.undo_media", f"{C}/media/undo", {"key": key, "reason": "twice"}


def guest_acts(_people: People, world: World) -> Steps:
    event = world.event.id
    made = make_registration(event, "press", name="韩梅", email="han@loom.example")
    yield "console.decide", f"{C}/approval", {"code": [made.code], "decision": "approve"}
    make_ticket_type(event, slug="tight", places=1, waitlist="auto")
    first, *_waiting = [make_registration(event, "tight") for _ in range(3)]
    line = db.session.scalars(select(Waitlist.id).where(Waitlist.event_id == event)).one()
    yield "console.pause_waitlist", f"{C}/waitlist/{line}/pause", {"paused": "1"}
    registration.cancel(number_of(first.code))
    entries = f"{C}/waitlist/{line}/entries"
    yield "console.offer_place", f"{entries}/2/offer", {"reason": "sponsor"}
    yield "console.remove_entry", f"{entries}/1/remove", {"reason": "asked"}


def privacy_acts(_people: People, world: World) -> Steps:
    code = make_registration(world.event.id, "public").code
    text = f"{C}/texts/registration_confirmed/zh"
    yield "console.save_mail_text", text, {"subject": "票 {event}", "body": "{name} {link}"}
    yield "console.reset_mail_text", f"{text}/reset", {}
    yield "console.export_person", f"{C}/privacy/{code}/export", {}
    yield "console.erase_person", f"{C}/privacy/{code}/erase", {"reason": "asked", "is_sure": "y"}
    days = {f"keep_{name}": "0" for name in registration.KEPT_CLASSES}
    form = {**days, "guardian_age": "14", "work_bits": "14"}
    yield "console.save_privacy", f"{C}/privacy/settings", form
    end_event(world)
    yield "console.run_retention", f"{C}/privacy/retention", {}


@command
def end_event(world: World) -> None:
    event = db.session.get_one(Event, world.event.id)
    event.starts_on = event.ends_on = clock.now().date() - timedelta(days=9)


def list_acts(_people: People, world: World) -> Steps:
    data = "姓名,邮箱\n王小芳,xf@loom.example\n".encode()
    file = {"file": (io.BytesIO(data), "guests.csv"), "ticket_type": "public"}
    yield "console.read_guest_list", f"{C}/guest-lists", file
    batch = newest_batch(world)
    yield "console.apply_guest_list", f"{C}/guest-lists/{batch}/apply", {}
    yield "console.send_guest_list", f"{C}/guest-lists/{batch}/tickets", {}
    yield "console.undo_guest_list", f"{C}/guest-lists/{batch}/undo", {}


def invitation_acts(_people: People, world: World) -> Steps:
    form = {
        "name": "Buyers",
        "ticket_type": "public",
        "text_zh": "请来。",
        "text_en": "Come.",
        "answer_by": "2099-01-01T18:00",
        "plus_ones_max": "0",
        "reminder_days": "7",
    }
    yield "console.create_campaign", f"{C}/invitations", form
    campaign = f"{C}/invitations/{campaign_of(world)}"
    people = "姓名,邮箱\n李雷,lilei@loom.example\n韩冬,dong@loom.example\n".encode()
    file = {"file": (io.BytesIO(people), "guests.csv")}
    yield "console.list_invitees", f"{campaign}/list", file
    yield "console.send_invitations", f"{campaign}/send", {}
    sent_two_days_ago(world)
    yield "console.remind_invited", f"{campaign}/remind", {}
    invitation = db.session.scalars(select(Invitation.public_id)).first()
    yield "console.withdraw_invitation", f"{campaign}/{invitation}/withdraw", {}


def own_acts(people: People, _world: World) -> Steps:
    alice = people.ids["alice"]
    me = "/console/me"
    yield "console.begin_my_factor", f"{me}/second-factor", {}
    code = pyotp.TOTP(accounts.pending_secret(alice) or "").now()
    yield "console.confirm_my_factor", f"{me}/second-factor/confirm", {"code": code}
    yield "console.renew_my_codes", f"{me}/recovery-codes", {}
    yield "console.drop_my_factor", f"{me}/second-factor/off", {}
    yield "console.ask_my_email", f"{me}/email", {"new-email": "alice@loom.example"}
    accounts.sign_in(accounts.SignIn(email_of("alice"), PASSWORD, "127.0.0.1"))
    other = accounts_rows.own_sessions(alice, clock.now() - timedelta(minutes=5))[0].id
    yield "console.end_my_session", f"{me}/sessions/{other}/end", {}
    yield "console.end_my_other_sessions", f"{me}/sessions/others/end", {}
    form = {"new-password": "warp, weft and water"}
    yield "console.change_my_password", f"{me}/password", form


def webhook_acts(_people: People, world: World) -> Steps:
    form = {"url": "https://loom.example/hook", "kinds": ["ticket.reissued"]}
    yield "console.create_webhook", f"{C}/webhooks", form
    words = {"title_zh": "织机", "is_registration_open": "y", "notice_mode": "review"}
    yield "console.change_settings", f"{C}/settings", words
    yield "console.set_colours", f"{C}/look/colours", {"how": "house"}
    picture = io.BytesIO()
    Image.new("RGB", (800, 400), "white").save(picture, "PNG")
    cover = {"picture": (io.BytesIO(picture.getvalue()), "cover.png"), "alt_en": "A runway"}
    yield "console.set_cover", f"{C}/look/cover", cover
    yield "console.drop_cover", f"{C}/look/cover/drop", {}
    (hook,) = webhooks.endpoints(world.event.id)
    one = f"{C}/webhooks/{hook.public_id}"
    yield "console.test_webhook", f"{one}/test", {}
    delivery = webhooks.deliveries(hook.id)[0].public_id
    yield "console.replay_delivery", f"{one}/deliveries/{delivery}/replay", {}
    yield "console.switch_webhook", f"{one}/active", {"active": "0"}
    yield "console.remove_webhook", f"{one}/remove", {}


WALKS: list[Callable[[People, World], Steps]] = [
    keys_and_people,
    programme_acts,
    event_acts,
    planner_acts,
    set_up_acts,
    gate_acts,
    figure_acts,
    guest_acts,
    list_acts,
    invitation_acts,
    webhook_acts,
    privacy_acts,  # it ends the event
    own_acts,  # it ends the session
]


def clash(world: World) -> None:
    """Put one show of the draft on another."""
    from eventhub.programme import service  # noqa: PLC0415 - used in this step only

    rows = [row for row in programme.working_grid(world.event) if row.starts_at is not None]
    service.place_slot(
        service.PlaceSlot(
            event_id=world.event.id,
            performance_id=rows[1].performance_id,
            stage_id=rows[0].stage_id,
            starts_at=rows[0].starts_at,
            ends_at=rows[0].ends_at,
        )
    )


def waive(world: World, fingerprint: str) -> None:
    from eventhub.programme import service  # noqa: PLC0415 - used in this step only

    service.waive(
        service.Waive(event_id=world.event.id, fingerprint=fingerprint, reason="x", actor="test")
    )


def device_of(world: World) -> str:
    from eventhub.checkin import queries  # noqa: PLC0415 - used in this step only

    return queries.devices_of(world.event.id)[0].public_id


def number_of(code: str) -> int:
    return db.session.scalars(select(Registration.id).where(Registration.code == code)).one()


def newest_batch(world: World) -> str:
    from eventhub.registration.queries import guests  # noqa: PLC0415 - this step only

    return guests.batches(world.event.id)[0].public_id


def campaign_of(world: World) -> str:
    from eventhub.registration.queries.invitations import campaigns  # noqa: PLC0415 - this step

    return campaigns(world.event.id)[0].public_id


@command
def sent_two_days_ago(world: World) -> None:
    for row in db.session.scalars(select(Invitation).where(Invitation.event_id == world.event.id)):
        row.sent_at = clock.now() - timedelta(days=2)
    db.session.execute(update(OutboxMessage).values(state="sent", done_at=clock.now()))


def test_the_log_is_handed_out_whole(app: Flask) -> None:
    people = make_people()
    world = make_world(people.organisation_id)
    client = people.client(app, "alice")
    table = client.get(f"/console/e/{world.event.slug}/log.csv")
    assert table.headers["Content-Disposition"] == 'attachment; filename="loom-week-log.csv"'
    lines = table.get_data(as_text=True).removeprefix("﻿").splitlines()
    assert lines[0].startswith("at,seq,organisation_ref,event_ref,actor,actor_name,action")
    found = client.get(f"/console/e/{world.event.slug}/log.json").get_json()["entries"]
    assert len(found) == len(lines) - 1
    assert all(re.fullmatch(r"[0-9a-f]{64}", entry["hash"]) for entry in found)
    assert found[-1]["action"] == "schedule.release"
