"""Who asked for silence, or whose address takes no mail, gets no invitations and reminders."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from eventhub.kernel.db import command, db
from eventhub.kernel.models import AuditEntry
from eventhub.notify.models import OutboxMessage
from eventhub.notify.service import _outgoing
from eventhub.notify.transport import compose
from eventhub.programme.queries import EventRow
from eventhub.registration import service
from eventhub.registration.models import Invitation, MailStop
from eventhub.registration.queries.invitations import CampaignRow, invitations
from eventhub.settings import current_settings
from tests.factories.registration import make_registration, make_ticket_type
from tests.people import csrf
from tests.registration.test_invitations import ANA, FANG, NOW, campaign

__all__ = ["campaign"]  # the fixture


def recipients(kind: str) -> list[str]:
    db.session.rollback()
    found = select(OutboxMessage.recipient).where(OutboxMessage.kind == kind)
    return sorted(db.session.scalars(found))


@command
def mails(state: str, error: str = "") -> None:
    db.session.execute(update(OutboxMessage).values(state=state, last_error=error, done_at=NOW))


def test_who_asked_for_silence_is_not_reminded_but_may_still_come(
    campaign: CampaignRow, client: FlaskClient, clock: Callable[[datetime], None]
) -> None:
    service.send_invitations(campaign.id)
    mails("sent")
    row = next(row for row in invitations(campaign.id) if row.email == ANA.email)
    link_rev = db.session.get_one(Invitation, row.id).link_rev
    here = f"/i/{service.invitation_token(row.public_id, link_rev)}"
    answer = client.post(f"{here}/stop", data={"csrf_token": csrf(client, f"{here}?lang=en")})
    assert answer.status_code == 303
    assert "No more invitations" in client.get(answer.headers["Location"]).text
    clock(NOW + timedelta(days=2))
    assert service.remind(campaign.id) == 1
    assert recipients("invitation_reminder") == [FANG.email]
    assert client.get(here).status_code == 200
    assert ANA.email not in str(db.session.scalars(select(MailStop.address_hash)).all())


def stops() -> int:
    db.session.rollback()
    entries = select(AuditEntry.action).where(AuditEntry.action == "invitation.unsubscribe")
    return len(db.session.scalars(entries).all())


def test_mail_programs_stop_invitations_with_one_click_and_service_mail_has_none(
    event: EventRow, campaign: CampaignRow, app: Flask, clock: Callable[[datetime], None]
) -> None:
    make_ticket_type(event.id, slug="public")
    service.send_invitations(campaign.id)
    clock(NOW + timedelta(days=2))
    mails("sent")
    assert service.remind(campaign.id) == 2
    make_registration(event.id, "public")
    links: dict[str, set[str]] = {}
    for row in db.session.scalars(select(OutboxMessage)):
        found = links.setdefault(row.kind, set())
        plain = compose(_outgoing(row, ""), current_settings())
        assert plain["List-Unsubscribe-Post"] is None  # without https no one-click
        if row.unsubscribe_url is None:
            assert plain["List-Unsubscribe"] is None
            continue
        assert plain["List-Unsubscribe"] == f"<{row.unsubscribe_url}>"
        url = row.unsubscribe_url.replace("http:", "https:")
        secure = compose(replace(_outgoing(row, ""), unsubscribe_url=url), current_settings())
        assert secure["List-Unsubscribe"] == f"<{url}>"
        assert secure["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        found.add(row.unsubscribe_url)
    assert {kind: len(urls) for kind, urls in links.items()} == {
        "invitation": 2,
        "invitation_reminder": 2,
        "registration_confirmed": 0,
    }
    assert links["invitation"] == links["invitation_reminder"]

    robot = app.test_client(use_cookies=False)
    for number, url in enumerate(sorted(links["invitation"])):
        path = urlsplit(url).path
        asked = robot.get(path)  # what a link scanner does
        assert (asked.status_code, asked.location) == (303, path.replace("/unsubscribe", "#stop"))
        assert robot.post(path).status_code == 400
        assert stops() == number
        for kind in ("application/x-www-form-urlencoded", "multipart/form-data"):
            done = robot.post(path, data={"List-Unsubscribe": "One-Click"}, content_type=kind)
            assert (done.status_code, done.mimetype) == (200, "text/plain")
            assert "Set-Cookie" not in done.headers
        assert stops() == number + 1
    forged = robot.post("/i/nobody.000/unsubscribe", data={"List-Unsubscribe": "One-Click"})
    assert forged.status_code == 404
    clock(NOW + timedelta(days=4))
    assert service.remind(campaign.id) == 0


def test_an_address_that_bounced_is_not_written_to_again(
    campaign: CampaignRow, clock: Callable[[datetime], None]
) -> None:
    clock(NOW)
    service.send_invitations(campaign.id)
    mails("dead", f"550 no such user {ANA.email}")
    assert service.note_bounces() == 2
    assert service.note_bounces() == 0
    kept = db.session.execute(select(MailStop.reason, MailStop.detail)).all()
    assert ("bounced", "550 no such user …") in kept
    mails("sent")
    clock(NOW + timedelta(days=2))
    assert service.remind(campaign.id) == 0
