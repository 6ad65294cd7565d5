"""Sending what is due, outside any transaction."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from eventhub.kernel import clock, faults
from eventhub.notify import service, transport
from eventhub.notify.enums import MessageState
from eventhub.notify.service import Outgoing
from eventhub.settings import current_settings

BATCH: Final = 50
# A slow server gets no message whose claim may end before it answers: another would send it too.
_SEND_FOR: Final = service.CLAIM_FOR - timedelta(minutes=2)


@dataclass(slots=True)
class Drained:
    """What became of the messages of one drain."""

    sent: int = 0
    deferred: int = 0
    dead: int = 0
    suppressed: int = 0
    is_off: bool = False  # no mail server is set: the console shows the outbox instead


def drain() -> Drained:
    """
    Send the mails that are due, at most one batch.

    At least once: a process that dies after the server took a message sends it
    again with the same Message-ID. A server that breaks off over one message
    costs that one a try, so that it is given up in the end and holds up no
    other. Without a mail server nothing is claimed.
    """
    settings = current_settings()
    done = Drained(is_off=not settings.mail_url)
    if done.is_off or not (claimed := service.claim(BATCH)):
        return done
    until = clock.monotonic_s() + _SEND_FOR.total_seconds()
    waiting = deque(message for message in claimed if not _suppress(message, done))
    try:
        with transport.connect(settings) as server:
            while waiting and clock.monotonic_s() < until:
                _send(server, waiting.popleft(), done)
    except transport.ServerAway as error:
        service.give_back(waiting, str(error))
    else:
        service.give_back(waiting, "slow mail server")  # nothing, unless the time was over
    done.deferred += len(waiting)
    return done


def _suppress(message: Outgoing, done: Drained) -> bool:
    """Keep back a message of the demonstration."""
    if message.is_synthetic:
        service.mark_suppressed(message, "demonstration")
        done.suppressed += 1
    return message.is_synthetic


def _send(server: transport.Smtp, message: Outgoing, done: Drained) -> None:
    faults.point("before-send")
    try:
        server.send(message)
    except transport.Refused as error:
        _count(service.mark_failed(message, str(error), is_final=error.is_final), done)
        return
    except transport.ServerAway as error:
        _count(service.mark_failed(message, str(error), is_final=False), done)
        raise
    faults.point("after-send")
    service.mark_sent(message)
    done.sent += 1


def _count(state: MessageState, done: Drained) -> None:
    if state is MessageState.DEAD:
        done.dead += 1
    else:
        done.deferred += 1
