"""Approval: many at once, each for itself, against the places of that moment."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from eventhub.kernel.db import db
from eventhub.notify.models import OutboxMessage
from eventhub.programme.queries import EventRow
from eventhub.registration import queries, service
from eventhub.registration.enums import Decision, Outcome, RegistrationState
from eventhub.registration.models import Quota, Registration, Ticket
from eventhub.registration.service import Decide, Registered
from tests.factories.registration import make_registration, make_ticket_type

S = RegistrationState


def applied(event: EventRow, count: int, **values: object) -> list[Registered]:
    return [make_registration(event.id, "press", **values) for _ in range(count)]


def decide(event: EventRow, codes: list[str], decision: Decision, **values: object) -> Decide:
    return Decide(event.id, tuple(codes), decision, by="Alice", **values)  # type: ignore[arg-type]


def outcomes(rows: list[service.Decided]) -> list[Outcome]:
    return [row.outcome for row in rows]


@pytest.mark.parametrize(
    ("when_full", "left"),
    [(None, S.PENDING_APPROVAL), (Decision.WAITLIST, S.WAITLISTED), (Decision.DECLINE, S.DECLINED)],
)
def test_a_bulk_of_200_with_150_places_confirms_150_and_50_as_chosen(
    event: EventRow, when_full: Decision | None, left: RegistrationState
) -> None:
    make_ticket_type(event.id, slug="press", places=150, approval="required")
    codes = [made.code for made in applied(event, 200)]
    service.decide(decide(event, codes, Decision.APPROVE, when_full=when_full))
    db.session.rollback()
    states = db.session.execute(
        select(Registration.state, func.count()).group_by(Registration.state)
    ).all()
    assert dict(list(states)) == {S.CONFIRMED: 150, left: 50}
    first = db.session.scalars(
        select(Registration.code).filter_by(state=S.CONFIRMED).order_by(Registration.id)
    ).all()
    assert list(first) == codes[:150]  # in the order of applying
    assert db.session.scalar(select(func.count()).select_from(Ticket)) == 150
    assert db.session.scalars(select(Quota.used)).one() == 150
    assert queries.verify(event.id) == []
    assert all(proof.is_proven for proof in queries.proofs(event.id))


def test_the_text_goes_out_in_the_language_of_the_person_and_the_reason_stays(
    event: EventRow,
) -> None:
    make_ticket_type(event.id, slug="press", approval="required")
    codes = [made.code for made in (*applied(event, 1), *applied(event, 1, lang="en"))]
    text = {"zh": "请下季再来", "en": "Please come again next season"}
    service.decide(decide(event, codes, Decision.DECLINE, reason="no outlet named", text=text))
    mails = db.session.scalars(
        select(OutboxMessage).filter_by(kind="registration_declined").order_by(OutboxMessage.id)
    ).all()
    assert [(mail.locale, text["zh"] in mail.text, text["en"] in mail.html) for mail in mails] == [
        ("zh", True, False),
        ("en", False, True),
    ]
    assert not any("no outlet named" in mail.text + mail.html for mail in mails)
    kept = db.session.execute(
        select(Registration.decided_by, Registration.decision_reason).distinct()
    ).all()
    assert kept == [("Alice", "no outlet named")]


def test_the_second_decision_about_a_registration_is_told_so(event: EventRow) -> None:
    make_ticket_type(event.id, slug="press", approval="required")
    first, second = applied(event, 2)
    service.decide(decide(event, [first.code], Decision.DECLINE))
    rows = service.decide(decide(event, [first.code, second.code, "ZZZZZZ"], Decision.APPROVE))
    assert [(row.code, row.outcome, row.state) for row in rows] == [
        (first.code, Outcome.ALREADY_DECIDED, S.DECLINED),
        (second.code, Outcome.APPROVED, S.CONFIRMED),
    ]


def test_a_declined_contact_may_apply_again(event: EventRow) -> None:
    make_ticket_type(event.id, slug="press", approval="required")
    made = make_registration(event.id, "press", email="one@example.com")
    service.decide(decide(event, [made.code], Decision.DECLINE))
    assert make_registration(event.id, "press", email="one@example.com").state is S.PENDING_APPROVAL


def test_an_approval_does_not_pass_somebody_who_waits(event: EventRow) -> None:
    make_ticket_type(event.id, slug="press", places=1, approval="required")
    holder, waiting, late = applied(event, 3)
    service.decide(decide(event, [holder.code], Decision.APPROVE))
    service.decide(decide(event, [waiting.code], Decision.WAITLIST))
    service.cancel(holder.registration_id)  # the list of this type is served by hand
    rows = service.decide(decide(event, [late.code], Decision.APPROVE))
    assert outcomes(rows) == [Outcome.NO_CAPACITY]


def test_codes_of_another_event_are_left_out(event: EventRow) -> None:
    make_ticket_type(event.id, slug="press", approval="required")
    made = applied(event, 1)[0]
    other = Decide(event.id + 1, (made.code,), Decision.APPROVE, by="Erin")
    assert service.decide(other) == []
