"""Disks of a test's own: one whose power can be cut, one that is soon full."""

from __future__ import annotations

import fcntl
import os
import shutil
import struct
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Final

_SHUTDOWN: Final = 0x8004587D  # EXT4_IOC_SHUTDOWN
_WITHOUT_FLUSH: Final = (
    2  # EXT4_GOING_FLAGS_NOLOGFLUSH: what is not on the disk now never gets there
)
_PATIENCE_S: Final = 10


class MeansMissing(Exception):
    """This machine does not let the test mount a disk."""


class Disk:
    """A mounted file system in a folder of its own."""

    def __init__(self, *options: str, image: Path | None = None) -> None:
        """Mount; `image` is the file that holds it, None for memory."""
        self._image = image
        self._options = options
        self.folder = Path(tempfile.mkdtemp(prefix="eventhub-disk-"))
        try:
            self._mount()
        except MeansMissing:
            self.folder.rmdir()
            raise
        self.folder.chmod(0o755)

    def cut_power(self) -> None:
        """Stop the file system now, with what it holds in memory only."""
        handle = os.open(self.folder, os.O_RDONLY)
        try:
            fcntl.ioctl(handle, _SHUTDOWN, struct.pack("I", _WITHOUT_FLUSH))
        finally:
            os.close(handle)

    def restart(self) -> None:
        """Take the disk out and mount it again, as a machine does that comes back."""
        self._unmount()
        self._mount()

    def remove(self) -> None:
        """Unmount and remove everything."""
        self._unmount()
        self.folder.rmdir()
        if self._image:
            self._image.unlink()

    def _mount(self) -> None:
        _run("mount", *self._options, str(self._image or "tmpfs"), str(self.folder))

    def _unmount(self) -> None:
        until = time.monotonic() + _PATIENCE_S
        while subprocess.run(["umount", str(self.folder)], capture_output=True).returncode:
            if time.monotonic() > until:
                raise RuntimeError(f"{self.folder} stays busy")
            time.sleep(0.05)


def with_power(size: str = "256M") -> Disk:
    """Return an ext4 disk in a file."""
    handle, name = tempfile.mkstemp(prefix="eventhub-disk-", suffix=".img")
    os.close(handle)
    image = Path(name)
    try:
        _run("truncate", "-s", size, name)
        _run("mkfs.ext4", "-q", "-F", name)
        return Disk("-o", "loop", image=image)
    except MeansMissing:
        image.unlink()
        raise


def in_memory(size: str) -> Disk:
    """Return a small disk in memory."""
    return Disk("-t", "tmpfs", "-o", f"size={size}")


def _run(program: str, *arguments: str) -> None:
    if os.geteuid() or not shutil.which(program):
        raise MeansMissing(f"needs {program} and the right to use it")
    done = subprocess.run([program, *arguments], capture_output=True, text=True)
    if done.returncode:
        raise MeansMissing(f"{program}: {done.stderr.strip()}")
