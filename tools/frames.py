"""
A set of hard camera frames, and how many the vendored decoder reads.

    python -m tools.frames make FOLDER      write 240 PNG frames and `frames.json`
    python -m tools.frames measure          decode them in Chromium as the scanner does

200 frames show a ticket code, 20 of each kind: clean, rotated, perspective, blur,
motion, noise, contrast, glare, small, combined. 20 are white on black, 20 show
clutter without a code. The set follows from a seed: the same frames everywhere.
A frame counts as read when the scanner's own worker reads its text within the
twelve turns in which it goes through all its settings.
"""

from __future__ import annotations

import argparse
import base64
import io
import json
import logging
import random
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFilter
from playwright.sync_api import sync_playwright
from werkzeug.serving import make_server

from eventhub import create_app
from eventhub.kernel import signing
from eventhub.registration import qr
from eventhub.settings import Settings

SEED = 20260925
EACH = 20
SIZE = (1280, 720)
TURNS = 12  # of the worker, until all its settings have come round
WANTED = 175
CHROMIUM = "/usr/bin/chromium"
KINDS = (
    *("clean", "rotated", "perspective", "blur", "motion"),
    *("noise", "contrast", "glare", "small", "combined"),
)


@dataclass(frozen=True, slots=True)
class Frame:
    """A picture as a camera gives it; `text` is empty where no code is shown."""

    kind: str
    text: str
    png: bytes


def main() -> None:
    """Run one command."""
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("make").add_argument("folder", type=Path)
    commands.add_parser("measure")
    given = parser.parse_args()
    if given.command == "make":
        write(given.folder)
    elif not measure():
        raise SystemExit(1)


def write(folder: Path) -> None:
    """Write the set into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    listed = []
    for number, frame in enumerate(frames()):
        name = f"{number:03d}-{frame.kind}.png"
        (folder / name).write_bytes(frame.png)
        listed.append({"file": name, "kind": frame.kind, "text": frame.text})
    (folder / "frames.json").write_text(json.dumps(listed, indent=1) + "\n")


def frames() -> Iterator[Frame]:
    """Yield all frames, those of one kind after each other."""
    rng = random.Random(SEED)  # noqa: S311 - the same frames everywhere
    private = bytes(range(32))
    for kind in KINDS:
        for number in range(EACH):
            text = _text(rng, number, private)
            yield Frame(kind, text, _png(_scene(rng, kind, text)))
    for number in range(EACH):
        text = _text(rng, number, private)
        yield Frame("inverted", text, _png(_scene(rng, "inverted", text)))
    for _ in range(EACH):
        yield Frame("empty", "", _png(_clutter(rng)))


def measure() -> bool:
    """Decode the set in a browser and print one JSON line per kind; tell whether it is enough."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    read, first, wrong, times = Counter(), Counter(), 0, []
    with served() as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page()
        page.goto(f"{url}/gate/?lang=en")
        page.evaluate(START)
        for frame in frames():
            told: dict[str, Any] = page.evaluate(
                DECODE, [base64.b64encode(frame.png).decode(), TURNS]
            )
            times += told["ms"]
            texts = [text for text in told["texts"] if text]
            wrong += sum(text != frame.text for text in texts)
            read[frame.kind] += bool(texts)
            first[frame.kind] += bool(told["texts"][0])
        browser.close()
    for kind in (*KINDS, "inverted", "empty"):
        say(f"frames_read_{kind}", read[kind], f"of {EACH}; at the first turn {first[kind]}")
    hard = sum(read[kind] for kind in KINDS)
    say("frames_read", hard, f"of {EACH * len(KINDS)}; wanted {WANTED}")
    say("frames_wrong_text", wrong, "texts that were not shown")
    say("frame_median_ms", round(sorted(times)[len(times) // 2], 1), "wall time of one turn", "ms")
    return hard >= WANTED and wrong == 0 and read["empty"] == 0


START = """async () => {
  const settings = JSON.parse(document.getElementById("gate-settings").textContent);
  const worker = new Worker(settings.worker);
  const { reader, wasm, integrity } = settings;
  await new Promise((done, failed) => {
    worker.onmessage = (event) => (event.data.kind === "ready" ? done() : failed(event.data.text));
    worker.postMessage({ kind: "start", reader, wasm, integrity });
  });
  globalThis.decoder = worker;
}"""
DECODE = """async ([base64, turns]) => {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  const blob = new Blob([bytes], { type: "image/png" });
  const whole = await createImageBitmap(blob);
  const texts = [];
  const ms = [];
  for (let turn = 0; turn < turns; turn += 1) {
    const frame = await createImageBitmap(whole);
    const began = performance.now();
    texts.push(await new Promise((done) => {
      decoder.onmessage = (event) => done(event.data.text);
      decoder.postMessage({ kind: "frame", frame }, [frame]);
    }));
    ms.push(performance.now() - began);
    if (texts.at(-1)) break;
  }
  return { texts, ms };
}"""


@contextmanager
def served() -> Iterator[str]:
    """Run the scanner's page on a free port."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        values = {"database_url": f"sqlite:///{folder / 'frames.sqlite3'}"}
        app = create_app(Settings.for_tests(folder, log_level="ERROR", **values))
        server = make_server("127.0.0.1", 0, app, threaded=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        time.sleep(0.05)
        yield f"http://127.0.0.1:{server.port}"
        server.shutdown()


def _text(rng: random.Random, number: int, private: bytes) -> str:
    """Return a signed, a short and a rotating code in turn."""
    ticket = rng.randrange(2**64)
    if number % 3 == 0:
        body = signing.GsBody(1, ticket, rng.randrange(1, 9), rng.randrange(9), 0)
        return signing.sign_gs(body, event_uuid=bytes(range(16)), private_key=private)
    if number % 3 == 1:
        return signing.gr_code(ticket)
    return signing.gd_code(rng.randbytes(32), kid=1, ticket=ticket, rev=0, at_s=1_800_000_000)


def _scene(rng: random.Random, kind: str, text: str) -> Image.Image:
    """Return a frame of one kind."""
    side = rng.randint(300, 420)
    if kind == "small":  # at the very edge of what the format promises
        side = {"GS": 150, "GR": 95, "GD": 105}[text[:2]] + rng.randint(0, 25)
    code = _code(text, side)
    if kind == "inverted":
        code = _inverted(code)
    for change in _CHANGES.get(kind, ()):
        code = change(rng, code)
    picture = _background(rng)
    spread = 60
    at = (
        (SIZE[0] - code.width) // 2 + rng.randint(-spread, spread),
        (SIZE[1] - code.height) // 2 + rng.randint(-spread, spread) // 3,
    )
    picture.paste(code, at, _mask(code))
    for change in _LENS.get(kind, ()):
        picture = change(rng, picture)
    return picture.convert("L")


def _code(text: str, side: int) -> Image.Image:
    rows = np.array(qr.matrix(text), dtype=np.uint8)
    picture = Image.fromarray(np.where(rows, 0, 255).astype(np.uint8))
    return picture.resize((side, side), Image.Resampling.BOX).convert("LA")


def _inverted(code: Image.Image) -> Image.Image:
    dark = Image.eval(code.getchannel("L"), lambda value: 255 - value)
    return Image.merge("LA", (dark, code.getchannel("A")))


def _mask(code: Image.Image) -> Image.Image:
    return code.getchannel("A")


def _background(rng: random.Random) -> Image.Image:
    noise = np.random.default_rng(rng.randrange(2**32))
    low = noise.integers(40, 215, (9, 16)).astype(np.uint8)
    return Image.fromarray(low).resize(SIZE, Image.Resampling.BICUBIC).convert("LA")


def _clutter(rng: random.Random) -> Image.Image:
    """Return a frame full of edges, text and squares, without any code."""
    picture = _background(rng).convert("L")
    draw = ImageDraw.Draw(picture)
    for _ in range(120):
        x, y = rng.randrange(SIZE[0]), rng.randrange(SIZE[1])
        w, h = rng.randint(4, 120), rng.randint(4, 120)
        shade = rng.randrange(256)
        if rng.random() < 0.6:
            draw.rectangle((x, y, x + w, y + h), fill=shade, outline=255 - shade)
        else:
            draw.text((x, y), f"GS{rng.randrange(10**9)}", fill=shade)
    return picture


def _rotated(rng: random.Random, code: Image.Image) -> Image.Image:
    angle = rng.uniform(0, 360)
    return code.rotate(angle, Image.Resampling.BICUBIC, expand=True, fillcolor=(0, 0))


def _perspective(rng: random.Random, code: Image.Image) -> Image.Image:
    w, h = code.size
    lean = [rng.uniform(0, 0.16) for _ in range(8)]
    corners = [
        (lean[0] * w, lean[1] * h),
        (w - lean[2] * w, lean[3] * h),
        (w - lean[4] * w, h - lean[5] * h),
        (lean[6] * w, h - lean[7] * h),
    ]
    source = [(0, 0), (w, 0), (w, h), (0, h)]
    rows, values = [], []
    for (x, y), (u, v) in zip(corners, source, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        values += [u, v]
    found = np.linalg.solve(np.array(rows), np.array(values))
    return code.transform(
        code.size, Image.Transform.PERSPECTIVE, tuple(found), Image.Resampling.BICUBIC
    )


def _blur(rng: random.Random, picture: Image.Image) -> Image.Image:
    return picture.filter(ImageFilter.GaussianBlur(rng.uniform(1.8, 3.2)))


def _motion(rng: random.Random, picture: Image.Image) -> Image.Image:
    length = rng.randint(6, 13)
    step = rng.choice(((1, 0), (0, 1), (1, 1)))
    grey = np.asarray(picture.convert("L"), dtype=np.float32)
    moved = [np.roll(grey, (n * step[1], n * step[0]), (0, 1)) for n in range(length)]
    return Image.fromarray(np.mean(moved, axis=0).astype(np.uint8)).convert("LA")


def _noise(rng: random.Random, picture: Image.Image) -> Image.Image:
    noise = np.random.default_rng(rng.randrange(2**32))
    grey = np.asarray(picture.convert("L"), dtype=np.float32)
    grain = noise.normal(0, rng.uniform(30, 80), grey.shape)
    return Image.fromarray(np.clip(grey + grain, 0, 255).astype(np.uint8)).convert("LA")


def _contrast(rng: random.Random, picture: Image.Image) -> Image.Image:
    low = rng.randint(60, 130)
    span = rng.randint(14, 40)
    grey = np.asarray(picture.convert("L"), dtype=np.float32)
    return Image.fromarray((low + grey / 255 * span).astype(np.uint8)).convert("LA")


def _glare(rng: random.Random, picture: Image.Image) -> Image.Image:
    grey = np.asarray(picture.convert("L"), dtype=np.float32)
    y, x = np.mgrid[0 : SIZE[1], 0 : SIZE[0]]
    at = (SIZE[0] / 2 + rng.randint(-130, 130), SIZE[1] / 2 + rng.randint(-110, 110))
    radius = rng.uniform(35, 75)
    light = 255 * np.exp(-((x - at[0]) ** 2 + (y - at[1]) ** 2) / (2 * radius**2))
    return Image.fromarray(np.clip(grey + light, 0, 255).astype(np.uint8)).convert("LA")


def _png(picture: Image.Image) -> bytes:
    kept = io.BytesIO()
    picture.convert("L").save(kept, "PNG", compress_level=1)
    return kept.getvalue()


Change = Callable[[random.Random, Image.Image], Image.Image]
_CHANGES: dict[str, tuple[Change, ...]] = {
    "rotated": (_rotated,),
    "perspective": (_perspective,),
    "combined": (_perspective, _rotated),
}
_LENS: dict[str, tuple[Change, ...]] = {
    "blur": (_blur,),
    "motion": (_motion,),
    "noise": (_noise,),
    "contrast": (_contrast,),
    "glare": (_glare,),
    "combined": (
        lambda _rng, picture: picture.filter(ImageFilter.GaussianBlur(1.3)),
        lambda rng, picture: _noise(rng, picture) if rng.random() < 0.5 else picture,
    ),
}


def say(name: str, value: float, note: str, unit: str = "frames") -> None:
    """Print one figure."""
    line = {"name": name, "value": value, "unit": unit, "per": "frame set", "note": note}
    print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
