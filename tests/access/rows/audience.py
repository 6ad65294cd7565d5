"""Audience: counters, streams, live pages."""

from __future__ import annotations

from typing import Final

from tests.access.row import OPEN, V1, C, E, Row, api, console, owners

ROWS: Final[dict[str, Row]] = {
    "audience.live": Row("GET", f"{E}/live", OPEN),
    "audience.live_json": Row("GET", f"{E}/live.json", OPEN),
    "audience.wall": Row("GET", f"{E}/live/wall", OPEN),
    "audience.wall_json": Row("GET", f"{E}/live/wall.json", OPEN),
    "console.counters": Row("GET", f"{C}/counters", console(**owners(200), dana=200)),
    "console.import_counters": Row("POST", f"{C}/counters", console(**owners(422), dana=422)),
    "console.quarantine": Row("GET", f"{C}/quarantine", console(**owners(200), dana=200)),
    "console.decide_reading": Row("POST", f"{C}/quarantine", console(**owners(400), dana=400)),
    "console.clicker": Row("GET", f"{C}/clicker", console(**owners(200), bob=200)),
    "console.tally": Row("POST", f"{C}/clicker", console(**owners(400), bob=400)),
    "console.add_post": Row("POST", f"{C}/clicker/posts", console(**owners(400), bob=400)),
    "audience_api.counter_readings": Row(
        "POST", f"{V1}/events/{{slug}}/counter-readings", api(422), json={}
    ),
    "audience_api.stream_samples": Row(
        "POST", f"{V1}/events/{{slug}}/stream-samples", api(422), json={}
    ),
}
