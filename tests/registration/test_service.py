"""Registering, cancelling and the keys, on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from eventhub.kernel.db import db
from eventhub.kernel.errors import Invalid, NotFound
from eventhub.kernel.signing import parse_code, verify_gs
from eventhub.kernel.text import normalise_email, normalise_phone
from eventhub.notify.models import OutboxMessage
from eventhub.programme.queries import EventRow
from eventhub.registration import queries, service
from eventhub.registration.enums import RegistrationState, Source
from eventhub.registration.errors import (
    IdempotencyMismatch,
    IllegalTransition,
    NotOnSale,
    SoldOut,
    TicketUsed,
)
from eventhub.registration.models import (
    Attendee,
    AttendeeIdentity,
    Consent,
    Quota,
    Registration,
    Ticket,
)
from eventhub.registration.service import Duplicate, Register, Registered
from tests.factories.registration import (
    make_consent_text,
    make_registration,
    make_ticket_type,
    make_window,
)
from tests.registration.conftest import NOW

ROWS = (Registration, Attendee, AttendeeIdentity, Ticket, Consent, OutboxMessage)


def command(event: EventRow, **changes: object) -> Register:
    values: dict[str, object] = {
        "event_id": event.id,
        "ticket_type": "public",
        "name": "陈欣怡",
        "lang": "zh",
        "email": "xinyi@example.com",
    }
    return Register(**(values | changes))  # type: ignore[arg-type]


def counted() -> dict[str, int]:
    db.session.rollback()
    return {
        row.__tablename__: db.session.scalar(select(func.count()).select_from(row)) or 0
        for row in ROWS
    }


def used() -> list[int]:
    db.session.rollback()
    return list(db.session.scalars(select(Quota.used).order_by(Quota.id)))


def test_one_submission_writes_everything(event: EventRow) -> None:
    make_ticket_type(event.id, slug="public", max_group=2)
    make_consent_text(event.id, "entry", is_required=True, kind="notice")
    make_consent_text(event.id, "news")

    made = service.register(
        command(event, others=("喆堃",), consents={"entry": True, "news": False, "unknown": True})
    )

    assert isinstance(made, Registered)
    assert made.state is RegistrationState.CONFIRMED
    assert [person.name for person in made.people] == ["陈欣怡", "喆堃"]
    assert counted() == {
        "registration": 1,
        "attendee": 2,
        "attendee_identity": 2,  # the address, and its mailbox for the limit
        "ticket": 2,
        "consent": 2,
        "outbox_message": 1,
    }
    assert used() == [2]
    assert queries.consents_of(made.registration_id) == ["entry"]
    assert queries.verify(event.id) == []


def test_the_mail_tells_facts_and_link_in_the_language_of_the_person(event: EventRow) -> None:
    make_ticket_type(event.id, slug="public", name={"zh": "公众席", "en": "Public seat"})
    made = service.register(command(event, lang="en", name="Lin Zhixia"))
    assert isinstance(made, Registered)
    mail = db.session.scalars(select(OutboxMessage)).one()
    token = service.registration_token(made.public_id, made.link_rev)
    assert (mail.kind, mail.recipient, mail.locale) == (
        "registration_confirmed",
        "xinyi@example.com",
        "en",
    )
    assert f"http://localhost/t/{token}" in mail.text
    assert "Lin Zhixia · Public seat" in mail.text
    assert f"http://localhost/t/{token}" in mail.html
    assert [part["name"] for part in mail.attachments] == [f"{made.code}.ics"]


def test_a_phone_alone_is_enough_and_gets_a_text_message(event: EventRow) -> None:
    make_ticket_type(event.id, slug="public")
    service.register(command(event, email=None, phone="+8613800138000"))
    message = db.session.scalars(select(OutboxMessage)).one()
    assert (message.channel, message.recipient, message.html) == ("sms", "+8613800138000", "")


def test_without_any_contact_nothing_is_written(event: EventRow) -> None:
    make_ticket_type(event.id, slug="public")
    with pytest.raises(Invalid) as refused:
        service.register(command(event, email=None))
    assert list(refused.value.fields) == ["contact"]
    assert set(counted().values()) == {0}


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"email": "Fang.Wang@Example.COM"}, {"email": "fang.wang@example.com"}),
        ({"email": "fang@example.com"}, {"email": "ｆａｎｇ＠EXAMPLE.com"}),
        ({"phone": "13800138000"}, {"phone": "１３８ ００１３ ８０００"}),
        ({"phone": "138 0013 8000"}, {"phone": "+86 138-0013-8000"}),
        (
            {"email": "fang@example.com", "phone": "13800138000"},
            {"email": "other@example.com", "phone": "13800138000"},
        ),
    ],
)
def test_a_known_contact_gets_its_link_and_no_second_place(
    event: EventRow, first: dict[str, str], second: dict[str, str]
) -> None:
    make_ticket_type(event.id, slug="public")
    make_ticket_type(event.id, slug="other")

    def contact(typed: dict[str, str]) -> dict[str, str | None]:
        return {
            "email": normalise_email(typed["email"]) if "email" in typed else None,
            "phone": normalise_phone(typed["phone"]) if "phone" in typed else None,
        }

    made = service.register(command(event, **contact(first)))
    again = service.register(command(event, name="别人", ticket_type="other", **contact(second)))

    assert isinstance(made, Registered)
    assert again == Duplicate()
    assert counted()["registration"] == 1
    assert used() == [1, 0]
    link = db.session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)).all()[-1]
    owner = db.session.get_one(Registration, made.registration_id)
    assert link.kind == "registration_link"
    assert link.recipient == (owner.email or owner.phone)
    assert "别人" not in link.text


def test_a_known_contact_is_mailed_at_most_three_times_an_hour(event: EventRow, clock) -> None:
    make_ticket_type(event.id, slug="public")
    service.register(command(event))
    for minute in range(5):
        clock(NOW + timedelta(minutes=minute))
        assert service.register(command(event)) == Duplicate()
    assert counted()["outbox_message"] == 1 + 3
    clock(NOW + timedelta(minutes=61))
    assert service.register(command(event)) == Duplicate()
    assert counted()["outbox_message"] == 1 + 4


def test_the_same_key_and_body_give_the_same_result(event: EventRow) -> None:
    make_ticket_type(event.id, slug="public")
    first = service.register(command(event, idempotency_key="form:1"))
    second = service.register(command(event, idempotency_key="form:1"))
    assert isinstance(first, Registered)
    assert isinstance(second, Registered)
    assert (second.code, second.people, second.is_replay) == (first.code, first.people, True)
    assert counted()["outbox_message"] == 1
    assert used() == [1]


def test_the_same_key_with_another_body_is_refused(event: EventRow) -> None:
    make_ticket_type(event.id, slug="public")
    service.register(command(event, idempotency_key="form:1"))
    with pytest.raises(IdempotencyMismatch):
        service.register(command(event, idempotency_key="form:1", email="b@example.com"))
    assert counted()["registration"] == 1


def test_the_last_place_is_sold_once(event: EventRow) -> None:
    make_ticket_type(event.id, slug="public", places=1)
    make_registration(event.id, "public")
    with pytest.raises(SoldOut):
        make_registration(event.id, "public")
    assert used() == [1]
    assert counted()["registration"] == 1


def test_a_group_gets_all_places_or_none(event: EventRow) -> None:
    make_ticket_type(event.id, slug="public", places=2, max_group=3)
    with pytest.raises(SoldOut):
        make_registration(event.id, "public", others=("甲", "乙"))
    assert used() == [0]


def test_a_full_type_with_a_list_queues_without_a_ticket(event: EventRow) -> None:
    make_ticket_type(event.id, slug="public", places=1, waitlist="auto")
    make_registration(event.id, "public")
    second = make_registration(event.id, "public")
    third = make_registration(event.id, "public")
    assert (second.state, third.state) == ("waitlisted", "waitlisted")
    assert [person.ticket_id for person in third.people] == [None]
    assert queries.registration_face(third.registration_id).position == 2
    assert used() == [1]
    assert queries.verify(event.id) == []


def test_approval_takes_no_place_and_makes_no_ticket(event: EventRow) -> None:
    make_ticket_type(event.id, slug="press", places=0, approval="required")
    made = make_registration(event.id, "press")
    assert made.state is RegistrationState.PENDING_APPROVAL
    assert counted()["ticket"] == 0
    assert db.session.scalars(select(OutboxMessage.kind)).all() == ["registration_pending"]


def test_days_have_places_of_their_own(event: EventRow) -> None:
    for number in (1, 2):
        make_window(event.id, number, NOW + timedelta(days=number))
    make_ticket_type(event.id, slug="day", places=1, day_windows=(1, 2))
    first = make_registration(event.id, "day", window_no=1)
    second = make_registration(event.id, "day")  # the house chooses the day with a place
    assert used() == [1, 1]
    windows = [queries.registration_face(made.registration_id).window for made in (first, second)]
    assert [window.number for window in windows if window] == [1, 2]
    with pytest.raises(SoldOut):
        make_registration(event.id, "day", window_no=2)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"ticket_type": "nothing"}, Invalid),
        ({"ticket_type": "hidden"}, NotOnSale),
        ({"ticket_type": "invited"}, NotOnSale),
        ({"ticket_type": "early"}, NotOnSale),
        ({"others": ("甲", "乙")}, Invalid),
        ({"performance_id": 999}, Invalid),
    ],
)
def test_refusals_write_nothing(
    event: EventRow, changes: dict[str, object], error: type[Exception]
) -> None:
    make_ticket_type(event.id, slug="public")
    make_ticket_type(event.id, slug="hidden", visibility="hidden")
    make_ticket_type(event.id, slug="invited", visibility="invitation")
    make_ticket_type(event.id, slug="early", sale_from=NOW + timedelta(hours=1))
    with pytest.raises(error):
        service.register(command(event, **changes))
    assert set(counted().values()) == {0}
    assert used() == [0, 0, 0, 0]


def test_staff_may_register_what_is_hidden(event: EventRow) -> None:
    make_ticket_type(event.id, slug="crew", visibility="hidden")
    made = make_registration(event.id, "crew", source=Source.WALK_IN)
    assert made.state is RegistrationState.CONFIRMED


@pytest.mark.parametrize("table", ["ticket", "consent", "outbox_message"])
def test_a_fault_in_any_statement_leaves_nothing_behind(event: EventRow, table: str) -> None:
    make_ticket_type(event.id, slug="public")
    make_consent_text(event.id, "news")
    service.ensure_event_key(event.id)
    name = f"fail_{table}"
    if db.engine.dialect.name == "sqlite":
        statements = [
            f"CREATE TRIGGER {name} BEFORE INSERT ON {table} "
            "BEGIN SELECT RAISE(ABORT, 'planted fault'); END"
        ]
        undo = [f"DROP TRIGGER {name}"]
    else:
        statements = [
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'planted fault'; END $$",
            f"CREATE TRIGGER {name} BEFORE INSERT ON {table} EXECUTE FUNCTION {name}()",
        ]
        undo = [f"DROP TRIGGER {name} ON {table}", f"DROP FUNCTION {name}"]
    run(statements)
    try:
        with pytest.raises(Exception, match="planted fault"):
            service.register(command(event, consents={"news": True}))
        assert set(counted().values()) == {0}
        assert used() == [0]
    finally:
        run(undo)
    assert isinstance(service.register(command(event)), Registered)


def run(statements: list[str]) -> None:
    db.session.rollback()
    with db.engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


def test_cancelling_frees_place_ticket_and_contact_at_once(event: EventRow) -> None:
    make_ticket_type(event.id, slug="public", places=1)
    made = service.register(command(event))
    assert isinstance(made, Registered)

    service.cancel(made.registration_id)

    assert used() == [0]
    assert db.session.scalars(select(Ticket.status)).all() == ["cancelled"]
    assert db.session.scalars(select(AttendeeIdentity.is_active).distinct()).all() == [False]
    assert isinstance(service.register(command(event)), Registered)
    assert used() == [1]
    assert queries.verify(event.id) == []


def test_cancelling_twice_frees_one_place(event: EventRow) -> None:
    make_ticket_type(event.id, slug="public")
    made = make_registration(event.id, "public")
    make_registration(event.id, "public")
    service.cancel(made.registration_id)
    with pytest.raises(IllegalTransition):
        service.cancel(made.registration_id)
    assert used() == [1]


def test_leaving_the_waitlist_frees_no_place(event: EventRow) -> None:
    make_ticket_type(event.id, slug="public", places=1, waitlist="manual")
    make_registration(event.id, "public")
    waiting = make_registration(event.id, "public")
    service.cancel(waiting.registration_id)
    assert used() == [1]
    assert queries.verify(event.id) == []


def test_a_used_ticket_is_not_given_up(event: EventRow) -> None:
    make_ticket_type(event.id, slug="public")
    made = make_registration(event.id, "public")
    ticket = db.session.scalars(select(Ticket)).one()
    ticket.first_entry_at = NOW
    db.session.commit()
    with pytest.raises(TicketUsed):
        service.cancel(made.registration_id)
    assert used() == [1]
    assert queries.counts(event.id).confirmed == 1


def test_an_unknown_registration_can_not_be_cancelled(event: EventRow) -> None:
    with pytest.raises(NotFound):
        service.cancel(12345)


def test_the_event_key_is_made_once_and_its_private_half_is_sealed(event: EventRow) -> None:
    first = service.ensure_event_key(event.id)
    assert service.ensure_event_key(event.id).id == first.id
    key = service.signing_key(event.id, first.kid, event_uuid=event.uuid_bytes)
    assert key.private_key not in first.private_key_enc
    assert len(first.salt) == 16


def test_a_code_is_signed_by_the_key_of_the_event_and_holds_no_person(event: EventRow) -> None:
    kind = make_ticket_type(event.id, slug="public")
    made = make_registration(event.id, "public")
    ticket_id = made.people[0].ticket_id
    assert ticket_id is not None
    text = service.code_of(ticket_id)
    code = parse_code(text)
    ticket = db.session.get_one(Ticket, ticket_id)
    key = service.ensure_event_key(event.id)
    assert verify_gs(code, event_uuid=event.uuid_bytes, public_key=key.public_key)
    assert (code.body.ticket, code.body.product, code.body.rev) == (ticket.number, kind.number, 0)
    assert service.code_of(ticket_id) == text


def test_a_lost_link_is_mailed_to_the_registered_contact_only(event: EventRow) -> None:
    make_ticket_type(event.id, slug="public")
    service.register(command(event))
    service.recover(event.id, email="nobody@example.com", phone=None)
    assert counted()["outbox_message"] == 1
    service.recover(event.id, email="xinyi@example.com", phone=None)
    assert counted()["outbox_message"] == 2


def test_links_open_only_what_they_were_made_for(event: EventRow) -> None:
    make_ticket_type(event.id, slug="public", max_group=2)
    made = make_registration(event.id, "public", others=("喆堃",))
    person = made.people[1]
    token = service.attendee_token(person.public_id, person.link_rev)
    opened = service.linked(token)
    assert opened.registration_id == made.registration_id
    assert opened.attendee_id is not None
    whole = service.registration_token(made.public_id, made.link_rev)
    assert service.linked(whole).attendee_id is None
    crossed = f"{made.public_id}.{token.partition('.')[2]}"
    outdated = service.registration_token(made.public_id, made.link_rev + 1)
    for wrong in (crossed, outdated, made.public_id, f"{whole}0", whole[:-1], "", "x" * 500):
        with pytest.raises(NotFound):
            service.linked(wrong)


def test_one_mailbox_is_one_person_for_the_limit(event: EventRow) -> None:
    make_ticket_type(event.id, slug="public")
    first = service.register(command(event, name="王芳", email="fang+a@gmail.com"))
    assert isinstance(first, Registered)
    rows = counted()

    for email in ("fang+b@gmail.com", "f.ang@gmail.com", "fang@gmail.com"):
        assert service.register(command(event, name="王芳", email=email)) == Duplicate()
    told = list(db.session.scalars(select(OutboxMessage.recipient)))
    assert set(told) == {"fang+a@gmail.com"}  # only who registered hears of it
    assert {name: n for name, n in counted().items() if name != "outbox_message"} == {
        name: n for name, n in rows.items() if name != "outbox_message"
    }

    other = service.register(command(event, name="王方", email="fang@example.com"))
    assert isinstance(other, Registered)
    listed = service.register(
        command(event, name="王芳", email="fang+c@gmail.com", source=Source.IMPORT)
    )
    assert isinstance(listed, Registered)  # staff may let one mailbox stand for several guests
    service.cancel(first.registration_id)
    assert isinstance(service.register(command(event, email="fang+b@gmail.com")), Registered)
