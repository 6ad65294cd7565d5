"""Where the console leads: pages by what somebody comes to do, only those that they may open."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from flask import url_for
from flask_babel import gettext as _

from eventhub.accounts.enums import Permission
from eventhub.kernel.auth import Actor
from eventhub.kernel.format import exact
from eventhub.programme.queries import EventRow


@dataclass(frozen=True, slots=True)
class NavItem:
    """One entry of the navigation; `count` 0 is not shown, `is_public` leaves the console."""

    key: str
    address: str
    words: str
    count: int = 0
    is_public: bool = False

    @property
    def count_text(self) -> str:
        """Return the count as it is shown; empty for none."""
        return exact(self.count) if self.count else ""


@dataclass(frozen=True, slots=True)
class NavGroup:
    """Entries under one heading, in their order; without a heading there is one entry."""

    words: str
    items: tuple[NavItem, ...]

    def holds(self, key: str) -> bool:
        """Tell whether the page that is open belongs here."""
        return any(item.key == key for item in self.items)

    @property
    def count_text(self) -> str:
        """Return what waits on all pages of the group together; empty for nothing."""
        found = sum(item.count for item in self.items)
        return exact(found) if found else ""


# Key of a page, the right that opens it; its endpoint is `console.<key>` unless named here.
_GROUPS: Final[tuple[tuple[tuple[str, Permission | None], ...], ...]] = (
    (("home", Permission.CONSOLE_VIEW),),
    (
        ("programme", Permission.PROGRAMME_EDIT),
        ("stage", Permission.PROGRAMME_EDIT),
        ("public", None),
    ),
    (
        ("ticket_types", Permission.GUESTS_EDIT),
        ("guests", Permission.GUESTS_VIEW),
        ("guest_lists", Permission.GUESTS_EDIT),
        ("invitations", Permission.GUESTS_EDIT),
        ("approval", Permission.GUESTS_VIEW),
        ("waitlist", Permission.GUESTS_VIEW),
        ("seats", Permission.GUESTS_VIEW),
        ("outbox", Permission.OUTBOX_VIEW),
    ),
    (("gates", Permission.GATE_VIEW),),
    (
        ("counters", Permission.AUDIENCE_VIEW),
        ("media", Permission.AUDIENCE_VIEW),
        ("live", None),
    ),
    (("report", Permission.REPORT_VIEW),),
    (
        ("set_up", Permission.SETTINGS_EDIT),
        ("look", Permission.SETTINGS_EDIT),
        ("settings", Permission.SETTINGS_EDIT),
        ("access", Permission.ACCESS_MANAGE),
        ("privacy", Permission.ACCESS_MANAGE),
        ("webhooks", Permission.ACCESS_MANAGE),
        ("audit", Permission.AUDIT_VIEW),
    ),
)
_ENDPOINTS: Final = {
    "stage": "console.stage_desk",
    "audit": "console.audit_log",
    "public": "programme.programme",
    "live": "audience.live",
}


def navigation(event: EventRow, actor: Actor, counts: dict[str, int]) -> list[NavGroup]:
    """
    Return the pages that the actor may open, grouped, in the order of the console.

    Args:
        event: The event.

        actor: Who reads.

        counts: What waits, by key of the page.
    """
    words = _words()
    heads = _heads()
    groups = []
    for group in _GROUPS:
        found = tuple(
            _item(event, key, words[key], counts.get(key, 0))
            for key, permission in group
            if permission is None
            or actor.may(permission, organisation_id=event.organisation_id, event_id=event.id)
        )
        head = heads.get(group[0][0], "")
        if len(found) > 1:
            groups.append(NavGroup(head, found))
        else:
            groups += [NavGroup("", (item,)) for item in found]
    return groups


def pages(event: EventRow, actor: Actor) -> Iterator[NavItem]:
    """Yield the pages that the actor may open, in the order of the console."""
    for group in navigation(event, actor, {}):
        yield from group.items


def first_page(event: EventRow, actor: Actor) -> str | None:
    """Return where somebody with few rights begins; None when no page is open to them."""
    return next((item.address for item in pages(event, actor) if not item.is_public), None)


def _item(event: EventRow, key: str, words: str, count: int) -> NavItem:
    endpoint = _ENDPOINTS.get(key, f"console.{key}")
    return NavItem(
        key=key,
        address=url_for(endpoint, slug=event.slug),
        words=words,
        count=count,
        is_public=not endpoint.startswith("console."),
    )


def _heads() -> dict[str, str]:
    """Return the headings by the first page under each."""
    return {
        "programme": _("Planning"),
        "ticket_types": _("Ticketing"),
        "counters": _("Audience"),
        "set_up": _("Administration"),
    }


def _words() -> dict[str, str]:
    return {
        "home": _("Now"),
        "programme": _("Schedule"),
        "stage": _("On stage"),
        "public": _("Programme"),
        "ticket_types": _("Ticket types"),
        "guests": _("Guests"),
        "guest_lists": _("Guest lists"),
        "invitations": _("Invitations"),
        "approval": _("Approval"),
        "waitlist": _("Waitlists"),
        "seats": _("Seats"),
        "outbox": _("Messages"),
        "gates": _("Gates"),
        "counters": _("Counters"),
        "media": _("Media"),
        "live": _("Live"),
        "report": _("Report"),
        "set_up": _("Set-up"),
        "look": _("Look"),
        "settings": _("Settings"),
        "access": _("Access"),
        "privacy": _("Privacy"),
        "webhooks": _("Webhooks"),
        "audit": _("Log"),
    }
