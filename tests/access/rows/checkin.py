"""Check-in: a page for everybody, answers for paired devices."""

from __future__ import annotations

from typing import Final

from tests.access.row import GATE, OPEN, C, Row, console, of, owners

ROWS: Final[dict[str, Row]] = {
    "checkin.gate": Row("GET", "/gate/", OPEN),
    "checkin.manifest": Row("GET", "/gate/manifest.webmanifest", OPEN),
    "checkin.worker": Row("GET", "/gate/worker.js", OPEN),
    "checkin.service_worker": Row("GET", "/gate/sw.js", OPEN),
    "checkin_api.pair": Row("POST", f"{GATE}/pair", of(422), json={"code": "GP0"}),
    "checkin_api.config": Row("GET", f"{GATE}/config", of(401, device=200)),
    "checkin_api.whole_list": Row("GET", f"{GATE}/events/{'0' * 32}/list", of(401, device=404)),
    "checkin_api.names": Row("GET", f"{GATE}/events/{'0' * 32}/names", of(401, device=404)),
    "checkin_api.delta": Row("GET", f"{GATE}/events/{'0' * 32}/delta", of(401, device=404)),
    "checkin_api.redeem": Row("POST", f"{GATE}/redeem", of(401, device=422), json={}),
    "checkin_api.scans": Row("POST", f"{GATE}/scans", of(401, device=422), json={}),
    "checkin_api.heartbeat": Row("POST", f"{GATE}/heartbeat", of(401, device=422), json=[]),
    "checkin_api.walk_in": Row("POST", f"{GATE}/walk-in", of(401, device=422), json={}),
    "checkin_api.badge": Row("POST", f"{GATE}/badge", of(401, device=422), json={}),
    "checkin_api.search": Row("GET", f"{GATE}/search?q=nobody", of(401, device=200)),
    "checkin_api.stats": Row("GET", f"{GATE}/stats", of(401, device=200)),
    "console.gates": Row("GET", f"{C}/gates", console(**owners(200), bob=200)),
    "console.pair": Row("POST", f"{C}/gates/north-1/pairing", console(**owners(200))),
    "console.revoke": Row("POST", f"{C}/devices/dv_none/revoke", console(**owners(404))),
    "console.gate_cards": Row("GET", f"{C}/gates/cards", console(**owners(200))),
    "console.make_cards": Row("POST", f"{C}/gates/cards", console(**owners(422))),
    "console.revoke_card": Row("POST", f"{C}/gates/cards/ck_none/revoke", console(**owners(404))),
    "console.set_reasons": Row(
        "POST", f"{C}/gates/reasons", console(**owners(422)), form={"reasons": "no"}
    ),
    "console.set_gate": Row("POST", f"{C}/gates/nowhere/setting", console(**owners(404))),
    "console.gate_log": Row("GET", f"{C}/gates/log", console(**owners(200), bob=200)),
    "console.simulator": Row("GET", f"{C}/gates/simulator", console(**owners(200), bob=200)),
    "console.try_gate": Row(
        "POST",
        f"{C}/gates/simulator",
        console(**owners(200), bob=200),
        form={"gate": "north-1", "wanted": "GR0", "at": "2026-09-25T12:00"},
    ),
    "console.undo_scan": Row("POST", f"{C}/scans/1/undo", console(**owners(422))),
    "console.let_in": Row("POST", f"{C}/scans/1/let-in", console(**owners(422))),
    "console.release": Row("POST", f"{C}/devices/dv_none/release", console(**owners(404))),
    "console.resolve": Row("POST", f"{C}/conflicts/1", console(**owners(400))),
}
