"""
Counters that speak MQTT: subscribe, keep, and only then acknowledge.

The session lives at the broker (fixed client name, no clean start) and each
message is acknowledged after its COMMIT, so that a crash loses nothing; what
comes twice changes nothing. The library is imported when a listener is made.
"""

from __future__ import annotations

import logging
import queue
import time
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from eventhub.audience import queries, service
from eventhub.kernel.db import db
from eventhub.kernel.errors import EventHubError, Unavailable

MAX_BYTES: Final = 256 * 1024
_PORTS: Final = {"mqtt": 1883, "mqtts": 8883}
_WAITING: Final = 1_000  # messages in memory; the broker keeps the rest
_TOPICS_EVERY_S: Final = 15.0
_SLOWEST_S: Final = 60
_QOS: Final = 1

log = logging.getLogger(__name__)


class BadBroker(ValueError):
    """The address of the broker can not be used; the text says why."""


@dataclass(slots=True)
class Heard:
    """What became of the messages so far."""

    kept: int = 0
    refused: int = 0


class Listener:
    """One connection to a broker; `step` keeps what has come."""

    def __init__(self, url: str, *, client_id: str) -> None:
        """
        Prepare a connection; nothing is sent yet.

        Args:
            url: `mqtt://user:password@host:port` or `mqtts://..`.

            client_id: Under which the broker keeps messages while nobody listens.

        Raises:
            BadBroker: Another scheme, or no host.
        """
        from paho.mqtt import client as paho  # noqa: PLC0415 - only where it is used
        from paho.mqtt.enums import CallbackAPIVersion  # noqa: PLC0415 - as above

        try:
            parts = urlsplit(url)
            self._port = parts.port or _PORTS[parts.scheme]
        except (ValueError, KeyError):
            raise BadBroker("mqtt://host:port or mqtts://host:port is needed") from None
        if not parts.hostname:
            raise BadBroker("the address names no host")
        self._host = parts.hostname
        self._inbox: queue.Queue[Any] = queue.Queue()
        self._topics: set[str] = set()
        self._asked_at = 0.0
        self.heard = Heard()
        self.is_connected = self.is_subscribed = False
        client = paho.Client(
            CallbackAPIVersion.VERSION2, client_id=client_id, clean_session=False, manual_ack=True
        )
        if parts.username:
            client.username_pw_set(unquote(parts.username), unquote(parts.password or ""))
        if parts.scheme == "mqtts":
            client.tls_set()
        client.max_inflight_messages_set(_WAITING)
        client.reconnect_delay_set(1, _SLOWEST_S)
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_message = self._on_message
        client.on_subscribe = self._on_subscribe
        self._client = client

    def start(self) -> None:
        """Connect in the background, again and again until it works."""
        self._client.connect_async(self._host, self._port, keepalive=30)
        self._client.loop_start()

    def stop(self) -> None:
        """Leave; the broker keeps what comes meanwhile."""
        self._client.disconnect()
        self._client.loop_stop()

    def _on_connect(self, client: Any, _data: Any, _flags: Any, reason: Any, _more: Any) -> None:
        if reason.is_failure:
            log.warning("broker refuses", extra={"reason": str(reason)})
            return
        self.is_connected = True
        log.info("broker connected", extra={"host": self._host})
        self._topics = set()  # subscribed anew, with those that came meanwhile
        self._asked_at = 0.0

    def _on_subscribe(self, *_given: Any) -> None:
        self.is_subscribed = True

    def _on_disconnect(self, *_given: Any) -> None:
        self.is_connected = self.is_subscribed = False
        log.warning("broker away", extra={"host": self._host})

    def _on_message(self, _client: Any, _data: Any, message: Any) -> None:
        self._inbox.put(message)

    def step(self, wait_s: float = 1.0) -> None:
        """Subscribe to new topics and keep the messages that are there."""
        if self.is_connected and time.monotonic() - self._asked_at > _TOPICS_EVERY_S:
            self._subscribe()
        try:
            message = self._inbox.get(timeout=wait_s)
        except queue.Empty:
            return
        while message is not None:
            self._take(message)
            try:
                message = self._inbox.get_nowait()
            except queue.Empty:
                message = None

    def _subscribe(self) -> None:
        self._asked_at = time.monotonic()
        topics = set(queries.topics())
        db.session.rollback()
        for topic in sorted(self._topics - topics):
            self._client.unsubscribe(topic)
        if fresh := sorted(topics - self._topics):
            self._client.subscribe([(topic, _QOS) for topic in fresh])
        self._topics = topics

    def _take(self, message: Any) -> None:
        """Keep one message; one that can not be read is refused and not sent again."""
        try:
            if len(message.payload) > MAX_BYTES:
                raise ValueError("too large")
            done = service.record_message(message.topic, message.payload)
            self.heard.kept += 1
            if done.rejected:
                reasons = sorted({one.reason for one in done.rejected})
                log.warning("readings refused", extra={"topic": message.topic, "why": reasons})
        except Unavailable:
            # Not acknowledged: the broker sends it again after the next connection.
            log.warning("message not kept", extra={"topic": message.topic})
            self._client.reconnect()
            return
        except (EventHubError, ValueError) as error:
            self.heard.refused += 1
            why = getattr(error, "error_code", str(error))
            log.warning("message refused", extra={"topic": message.topic, "why": why})
        self._client.ack(message.mid, message.qos)
