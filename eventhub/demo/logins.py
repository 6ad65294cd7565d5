"""Accounts to look at the demonstration with; passwords are drawn anew on each installation."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from eventhub.accounts import queries, service
from eventhub.accounts.enums import Role
from eventhub.kernel import ids

FILE_NAME: Final = "demo-logins.txt"
ORGANISATION: Final = ("demonstration", "演示组织 Demonstration")
_DOMAIN: Final = "weaving-the-tide.example"
_PEOPLE: Final = (
    ("owner", "演示负责人 Demo owner", Role.OWNER),
    ("reviewer", "演示审核人 Demo reviewer", Role.OWNER),
    ("guests", "演示嘉宾经理 Demo guest manager", Role.GUESTS),
    ("gate", "演示闸口主管 Demo gate supervisor", Role.GATE_SUPERVISOR),
    ("media", "演示媒体经理 Demo media manager", Role.MEDIA),
    ("reader", "演示报告读者 Demo report reader", Role.REPORT_READER),
)


@dataclass(frozen=True, slots=True)
class Login:
    """One account with the password that opens it."""

    key: str
    email: str
    name: str
    role: Role
    password: str


def draw_logins() -> list[Login]:
    """Return the accounts with new passwords; writes nothing."""
    return [
        Login(key, f"{key}@{_DOMAIN}", name, role, ids.new_public_id())
        for key, name, role in _PEOPLE
    ]


def load(logins: Iterable[Login], organisation_id: int) -> dict[str, int]:
    """Create the accounts inside the caller's command and return person ids by key."""
    found = {}
    for login in logins:
        person = queries.person_by_email(login.email)
        found[login.key] = person.id if person else _create(login, organisation_id)
    return found


def organisation() -> int:
    """Return the organisation of the demonstration, made when there is none."""
    slug, name = ORGANISATION
    present = queries.organisation_by_slug(slug)
    return present if present is not None else service.create_organisation(slug=slug, name=name)


def write_file(folder: Path, logins: Iterable[Login]) -> Path:
    """Keep the passwords in the instance folder, readable by its owner only."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / FILE_NAME
    text = "\n".join(
        ["Log-ins of the demonstration / 演示登录", ""]
        + [f"{login.role.value:16} {login.email:36} {login.password}" for login in logins]
    )
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        os.fchmod(file.fileno(), 0o600)
        file.write(text + "\n")
    return path


def _create(login: Login, organisation_id: int) -> int:
    person_id = service.create_person(
        email=login.email, name=login.name, password=login.password, is_synthetic=True
    )
    service.grant_role(person_id=person_id, organisation_id=organisation_id, role=login.role)
    return person_id
