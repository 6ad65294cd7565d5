"""Pictures that are bombs, broken, or more than pictures: nothing of them is kept."""

from __future__ import annotations

import io
import struct
import time
import zlib
from typing import Any

import pytest
from flask import Flask
from PIL import Image

from tests.people import make_people, post
from tests.registration.conftest import Place, place
from tests.security.test_hostile import CONSOLE, SLOW_S, checked

__all__ = ["place"]  # the fixture
pytestmark = pytest.mark.only("sqlite")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_bomb(side: int) -> bytes:
    """Return a PNG whose head says `side` x `side` points, as a bomb of 100 kB would."""
    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    rows = zlib.compress(bytes(side // 8 + 1) * 200)
    return (
        b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", rows) + _chunk(b"IEND", b"")
    )


def picture(kind: str, **more: Any) -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (40, 20), "#F2E94E").save(target, kind, **more)
    return target.getvalue()


def test_pictures_that_are_bombs_or_more_than_pictures_leave_nothing(
    place: Place, app: Flask
) -> None:
    alice = make_people(place.event.organisation_id).client(app, "alice")
    frames = [Image.new("RGB", (40, 20), (n % 250, 0, 0)) for n in range(500)]
    polyglot = picture("PNG") + b"<html><script>zqx()</script>" + b"PK\x05\x06" + bytes(18)
    files = {
        "wide.png": png_bomb(30_000),
        "wider.png": png_bomb(60_000),
        "limit.png": png_bomb(10_000),
        "frames.gif": picture("GIF", save_all=True, append_images=frames),
        "frames.webp": picture("WEBP", save_all=True, append_images=frames[:50]),
        "cut.png": picture("PNG")[:60],
        "cut.jpg": picture("JPEG")[:200],
        "drawing.svg": b"<svg xmlns='http://www.w3.org/2000/svg' onload='zqx()'/>",
        "empty.png": b"",
        "polyglot.png": polyglot,
        "more.jpg": picture("JPEG", comment=b"zqx <script>zqx()</script>"),
    }
    kept: set[str] = set()
    for path, field, page in (
        ("report/logo", "logo", "report/builder"),
        ("plan/picture", "picture-file", "plan"),
    ):
        for name, data in files.items():
            began = time.process_time()
            sent = {field: (io.BytesIO(data), name)}
            answer = post(alice, f"{CONSOLE}/{path}", sent, form_at=f"{CONSOLE}/{page}")
            checked(answer, 303, 409, 422)
            assert time.process_time() - began < SLOW_S, (path, name)
            if answer.status_code == 303 and data:
                kept.add(f"{path} {name}")
    assert kept == {
        "report/logo frames.webp",
        "report/logo polyglot.png",
        "report/logo more.jpg",
        "plan/picture frames.webp",
        "plan/picture polyglot.png",
        "plan/picture more.jpg",
    }
