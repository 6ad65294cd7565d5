"""The form and the pages behind links, as a browser sees them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta

from flask.testing import FlaskClient
from sqlalchemy import func, select

from eventhub.kernel.db import db
from eventhub.notify.models import OutboxMessage
from eventhub.registration import service
from eventhub.registration.models import Quota, Registration, Ticket
from tests.assertions import assert_html, assert_queries
from tests.factories.registration import (
    let_in,
    make_consent_text,
    make_registration,
    make_ticket_type,
    make_window,
)
from tests.registration.conftest import NOW, Place, make_place

FORM = "/e/yunan/register"
SENT = "/e/yunan/register/sent"
STATEMENTS = 7  # event, types, windows, quotas, people waiting, consent texts, questions
HIDDEN = re.compile(r'name="(csrf_token|key|stamp|show|read_\w+)"[^>]*value="([^"]*)"')


def hidden(html: str) -> dict[str, str]:
    return dict(HIDDEN.findall(html))


def filled(client: FlaskClient, path: str = FORM, **changes: str) -> dict[str, str]:
    """Return what a person sends who filled the form at `path`."""
    values = {"ticket_type": "public", "name": "陈欣怡", "email": "xinyi@example.com"}
    return hidden(client.get(path).text) | values | changes


def after(clock: Callable[[datetime], None], **span: float) -> None:
    clock(NOW + timedelta(**span))


def rows() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Registration)) or 0


def token_of(made: service.Registered) -> str:
    return service.registration_token(made.public_id, made.link_rev)


def test_the_form_shows_types_with_places_and_conditions(place: Place, client: FlaskClient) -> None:
    event = place.event
    make_ticket_type(event.id, slug="public", places=1200, name={"zh": "公众席", "en": "Public"})
    make_ticket_type(event.id, slug="press", approval="required")
    make_ticket_type(event.id, slug="student", places=0)
    make_ticket_type(event.id, slug="vip", places=0, waitlist="auto")
    make_ticket_type(event.id, slug="crew", visibility="hidden")
    html = assert_html(client.get(f"{FORM}?lang=zh"))
    for words in ("公众席", "余 1,200", "需审核", "已满", "可候补", "已满，候补第 1 位起"):
        assert words in html
    assert "crew" not in html
    english = assert_html(client.get(f"{FORM}?lang=en"))
    for words in ("1,200 left", "Needs approval", "Full. Waitlist from place 1."):
        assert words in english


def test_the_form_asks_a_fixed_number_of_statements(place: Place, client: FlaskClient) -> None:
    make_ticket_type(place.event.id, slug="public")
    for more in (0, 2):
        for _ in range(more):
            make_ticket_type(place.event.id)
        client.get(FORM)  # fills what is kept for some seconds
        with assert_queries(STATEMENTS):
            client.get(FORM)


def test_a_registration_leads_to_its_ticket(place: Place, client: FlaskClient, clock) -> None:
    make_ticket_type(place.event.id, slug="public")
    make_consent_text(place.event.id, "entry", is_required=True, kind="notice")
    data = filled(client, consent_entry="y", phone="138 0013 8000")
    after(clock, seconds=20)
    answer = client.post(FORM, data=data)
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/t/")
    assert answer.headers["Cache-Control"] == "no-store"
    page = client.get(answer.headers["Location"])
    html = assert_html(page)
    assert "陈欣怡" in html
    assert 'class="qr"' in html
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["X-Robots-Tag"] == "noindex"
    assert (rows(), db.session.scalars(select(Registration.phone)).one()) == (1, "+8613800138000")


def test_a_show_chooses_its_day_and_stands_on_the_ticket(
    place: Place, client: FlaskClient, clock
) -> None:
    event = place.event
    for number, day in enumerate(event.days(), start=1):
        make_window(event.id, number, event.day_bounds(day)[0] + timedelta(hours=3))  # 09:00
    kind = make_ticket_type(event.id, slug="public", day_windows=(1, 2, 3, 4, 5))
    let_in(place.gate_ids[0], kind.id)
    path = f"{FORM}?show={place.show_code}&type=public&lang=zh"
    html = assert_html(client.get(path))
    assert "十二纱《夜航》 · 11 月 21 日 周六 21:30 · 盐仓 T 台" in " ".join(html.split())
    assert re.search(r'name="day" value="2" checked', html)
    data = filled(client, path, day="2")
    after(clock, seconds=20)
    page = client.get(client.post(FORM, data=data).headers["Location"])
    ticket = assert_html(page)
    for words in ("夜航", "十二纱", "09:00", "北门", "盐仓 T 台"):
        assert words in ticket
    registration = db.session.scalars(select(Registration)).one()
    assert (registration.window_no, registration.performance_id) == (2, place.performance_id)


def test_a_whole_day_shows_its_date_and_a_show_in_it_its_start(
    place: Place, client: FlaskClient
) -> None:
    event = place.event
    start, end = event.day_bounds(event.days()[1])
    make_window(event.id, 2, start, lasts=end - start)
    make_ticket_type(event.id, slug="public", day_windows=(2,))
    day = make_registration(event.id, "public")
    show = make_registration(event.id, "public", performance_id=place.performance_id)
    assert "11-21" in client.get(f"/t/{token_of(day)}?lang=zh").text
    assert "21:30" in client.get(f"/t/{token_of(show)}?lang=zh").text
    assert "DTSTART;VALUE=DATE:20261121" in client.get(f"/t/{token_of(day)}.ics").text


def test_types_that_no_gate_of_the_stage_admits_are_left_out(
    place: Place, client: FlaskClient
) -> None:
    inside = make_ticket_type(place.event.id, slug="inside")
    make_ticket_type(place.event.id, slug="outside")
    let_in(place.gate_ids[0], inside.id)
    with_show = client.get(f"{FORM}?show={place.show_code}").text
    assert 'value="inside"' in with_show
    assert 'value="outside"' not in with_show
    assert 'value="outside"' in client.get(FORM).text
    assert client.get(f"{FORM}?show=NOSUCH").status_code == 200


def test_errors_stand_at_the_top_and_values_stay(place: Place, client: FlaskClient, clock) -> None:
    make_ticket_type(place.event.id, slug="public")
    make_consent_text(place.event.id, "entry", is_required=True, kind="notice")
    data = filled(client, f"{FORM}?lang=zh", name="林知夏", email="zhixia.lin@example")
    after(clock, seconds=20)
    answer = client.post(FORM, data=data)
    html = assert_html(answer, 422)
    assert 'href="#email"' in html
    assert 'href="#consent_entry"' in html
    assert "邮箱缺少域名后缀" in html or "example.com" in html
    assert 'value="zhixia.lin@example"' in html
    assert 'value="林知夏"' in html
    assert rows() == 0


def test_each_wrong_field_is_refused(place: Place, client: FlaskClient, clock) -> None:
    make_ticket_type(place.event.id, slug="public", max_group=2)
    make_ticket_type(place.event.id, slug="full", places=0)
    wrong = [
        ({"ticket_type": ""}, "ticket_type"),
        ({"ticket_type": "unknown"}, "ticket_type"),
        ({"ticket_type": "full"}, "ticket_type"),
        ({"name": " "}, "name"),
        ({"email": ""}, "phone"),
        ({"email": "", "phone": "12"}, "phone"),
        ({"name": "a\u202eb"}, "name"),
        ({"companions": "甲\n乙"}, "companions"),
    ]
    for changes, field in wrong:
        data = filled(client, **changes)
        after(clock, seconds=20)
        answer = client.post(FORM, data=data)
        assert answer.status_code == 422, changes
        assert f'href="#{field}"' in answer.text, changes
        clock(NOW)
    assert rows() == 0


def test_a_form_without_its_token_is_refused(place: Place, client: FlaskClient) -> None:
    make_ticket_type(place.event.id, slug="public")
    answer = client.post(FORM, data={"ticket_type": "public", "name": "x", "email": "a@b.cn"})
    assert answer.status_code in {400, 422}
    assert rows() == 0


def test_a_second_press_gives_the_same_ticket(place: Place, client: FlaskClient, clock) -> None:
    make_ticket_type(place.event.id, slug="public")
    data = filled(client)
    after(clock, seconds=20)
    first, second = (client.post(FORM, data=data).headers["Location"] for _ in range(2))
    assert first == second
    assert rows() == 1


def test_an_edited_form_after_sending_asks_again_and_keeps_values(
    place: Place, client: FlaskClient, clock
) -> None:
    make_ticket_type(place.event.id, slug="public")
    data = filled(client)
    after(clock, seconds=20)
    client.post(FORM, data=data)
    answer = client.post(FORM, data=data | {"name": "别人", "email": "other@example.com"})
    html = assert_html(answer, 409)
    assert 'value="other@example.com"' in html
    assert hidden(html)["key"] != data["key"]
    after(clock, seconds=40)
    retry = data | hidden(html) | {"name": "别人", "email": "other@example.com"}
    assert client.post(FORM, data=retry).status_code == 303
    assert rows() == 2


def test_a_known_contact_sees_a_neutral_page_and_nothing_of_the_other(
    place: Place, client: FlaskClient, clock
) -> None:
    make_ticket_type(place.event.id, slug="public")
    made = make_registration(place.event.id, "public", name="陈欣怡", email="xinyi@example.com")
    data = filled(client, name="别人", email="XINYI@Example.com")
    after(clock, seconds=20)
    answer = client.post(FORM, data=data)
    assert (answer.status_code, answer.headers["Location"]) == (303, SENT)
    page = client.get(SENT)
    html = assert_html(page)
    everything = html + str(answer.headers) + str(page.headers) + answer.text
    for secret in ("陈欣怡", made.code, made.public_id, "xinyi"):
        assert secret not in everything
    kinds = db.session.scalars(select(OutboxMessage.kind).order_by(OutboxMessage.id)).all()
    assert kinds == ["registration_confirmed", "registration_link"]


def test_the_last_place_going_meanwhile_keeps_the_form(
    place: Place, client: FlaskClient, clock
) -> None:
    make_ticket_type(place.event.id, slug="public", places=1)
    data = filled(client)
    after(clock, seconds=20)
    db.session.execute(Quota.__table__.update().values(size=0))
    db.session.commit()
    answer = client.post(FORM, data=data)
    assert answer.status_code == 422
    assert 'value="xinyi@example.com"' in answer.text


def test_a_filled_trap_registers_nothing_and_tells_nothing(
    place: Place, client: FlaskClient, clock
) -> None:
    make_ticket_type(place.event.id, slug="public")
    data = filled(client, website="https://robot.example")
    after(clock, seconds=20)
    answer = client.post(FORM, data=data)
    assert (answer.status_code, answer.headers["Location"]) == (303, SENT)
    assert rows() == 0


def test_a_form_sent_at_once_or_with_a_forged_stamp_is_asked_again(
    place: Place, client: FlaskClient, clock
) -> None:
    make_ticket_type(place.event.id, slug="public")
    data = filled(client)
    quick = client.post(FORM, data=data)
    assert quick.status_code == 422
    after(clock, seconds=20)
    forged = client.post(FORM, data=data | {"stamp": "1.deadbeef"})
    assert forged.status_code == 422
    assert rows() == 0
    assert client.post(FORM, data=data).status_code == 303


def test_a_closed_event_says_so(place: Place, client: FlaskClient) -> None:
    html = assert_html(client.get(f"{FORM}?lang=zh"))
    assert "还没有可选的票种" in html
    assert client.get("/e/nowhere/register").status_code == 404


def test_wrong_and_unknown_links_get_one_and_the_same_answer(
    place: Place, client: FlaskClient
) -> None:
    make_ticket_type(place.event.id, slug="public")
    token = token_of(make_registration(place.event.id, "public"))
    wrong = [token[:-1] + ("0" if token[-1] != "0" else "1"), "abcdefghjkmnpqrs.0" * 2, "x", "."]
    answers = [client.get(f"/t/{text}") for text in wrong]
    own = re.compile(r'/t/[^"?]*|[0-9a-f]{16}')  # the address itself and the request id
    bodies = {own.sub("", answer.text) for answer in answers}
    assert {answer.status_code for answer in answers} == {404}
    assert len(bodies) == 1
    for form in ("pdf", "png", "svg", "ics"):
        assert client.get(f"/t/{wrong[0]}.{form}").status_code == 404
    assert client.get(f"/t/{wrong[0]}/cancel").status_code == 404


def test_a_person_cancels_behind_a_question(place: Place, client: FlaskClient) -> None:
    make_ticket_type(place.event.id, slug="public")
    token = token_of(make_registration(place.event.id, "public"))
    asked = assert_html(client.get(f"/t/{token}/cancel"))
    assert db.session.scalars(select(Registration.state)).one() == "confirmed"
    answer = client.post(f"/t/{token}/cancel", data=hidden(asked))
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/t/{token}")
    page = assert_html(client.get(f"/t/{token}?lang=zh"))
    assert "已取消" in page
    assert 'class="qr"' not in page
    assert client.get(f"/t/{token}.pdf").status_code == 404
    assert "STATUS:CANCELLED" in client.get(f"/t/{token}.ics").text


def test_a_companion_sees_one_ticket_and_can_not_cancel(place: Place, client: FlaskClient) -> None:
    make_ticket_type(place.event.id, slug="public", max_group=2)
    made = make_registration(place.event.id, "public", others=("喆堃",))
    token = service.attendee_token(made.people[1].public_id, made.people[1].link_rev)
    html = assert_html(client.get(f"/t/{token}"))
    assert "喆堃" in html
    assert "陈欣怡" not in html
    form = hidden(assert_html(client.get(f"/t/{token}/cancel"))) or hidden(html)
    assert client.post(f"/t/{token}/cancel", data=form).status_code == 403
    assert db.session.scalars(select(Registration.state)).one() == "confirmed"


def test_the_link_is_sent_again_three_times_an_hour(place: Place, client: FlaskClient) -> None:
    make_ticket_type(place.event.id, slug="public")
    token = token_of(make_registration(place.event.id, "public"))
    form = hidden(client.get(f"/t/{token}").text)
    places = [client.post(f"/t/{token}/resend", data=form).headers["Location"] for _ in range(4)]
    assert [place.rpartition("=")[2] for place in places] == ["sent", "sent", "sent", "later"]
    assert_html(client.get(places[0]))


def test_waiting_and_pending_pages_show_no_code(place: Place, client: FlaskClient) -> None:
    make_ticket_type(place.event.id, slug="full", places=0, waitlist="auto")
    make_ticket_type(place.event.id, slug="press", approval="required")
    for slug, words in (("full", "候补中"), ("press", "审核中")):
        token = token_of(make_registration(place.event.id, slug))
        html = assert_html(client.get(f"/t/{token}?lang=zh"))
        assert words in html
        assert 'class="qr"' not in html
        assert client.get(f"/t/{token}.png").status_code == 404


def test_a_used_ticket_says_so_and_keeps_its_code(place: Place, client: FlaskClient) -> None:
    make_ticket_type(place.event.id, slug="public")
    token = token_of(make_registration(place.event.id, "public"))
    db.session.scalars(select(Ticket)).one().first_entry_at = NOW
    db.session.commit()
    html = assert_html(client.get(f"/t/{token}?lang=zh"))
    assert "已使用" in html
    assert 'class="qr"' in html
    assert f"/t/{token}/cancel" not in html


def test_a_lost_ticket_gets_the_same_answer_for_everyone(place: Place, client: FlaskClient) -> None:
    make_ticket_type(place.event.id, slug="public")
    make_registration(place.event.id, "public", email="xinyi@example.com", phone="+8613800138000")
    form = hidden(assert_html(client.get("/e/yunan/lost-ticket")))
    contacts = ("XINYI@example.com", "nobody@example.com", "138 0013 8000", "neither", "@")
    answers = [
        client.post("/e/yunan/lost-ticket", data=form | {"contact": contact})
        for contact in contacts
    ]
    assert {(a.status_code, a.headers.get("Location"), a.text) for a in answers} == {
        (303, SENT, answers[0].text)
    }
    kinds = db.session.scalars(select(OutboxMessage.kind)).all()
    assert sorted(kinds) == ["registration_confirmed", "registration_link", "registration_link"]


def test_the_demonstration_says_so_on_form_and_ticket(app, client: FlaskClient, clock) -> None:
    clock(NOW)
    place = make_place("demo-like", is_synthetic=True)
    make_ticket_type(place.event.id, slug="public")
    token = token_of(make_registration(place.event.id, "public"))
    for path in ("/e/demo-like/register?lang=en", f"/t/{token}?lang=en"):
        assert "Demonstration" in assert_html(client.get(path))
