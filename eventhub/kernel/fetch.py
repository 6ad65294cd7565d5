"""
The only outgoing HTTP client: for addresses that people type in.

A name is resolved once, every address it has must be public (or stand on the
operator's list), and the connection goes to the checked address, so that a
second answer of the name server changes nothing. No redirect is followed, the
body and the time have limits, and the proxy settings of the process are not used.
"""

from __future__ import annotations

import contextlib
import http.client
import ipaddress
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar
from urllib.parse import SplitResult, urlsplit

T = TypeVar("T")

CONNECT_S: Final = 3.0
TOTAL_S: Final = 5.0
MAX_BYTES: Final = 2 * 1024 * 1024
_CHUNK: Final = 64 * 1024
_PORTS: Final = {"http": 80, "https": 443}
_AGENT: Final = "EventHub"


class FetchFailed(Exception):
    """
    No answer that can be used; `code` says why.

    `bad-address`, `address-refused`, `name-unknown`, `no-connection`, `too-slow`,
    `too-large`, `redirect-refused`, `status-N`, `unreadable-answer`.
    """

    def __init__(self, code: str, detail: str = "") -> None:
        """Keep a stable code and words for a person, without the address itself."""
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long and how large an answer may be."""

    connect_s: float = CONNECT_S
    total_s: float = TOTAL_S
    max_bytes: int = MAX_BYTES


def fetch(
    url: str,
    *,
    allowed: Collection[str] = (),
    headers: Mapping[str, str] | None = None,
    limits: Limits | None = None,
) -> bytes:
    """
    Return the body of a GET that was answered with 200.

    Args:
        url: `http` or `https`, without user name and password.

        allowed: Hosts (`host` or `host:port`) that may have private addresses.

        headers: Additional request headers, such as a key.

        limits: Time and size; by default 3 s to connect, 5 s in all, 2 MB.

    Raises:
        FetchFailed: With the reason.
    """

    def ask(connection: _Connection, parts: SplitResult, bounds: Limits) -> bytes:
        return _answer(connection, parts, dict(headers or {}), bounds)

    return _exchange(url, ask, allowed, limits)


def post(
    url: str,
    body: bytes,
    *,
    allowed: Collection[str] = (),
    headers: Mapping[str, str] | None = None,
    limits: Limits | None = None,
) -> int:
    """
    Send a POST and return the status of the answer, whatever it is but a redirect.

    Arguments and limits as in `fetch`; to hosts that are not allowed by name only
    the ports 80 and 443 are used. The body of the answer is dropped unread.

    Raises:
        FetchFailed: There was no answer that can be used.
    """

    def ask(connection: _Connection, parts: SplitResult, _bounds: Limits) -> int:
        given = {"User-Agent": _AGENT, "Connection": "close"}
        connection.request("POST", _target(parts), body=body, headers=given | dict(headers or {}))
        with connection.getresponse() as answer:
            if 300 <= answer.status < 400:
                raise FetchFailed("redirect-refused", f"status {answer.status}")
            return answer.status

    return _exchange(url, ask, allowed, limits, ports=frozenset(_PORTS.values()))


def _exchange(
    url: str,
    ask: Callable[[_Connection, SplitResult, Limits], T],
    allowed: Collection[str],
    limits: Limits | None,
    ports: frozenset[int] = frozenset(),
) -> T:
    """Connect to the checked address of a URL and ask; every wait ends with the time limit."""
    bounds = limits or Limits()
    parts, port = _checked(url)
    until = time.monotonic() + bounds.total_s
    host = parts.hostname or ""
    is_allowed = bool({host, f"{host}:{port}"} & set(allowed))
    if ports and port not in ports and not is_allowed:
        raise FetchFailed("address-refused", "only ports 80 and 443")
    address = _address(host, port, bounds.connect_s, is_allowed=is_allowed)
    connection = _Connection(parts, port, address, bounds.connect_s)
    watch = threading.Timer(until - time.monotonic(), connection.cut)
    watch.daemon = True
    watch.start()
    try:
        found = ask(connection, parts, bounds)
    except (OSError, http.client.HTTPException) as error:
        raise _failure(error, is_over=time.monotonic() >= until) from error
    finally:
        watch.cancel()
        connection.release()
    if time.monotonic() >= until:
        raise FetchFailed("too-slow")
    return found


def _failure(error: Exception, *, is_over: bool) -> FetchFailed:
    if is_over or isinstance(error, TimeoutError):
        return FetchFailed("too-slow")
    if isinstance(error, http.client.HTTPException):
        return FetchFailed("unreadable-answer", type(error).__name__)
    if isinstance(error, ssl.SSLError):
        return FetchFailed("no-connection", f"TLS: {error.reason}")
    return FetchFailed("no-connection", getattr(error, "strerror", None) or type(error).__name__)


def _checked(url: str) -> tuple[SplitResult, int]:
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS.get(parts.scheme, 0)
    except ValueError:
        raise FetchFailed("bad-address") from None
    is_plain = url.isascii() and url.isprintable() and " " not in url
    if not is_plain or parts.scheme not in _PORTS or not parts.hostname:
        raise FetchFailed("bad-address")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise FetchFailed("bad-address", "user name, password or fragment")
    return parts, port


def is_public(address: str) -> bool:
    """Tell whether an address is one of the open internet, looking into mapped forms."""
    ip: Any = ipaddress.ip_address(address)
    inner = getattr(ip, "ipv4_mapped", None) or getattr(ip, "sixtofour", None)
    if inner is None and getattr(ip, "teredo", None):
        inner = ip.teredo[1]
    if inner is not None:
        return is_public(str(inner))
    return bool(ip.is_global and not ip.is_multicast and not ip.is_reserved)


def _address(host: str, port: int, wait_s: float, *, is_allowed: bool) -> str:
    """Return the address to connect to; one refused address among several refuses all."""
    found: list[str] = []

    def ask() -> None:
        with contextlib.suppress(OSError, UnicodeError):
            entries = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            found.extend(str(entry[4][0]).partition("%")[0] for entry in entries)

    asking = threading.Thread(target=ask, daemon=True)  # the resolver itself knows no limit
    asking.start()
    asking.join(wait_s)
    addresses = list(found)
    if not addresses:
        raise FetchFailed("too-slow" if asking.is_alive() else "name-unknown")
    if not is_allowed and not all(is_public(one) for one in addresses):
        raise FetchFailed("address-refused", "not on the open internet")
    return addresses[0]


class _Connection(http.client.HTTPConnection):
    """A connection to one checked address, which another thread can cut."""

    def __init__(self, parts: SplitResult, port: int, address: str, connect_s: float) -> None:
        super().__init__(parts.hostname or "", port, timeout=connect_s)
        self._is_secure = parts.scheme == "https"
        self._address = (address, port)
        self._handle: socket.socket | None = None

    def connect(self) -> None:
        plain = socket.create_connection(self._address, timeout=self.timeout)
        self._handle = plain.dup()
        self.sock = plain
        if self._is_secure:
            context = ssl.create_default_context()
            self.sock = context.wrap_socket(plain, server_hostname=self.host)

    def cut(self) -> None:
        """End whatever the connection waits for."""
        if self._handle is not None:
            with contextlib.suppress(OSError):
                self._handle.shutdown(socket.SHUT_RDWR)

    def release(self) -> None:
        """Close for good; `close` alone is also called when the answer begins."""
        self.close()
        if self._handle is not None:
            handle, self._handle = self._handle, None
            handle.close()


def _answer(
    connection: _Connection, parts: SplitResult, headers: dict[str, str], bounds: Limits
) -> bytes:
    given = {"User-Agent": _AGENT, "Accept-Encoding": "identity", "Connection": "close"}
    connection.request("GET", _target(parts), headers=given | headers)
    with connection.getresponse() as answer:
        if 300 <= answer.status < 400:
            raise FetchFailed("redirect-refused", f"status {answer.status}")
        if answer.status != http.HTTPStatus.OK:
            raise FetchFailed(f"status-{answer.status}")
        return _unpacked(answer, _body(answer, bounds), bounds)


def _target(parts: SplitResult) -> str:
    path = parts.path or "/"
    return f"{path}?{parts.query}" if parts.query else path


def _body(answer: http.client.HTTPResponse, bounds: Limits) -> bytes:
    """Read in parts, so that an endless body ends at the limit."""
    parts: list[bytes] = []
    size = 0
    while part := answer.read1(_CHUNK):
        size += len(part)
        if size > bounds.max_bytes:
            raise FetchFailed("too-large")
        parts.append(part)
    if answer.length:
        raise http.client.IncompleteRead(b"")
    return b"".join(parts)


def _unpacked(answer: http.client.HTTPResponse, body: bytes, bounds: Limits) -> bytes:
    """Return the body of a server that packs it unasked, within the same size."""
    encoding = answer.headers.get("Content-Encoding", "identity").lower()
    if encoding == "identity":
        return body
    if encoding not in {"gzip", "deflate"}:
        raise FetchFailed("unreadable-answer", "unknown content encoding")
    reader = zlib.decompressobj(wbits=32 + zlib.MAX_WBITS)
    try:
        found = reader.decompress(body, bounds.max_bytes)
    except zlib.error:
        raise FetchFailed("unreadable-answer", "broken content encoding") from None
    if reader.unconsumed_tail:
        raise FetchFailed("too-large")
    return found
