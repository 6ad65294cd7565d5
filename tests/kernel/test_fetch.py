"""The outgoing client against real local servers: what is refused, and how soon."""

from __future__ import annotations

import gzip
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from eventhub.kernel.fetch import FetchFailed, Limits, fetch, is_public

QUICK = Limits(connect_s=0.5, total_s=0.8, max_bytes=100_000)


@contextmanager
def server(answer: Callable[[socket.socket], None]) -> Iterator[str]:
    """Give the address of a server whose every connection is answered by `answer`."""
    listening = socket.create_server(("127.0.0.1", 0))
    listening.settimeout(5)

    def serve() -> None:
        try:
            while True:
                client, _address = listening.accept()
                with client:
                    client.settimeout(5)
                    client.recv(4096)
                    answer(client)
        except OSError:
            return  # the test is over, or its client has gone

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield f"127.0.0.1:{listening.getsockname()[1]}"
    finally:
        listening.close()


def head(length: int, *more: str) -> bytes:
    lines = ["HTTP/1.1 200 OK", f"Content-Length: {length}", *more]
    return "\r\n".join([*lines, "", ""]).encode()


def code_of(url: str, *allowed: str, limits: Limits = QUICK) -> str:
    """Return why an address can not be fetched."""
    with pytest.raises(FetchFailed) as failed:
        fetch(url, allowed=allowed, limits=limits)
    return failed.value.code


def test_an_allowed_private_host_answers() -> None:
    with server(lambda client: client.sendall(head(2) + b"ok")) as host:
        assert fetch(f"http://{host}/a?b=c", allowed=[host]) == b"ok"
        assert fetch(f"http://{host}/", allowed=["127.0.0.1"]) == b"ok"
        assert code_of(f"http://{host}/") == "address-refused"
        assert code_of(f"http://{host}/", "127.0.0.1:1") == "address-refused"


@pytest.mark.parametrize("host", ["localhost", "127.1", "0x7f000001", "2130706433", "[::1]"])
def test_every_spelling_of_this_machine_is_refused(host: str) -> None:
    assert code_of(f"http://{host}:9/") in {"address-refused", "name-unknown"}


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("8.8.8.8", True),
        ("2606:4700::1111", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),  # noqa: S104 - an address to refuse, not to listen on
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("::", False),
        ("fe80::1", False),
        ("fc00::1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:10.0.0.1", False),
        ("2002:7f00:1::", False),
        ("64:ff9b::7f00:1", False),
    ],
)
def test_which_addresses_are_public(address: str, *, expected: bool) -> None:
    assert is_public(address) == expected


def test_a_name_that_points_here_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def resolve(*_given: object, **_more: object) -> list[object]:
        return [(2, 1, 6, "", ("93.184.216.34", 80)), (2, 1, 6, "", ("127.0.0.1", 80))]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    assert code_of("http://rebinding.example/") == "address-refused"


def test_the_connection_goes_to_the_address_that_was_checked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[object] = []
    real = socket.getaddrinfo

    def resolve(host: str, *given: object, **more: object) -> object:
        asked.append(host)
        return real("127.0.0.1", *given, **more)  # type: ignore[arg-type]

    with server(lambda client: client.sendall(head(2) + b"ok")) as host:
        port = host.partition(":")[2]
        monkeypatch.setattr(socket, "getaddrinfo", resolve)
        assert fetch(f"http://lab.example:{port}/", allowed=["lab.example"]) == b"ok"
    assert [name for name in asked if name == "lab.example"] == ["lab.example"]


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://example.org/",
        "http://",
        "http://user:secret@example.org/",
        "http://example.org/#part",
        "http://example.org:99999/",
        "http://example.org/a b",
        "http://example.org/\r\nX: y",
        "gopher://127.0.0.1/",
    ],
)
def test_an_address_of_another_kind_is_refused(url: str) -> None:
    assert code_of(url) == "bad-address"


def test_a_redirect_is_not_followed() -> None:
    moved = b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n"
    with server(lambda client: client.sendall(moved)) as host:
        assert code_of(f"http://{host}/", host) == "redirect-refused"


def test_another_status_is_named() -> None:
    with server(lambda client: client.sendall(b"HTTP/1.1 503 Busy\r\n\r\n")) as host:
        assert code_of(f"http://{host}/", host) == "status-503"


def test_a_huge_body_ends_at_the_limit() -> None:
    def endless(client: socket.socket) -> None:
        client.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            client.sendall(b"x" * 65_536)

    with server(endless) as host:
        assert code_of(f"http://{host}/", host) == "too-large"


def test_a_packed_bomb_is_refused_and_an_honest_pack_is_read() -> None:
    for size, expected in ((50_000_000, "too-large"), (50, b"0" * 50)):
        packed = gzip.compress(b"0" * size)
        reply = head(len(packed), "Content-Encoding: gzip") + packed
        with server(lambda client, reply=reply: client.sendall(reply)) as host:  # type: ignore[misc]
            if isinstance(expected, bytes):
                assert fetch(f"http://{host}/", allowed=[host]) == expected
            else:
                assert code_of(f"http://{host}/", host) == expected


def test_silence_slow_heads_and_slow_bodies_end_in_time() -> None:
    def silent(_client: socket.socket) -> None:
        time.sleep(2)

    def slowly(client: socket.socket) -> None:
        for _n in range(20):
            client.sendall(b"X")
            time.sleep(0.1)

    def slow_body(client: socket.socket) -> None:
        client.sendall(head(1_000))
        slowly(client)

    for behaviour in (silent, slowly, slow_body):
        with server(behaviour) as host:
            began = time.monotonic()
            assert code_of(f"http://{host}/", host) == "too-slow"
            assert time.monotonic() - began < 1.5


def test_a_body_that_is_cut_short_is_no_answer() -> None:
    with server(lambda client: client.sendall(head(10) + b"half")) as host:
        assert code_of(f"http://{host}/", host) == "unreadable-answer"


def test_nobody_listening_is_said() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    assert code_of(f"http://127.0.0.1:{port}/", "127.0.0.1") == "no-connection"
