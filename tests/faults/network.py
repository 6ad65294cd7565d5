"""
Hosts of a test's own, each in a network namespace, on one switch whose ports can be cut.

What comes to a port that is cut is dropped in silence, as by a broken cable between
two switches: no host is told, addresses of neighbours stay known, nothing is refused.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import random
import shutil
import socket
import struct
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.faults.disk import MeansMissing

_PREFIX: Final = "eventhub-net-"
_SUBNET: Final = "10.77.0"
_NEWNET: Final = 0x40000000  # CLONE_NEWNET
_BRIDGE: Final = "bridge0"
_PLUG_IN, _PULL_OUT = 0x89A2, 0x89A3  # SIOCBRADDIF, SIOCBRDELIF
_BEAT_S: Final = 0.1  # of a line that loses: part of each beat it is cut
_libc = ctypes.CDLL(None, use_errno=True)


class Network:
    """The hosts `names` and their switch; `remove` takes all away."""

    def __init__(self, *names: str) -> None:
        """Make the namespaces, plug every host into the switch."""
        _sweep()
        self._head = f"{_PREFIX}{os.getpid()}-"
        self._names = names
        self._ends: list[threading.Event] = []
        self._threads: list[threading.Thread] = []
        self._control: socket.socket | None = None
        self._ports: dict[str, int] = {}
        try:
            for name in (*names, "switch"):
                _ip("netns", "add", self._head + name)
                self._ip(name, "link", "set", "lo", "up")
            self._ip("switch", "link", "add", "name", _BRIDGE, "type", "bridge")
            self._ip("switch", "link", "set", _BRIDGE, "up")
            for name in names:
                self._plug(name)
            self._introduce()
        except MeansMissing:
            self.remove()
            raise
        with self.inside("switch"):
            self._control = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self._ports = {name: socket.if_nametoindex(name) for name in names}

    def address(self, name: str) -> str:
        """Return the address of a host."""
        return f"{_SUBNET}.{1 + self._names.index(name)}"

    @contextmanager
    def inside(self, name: str) -> Iterator[None]:
        """Let this thread, and the processes that it starts, be on a host."""
        with (
            Path("/proc/thread-self/ns/net").open() as home,
            Path(f"/run/netns/{self._head}{name}").open() as there,
        ):
            _enter(there.fileno())
            try:
                yield
            finally:
                _enter(home.fileno())

    def cut(self, *names: str) -> None:
        """Cut hosts off."""
        for name in names:
            self._ask(_PULL_OUT, name)

    def heal(self, *names: str) -> None:
        """Let hosts be heard again."""
        for name in names:
            self._ask(_PLUG_IN, name)

    def lose(self, name: str, share: float) -> None:
        """Let the line of a host lose about this share of what it carries, until the end."""
        end = threading.Event()

        def flicker() -> None:
            while not end.wait(_BEAT_S * (1 - share) * random.uniform(0.5, 1.5)):
                self.cut(name)
                end.wait(_BEAT_S * share * random.uniform(0.5, 1.5))
                self.heal(name)

        self._ends.append(end)
        self._threads.append(threading.Thread(target=flicker))
        self._threads[-1].start()

    def remove(self) -> None:
        """Take everything away; the lines go with their namespaces."""
        for end in self._ends:
            end.set()
        for thread in self._threads:
            thread.join()
        if self._control:
            self._control.close()
        for name in (*self._names, "switch"):
            subprocess.run(["ip", "netns", "delete", self._head + name], capture_output=True)

    def _plug(self, name: str) -> None:
        number = 1 + self._names.index(name)
        self._ip(
            "switch", "link", "add", "name", name, "type", "veth", "peer", "name", f"eth{number}"
        )
        self._ip("switch", "link", "set", name, "master", _BRIDGE)
        self._ip("switch", "link", "set", f"eth{number}", "netns", self._head + name)
        self._ip(name, "link", "set", f"eth{number}", "address", _mac(number), "up")
        self._ip(name, "address", "add", f"{_SUBNET}.{number}/24", "dev", f"eth{number}")
        self._ip("switch", "link", "set", name, "up")

    def _introduce(self) -> None:
        """Tell each host for good where the others are: who has to ask learns of a cut at once."""
        for own in range(1, 1 + len(self._names)):
            for other in range(1, 1 + len(self._names)):
                if other != own:
                    self._ip(
                        *(self._names[own - 1], "neighbour", "add", f"{_SUBNET}.{other}"),
                        *("lladdr", _mac(other), "dev", f"eth{own}", "nud", "permanent"),
                    )

    def _ask(self, what: int, port: str) -> None:
        assert self._control is not None
        request = struct.pack("16si20x", _BRIDGE.encode(), self._ports[port])
        fcntl.ioctl(self._control, what, request)

    def _ip(self, name: str, *arguments: str) -> None:
        _ip("-n", self._head + name, *arguments)


def _mac(number: int) -> str:
    return f"02:00:00:00:00:{number:02x}"


def _enter(namespace: int) -> None:
    if _libc.setns(namespace, _NEWNET):
        raise OSError(ctypes.get_errno(), "setns")


def _ip(*arguments: str) -> None:
    if os.geteuid() or not shutil.which("ip"):
        raise MeansMissing("needs iproute2 (`ip`) and the right to make network namespaces")
    done = subprocess.run(["ip", *arguments], capture_output=True, text=True)
    if done.returncode:
        raise MeansMissing(f"ip {' '.join(arguments)}: {done.stderr.strip()}")


def _sweep() -> None:
    """Remove what runs left that were killed before they could."""
    folder = Path("/run/netns")
    for path in folder.glob(f"{_PREFIX}*") if folder.is_dir() else ():
        pid = path.name.removeprefix(_PREFIX).partition("-")[0]
        if not Path(f"/proc/{pid}").exists():
            subprocess.run(["ip", "netns", "delete", path.name], capture_output=True)
