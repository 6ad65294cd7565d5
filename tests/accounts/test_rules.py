"""Rules of log-in: limits, life of a session, passwords, the way back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from eventhub.accounts import passwords, rules
from eventhub.accounts.enums import Permission, Role, Scope
from tools import common_passwords

NOW = datetime(2025, 11, 21, 12, 0, tzinfo=UTC)


def test_every_role_has_permissions_and_the_owner_all() -> None:
    assert set(rules.ROLE_PERMISSIONS) == set(Role)
    assert rules.ROLE_PERMISSIONS[Role.OWNER] == set(Permission)
    assert rules.permissions_of(["gate_staff"]) == {"gate.view"}
    assert rules.permissions_of(["gate_staff", "report_reader"]) == {
        "gate.view",
        "console.view",
        "report.view",
    }


def test_five_tries_in_a_quarter_of_an_hour_then_wait() -> None:
    tries = [NOW - timedelta(minutes=m) for m in (1, 2, 3, 4)]
    assert rules.wait_s(tries, NOW, rules.ACCOUNT_TIERS) == 0
    tries.append(NOW - timedelta(minutes=14))
    assert rules.wait_s(tries, NOW, rules.ACCOUNT_TIERS) == 61
    assert rules.wait_s(tries, NOW + timedelta(minutes=2), rules.ACCOUNT_TIERS) == 0


def test_who_keeps_trying_waits_longer() -> None:
    tries = [NOW - timedelta(minutes=16 + m) for m in range(20)]
    wait = rules.wait_s(tries, NOW, rules.ACCOUNT_TIERS)
    assert wait == int((timedelta(hours=6) - timedelta(minutes=35)).total_seconds()) + 1


@pytest.mark.parametrize(
    ("created_h", "seen_min", "is_live"),
    [(0, 0, True), (11, 29, True), (1, 30, False), (12, 0, False)],
)
def test_a_session_dies_idle_and_old(created_h: int, seen_min: int, is_live: bool) -> None:
    created, seen = NOW - timedelta(hours=created_h), NOW - timedelta(minutes=seen_min)
    assert rules.is_live(created, seen, NOW) is is_live


@pytest.mark.parametrize(
    ("password", "faults"),
    [
        ("seven77", ["too_short"]),
        ("eight888", []),
        ("x y" * 86, ["too_long"]),
        ("password", ["common"]),
        ("PASSWORD123", ["common"]),
        ("12345678", ["common"]),
        ("aaaaaaaaaa", ["common"]),
        ("abababab", ["common"]),
        ("alice@example.org", ["common"]),
        ("纺织与潮水之间", ["too_short"]),
        ("纺织与潮水之间的河", []),
        ("correct horse battery staple", []),
        ("no rules of composition here", []),
        ("a" * 64 + "bc", []),
    ],
)
def test_passwords(password: str, faults: list[str]) -> None:
    is_common = passwords.is_common(password)
    found = rules.password_faults(password, "alice@example.org", is_common=is_common)
    assert found == faults


@pytest.mark.req("B-6")
def test_the_list_of_common_passwords_is_long_and_made_by_its_tool() -> None:
    lines = passwords._LIST.read_text(encoding="utf-8").split()
    made = [common_passwords.words(), common_passwords.walks(), common_passwords.digits()]
    expected = {word.casefold() for source in made for word in source if len(word) >= 8}
    assert len(lines) > 3_000
    assert set(lines) == expected
    assert not {"correct horse battery", "loom and shuttle 7"} & expected


@pytest.mark.parametrize(
    ("target", "result"),
    [
        ("/console/", "/console/"),
        ("/console/e/demo/?page=2", "/console/e/demo/?page=2"),
        ("/e/demo/shows/ABC?next=//evil", "/e/demo/shows/ABC?next=//evil"),
        ("//evil.example", None),
        ("///evil.example", None),
        ("/\\evil.example", None),
        ("\\\\evil.example", None),
        ("https:evil.example", None),
        ("https://evil.example/", None),
        ("javascript:alert(1)", None),
        ("/\t/evil.example", None),
        ("/\n/evil.example", None),
        ("/ /evil.example", None),
        ("http://localhost@evil.example", None),
        ("console", None),
        ("", None),
        (None, None),
    ],
)
def test_the_way_back_stays_on_this_site(target: str | None, result: str | None) -> None:
    assert rules.safe_next(target) == result


def test_unknown_scopes_are_named() -> None:
    assert rules.unknown_scopes([scope.value for scope in Scope]) == []
    assert rules.unknown_scopes(["audience:write", "admin", "x:read"]) == ["admin", "x:read"]


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (
            "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
            "Firefox · Linux",
        ),
        (
            "Mozilla/5.0 (Linux; Android 15; 24030PN60C) AppleWebKit/537.36 (KHTML, like Gecko) "
            "Version/4.0 Chrome/130.0 Mobile Safari/537.36 MicroMessenger/8.0.56",
            "WeChat · Android",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 "
            "(KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1",
            "Safari · iPhone",
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
            "Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0",
            "Edge · Windows",
        ),
        ("curl/8.5.0", "curl/8.5.0"),
        ("", ""),
    ],
)
def test_a_device_is_called_what_people_call_it(agent: str, name: str) -> None:
    assert rules.device_name(agent) == name
