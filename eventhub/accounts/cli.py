"""Commands of the group `flask accounts`."""

from __future__ import annotations

import sys

import click
from flask.cli import AppGroup

from eventhub.accounts import queries, service
from eventhub.kernel.cli import domain_errors, emit, json_option
from eventhub.kernel.errors import NotFound

group = AppGroup("accounts", help="People who sign in, and keys for programs.")

_password_option = click.option(
    "--password-stdin",
    is_flag=True,
    required=True,
    help="Read the password from the first line of standard input.",
)


@group.command("create-owner")
@click.option("--email", required=True, help="Address to sign in with.")
@click.option("--name", default="", help="Name shown in the console.")
@click.option("--organisation", default=None, help="Short name; without it, all organisations.")
@_password_option
@json_option
@domain_errors
def create_owner(
    email: str, name: str, organisation: str | None, password_stdin: bool, as_json: bool
) -> None:
    """Create a person who may do everything."""
    service.create_owner(email=email, name=name, password=_password(), organisation=organisation)
    person = queries.person_by_email(service.normal_address(email))
    assert person is not None  # noqa: S101 - created in the line above
    data = {"user": {"id": person.public_id, "email": person.email, "name": person.name}}
    emit(data, as_json=as_json, human=f"{person.email} can sign in.")


@group.command("set-password")
@click.option("--email", required=True, help="Address of the account.")
@_password_option
@json_option
@domain_errors
def set_password(email: str, password_stdin: bool, as_json: bool) -> None:
    """Replace a password and end the account's sessions."""
    service.set_password(email=email, password=_password())
    emit(
        {"user": {"email": service.normal_address(email)}},
        as_json=as_json,
        human="The password is replaced.",
    )


@group.command("create-api-key")
@click.argument("event")
@click.option("--scopes", required=True, help="Comma-separated, such as audience:write.")
@json_option
@domain_errors
def create_api_key(event: str, scopes: str, as_json: bool) -> None:
    """Create a key for programs of EVENT (its slug) and show it once."""
    found = queries.event_ref(event)
    if found is None:
        raise NotFound()
    words = [word.strip() for word in scopes.split(",") if word.strip()]
    key = service.create_api_key(
        organisation_id=found.organisation_id, event_id=found.id, scopes=words
    )
    emit({"key": key}, as_json=as_json, human=key)


def _password() -> str:
    return sys.stdin.readline().rstrip("\r\n")
