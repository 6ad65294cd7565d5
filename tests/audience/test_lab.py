"""A real nginx with its RTMP module and real players: N players are N, not N + 1."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from eventhub.audience import beacons, jobs, queries, service
from eventhub.audience.service import SetPlayer, SetPoll
from eventhub.audience.sources.registry import StreamFormat
from eventhub.kernel import clock as kernel_clock
from eventhub.kernel.fetch import FetchFailed, fetch
from tests.audience.samples import shared
from tests.factories import audience as make

RTMP, HTTP, BEATS = 19451, 18191, 18193
DEPLOY = Path(__file__).parents[2] / "deploy" / "nginx"
PLAYERS = 3
CONFIG = """\
load_module {modules}/ngx_rtmp_module.so;
worker_processes 1;
daemon off;
{user}pid {lab}/nginx.pid;
error_log {lab}/error.log;
events {{ worker_connections 256; }}
rtmp {{ server {{ listen 127.0.0.1:{rtmp}; application live {{ live on; record off; }} }} }}
http {{
  access_log off;
  client_body_temp_path {lab}/b; proxy_temp_path {lab}/p;
  fastcgi_temp_path {lab}/f; uwsgi_temp_path {lab}/u; scgi_temp_path {lab}/s;
  server {{ listen 127.0.0.1:{http}; location /stat {{ rtmp_stat all; }} }}
}}
"""

BEAT_CONFIG = """\
daemon off;
worker_processes 1;
{user}pid {lab}/nginx.pid;
error_log {lab}/error.log;
events {{ worker_connections 256; }}
http {{
  access_log off;
  client_body_temp_path {lab}/b; proxy_temp_path {lab}/p;
  fastcgi_temp_path {lab}/f; uwsgi_temp_path {lab}/u; scgi_temp_path {lab}/s;
  include {lab}/beats.conf;
  server {{ listen 127.0.0.1:{http}; include {lab}/site.conf; }}
}}
"""

pytestmark = pytest.mark.only("sqlite")


REQUIRE = "EVENTHUB_REQUIRE_LAB"  # set in CI: what is missing fails instead of being skipped


def needed(package: str, found: str | None) -> str:
    """Return a program that the laboratory needs; without it skip, or fail where it must be."""
    if found is not None:
        return found
    reason = f"{package} is missing; apt-get install {package}"
    if os.environ.get(REQUIRE) == "1":
        pytest.fail(reason)
    pytest.skip(reason)


def module_folder() -> str:
    """Return where nginx keeps its RTMP module."""
    needed("nginx-light", shutil.which("nginx"))
    needed("ffmpeg", shutil.which("ffmpeg"))
    said = subprocess.run(["nginx", "-V"], capture_output=True, text=True, check=True).stderr
    found = re.search(r"--modules-path=(\S+)", said)
    folder = Path(found[1]) if found else Path("/usr/lib/nginx/modules")
    module = folder / "ngx_rtmp_module.so"
    needed("libnginx-mod-rtmp", str(module) if module.exists() else None)
    return str(folder)


@contextmanager
def running(*words: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program in its own group and end it, whatever happens."""
    process = subprocess.Popen(
        words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(5)


def until(question: Callable[[], bool], seconds: float) -> bool:
    """Ask again and again until the answer is yes; tell whether it came in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if question():
            return True
        time.sleep(0.3)
    return False


@pytest.fixture
def laboratory(tmp_path: Path) -> Iterator[str]:
    """Run nginx, one publisher and three players; give the address of the statistics."""
    modules = module_folder()
    user = "user root;\n" if os.geteuid() == 0 else ""
    config = tmp_path / "nginx.conf"
    config.write_text(CONFIG.format(modules=modules, lab=tmp_path, rtmp=RTMP, http=HTTP, user=user))
    stream = f"rtmp://127.0.0.1:{RTMP}/live/runway"
    quiet = ("ffmpeg", "-hide_banner", "-loglevel", "quiet")
    picture = ("-re", "-f", "lavfi", "-i", "testsrc2=size=160x90:rate=10", "-t", "60")
    coded = ("-c:v", "libx264", "-preset", "ultrafast", "-g", "10", "-pix_fmt", "yuv420p")
    with ExitStack() as stack:
        stack.enter_context(running("nginx", "-c", str(config), "-p", str(tmp_path)))
        url = f"http://127.0.0.1:{HTTP}/stat"
        assert until(lambda: b"<rtmp>" in answer(url), 5), (tmp_path / "error.log").read_text()
        stack.enter_context(running(*quiet, *picture, *coded, "-f", "flv", stream))
        assert until(lambda: b"<publishing/>" in answer(url), 15), "nobody publishes"
        for _n in range(PLAYERS):
            stack.enter_context(running(*quiet, "-i", stream, "-c", "copy", "-f", "null", "-"))
        yield url


def answer(url: str) -> bytes:
    """Return the statistics page, nothing while nobody listens."""
    try:
        return fetch(url, allowed=["127.0.0.1"])
    except Exception:  # the server is still starting
        return b""


def test_one_publisher_and_three_players_are_three_viewers(app: Flask, laboratory: str) -> None:
    event = make.make_counted_event()
    service.set_poll(
        SetPoll(
            event_id=event.id,
            slug="runway",
            stream_format=StreamFormat.NGINX_RTMP,
            url=laboratory,
            remote_name="live/runway",
        )
    )
    whole = f"<nclients>{PLAYERS + 1}</nclients>".encode()
    assert until(lambda: whole in answer(laboratory), 20), "the players do not come"
    assert jobs.poll(allowed=["127.0.0.1"]) == jobs.Polled(answered=1)
    newest = queries.latest(event.id, kernel_clock.now())
    assert [row.viewers for row in newest.values()] == [PLAYERS]


def test_nginx_writes_beats_that_the_job_reads(app: Flask, tmp_path: Path) -> None:
    needed("nginx-light", shutil.which("nginx"))
    event = make.make_counted_event()
    service.set_player(
        SetPlayer(event_id=event.id, slug="main", kind="hls", address="/hls/main.m3u8")
    )
    jobs.read_beats()  # writes the k of the stream
    logs = beacons.folder()
    for name, source in (("beats", "eventhub-beats"), ("site", "eventhub-beats-site")):
        text = (DEPLOY / f"{source}.conf").read_text()
        (tmp_path / f"{name}.conf").write_text(
            text.replace("/srv/eventhub/instance/beats", str(logs))
        )
    user = "user root;\n" if os.geteuid() == 0 else ""
    config = tmp_path / "nginx.conf"
    config.write_text(BEAT_CONFIG.format(lab=tmp_path, http=BEATS, user=user))
    base = f"http://127.0.0.1:{BEATS}/live"
    with running("nginx", "-c", str(config), "-p", str(tmp_path)):
        assert until(lambda: answer(f"{base}/k/cloth-week/main.txt") == b"0\n", 5)
        for query in ("e=j&i=0123456789abcdef&k=0", "e=b&k=0", 'e=b&k=0%22,"x":"', "e=b"):
            with pytest.raises(FetchFailed, match="status-204"):
                fetch(f"{base}/b?v=1&s=cloth-week/main&{query}", allowed=["127.0.0.1"])
        with pytest.raises(FetchFailed, match="status-204"):
            fetch(f"{base}/b?v=1&s=cloth-week%2Fmain&e=b&k=0", allowed=["127.0.0.1"])
    with kernel_clock.fixed(kernel_clock.now() + timedelta(seconds=90)):
        done = jobs.read_beats()
    assert (done.beats, done.starts, done.left_out) == (2, 1, 2)
    assert [row.count for row in queries.viewers_days(event)] == [1]
    beats = next(one for one in beacons.logs() if not one.has_addresses)
    assert b"127.0.0.1" not in beats.path.read_bytes()


def test_the_laboratory_of_the_recordings_counts_its_players_and_ends() -> None:
    script = shared("nginx_rtmp/lab.sh")  # and nginx.conf.in beside it
    if not (Path(module_folder()) / "ngx_rtmp_module.so").exists():
        needed("libnginx-mod-rtmp", None)
    needed("curl", shutil.which("curl"))
    ports = (19350, 18090, 18092)
    if any(is_open(port) for port in ports):
        pytest.skip("its ports are taken")
    done = subprocess.run(
        ["bash", str(script), "4", "2", "3"], capture_output=True, text=True, timeout=90, check=True
    )
    assert "stream opening nclients 5 players 4" in done.stdout
    assert "hls sids 2  hooks 4 play" in done.stdout
    assert not any(is_open(port) for port in ports)


def is_open(port: int) -> bool:
    with socket.socket() as line:
        return line.connect_ex(("127.0.0.1", port)) == 0
