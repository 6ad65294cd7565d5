"""Log-in, sessions, roles and keys on a real database."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from eventhub.accounts import passwords, queries, service
from eventhub.accounts.enums import Role
from eventhub.accounts.errors import OrganisationExists, PersonExists, SignInRefused
from eventhub.accounts.models import ApiKey, LoginSession, LoginTry, Organisation, Person
from eventhub.kernel import ids
from eventhub.kernel.db import command, db
from eventhub.kernel.errors import Invalid, Limited, NotFound
from tests import people
from tests.people import PASSWORD

NOON = datetime(2025, 11, 21, 4, 0, tzinfo=UTC)


def try_in(name: str, password: str = PASSWORD, address: str = "192.0.2.1") -> service.SignedIn:
    return service.sign_in(
        service.SignIn(email=people.email_of(name), password=password, address=address)
    )


def test_a_fresh_installation_has_no_account(app: Flask) -> None:
    assert db.session.scalar(select(func.count()).select_from(Person)) == 0


def test_passwords_are_kept_as_argon2id(app: Flask) -> None:
    people.make_people()
    stored = people.password_hash("alice")
    assert stored is not None
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_the_address_has_one_spelling(app: Flask) -> None:
    service.create_person(email=" Alice@EXAMPLE.org", name="A", password=PASSWORD)
    with pytest.raises(PersonExists):
        service.create_person(email="alice@example.org", name="B", password=PASSWORD)
    assert try_in("alice").person_id == queries.person_by_email("alice@example.org").id  # type: ignore[union-attr] - it exists


def test_bad_values_name_their_field(app: Flask) -> None:
    with pytest.raises(Invalid) as refused:
        service.create_person(email="nobody", name="A", password=PASSWORD)
    assert list(refused.value.fields) == ["email"]
    with pytest.raises(Invalid) as refused:
        service.create_person(email="a@example.org", name="A", password="short")
    assert list(refused.value.fields) == ["password"]


def test_an_organisation_has_its_own_short_name(app: Flask) -> None:
    service.create_organisation(slug="loom", name="Loom")
    with pytest.raises(OrganisationExists):
        service.create_organisation(slug="loom", name="Other")


def test_only_the_hash_of_the_token_is_kept(app: Flask) -> None:
    people.make_people()
    token = try_in("alice").token
    rows = db.session.scalars(select(LoginSession.token_hash)).all()
    assert rows == [ids.token_hash(token)]
    assert queries.session_by_hash(token) is None


@pytest.mark.parametrize("name", ["alice", "nobody", "not an address"])
def test_wrong_passwords_and_unknown_accounts_get_the_same_answer(app: Flask, name: str) -> None:
    people.make_people()
    with pytest.raises(SignInRefused) as refused:
        try_in(name, "wrong wrong")
    assert refused.value.error_code == "sign-in-refused"


def test_an_account_without_password_can_not_sign_in(app: Flask) -> None:
    service.create_person(email="ghost@example.org", name="Ghost")
    with pytest.raises(SignInRefused):
        try_in("ghost", "")


def test_a_longer_password_with_the_right_beginning_is_wrong(app: Flask) -> None:
    longest = "ab c" * 64
    service.create_person(email="long@example.org", name="Long", password=longest)
    assert try_in("long", longest)
    with pytest.raises(SignInRefused):
        try_in("long", longest + "x")


def test_the_sixth_try_waits_also_with_the_right_password(
    app: Flask, clock: Callable[[datetime], None]
) -> None:
    people.make_people()
    clock(NOON)
    for _ in range(5):
        with pytest.raises(SignInRefused):
            try_in("alice", "wrong wrong")
    with pytest.raises(Limited) as limited:
        try_in("alice")
    assert limited.value.retry_after_s == 901
    assert try_in("bob")
    clock(NOON + timedelta(minutes=16))
    assert try_in("alice")


def test_unknown_accounts_are_limited_like_known_ones(app: Flask) -> None:
    for _ in range(5):
        with pytest.raises(SignInRefused):
            try_in("nobody", "wrong wrong")
    with pytest.raises(Limited):
        try_in("nobody", "wrong wrong")


def test_one_address_is_limited_over_all_accounts(app: Flask) -> None:
    for number in range(30):
        with pytest.raises(SignInRefused):
            try_in(f"person{number}", "wrong wrong")
    with pytest.raises(Limited):
        try_in("person99", "wrong wrong")
    with pytest.raises(SignInRefused):
        try_in("person99", "wrong wrong", address="192.0.2.2")


def test_success_forgets_the_tries_of_the_account(app: Flask) -> None:
    people.make_people()
    for _ in range(4):
        with pytest.raises(SignInRefused):
            try_in("alice", "wrong wrong")
    try_in("alice")
    assert len(db.session.scalars(select(LoginTry.id)).all()) == 4  # those of the address stay
    for _ in range(4):
        with pytest.raises(SignInRefused):
            try_in("alice", "wrong wrong", address="192.0.2.9")


def test_a_new_session_ends_the_one_it_came_with(app: Flask) -> None:
    people.make_people()
    first = try_in("alice").token
    second = service.sign_in(
        service.SignIn(
            email=people.email_of("alice"),
            password=PASSWORD,
            address="192.0.2.1",
            old_token=first,
        )
    ).token
    assert queries.session_by_hash(ids.token_hash(first)) is None
    assert queries.session_by_hash(ids.token_hash(second)) is not None


def test_old_hash_costs_are_renewed_at_log_in(app: Flask) -> None:
    people.make_people()
    cheap = passwords.PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)
    _store(cheap)
    try_in("alice")
    assert (people.password_hash("alice") or "").startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert try_in("alice")


@command
def _store(hashed: str) -> None:
    db.session.execute(
        update(Person).where(Person.email == "alice@example.org").values(password_hash=hashed)
    )


def test_switching_a_person_off_ends_the_sessions(app: Flask) -> None:
    team = people.make_people()
    token = try_in("bob").token
    service.set_active(person_id=team.ids["bob"], is_active=False)
    assert queries.session_by_hash(ids.token_hash(token)) is None
    with pytest.raises(SignInRefused):
        try_in("bob")


def test_a_new_password_ends_the_sessions(app: Flask) -> None:
    people.make_people()
    token = try_in("bob").token
    service.set_password(email=people.email_of("bob"), password="another long one")
    assert queries.session_by_hash(ids.token_hash(token)) is None
    assert try_in("bob", "another long one")
    with pytest.raises(NotFound):
        service.set_password(email="no@example.org", password="another long one")


def test_the_first_owner_gets_an_organisation(app: Flask) -> None:
    person_id = service.create_owner(email="o@example.org", password=PASSWORD)
    grants = queries.grants_of(person_id)
    assert [(g.event_ref, g.role) for g in grants] == [(0, "owner")]
    assert db.session.scalars(select(Organisation.slug)).all() == ["default"]


def test_a_later_owner_owns_what_is_there_or_one(app: Flask) -> None:
    team = people.make_people()
    everything = service.create_owner(email="o@example.org", password=PASSWORD)
    assert [g.organisation_id for g in queries.grants_of(everything)] == [
        team.organisation_id,
        team.other_organisation_id,
    ]
    one = service.create_owner(email="p@example.org", password=PASSWORD, organisation="rival")
    assert [g.organisation_id for g in queries.grants_of(one)] == [team.other_organisation_id]
    with pytest.raises(NotFound):
        service.create_owner(email="q@example.org", password=PASSWORD, organisation="none")
    assert queries.person_by_email("q@example.org") is None


def test_granting_twice_is_one_grant(app: Flask) -> None:
    team = people.make_people()
    for _ in range(2):
        service.grant_role(
            person_id=team.ids["charlie"],
            organisation_id=team.organisation_id,
            role=Role.MEDIA,
            event_id=7,
        )
    assert len(queries.grants_of(team.ids["charlie"])) == 1


def test_a_key_is_shown_once_and_kept_as_hash(app: Flask) -> None:
    team = people.make_people()
    key = service.create_api_key(
        organisation_id=team.organisation_id, event_id=3, scopes=["audience:write"]
    )
    assert key.startswith("eh_")
    assert db.session.scalars(select(ApiKey.token_hash)).all() == [ids.token_hash(key)]
    row = queries.api_key_by_hash(ids.token_hash(key))
    assert row is not None
    assert (row.event_ref, row.scopes) == (3, ("audience:write",))


@pytest.mark.parametrize("scopes", [[], ["admin"], ["audience:write", "audience:all"]])
def test_a_key_needs_known_scopes(app: Flask, scopes: list[str]) -> None:
    team = people.make_people()
    with pytest.raises(Invalid):
        service.create_api_key(organisation_id=team.organisation_id, event_id=1, scopes=scopes)
