"""Writing, claiming and finishing messages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from eventhub.kernel import locks
from eventhub.kernel.db import command, db
from eventhub.kernel.errors import Conflict, NotFound
from eventhub.notify import queries, service
from eventhub.notify.enums import MessageState
from eventhub.notify.models import OutboxMessage
from tests.factories.notify import enqueue

AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
SetClock = Callable[[datetime], None]


def test_one_cause_makes_one_message(app: Flask) -> None:
    first = enqueue()
    assert first is not None
    assert enqueue(subject="again") is None
    assert [row.subject for row in queries.messages(1)] == ["已报名：云锦开幕"]


def test_message_and_its_cause_are_written_together_or_not_at_all(
    app: Flask, db_session: Session
) -> None:
    @command
    def cause() -> None:
        enqueue()
        raise Conflict()

    with pytest.raises(Conflict):
        cause()
    assert db_session.scalar(select(func.count()).select_from(OutboxMessage)) == 0


def test_subject_is_one_line(app: Flask) -> None:
    message = enqueue(subject="已报名\r\nBcc: someone@example.com")
    assert message is not None
    assert message.subject == "已报名 Bcc: someone@example.com"


def test_claimed_message_is_not_claimed_twice(app: Flask, clock: SetClock) -> None:
    clock(AT)
    enqueue()
    first = service.claim(10)
    assert [message.recipient_name for message in first] == ["王芳"]
    assert service.claim(10) == []


def test_claim_of_a_dead_process_ends_by_itself(app: Flask, clock: SetClock) -> None:
    clock(AT)
    enqueue()
    (lost,) = service.claim(10)
    clock(AT + service.CLAIM_FOR + timedelta(seconds=1))
    (again,) = service.claim(10)
    assert again.message_id == lost.message_id
    service.mark_failed(lost, "too late to say", is_final=True)
    assert queries.messages(1)[0].state is MessageState.QUEUED


def test_claim_takes_the_oldest_first_and_no_more_than_asked(app: Flask, clock: SetClock) -> None:
    for minute in range(3):
        clock(AT + timedelta(minutes=minute))
        enqueue(dedupe_key=f"cause:{minute}", subject=str(minute))
    assert [message.subject for message in service.claim(2)] == ["0", "1"]
    assert [message.subject for message in service.claim(2)] == ["2"]


def test_text_messages_wait_for_a_transport_of_their_own(app: Flask) -> None:
    enqueue(channel="sms", recipient="+8613800138000")
    assert service.claim(10) == []


def test_failed_message_waits_and_is_given_up_after_eight_tries(
    app: Flask, clock: SetClock
) -> None:
    at = AT
    clock(at)
    enqueue()
    states = []
    for _ in range(8):
        (message,) = service.claim(1)
        states.append(service.mark_failed(message, "451 later", is_final=False))
        assert service.claim(1) == []
        at += timedelta(hours=6)
        clock(at)
    assert states == [MessageState.DEFERRED] * 7 + [MessageState.DEAD]
    (row,) = queries.messages(1)
    assert (row.state, row.attempts, row.last_error) == (MessageState.DEAD, 8, "451 later")
    assert queries.backlog() == queries.Backlog(waiting=0, dead=1, oldest_due_at=None)


def test_dead_message_can_be_sent_again(app: Flask, clock: SetClock) -> None:
    clock(AT)
    enqueue()
    (message,) = service.claim(1)
    service.mark_failed(message, "550 no such box", is_final=True)
    service.send_again(1, message.id)
    assert queries.backlog() == queries.Backlog(waiting=1, dead=0, oldest_due_at=AT)
    assert [again.message_id for again in service.claim(1)] == [message.message_id]


def test_sent_message_is_not_sent_again(app: Flask) -> None:
    enqueue()
    (message,) = service.claim(1)
    service.mark_sent(message)
    with pytest.raises(NotFound):
        service.send_again(1, message.id)
    assert queries.message(1, message.id).state is MessageState.SENT


def test_message_of_another_event_is_not_found(app: Flask) -> None:
    message = enqueue()
    assert message is not None
    with pytest.raises(NotFound):
        queries.message(2, message.id)
    with pytest.raises(NotFound):
        service.send_again(2, message.id)


def test_process_that_lost_the_lead_claims_nothing(app: Flask, db_session: Session) -> None:
    enqueue()
    old = locks.take_lease()
    new = locks.take_lease()
    with locks.under_lease(old), pytest.raises(locks.LeaseLost):
        service.claim(1)
    with locks.under_lease(new):
        assert len(service.claim(1)) == 1
    assert db.session.scalar(select(OutboxMessage.attempts)) == 0
