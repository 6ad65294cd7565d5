"""The waiting room before form, invitations and API: who is let in, what others see."""

from __future__ import annotations

import hmac
import math
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from flask import Response, after_this_request, current_app, make_response, render_template, request

from eventhub.kernel import clock
from eventhub.kernel.auth import current_actor
from eventhub.kernel.http import private
from eventhub.kernel.ids import new_public_id
from eventhub.kernel.signing import derive_key
from eventhub.programme.queries import EventRow
from eventhub.registration import service
from eventhub.registration.errors import NotYourTurn
from eventhub.registration.queries import SettingsRow, settings_of
from eventhub.registration.rules.queue import Room, drawn
from eventhub.settings import current_settings

_HEADER: Final = "Waiting-Token"  # header with which a program comes back
_COOKIE: Final = "eventhub_queue"
_COOKIE_S: Final = 86_400
_BLOCKS: Final = "eventhub_queue_blocks"
_LOCK: Final = threading.Lock()
_MAX_DIGITS: Final = 18
_EARLY: Final = -1  # came before the room opened: the draw decides


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who waits; `number` is `_EARLY` until the draw."""

    id: str
    number: int


def room_of(settings: SettingsRow) -> Room | None:
    """Return the waiting room of an event; None when it has none."""
    if settings.waiting_opens_at is None or settings.waiting_per_min is None:
        return None
    early = settings.waiting_early
    return Room(
        settings.waiting_opens_at,
        settings.waiting_per_min,
        settings.waiting_joined if early is None else early,
    )


def is_set_up(event: EventRow) -> bool:
    """Say whether an event has a waiting room at all."""
    return room_of(settings_of(event.id)) is not None


def before_form(event: EventRow) -> Response | None:
    """Return the page of somebody whose turn has not come; None for everybody else."""
    return _before(event, new_public_id, path=f"/e/{event.slug}/")


def before_invitation(event: EventRow, public_id: str, *, path: str) -> Response | None:
    """
    Return the page of an invited person whose turn has not come; None for everybody else.

    Call it for an invitation without a place of its own. Before the room opens
    the invitation alone draws the number, so that other browsers gain nothing.

    Args:
        event: What is registered for.
        public_id: That of the invitation.
        path: Where the browser tells its number: the pages of this link.
    """
    told = hmac.new(_key(), f"{event.id}|invited|{public_id}".encode(), "sha256").hexdigest()
    return _before(event, lambda: told[:32], path=path, holder=f"invited|{public_id}")


def _before(
    event: EventRow, new_id: Callable[[], str], *, path: str, holder: str = ""
) -> Response | None:
    settings, room = _open_when_due(event.id)
    if room is None:
        return None
    now = clock.now()
    visitor = _read(event.id, request.cookies.get(_COOKIE, ""), holder)
    if visitor is None:
        visitor = _arrive(event.id, new_id(), is_open=now >= room.opens_at)
        _keep(_signed(event.id, visitor, holder), path)
        settings = settings_of(event.id)
        room = room_of(settings) or room
    number = _number(visitor, settings, room, now)
    if number is not None and now >= room.turn_at(number):
        return None
    return _page(event, settings, room, visitor, number)


def before_api(event: EventRow, contact: str) -> None:
    """
    Let a program go on whose guest's turn has come; it stands in the same line as browsers.

    A place in line is that of one contact and of one key: with the token of
    one guest a program can not register others. Before the room opens the
    contact alone draws the number, so asking again gains nothing.

    Args:
        contact: What the guest is limited by: mailbox or phone.

    Raises:
        NotYourTurn: With the token to come back with, and when.
    """
    settings, room = _open_when_due(event.id)
    if room is None:
        return
    now = clock.now()
    holder = f"{current_actor().id}|{contact}"
    visitor = _read(event.id, request.headers.get(_HEADER, ""), holder)
    if visitor is None:
        drawn_as = hmac.new(_key(), f"{event.id}|drawn|{contact}".encode(), "sha256").hexdigest()
        visitor = _arrive(event.id, drawn_as[:32], is_open=now >= room.opens_at)
        settings = settings_of(event.id)
        room = room_of(settings) or room
    number = _number(visitor, settings, room, now)
    turn_at = None if number is None else room.turn_at(number)
    if turn_at is not None and now >= turn_at:
        return
    wait = (turn_at or room.opens_at) - now
    raise NotYourTurn(
        retry_after_s=max(1, math.ceil(wait.total_seconds())),
        details={
            "token": _signed(event.id, visitor, holder),
            "opens_at": room.opens_at.isoformat(),
            "number": number,
            "ahead": None if number is None else max(0, number - room.let_in(now)),
            "turn_at": turn_at and turn_at.isoformat(),
        },
    )


def _open_when_due(event_id: int) -> tuple[SettingsRow, Room | None]:
    settings = settings_of(event_id)
    room = room_of(settings)
    if room is None or clock.now() < room.opens_at or settings.waiting_early is not None:
        return settings, room
    service.open_room(event_id)  # from here on the draw has one size for everybody
    settings = settings_of(event_id)
    return settings, room_of(settings) or room


def _arrive(event_id: int, visitor_id: str, *, is_open: bool) -> Visitor:
    """Give somebody a place in line; before the room opens only the draw gives a number."""
    taken = _next_number(event_id, is_open=is_open)
    return Visitor(visitor_id, taken if is_open else _EARLY)


def figures(event: EventRow) -> dict[str, Any]:
    """Return what every page in the room polls; the same for everybody, so it can be cached."""
    settings = settings_of(event.id)
    room = room_of(settings)
    if room is None:
        return {"open": True}
    now = clock.now()
    is_open = now >= room.opens_at
    return {
        "open": is_open,
        "opens_at": room.opens_at.isoformat(),
        "per_min": room.per_min,
        "let_in": room.let_in(now),
        "early": settings.waiting_early,
        "joined": settings.waiting_joined,
        "seed_sha256": service.seed_promise(settings.waiting_seed),
        "seed": settings.waiting_seed if is_open else None,
    }


def _number(visitor: Visitor, settings: SettingsRow, room: Room, now: datetime) -> int | None:
    if visitor.number != _EARLY:
        return visitor.number
    if now < room.opens_at or settings.waiting_seed is None:
        return None
    return drawn(bytes.fromhex(settings.waiting_seed), visitor.id, room.early)


def _page(
    event: EventRow, settings: SettingsRow, room: Room, visitor: Visitor, number: int | None
) -> Response:
    now = clock.now()
    body = render_template(
        "registration/waiting.html",
        event=event,
        section="register",
        opens_at=room.opens_at,
        is_open=now >= room.opens_at,
        number=number,
        ahead=max(0, number - room.let_in(now)) if number is not None else None,
        turn_at=room.turn_at(number) if number is not None else None,
        promise=service.seed_promise(settings.waiting_seed),
        visitor=visitor.id,
    )
    answer = private(make_response(body))
    answer.headers["Refresh"] = "30"  # without script the page looks again by itself
    return answer


def _keep(told: str, path: str) -> None:
    """Let the browser keep its number, whatever page it is answered with."""

    @after_this_request
    def _set(answer: Response) -> Response:
        answer.set_cookie(
            _COOKIE,
            told,
            max_age=_COOKIE_S,
            httponly=True,
            samesite="Lax",
            secure=current_app.config["SESSION_COOKIE_SECURE"],
            path=path,
        )
        return answer


def _read(event_id: int, text: str, holder: str = "") -> Visitor | None:
    """Return whom a cookie or token is about; None when it was made for another or by nobody."""
    parts = text.split(".")
    if len(parts) != 3 or not text.isascii() or not parts[1].lstrip("-").isdecimal():
        return None
    if len(parts[1]) > _MAX_DIGITS:
        return None
    found = Visitor(parts[0], int(parts[1]))
    return found if hmac.compare_digest(text, _signed(event_id, found, holder)) else None


def _signed(event_id: int, visitor: Visitor, holder: str = "") -> str:
    text = f"{visitor.id}.{visitor.number}"
    told = f"{event_id}|{text}|{holder}" if holder else f"{event_id}|{text}"
    mac = hmac.new(_key(), told.encode(), "sha256").hexdigest()[:32]
    return f"{text}.{mac}"


def _key() -> bytes:
    return derive_key(current_settings().secret_key, "waiting-room")


def _next_number(event_id: int, *, is_open: bool) -> int:
    """Return a number from the block of this process; a new block when it is used up."""
    with _LOCK:
        blocks: dict[tuple[int, bool], range] = current_app.extensions.setdefault(_BLOCKS, {})
        left = blocks.get((event_id, is_open), range(0))
        if not left:
            first = service.take_numbers(event_id)
            left = range(first, first + service.NUMBER_BLOCK)
        blocks[event_id, is_open] = left[1:]
        return left[0]
