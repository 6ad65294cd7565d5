"""Server settings: two or more workers with four threads each, warmed before they answer."""

from __future__ import annotations

import gc
import os
import shutil
from pathlib import Path
from typing import Any

_INSTANCE = Path(os.environ.get("EVENTHUB_INSTANCE") or Path(__file__).parent / "instance")
_METRICS = _INSTANCE / "metrics"

wsgi_app = "wsgi:app"
bind = f"{os.environ.get('HOST') or '127.0.0.1'}:{os.environ.get('PORT') or '8000'}"
workers = int(os.environ.get("WEB_CONCURRENCY") or min(max(os.cpu_count() or 1, 2), 8))
worker_class = "gthread"
threads = 4
timeout = 30
graceful_timeout = 25
max_requests = 2000  # a slow leak in a library never lives long
max_requests_jitter = 400
preload_app = False  # connections and threads must not cross a fork
control_socket_disable = True  # it would lie in the home folder
accesslog = None  # the application writes its own line, without tokens
loglevel = "warning"
if Path("/dev/shm").is_dir():  # noqa: S108 - the heartbeat file belongs in memory
    worker_tmp_dir = "/dev/shm"  # noqa: S108 - see above
# Nothing that is imported is ever garbage: looking for it would take a sixth of the start.
gc.disable()
# Read by prometheus_client when a worker first counts something.
os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", str(_METRICS))


def on_starting(_server: Any) -> None:
    """Begin the figures of all workers at zero."""
    host = bind.rpartition(":")[0]
    if os.environ.get("EVENTHUB_ENV") == "testing" and host not in {"127.0.0.1", "localhost"}:
        raise SystemExit("EVENTHUB_ENV=testing is for this machine alone, not for " + host)
    shutil.rmtree(_METRICS, ignore_errors=True)
    _METRICS.mkdir(parents=True)


def post_worker_init(worker: Any) -> None:
    """Open a connection and draw a page before the first visitor asks, then try for the lead."""
    from eventhub.kernel import scheduler  # noqa: PLC0415 - slow import

    app = worker.wsgi
    app.test_client().get("/")
    gc.freeze()
    gc.enable()
    scheduler.start(app)
