"""What roles may do, when a log-in has to wait, how long a session lives: pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from eventhub.accounts.enums import Permission, Role, Scope

_P = Permission

ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.OWNER: frozenset(Permission),
    Role.PROGRAMME: frozenset({_P.CONSOLE_VIEW, _P.PROGRAMME_EDIT, _P.REPORT_VIEW}),
    Role.GUESTS: frozenset({_P.CONSOLE_VIEW, _P.GUESTS_VIEW, _P.GUESTS_EDIT, _P.OUTBOX_VIEW}),
    Role.GATE_SUPERVISOR: frozenset(
        {_P.CONSOLE_VIEW, _P.GATE_VIEW, _P.GATE_PAIR, _P.CHECKIN_OVERRIDE}
    ),
    Role.GATE_STAFF: frozenset({_P.GATE_VIEW}),
    Role.MEDIA: frozenset(
        {_P.CONSOLE_VIEW, _P.AUDIENCE_VIEW, _P.REPORT_VIEW, _P.REPORT_BUILD, _P.REPORT_PUBLISH}
    ),
    Role.REPORT_READER: frozenset({_P.CONSOLE_VIEW, _P.REPORT_VIEW}),
}

RESET_FOR = timedelta(minutes=30)
CODE_FOR = timedelta(minutes=10)  # between password and code
INVITATION_FOR = timedelta(days=7)
SESSION_IDLE_FOR = timedelta(minutes=30)
SESSION_LIVES_FOR = timedelta(hours=12)  # one long working day, then sign in again
SEEN_STEP = timedelta(minutes=1)  # `seen_at` is written at most this often
KEY_SEEN_STEP = timedelta(minutes=10)

PASSWORD_MIN = 8
PASSWORD_MAX = 256


@dataclass(frozen=True, slots=True)
class Tier:
    """At most `tries` failures within `window`."""

    tries: int
    window: timedelta


# The wait grows: a quarter of an hour, then six hours, then a day.
ACCOUNT_TIERS = (
    Tier(5, timedelta(minutes=15)),
    Tier(20, timedelta(hours=6)),
    Tier(40, timedelta(days=1)),
)
# An address is often a whole office or a mobile network, so it is allowed more.
ADDRESS_TIERS = (Tier(30, timedelta(minutes=15)), Tier(300, timedelta(days=1)))
TRIES_KEPT_FOR = timedelta(days=1)


def permissions_of(roles: Sequence[str]) -> frozenset[str]:
    """Return all permissions that the roles give together."""
    return frozenset(p.value for role in roles for p in ROLE_PERMISSIONS[Role(role)])


def wait_s(tries: Sequence[datetime], now: datetime, tiers: Sequence[Tier]) -> int:
    """
    Return how long the next log-in has to wait, seconds; 0 means not at all.

    Args:
        tries: Instants of the failures so far, any order.

        now: Instant of the new try.

        tiers: Limits that must all hold.
    """
    longest = 0.0
    for tier in tiers:
        recent = sorted(at for at in tries if at > now - tier.window)
        if len(recent) >= tier.tries:
            frees_at = recent[-tier.tries] + tier.window
            longest = max(longest, (frees_at - now).total_seconds())
    return int(longest) + 1 if longest > 0 else 0


def is_live(created_at: datetime, seen_at: datetime, now: datetime) -> bool:
    """Return whether a session of these times is still good."""
    return now - seen_at < SESSION_IDLE_FOR and now - created_at < SESSION_LIVES_FOR


def password_faults(password: str, email: str, *, is_common: bool = False) -> list[str]:
    """
    Return why a password can not be used: too_short, too_long, common; [] is good.

    Args:
        password: As typed.

        email: Of the account; it and its first part are no passwords.

        is_common: Whether the list of common passwords has it.
    """
    faults = []
    if len(password) < PASSWORD_MIN:
        faults.append("too_short")
    if len(password) > PASSWORD_MAX:
        faults.append("too_long")
    lowered = password.casefold()
    if is_common or lowered in {email, email.partition("@")[0]} or len(set(lowered)) < 3:
        faults.append("common")
    return faults


def safe_next(target: str | None) -> str | None:
    """
    Return `target` when it is a path on this site, else None.

    Browsers read a backslash as a slash and drop tabs and newlines, so any of
    these makes a target unusable.
    """
    if not target or not target.startswith("/") or target.startswith("//"):
        return None
    if "\\" in target or any(ord(letter) < 33 or ord(letter) == 127 for letter in target):
        return None
    try:
        parts = urlsplit(target)
    except ValueError:
        return None
    return target if not parts.scheme and not parts.netloc else None


def unknown_scopes(scopes: Sequence[str]) -> list[str]:
    """Return the words that are no scope, in order."""
    known = {scope.value for scope in Scope}
    return [scope for scope in scopes if scope not in known]


# What a browser says of itself, and its name; the first that fits. Several call themselves
# Chrome and Safari as well, and phones the system that theirs is made from.
_BROWSERS = (
    ("MicroMessenger/", "WeChat"),
    ("Edg/", "Edge"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("HarmonyOS", "HarmonyOS"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


def device_name(agent: str) -> str:
    """Return browser and system by the names that people know, else what the program said."""
    found = [
        next((name for mark, name in marks if mark in agent), "") for marks in (_BROWSERS, _SYSTEMS)
    ]
    return " · ".join(filter(None, found)) or agent
