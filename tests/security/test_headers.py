"""Headers, cookies and forms of every route: nothing inline, nothing kept, nothing forged."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from eventhub.accounts import service as accounts
from eventhub.accounts.models import LoginSession
from eventhub.kernel.db import Base, db
from eventhub.notify.models import OutboxMessage
from tests.access.rows import TABLE
from tests.access.test_matrix import two_tenants, words_of
from tests.people import PASSWORD, People, email_of, make_people, post
from tests.world import World

PERSONAL = ("/t/", "/i/", "/console/", "/login", "/password")
pytestmark = pytest.mark.only("sqlite")  # headers and cookies do not depend on the database


@pytest.fixture
def people(app: Flask) -> People:
    return make_people()


@pytest.fixture
def tenants(app: Flask) -> tuple[People, World]:
    return two_tenants()


def gets(world: World) -> Iterator[tuple[str, str]]:
    """Yield endpoint and address of every GET route."""
    words = words_of(world)
    for endpoint, row in TABLE.items():
        if row.method == "GET":
            yield endpoint, row.path.format_map(words)


def test_every_answer_has_the_strict_headers(app: Flask, tenants: tuple[People, World]) -> None:
    people, world = tenants
    alice = people.client(app, "alice")
    paths = [*gets(world), ("unknown", "/nothing/here"), ("unknown", "/e/none/")]
    for endpoint, path in paths:
        headers = alice.get(path).headers
        policy = headers["Content-Security-Policy"]
        assert "'unsafe-inline'" not in policy, endpoint
        assert "'unsafe-eval'" not in policy.replace("'wasm-unsafe-eval'", ""), endpoint
        is_scanner = endpoint.startswith("checkin.") and endpoint != "checkin.manifest"
        assert ("wasm-unsafe-eval" in policy) == is_scanner, endpoint
        assert "default-src 'none'" in policy, endpoint
        assert "frame-ancestors 'none'" in policy, endpoint
        assert headers["X-Content-Type-Options"] == "nosniff", endpoint
        assert headers["Referrer-Policy"], endpoint
        assert headers["X-Request-Id"], endpoint


def test_secret_addresses_send_no_referrer_and_personal_pages_are_not_kept(
    app: Flask, tenants: tuple[People, World]
) -> None:
    people, world = tenants
    alice = people.client(app, "alice")
    for endpoint, path in gets(world):
        if path.startswith(PERSONAL):
            headers = alice.get(path).headers
            assert headers["Cache-Control"] == "no-store", endpoint
            assert headers["Referrer-Policy"] == "no-referrer", endpoint


def test_public_pages_set_no_cookie(app: Flask, tenants: tuple[People, World]) -> None:
    _people, world = tenants
    for endpoint, path in gets(world):
        if path.startswith(PERSONAL) or endpoint in WITH_FORM:
            continue
        answer = app.test_client().get(path)
        assert "Set-Cookie" not in answer.headers, endpoint


WITH_FORM = {"registration.register", "registration.lost_ticket", "registration.sent"}


class Inline(HTMLParser):
    """Finds style attributes, event handlers, inline scripts and styles."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.forms: list[dict[str, str | None]] = []
        self.tokens: list[int] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = dict(attrs)
        bad = [name for name in names if name == "style" or name.startswith("on")]
        if tag == "style" or (tag == "script" and "src" not in names and not self._is_data(names)):
            bad.append(tag)
        if any((names.get(key) or "").lower().startswith("javascript:") for key in ("href", "src")):
            bad.append("javascript:")
        self.found += [f"<{tag} {name}>" for name in bad]
        if tag == "form":
            self.forms.append(names)
            self.tokens.append(0)
        if tag == "input" and (names.get("name") or "").endswith("csrf_token"):  # or with a prefix
            self.tokens[-1] += 1

    @staticmethod
    def _is_data(names: dict[str, str | None]) -> bool:
        return names.get("type") in {"application/ld+json", "application/json"}


def read(client: FlaskClient, path: str) -> Inline | None:
    answer = client.get(path)
    if answer.mimetype != "text/html":
        return None
    parser = Inline()
    parser.feed(answer.get_data(as_text=True))
    return parser


def test_no_page_has_anything_inline(app: Flask, tenants: tuple[People, World]) -> None:
    people, world = tenants
    alice = people.client(app, "alice")
    for endpoint, path in gets(world):
        page = read(alice, path)
        assert page is None or page.found == [], endpoint


@pytest.mark.parametrize(
    "planted",
    [
        '<p style="color:red">',
        "<style>p{}</style>",
        "<script>alert(1)</script>",
        '<p onclick="go()">',
        '<a href="JavaScript:go()">',
    ],
)
def test_something_inline_that_is_planted_is_seen(planted: str) -> None:
    page = Inline()
    page.feed(f"<main>{planted}</main>")
    assert len(page.found) == 1


def test_every_form_that_changes_something_carries_one_token(
    app: Flask, tenants: tuple[People, World]
) -> None:
    people, world = tenants
    for client in (people.client(app, "alice"), app.test_client()):
        for endpoint, path in gets(world):
            page = read(client, path)
            for form, tokens in zip(page.forms, page.tokens, strict=True) if page else ():
                is_post = (form.get("method") or "get").lower() == "post"
                assert tokens == int(is_post), (endpoint, form)


def test_forms_without_or_with_a_forged_token_are_refused(
    app: Flask, tenants: tuple[People, World]
) -> None:
    people, world = tenants
    alice = people.client(app, "alice")
    words = words_of(world)
    for endpoint, row in TABLE.items():
        path = row.path.format_map(words)
        if row.method == "GET" or path.startswith("/api/"):
            continue
        for data in ({}, {"csrf_token": "forged"}):
            assert alice.post(path, data=data).status_code == 400, endpoint
    assert db.session.scalar(select(func.count()).select_from(LoginSession)) == 1


def test_get_changes_nothing(app: Flask, tenants: tuple[People, World]) -> None:
    people, world = tenants
    alice = people.client(app, "alice")
    paths = list(gets(world))  # makes what the addresses name
    before = _row_counts()
    for _endpoint, path in paths:
        alice.get(path)
    db.session.rollback()
    assert _row_counts() == before


def _row_counts() -> dict[str, int]:
    return {
        name: db.session.scalar(select(func.count()).select_from(table)) or 0
        for name, table in Base.metadata.tables.items()
    }


@pytest.mark.parametrize(
    ("base_url", "name", "is_secure"),
    [
        ("http://localhost", "eventhub_login", False),
        ("https://loom.example", "__Host-eventhub", True),
    ],
)
def test_the_log_in_cookie(database, base_url: str, name: str, is_secure: bool) -> None:  # type: ignore[no-untyped-def] - fixture of conftest
    from eventhub import create_app  # noqa: PLC0415 - another application than the fixture's

    app = create_app(database.settings(base_url=base_url))
    with app.app_context():
        accounts.create_owner(email="o@example.org", password=PASSWORD)
        client = app.test_client()
        kwargs = {"base_url": base_url}
        html = client.get("/login", **kwargs).get_data(as_text=True)
        token = re.search(r'csrf_token"[^>]*value="([^"]+)"', html)
        assert token is not None
        answer = client.post(
            "/login",
            data={"email": "o@example.org", "password": PASSWORD, "csrf_token": token[1]},
            headers={"Referer": f"{base_url}/login"},
            **kwargs,
        )
        cookies = {c.split("=", 1)[0]: c for c in answer.headers.getlist("Set-Cookie")}
        assert name in cookies
        attributes = {part.strip().lower() for part in cookies[name].split(";")[1:]}
        assert {"httponly", "samesite=lax", "path=/"} <= attributes
        assert ("secure" in attributes) is is_secure
        assert not any(part.startswith("domain") for part in attributes)
        db.session.remove()
        db.engine.dispose()


def test_logging_in_over_the_form_and_out_again(app: Flask, tenants: tuple[People, World]) -> None:
    client = app.test_client()
    fields = {"email": email_of("alice"), "password": PASSWORD}
    answer = post(client, "/login", fields, form_at="/login?next=/console/e/loom-week/guests")
    assert answer.status_code == 303
    assert answer.location == "/console/"
    assert client.get("/console/e/loom-week/").status_code == 200
    cookie = client.get_cookie("eventhub_login")
    assert cookie is not None
    left = post(client, "/logout", {}, form_at="/console/e/loom-week/")
    assert left.status_code == 303
    client.set_cookie("eventhub_login", cookie.value)  # a thief replays it
    assert client.get("/console/e/loom-week/").status_code == 303


def test_the_session_cookie_is_new_at_every_log_in(app: Flask, people: People) -> None:
    client = app.test_client()
    client.set_cookie("eventhub_login", "planted-by-somebody-else")
    fields = {"email": email_of("alice"), "password": PASSWORD}
    post(client, "/login", fields)
    cookie = client.get_cookie("eventhub_login")
    assert cookie is not None
    assert cookie.value != "planted-by-somebody-else"


@pytest.mark.parametrize(
    ("target", "location"),
    [
        ("/console/e/loom-week/guests", "/console/e/loom-week/guests"),
        ("//evil.example", "/console/"),
        ("/\\evil.example", "/console/"),
        ("https:evil.example", "/console/"),
        ("https://evil.example", "/console/"),
        ("/\t/evil.example", "/console/"),
        ("/\n/evil.example", "/console/"),
        ("http://localhost@evil.example", "/console/"),
        ("javascript:alert(1)", "/console/"),
    ],
)
def test_log_in_leads_only_to_this_site(
    app: Flask, people: People, target: str, location: str
) -> None:
    client = app.test_client()
    fields = {"email": email_of("alice"), "password": PASSWORD, "next": target}
    assert post(client, "/login", fields).location == location
    assert client.get("/login", query_string={"next": target}).location == location


def test_wrong_passwords_show_the_same_page_for_known_and_unknown_accounts(
    app: Flask, people: People
) -> None:
    pages = []
    for name in ("alice", "nobody"):
        answer = post(
            app.test_client(), "/login", {"email": email_of(name), "password": "no no no"}
        )
        assert answer.status_code == 401
        html = answer.get_data(as_text=True).replace(email_of(name), "")
        pages.append(re.sub(r'csrf_token"[^>]*value="[^"]+"', "", html))
    assert pages[0] == pages[1]


def test_too_many_tries_are_told_when_to_come_back(app: Flask, people: People) -> None:
    client = app.test_client()
    fields = {"email": email_of("alice"), "password": "no no no"}
    answers = [post(client, "/login", fields) for _ in range(7)]
    assert [answer.status_code for answer in answers] == [401] * 5 + [429] * 2
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 901


@pytest.mark.parametrize(
    ("address", "headers", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("::1", {}, 200),
        ("192.0.2.7", {}, 404),
        ("127.0.0.1", {"X-Forwarded-For": "192.0.2.7"}, 404),
        ("192.0.2.7", {"X-Forwarded-For": "127.0.0.1"}, 404),
        ("nonsense", {}, 404),
    ],
)
def test_metrics_are_for_this_machine(
    client: FlaskClient, address: str, headers: dict[str, str], status: int
) -> None:
    answer = client.get("/metrics", headers=headers, environ_base={"REMOTE_ADDR": address})
    assert answer.status_code == status


@pytest.mark.parametrize(
    "path", ["/.git/config", "/static/../wsgi.py", "/static/..%2fwsgi.py", "/instance/secret-key"]
)
def test_nothing_of_the_project_folder_is_served(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code in (400, 404)


@pytest.mark.req("H-1")
@pytest.mark.parametrize(
    ("host", "path", "status"),
    [
        ("loom.example", "/login", 200),
        ("LOOM.example:8443", "/login", 200),
        ("tickets.loom.example", "/login", 200),
        ("evil.example", "/login", 400),
        ("evil.example", "/api/v1/openapi.json", 400),
        ("loom.example.evil.example", "/password", 400),
        ("192.0.2.7", "/login", 400),
        ("", "/login", 400),
        ("[", "/login", 400),
        ("loom.example@evil.example", "/login", 400),
        ("127.0.0.1:8000", "/login", 200),
        ("localhost", "/login", 200),
        ("[::1]:8000", "/login", 200),
        ("10.1.2.3:8000", "/healthz", 200),
        ("balancer", "/readyz", 200),
    ],
)
def test_another_host_is_refused(database, host: str, path: str, status: int) -> None:  # type: ignore[no-untyped-def] - fixture of conftest
    app = strict_app(database)
    answer = app.test_client().get(path, headers={"Host": host})
    assert answer.status_code == status
    if status == 400:
        assert "evil.example" not in answer.get_data(as_text=True)
        assert answer.headers["X-Request-Id"]


@pytest.mark.req("H-1")
def test_a_link_in_a_mail_never_names_the_host_that_was_asked_for(database) -> None:  # type: ignore[no-untyped-def] - fixture of conftest
    app = strict_app(database)
    with app.app_context():
        make_people()
        client = app.test_client()
        here = {"base_url": "https://loom.example"}
        page = client.get("/password", **here).get_data(as_text=True)
        token = re.search(r'csrf_token"[^>]*value="([^"]+)"', page)
        assert token is not None
        form = {"email": email_of("alice"), "csrf_token": token[1]}
        for name in ("Host", "X-Forwarded-Host"):
            evil = {name: "evil.example", "Referer": "https://loom.example/password"}
            client.post("/password", data=form, headers=evil, **here)
        texts = db.session.scalars(select(OutboxMessage.text)).all()
        assert len(texts) == 1, "the forged Host was refused, the forwarded one not believed"
        assert "https://loom.example/password/" in texts[0]
        assert "evil" not in texts[0]
        db.session.remove()
        db.engine.dispose()


def test_a_desk_is_looked_at_under_its_numeric_address(database) -> None:  # type: ignore[no-untyped-def] - fixture of conftest
    client = strict_app(database, env="testing").test_client()
    assert client.get("/login", headers={"Host": "192.168.1.20:8000"}).status_code == 200
    assert client.get("/login", headers={"Host": "evil.example"}).status_code == 400


def strict_app(database, env: str = "production") -> Flask:  # type: ignore[no-untyped-def] - fixture of conftest
    """Return the application of a public installation with two names."""
    from eventhub import create_app  # noqa: PLC0415 - another application than the fixture's

    return create_app(
        database.settings(env=env, base_url="https://loom.example", hosts="tickets.loom.example")
    )


@pytest.mark.req("H-7")
def test_a_crash_shows_an_id_and_no_trace(own_app: Flask) -> None:
    own_app.config["TESTING"] = False

    def planted() -> object:
        raise RuntimeError("secret of the crash")

    own_app.add_url_rule("/planted", "planted", planted)
    own_app.add_url_rule("/api/v1/planted", "planted_json", planted)
    for path in "/planted", "/api/v1/planted":
        answer = own_app.test_client().get(path)
        text = answer.get_data(as_text=True)
        assert answer.status_code == 500
        assert answer.headers["X-Request-Id"]
        assert "secret of the crash" not in text
        assert "Traceback" not in text
        assert "RuntimeError" not in text
