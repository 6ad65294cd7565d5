"""Invitations: standings, sending, answers by the invited person only, reminders."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient, FlaskCliRunner
from sqlalchemy import select, update

from eventhub.kernel import clock as kernel_clock
from eventhub.kernel.db import command, db
from eventhub.kernel.errors import Invalid
from eventhub.notify.models import OutboxMessage
from eventhub.programme.queries import EventRow
from eventhub.registration import queries, service
from eventhub.registration.errors import (
    AnswerTooLate,
    CampaignExists,
    IllegalTransition,
    InvitationBound,
    SoldOut,
)
from eventhub.registration.models import Invitation, Ticket
from eventhub.registration.queries.invitations import (
    CampaignRow,
    InvitationRow,
    campaign_by_name,
    campaigns,
    invitations,
)
from eventhub.registration.rules.guests import Guest
from eventhub.registration.rules.invitations import (
    Standing,
)
from tests.assertions import assert_html, assert_queries
from tests.factories.registration import in_days, make_registration, make_ticket_type
from tests.people import csrf, post

FANG = Guest("王芳", "front", "zh", email="fang@example.com", phone="+8613800138000")
ANA = Guest("Ana María", "front", "en", email="ana@example.com")
NOW = datetime.fromisoformat("2026-11-19T12:00:00+08:00")


@pytest.fixture
def campaign(event: EventRow) -> CampaignRow:
    make_ticket_type(event.id, slug="front", visibility="invitation", max_group=3, places=2)
    service.create_campaign(
        service.CreateCampaign(
            event_id=event.id,
            name="Front row",
            ticket_type="front",
            text={"zh": "请来看秀。", "en": "Please come and see the show."},
            answer_by=in_days(10),
            plus_ones_max=1,
        )
    )
    found = campaign_by_name(event.id, "Front row")
    assert service.add_invitees(found.id, [FANG, ANA, ANA]) == 2
    return found


def of(campaign: CampaignRow, name: str) -> InvitationRow:
    return next(row for row in invitations(campaign.id) if row.name == name)


def link(row: InvitationRow) -> str:
    return f"/i/{service.invitation_token(row.public_id, 0)}"


@command
def delivered(state: str = "sent") -> None:
    db.session.execute(update(OutboxMessage).values(state=state))


def outbox() -> list[tuple[str, str, str]]:
    db.session.rollback()
    rows = db.session.execute(
        select(OutboxMessage.kind, OutboxMessage.recipient, OutboxMessage.locale).order_by(
            OutboxMessage.id
        )
    )
    return [tuple(row) for row in rows]


def test_each_invited_person_gets_one_mail_in_their_language(campaign: CampaignRow) -> None:
    assert outbox() == []
    assert service.send_invitations(campaign.id) == 2
    assert service.send_invitations(campaign.id) == 0
    assert sorted(outbox()) == [
        ("invitation", "ana@example.com", "en"),
        ("invitation", "fang@example.com", "zh"),
    ]
    texts = db.session.scalars(select(OutboxMessage.text).order_by(OutboxMessage.locale)).all()
    assert "Please come and see the show." in texts[0]
    assert not re.search(r"[\u4e00-\u9fff]", texts[0].replace("云岸", ""))
    assert "请来看秀。" in texts[1]
    assert {row.standing for row in invitations(campaign.id)} == {Standing.QUEUED}
    delivered()
    assert {row.standing for row in invitations(campaign.id)} == {Standing.SENT}


def test_looking_changes_nothing_and_opening_is_told_by_the_page(
    campaign: CampaignRow, client: FlaskClient
) -> None:
    service.send_invitations(campaign.id)
    delivered()
    path = link(of(campaign, "王芳"))
    page = assert_html(client.get(path, headers={"Accept-Language": "en"}))
    assert "fang@example.com" not in page
    assert "13800138000" not in page
    assert of(campaign, "王芳").standing is Standing.SENT
    assert post(client, f"{path}/opened", {}, form_at=path).status_code == 204
    assert of(campaign, "王芳").standing is Standing.OPENED


def test_the_invited_person_accepts_with_a_companion(
    campaign: CampaignRow, client: FlaskClient, event: EventRow
) -> None:
    service.send_invitations(campaign.id)
    path = link(of(campaign, "王芳"))
    given = {"contact": "１３８ 0013 8000", "companions": "李雷"}
    answer = post(client, f"{path}/accept", given, form_at=path)
    assert answer.status_code == 303
    assert client.get(answer.location).status_code == 200
    row = of(campaign, "王芳")
    assert (row.standing, row.people) == (Standing.ACCEPTED, 2)
    (made,) = queries.registrations(event.id)
    assert (made.name, made.email, made.source) == ("王芳", "fang@example.com", "invitation")
    assert queries.verify(event.id) == []
    again = post(client, f"{path}/accept", given, form_at="/e/yunan/lost-ticket")
    assert again.status_code == 409
    page = assert_html(client.get(path))
    assert made.code not in page
    assert "/t/" not in page


@pytest.mark.parametrize(
    "typed", ["ana@example.com", "charlie@example.com", "13900139000", "王芳", "fang@example.co"]
)
def test_another_identity_can_not_use_it(
    campaign: CampaignRow, client: FlaskClient, event: EventRow, typed: str
) -> None:
    service.send_invitations(campaign.id)
    path = link(of(campaign, "王芳"))
    extra = {"email": typed, "name": "Charlie", "invitation_id": "2"}
    answer = post(client, f"{path}/accept", {"contact": typed, **extra}, form_at=path)
    assert answer.status_code == 409
    assert queries.registrations(event.id) == []
    with pytest.raises(InvitationBound):
        service.accept_invitation(
            service.AcceptInvitation(of(campaign, "王芳").id, "zh", email="x@example.com")
        )
    with pytest.raises(InvitationBound):
        service.accept_invitation(service.AcceptInvitation(of(campaign, "王芳").id, "zh"))


def test_a_no_can_become_a_yes_until_the_deadline(
    campaign: CampaignRow, client: FlaskClient, clock: Callable[[datetime], None]
) -> None:
    service.send_invitations(campaign.id)
    path = link(of(campaign, "Ana María"))
    answer = post(client, f"{path}/decline", {"reason": "On tour"}, form_at=path)
    assert answer.status_code == 303
    row = of(campaign, "Ana María")
    assert (row.standing, row.decline_reason) == (Standing.DECLINED, "On tour")
    service.accept_invitation(service.AcceptInvitation(row.id, "en", email="ana@example.com"))
    assert of(campaign, "Ana María").standing is Standing.ACCEPTED
    clock(in_days(11))
    fang = of(campaign, "王芳")
    assert fang.standing is Standing.EXPIRED
    for late in (
        lambda: service.accept_invitation(
            service.AcceptInvitation(fang.id, "zh", email="fang@example.com")
        ),
        lambda: service.decline_invitation(fang.id),
    ):
        with pytest.raises(AnswerTooLate):
            late()
    assert "can no longer be answered" in assert_html(
        client.get(link(fang), headers={"Accept-Language": "en"})
    )


def test_places_and_companions_have_their_limits(campaign: CampaignRow, event: EventRow) -> None:
    service.send_invitations(campaign.id)
    fang, ana = of(campaign, "王芳"), of(campaign, "Ana María")
    with pytest.raises(Invalid):
        service.accept_invitation(
            service.AcceptInvitation(ana.id, "en", email="ana@example.com", others=("B", "C"))
        )
    service.accept_invitation(
        service.AcceptInvitation(fang.id, "zh", email="fang@example.com", others=("李雷",))
    )
    with pytest.raises(SoldOut):
        service.accept_invitation(service.AcceptInvitation(ana.id, "en", email="ana@example.com"))
    assert of(campaign, "Ana María").standing is Standing.QUEUED  # all or nothing
    assert queries.verify(event.id) == []


def test_who_is_registered_already_keeps_that_place(campaign: CampaignRow, event: EventRow) -> None:
    make_ticket_type(event.id, slug="public")
    make_registration(event.id, "public", name="Ana", email="ana@example.com")
    service.send_invitations(campaign.id)
    row = of(campaign, "Ana María")
    outcome = service.accept_invitation(
        service.AcceptInvitation(row.id, "en", email="ana@example.com")
    )
    assert isinstance(outcome, service.Duplicate)
    assert of(campaign, "Ana María").standing is Standing.ACCEPTED
    assert len(queries.registrations(event.id)) == 1


def test_reminders_reach_exactly_those_who_have_not_answered(
    campaign: CampaignRow, event: EventRow, clock: Callable[[datetime], None]
) -> None:
    names = ("opened", "declined", "withdrawn", "bounced", "silent")
    guests = [Guest(name, "front", "en", email=f"{name}@example.com") for name in names]
    service.add_invitees(campaign.id, guests)
    service.send_invitations(campaign.id)
    delivered()
    service.mark_opened(of(campaign, "opened").id)
    service.decline_invitation(of(campaign, "declined").id)
    service.withdraw_invitation(of(campaign, "withdrawn").id)
    service.accept_invitation(
        service.AcceptInvitation(of(campaign, "王芳").id, "zh", email="fang@example.com")
    )
    bounce("bounced@example.com")
    assert service.remind_as_planned(event.id) == 0  # ten days before the deadline
    clock(in_days(4))
    sent_before = len(outbox())
    assert service.remind_as_planned(event.id) == 3
    assert service.remind_as_planned(event.id) == 0
    assert service.remind(campaign.id) == 0  # everybody was reminded within a day
    assert sorted(outbox()[sent_before:]) == [
        ("invitation_reminder", "ana@example.com", "en"),
        ("invitation_reminder", "opened@example.com", "en"),
        ("invitation_reminder", "silent@example.com", "en"),
    ]


@command
def bounce(recipient: str) -> None:
    db.session.execute(
        update(OutboxMessage).where(OutboxMessage.recipient == recipient).values(state="dead")
    )


def test_arrived_and_no_show_follow_from_the_gate(campaign: CampaignRow, event: EventRow) -> None:
    service.send_invitations(campaign.id)
    row = of(campaign, "王芳")
    made = service.accept_invitation(
        service.AcceptInvitation(row.id, "zh", email="fang@example.com")
    )
    assert isinstance(made, service.Registered)
    enter()
    assert of(campaign, "王芳").standing is Standing.ARRIVED
    with pytest.raises(IllegalTransition):
        service.withdraw_invitation(row.id)


@command
def enter() -> None:
    db.session.execute(update(Ticket).values(first_entry_at=kernel_clock.now()))


def test_wrong_links_are_all_the_same(campaign: CampaignRow, client: FlaskClient) -> None:
    good = service.invitation_token(of(campaign, "王芳").public_id, 0)
    flipped = good[:-1] + ("0" if good[-1] != "0" else "1")
    ticket = service.registration_token(of(campaign, "王芳").public_id, 0)
    bodies = set()
    for token in (flipped, "wrong0", f"{'0' * 16}.{'0' * 26}", ticket, "x" * 80):
        answer = client.get(f"/i/{token}", headers={"Accept-Language": "en"})
        assert answer.status_code == 404
        bodies.add(re.sub(rb"[0-9a-f]{16}", b"", answer.get_data().replace(token.encode(), b"")))
    assert len(bodies) == 1


def test_a_wrong_link_changes_nothing(campaign: CampaignRow, client: FlaskClient) -> None:
    token = csrf(client, "/e/yunan/lost-ticket")
    for step in ("opened", "accept", "decline"):
        answer = client.post(f"/i/nothing/{step}", data={"csrf_token": token})
        assert answer.status_code == 404


def test_the_list_of_campaigns_asks_as_much_for_one_as_for_three(event: EventRow) -> None:
    make_ticket_type(event.id, slug="front")
    for name in ("a", "b", "c"):
        service.create_campaign(
            service.CreateCampaign(event.id, name, "front", {"en": "x"}, in_days(3))
        )
    with assert_queries(2):
        assert [row.name for row in campaigns(event.id)] == ["c", "b", "a"]
    with pytest.raises(CampaignExists):
        service.create_campaign(
            service.CreateCampaign(event.id, "a", "front", {"en": "x"}, in_days(3))
        )


@pytest.mark.parametrize(
    "wrong",
    [
        {"ticket_type": "nothing"},
        {"answer_by": NOW - timedelta(days=3)},
        {"reminder_days": (0,)},
        {"plus_ones_max": 3},
    ],
)
def test_a_campaign_that_can_not_work_is_refused(
    campaign: CampaignRow, event: EventRow, wrong: dict[str, object]
) -> None:
    values = {
        "event_id": event.id,
        "name": "Other",
        "ticket_type": "front",
        "text": {"en": "x"},
        "answer_by": in_days(3),
    }
    with pytest.raises(Invalid):
        service.create_campaign(service.CreateCampaign(**(values | wrong)))


def test_a_guest_file_fills_the_list(campaign: CampaignRow, app: Flask) -> None:
    data = "姓名,邮箱,票种\n王芳,fang@example.com,什么\n李雷,lilei@example.com,\n谁,,\n"
    assert service.list_file(campaign, data.encode()) == service.Listed(1, 1, (4,))
    assert db.session.scalar(select(Invitation.state).where(Invitation.name == "李雷")) == "draft"


def test_the_leader_reminds_in_every_event(
    campaign: CampaignRow, clock: Callable[[datetime], None]
) -> None:
    service.send_invitations(campaign.id)
    delivered()
    assert service.remind_everywhere() == 0
    clock(in_days(4))
    assert service.remind_everywhere() == 2


def test_the_commands_invite_and_remind(
    campaign: CampaignRow,
    event: EventRow,
    runner: FlaskCliRunner,
    tmp_path: Path,
    clock: Callable[[datetime], None],
) -> None:
    file = tmp_path / "list.csv"
    file.write_text("name,email\nBo,bo@example.com\nNobody,\n", encoding="utf-8")
    call = ["registration", "invite", event.slug, "Front row", "--file", str(file), "--json"]
    assert json.loads(runner.invoke(args=call).output) == {
        "new": 1,
        "known": 0,
        "refused": [3],
        "sent": 3,
    }
    assert json.loads(runner.invoke(args=call).output)["sent"] == 0
    delivered()
    clock(in_days(4))
    reminded = runner.invoke(args=["registration", "remind", event.slug, "--json"])
    assert json.loads(reminded.output) == {"reminded": 3}
