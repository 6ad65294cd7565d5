"""Who asked for silence, or whose address takes no mail, gets no invitations and reminders."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from flask.testing import FlaskClient
from sqlalchemy import select, update

from eventhub.kernel.db import command, db
from eventhub.notify.models import OutboxMessage
from eventhub.registration import service
from eventhub.registration.models import Invitation, MailStop
from eventhub.registration.queries.invitations import CampaignRow, invitations
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
