"""Importing guest files: preview, apply, apply again, undo, on real databases."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from flask.testing import FlaskCliRunner
from sqlalchemy import func, select

from eventhub.kernel.db import db
from eventhub.notify.models import OutboxMessage
from eventhub.programme.queries import EventRow
from eventhub.registration import queries, service
from eventhub.registration.errors import IllegalTransition
from eventhub.registration.models import Attendee, Registration
from eventhub.registration.queries.guests import BatchRow, batch_by_public_id, file_lines
from tests.assertions import assert_queries
from tests.factories.registration import make_registration, make_ticket_type

CSV = """姓名,手机,邮箱,公司,饮食
王芳,13800138000,fang@example.com,云岸,素食
李雷,,lilei@example.com,,
王芳,13800138000,,,
谁,,nobody,,
"""


def preview(event: EventRow, text: str = CSV, **values: object) -> BatchRow:
    given = {"file_name": "guests.csv", "default_type": "public"} | values
    cmd = service.PreviewFile(event_id=event.id, data=text.encode(), **given)
    return batch_by_public_id(event.id, service.preview_file(cmd))


def apply(event: EventRow, text: str = CSV) -> BatchRow:
    batch = preview(event, text)
    service.apply_batch(batch.id)
    return batch_by_public_id(event.id, batch.public_id)


def guests() -> list[tuple[str, str, str | None]]:
    rows = db.session.execute(
        select(Attendee.display_name, Registration.state, Registration.email)
        .join(Registration, Registration.id == Attendee.registration_id)
        .order_by(Attendee.id)
    )
    return [tuple(row) for row in rows]


def outbox() -> int:
    return db.session.scalar(select(func.count()).select_from(OutboxMessage)) or 0


def test_a_preview_changes_no_guest(event: EventRow) -> None:
    make_ticket_type(event.id, slug="public")
    batch = preview(event)
    assert batch.verdicts == {"new": 2, "duplicate": 1, "error": 1}
    assert batch.state == "previewed"
    assert guests() == []
    assert [(line.line_no, line.reason) for line in file_lines(batch.id)] == [
        (2, ""),
        (3, ""),
        (4, "duplicate"),
        (5, "bad-email"),
    ]


def test_applying_gives_places_and_tickets_and_sends_nothing(event: EventRow) -> None:
    make_ticket_type(event.id, slug="public")
    batch = apply(event)
    assert batch.outcomes == {"done": 2}
    assert guests() == [
        ("王芳", "confirmed", "fang@example.com"),
        ("李雷", "confirmed", "lilei@example.com"),
    ]
    assert queries.counts(event.id).tickets == 2
    assert queries.verify(event.id) == []
    assert outbox() == 0
    known = {row.guest.name: row.guest for row in queries.guests.known_guests(event.id)}
    assert known["王芳"].extra == {"饮食": "素食"}
    assert service.send_tickets(batch.id) == service.send_tickets(batch.id) == 2
    assert outbox() == 2


def test_the_same_file_again_changes_nothing(event: EventRow) -> None:
    make_ticket_type(event.id, slug="public")
    apply(event)
    again = apply(event)
    assert again.verdicts == {"unchanged": 2, "duplicate": 1, "error": 1}
    assert len(guests()) == 2


def test_a_file_never_takes_more_places_than_there_are(event: EventRow) -> None:
    make_ticket_type(event.id, slug="public", places=1)
    batch = apply(event)
    assert batch.outcomes == {"done": 1, "sold-out": 1}
    assert queries.verify(event.id) == []


def test_a_line_whose_guest_changed_since_the_preview_is_skipped(event: EventRow) -> None:
    make_ticket_type(event.id, slug="public")
    batch = preview(event)
    make_registration(event.id, "public", name="王芳", email="fang@example.com")
    service.apply_batch(batch.id)
    found = batch_by_public_id(event.id, batch.public_id)
    assert found.outcomes == {"done": 1, "changed-since-preview": 1}
    with pytest.raises(IllegalTransition):
        service.apply_batch(batch.id)


def test_undo_takes_back_what_nobody_touched(event: EventRow) -> None:
    make_ticket_type(event.id, slug="public")
    old = make_registration(
        event.id, "public", name="韩梅", email="hanmei@example.com", phone="+8613800138002"
    )
    batch = apply(event, CSV + "韩梅梅,13800138003,hanmei@example.com,云岸,\n")
    assert batch.outcomes == {"done": 3}
    (touched,) = [row for row in queries.registrations(event.id, "lilei") if row.name == "李雷"]
    found = queries.by_code(touched.code, [event.id])
    service.change_registration(service.ChangeRegistration(found, names=("李磊",)))
    service.undo_batch(batch.id)
    after = batch_by_public_id(event.id, batch.public_id)
    assert (after.state, after.outcomes) == ("undone", {"undone": 2, "kept": 1})
    assert guests() == [
        ("韩梅", "confirmed", "hanmei@example.com"),
        ("王芳", "cancelled", "fang@example.com"),
        ("李磊", "confirmed", "lilei@example.com"),
    ]
    face = queries.registration_face(old.registration_id)
    assert (face.phone, face.contact_name) == ("+8613800138002", "韩梅")
    assert queries.verify(event.id) == []
    assert outbox() == 1  # the confirmation of 韩梅; undoing writes to nobody
    again = preview(event)
    assert again.verdicts == {"new": 1, "update": 1, "duplicate": 1, "error": 1}


def test_guests_who_got_their_ticket_by_mail_are_kept(event: EventRow) -> None:
    make_ticket_type(event.id, slug="public")
    batch = apply(event)
    service.send_tickets(batch.id)
    service.undo_batch(batch.id)
    assert batch_by_public_id(event.id, batch.public_id).outcomes == {"kept": 2}
    assert [state for _name, state, _email in guests()] == ["confirmed", "confirmed"]


def test_a_contact_moved_to_another_guest_meanwhile_is_refused(event: EventRow) -> None:
    make_ticket_type(event.id, slug="public")
    make_registration(event.id, "public", name="韩梅", email="hanmei@example.com")
    batch = apply(event, "姓名,邮箱,手机\n韩梅,hanmei@example.com,13800138009\n")
    assert batch.outcomes == {"done": 1}
    make_registration(event.id, "public", name="新人", email="n@example.com")
    taken = preview(event, "姓名,邮箱,手机\n新人,n@example.com,13800138009\n")
    assert taken.verdicts == {"error": 1}


def test_the_list_of_files_asks_two_statements(event: EventRow) -> None:
    make_ticket_type(event.id, slug="public")
    for _file in range(3):
        preview(event)
    with assert_queries(2):
        assert len(queries.guests.batches(event.id)) == 3


def test_the_command_answers_programs(
    event: EventRow, runner: FlaskCliRunner, tmp_path: Path
) -> None:
    make_ticket_type(event.id, slug="public")
    file = tmp_path / "guests.csv"
    file.write_bytes(CSV.encode("gb18030"))
    call = ["registration", "import", event.slug, str(file), "--type", "public", "--json"]
    dry = json.loads(runner.invoke(args=[*call, "--dry-run"]).output)
    assert (dry["new"], dry["updated"], guests()) == (2, 0, [])
    first = json.loads(runner.invoke(args=call).output)
    assert first == {
        "new": 2,
        "updated": 0,
        "unchanged": 0,
        "duplicate": 1,
        "rejected": [{"line": 5, "reason": "bad-email", "detail": "nobody"}],
        "batch": first["batch"],
        "state": "applied",
    }
    second = json.loads(runner.invoke(args=call).output)
    assert (second["new"], second["updated"], second["unchanged"]) == (0, 0, 2)
    undone = runner.invoke(
        args=["registration", "import-undo", event.slug, first["batch"], "--json"]
    )
    assert json.loads(undone.output) == {"batch": first["batch"], "undone": 2, "kept": []}
    wrong = runner.invoke(args=[*call[:3], str(file), "--type", "nothing"])
    assert wrong.exit_code == 1
