"""Commands of the group `flask ops`."""

from __future__ import annotations

import signal

from flask import current_app
from flask.cli import AppGroup

from eventhub.console import queries
from eventhub.kernel.cli import REFUSED, emit, json_option
from eventhub.kernel.scheduler import Leader

group = AppGroup("ops", help="Running an installation.")


@group.command("check")
@json_option
def check(as_json: bool) -> None:
    """Say whether the database answers and has the newest migration; exit code 1 if not."""
    state = queries.database_state()
    data = {"ready": state.is_ready, "migration": state.present, "needed": state.needed}
    emit(
        data, as_json=as_json, human="ready" if state.is_ready else "not ready: run the migrations"
    )
    if not state.is_ready:
        raise SystemExit(REFUSED)


@group.command("scheduler")
def scheduler() -> None:
    """Run the leader's jobs without a web worker, until SIGTERM or SIGINT."""
    leader = Leader(current_app._get_current_object())  # type: ignore[attr-defined]  # the proxy hides it
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: leader.stop())
    leader.run()
