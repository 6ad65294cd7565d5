"""
Make the clip that the watch page of the demonstration plays: `python -m tools.demo_clip`.

Twelve seconds of moving warp and weft that say what they are, as one HLS
playlist over one MP4 file in `static/demo/weave/`. Needs ffmpeg; the files are kept
in the repository, so that an installation needs neither.
"""

from __future__ import annotations

import math
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from PIL import Image, ImageDraw, ImageFont

ROOT: Final = Path(__file__).parents[1]
FOLDER: Final = ROOT / "static" / "demo" / "weave"
FONT: Final = next((ROOT / "static" / "fonts").rglob("*SC*.[ot]tf"), None)
WIDTH, HEIGHT, RATE, SECONDS = 640, 360, 12, 12
INK, PAPER, RED = (24, 24, 22), (246, 244, 239), (176, 42, 48)


def frame(number: int) -> Image.Image:
    """Return one picture: threads that go over and under, and the words."""
    picture = Image.new("RGB", (WIDTH, HEIGHT), INK)
    draw = ImageDraw.Draw(picture)
    turn = 2 * math.pi * number / (RATE * SECONDS)
    for row in range(0, HEIGHT, 20):
        for column in range(0, WIDTH, 20):
            shift = math.sin(column / 90 + turn * 3) + math.cos(row / 70 - turn * 2)
            is_over = (row // 20 + column // 20) % 2 == 0
            depth = int(40 + 26 * shift)
            tone = (depth + 20, depth + 16, depth + 10) if is_over else (depth, depth, depth)
            inset = (0, 3, 19, 16) if is_over else (3, 0, 16, 19)
            left, top, right, bottom = inset
            draw.rectangle((column + left, row + top, column + right, row + bottom), fill=tone)
    shuttle = int((number * 2 * WIDTH / (RATE * SECONDS)) % (2 * WIDTH))
    at = shuttle if shuttle < WIDTH else 2 * WIDTH - shuttle
    draw.rectangle((at - 34, HEIGHT // 2 - 74, at + 34, HEIGHT // 2 - 66), fill=RED)
    large, small = _font(44), _font(22)
    draw.text((WIDTH // 2, HEIGHT // 2), "演示画面", font=large, fill=PAPER, anchor="mm")
    words = f"Demonstration · 00:{number // RATE:02d}"
    draw.text((WIDTH // 2, HEIGHT // 2 + 44), words, font=small, fill=PAPER, anchor="mm")
    return picture


def _font(size: int) -> ImageFont.FreeTypeFont:
    if FONT is None:
        sys.exit("no font with Chinese in static/fonts")
    return ImageFont.truetype(str(FONT), size)


def main() -> None:
    """Write playlist and clip."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        for number in range(RATE * SECONDS):
            frame(number).save(Path(name) / f"{number:04d}.png")
        words = [
            *("ffmpeg", "-hide_banner", "-loglevel", "error", "-y"),
            *("-framerate", str(RATE), "-i", f"{name}/%04d.png"),
            *("-c:v", "libx264", "-preset", "veryslow", "-crf", "34", "-pix_fmt", "yuv420p"),
            *("-g", str(RATE * 4), "-bitexact", "-f", "hls", "-hls_time", "4"),
            *("-hls_segment_type", "fmp4", "-hls_flags", "single_file"),
            *("-hls_playlist_type", "vod", "-hls_segment_filename", str(FOLDER / "clip.mp4")),
            str(FOLDER / "index.m3u8"),
        ]
        subprocess.run(words, check=True)


if __name__ == "__main__":
    main()
