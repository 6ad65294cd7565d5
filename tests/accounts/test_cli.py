"""Commands of `flask accounts`."""

from __future__ import annotations

import json

from flask.testing import FlaskClient, FlaskCliRunner

from eventhub.accounts import queries
from eventhub.kernel import ids
from tests.people import PASSWORD, make_people, sign_in
from tests.world import make_world


def owner(runner: FlaskCliRunner, email: str, password: str = PASSWORD, *more: str) -> object:
    args = ["accounts", "create-owner", "--email", email, "--password-stdin", "--json", *more]
    return runner.invoke(args=args, input=f"{password}\n")


def test_create_owner_prints_the_user(runner: FlaskCliRunner) -> None:
    done = owner(runner, "O@Example.org")
    assert done.exit_code == 0  # type: ignore[attr-defined] - a click result
    user = json.loads(done.stdout)["user"]  # type: ignore[attr-defined] - as above
    assert user["email"] == "o@example.org"
    assert PASSWORD not in done.output  # type: ignore[attr-defined] - as above
    person = queries.person_by_email("o@example.org")
    assert person is not None
    assert user["id"] == person.public_id


def test_create_owner_refuses_in_one_line(runner: FlaskCliRunner) -> None:
    owner(runner, "o@example.org")
    for email, password, code in [
        ("o@example.org", PASSWORD, "person-exists"),
        ("p@example.org", "short", "invalid"),
        ("nobody", PASSWORD, "invalid"),
    ]:
        refused = owner(runner, email, password)
        assert refused.exit_code == 1  # type: ignore[attr-defined] - a click result
        assert refused.stdout == ""  # type: ignore[attr-defined] - as above
        assert refused.stderr.startswith(code)  # type: ignore[attr-defined] - as above
    assert owner(runner, "q@example.org", PASSWORD, "--organisation", "none").exit_code == 1  # type: ignore[attr-defined] - as above


def test_the_password_never_stands_on_the_command_line(runner: FlaskCliRunner) -> None:
    wrong = runner.invoke(args=["accounts", "create-owner", "--email", "o@example.org"])
    assert wrong.exit_code == 2


def test_set_password(runner: FlaskCliRunner, client: FlaskClient) -> None:
    make_people()
    sign_in(runner.app, client, "bob@example.org")
    args = ["accounts", "set-password", "--email", "bob@example.org", "--password-stdin"]
    assert runner.invoke(args=args, input="another long one\n").exit_code == 0
    assert client.get("/console/").status_code == 303


def test_create_api_key_works_with_the_api(runner: FlaskCliRunner, client: FlaskClient) -> None:
    world = make_world(make_people().organisation_id)
    args = ["accounts", "create-api-key", world.event.slug, "--json", "--scopes"]
    done = runner.invoke(args=[*args, "audience:write, reports:read"])
    assert done.exit_code == 0
    key = json.loads(done.stdout)["key"]
    row = queries.api_key_by_hash(ids.token_hash(key))
    assert row is not None
    assert row.scopes == ("audience:write", "reports:read")
    headers = {"Authorization": f"Bearer {key}"}
    assert client.get("/api/v1/events/loom-week/reports", headers=headers).status_code == 200
    assert client.get("/console/", headers=headers).status_code == 303
    assert runner.invoke(args=[*args, "admin"]).exit_code == 1
    assert (
        runner.invoke(
            args=["accounts", "create-api-key", "none", "--scopes", "audience:write"]
        ).exit_code
        == 1
    )
