"""What a search in the console finds, grouped; nobody finds what they may not open."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext as _

from eventhub.accounts.enums import Permission
from eventhub.console import navigation, render, words
from eventhub.console.access import signed_in
from eventhub.console.queries import search
from eventhub.console.set_up_page import step_pages
from eventhub.kernel.i18n import pick
from eventhub.programme.queries import EventRow


@dataclass(frozen=True, slots=True)
class Hit:
    """One line of the result."""

    name: str
    note: str
    address: str


@dataclass(frozen=True, slots=True)
class Group:
    """Hits of one kind; `has_more` when not all are shown."""

    name: str
    hits: list[Hit]
    has_more: bool = False


def groups(event: EventRow, typed: str) -> list[Group]:
    """Return what is found, people first; groups without a hit are left out."""
    found = []
    if render.may(event, Permission.GUESTS_VIEW):
        found.append(_people(event, typed))
    if render.may(event, Permission.PROGRAMME_EDIT):
        found.append(_things(_("Shows"), search.shows(event.id, typed), _show(event)))
        found.append(_things(_("Stages"), search.stages(event.id, typed), _stage(event)))
    if render.may(event, Permission.GATE_VIEW):
        gates = url_for("console.gates", slug=event.slug)
        found.append(_things(_("Gates"), search.gates(event.id, typed), lambda _key: gates))
    found.append(_pages(event, typed))
    return [group for group in found if group.hits]


def _people(event: EventRow, typed: str) -> Group:
    found = search.people(event.id, typed)
    states = words.registration_states()
    hits = [
        Hit(
            name=row.name,
            note=" · ".join(
                filter(
                    None,
                    (
                        pick(row.type_name),
                        states.get(row.state, row.state),
                        row.code,
                        _("phone …%(n)s", n=row.phone4) if row.phone4 else "",
                    ),
                )
            ),
            address=url_for("console.guests", slug=event.slug, q=row.code),
        )
        for row in found[: search.SHOWN]
    ]
    return Group(_("People"), hits, has_more=len(found) > search.SHOWN)


def _things(name: str, found: list[search.Found], address: Callable[[str], str]) -> Group:
    hits = [Hit(pick(row.name), "", address(row.key)) for row in found[: search.SHOWN]]
    return Group(name, hits, has_more=len(found) > search.SHOWN)


def _pages(event: EventRow, typed: str) -> Group:
    """Return pages by what they are called, and by the steps of the set-up that they hold."""
    items = navigation.pages(event, signed_in())
    hits = {item.address: Hit(item.words, "", item.address) for item in items}
    reached = {address: hit for address, hit in hits.items() if search.named([hit.name], typed)}
    if render.may(event, Permission.SETTINGS_EDIT):
        for name, address in step_pages(event):
            if search.named([name], typed):
                reached.setdefault(address, Hit(name, "", address))
    return Group(_("Pages"), list(reached.values())[: search.SHOWN])


def _show(event: EventRow) -> Callable[[str], str]:
    return lambda key: url_for("console.show_form", slug=event.slug, code=key)


def _stage(event: EventRow) -> Callable[[str], str]:
    return lambda key: url_for("console.stage", slug=event.slug, key=key)
