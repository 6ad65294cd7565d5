"""Campaigns in the console: make one, fill it, send, remind, withdraw."""

from __future__ import annotations

import io
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from eventhub.kernel.db import command, db
from eventhub.notify.models import OutboxMessage
from eventhub.registration import service
from eventhub.registration.queries.invitations import campaigns, invitations
from tests.factories.registration import make_ticket_type
from tests.people import People, make_people, post
from tests.world import World, make_world

pytestmark = pytest.mark.only("sqlite")  # tests/registration reads and writes on both databases

PAGE = "/console/e/loom-week/invitations"
FORM = {
    "name": "Buyers",
    "ticket_type": "buyers",
    "text_zh": "请来看秀。",
    "text_en": "Please come.",
    "answer_by": "2099-01-01T18:00",
    "plus_ones_max": "1",
    "reminder_days": "7、3, 1",
}


@pytest.fixture
def people(app: Flask) -> People:
    return make_people()


@pytest.fixture
def world(people: People) -> World:
    made = make_world(people.organisation_id)
    make_ticket_type(made.event.id, slug="buyers", visibility="invitation", max_group=2)
    return made


@pytest.fixture
def alice(app: Flask, people: People, world: World) -> FlaskClient:
    client = people.client(app, "alice")
    client.set_cookie("lang", "en")
    return client


def shown(client: FlaskClient, path: str) -> str:
    answer = client.get(path, headers={"Accept-Language": "en"})
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)))


@command
def delivered() -> None:
    db.session.execute(update(OutboxMessage).values(state="sent"))


def test_a_campaign_from_the_list_to_the_answers(alice: FlaskClient, world: World) -> None:
    assert "No campaigns yet" in shown(alice, PAGE)
    path = post(alice, PAGE, FORM).location
    assert "Nobody on the list" in shown(alice, path)
    (row,) = campaigns(world.event.id)
    assert (row.reminder_days, row.answer_by.hour) == ((7, 3, 1), 10)
    file = (io.BytesIO("姓名,邮箱\n李雷,lilei@example.com\n谁,\n".encode()), "buyers.csv")
    assert post(alice, f"{path}/list", {"file": file}, form_at=path).status_code == 303
    assert "1 new on the list, 0 on it already. Not read" in shown(alice, path)
    post(alice, f"{path}/send", {}, form_at=path)
    assert "1 invitation sent." in shown(alice, path)
    delivered()
    post(alice, f"{path}/remind", {}, form_at=path)
    assert "0 reminders sent." in shown(alice, path)  # written to a moment ago
    (invitation,) = invitations(row.id)
    withdraw = f"{path}/{invitation.public_id}/withdraw"
    assert post(alice, withdraw, {}, form_at=path).status_code == 303
    assert "Withdrawn 1" in shown(alice, path)
    assert "Nobody on the list is in this state." in shown(alice, f"{path}?standing=sent")
    assert post(alice, withdraw, {}, form_at=path).status_code == 409
    assert post(alice, f"{path}/none/withdraw", {}, form_at=path).status_code == 404


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"answer_by": "2001-01-01T18:00"}, "still to come"),
        ({"answer_by": "tomorrow"}, "Answer by"),
        ({"plus_ones_max": "5"}, "At most 1 companions"),
        ({"reminder_days": "soon"}, "days from 1 to 60"),
        ({"name": ""}, "Fill in this field."),
    ],
)
def test_what_can_not_work_is_said_beside_its_field(
    alice: FlaskClient, wrong: dict[str, str], says: str
) -> None:
    answer = post(alice, f"{PAGE}?lang=en", FORM | wrong)
    assert answer.status_code == 422
    assert says in answer.get_data(as_text=True)


def test_a_name_is_taken_once(alice: FlaskClient) -> None:
    assert post(alice, PAGE, FORM).status_code == 303
    assert post(alice, PAGE, FORM).status_code == 409


def test_campaigns_of_another_organizer_do_not_exist(
    app: Flask, people: People, alice: FlaskClient
) -> None:
    make_world(people.other_organisation_id, slug="rival-week")
    path = post(alice, PAGE, FORM).location
    erin = people.client(app, "erin")
    assert erin.get(path).status_code == 404
    assert erin.get(path.replace("loom-week", "rival-week")).status_code == 404


def test_the_link_of_an_invitation_is_shown_to_nobody(alice: FlaskClient, world: World) -> None:
    path = post(alice, PAGE, FORM).location
    (row,) = campaigns(world.event.id)
    file = (io.BytesIO(b"name,email\nBo,bo@example.com\n"), "b.csv")
    post(alice, f"{path}/list", {"file": file}, form_at=path)
    (invitation,) = invitations(row.id)
    token = service.invitation_token(invitation.public_id, 0)
    assert token not in alice.get(path).get_data(as_text=True)
