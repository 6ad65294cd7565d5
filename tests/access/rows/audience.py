"""Audience: counters, streams, live pages."""

from __future__ import annotations

from typing import Final

from tests.access.row import OPEN, V1, C, E, Row, api, console, of, owners

ROWS: Final[dict[str, Row]] = {
    "audience.live": Row("GET", f"{E}/live", OPEN),
    "audience.live_json": Row("GET", f"{E}/live.json", OPEN),
    "audience.wall": Row("GET", f"{E}/live/wall", OPEN),
    "audience.wall_json": Row("GET", f"{E}/live/wall.json", OPEN),
    "watch.watch": Row("GET", f"{E}/watch", OPEN),
    "watch.watch_stream": Row("GET", f"{E}/watch/nowhere", of(404)),
    "watch.beat": Row("GET", "/live/b?s=week/main&k=0", of(204)),
    "watch.policy": Row("GET", "/live/k/week/nowhere.txt", of(404)),
    "console.counters": Row("GET", f"{C}/counters", console(**owners(200), dana=200)),
    "console.import_counters": Row("POST", f"{C}/counters", console(**owners(422), dana=422)),
    "console.undo_counters": Row("POST", f"{C}/counters/undo", console(**owners(400), dana=400)),
    "console.undo_export": Row("POST", f"{C}/streams/files/undo", console(**owners(400), dana=400)),
    "console.ground": Row("GET", f"{C}/footfall/ground", console(**owners(200), dana=200)),
    "console.enter_turnover": Row("POST", f"{C}/footfall/ground", console(**owners(422), dana=422)),
    "console.footfall": Row("GET", f"{C}/footfall", console(**owners(200), dana=200)),
    "console.place_counter": Row("POST", f"{C}/footfall/place", console(**owners(422), dana=422)),
    "console.fit_counter": Row("POST", f"{C}/footfall/factor", console(**owners(422), dana=422)),
    "console.plan": Row("GET", f"{C}/plan", console(**owners(200), dana=200)),
    "console.plan_picture": Row("GET", f"{C}/plan/picture.png", console(**owners(404), dana=404)),
    "console.set_mark": Row("POST", f"{C}/plan/mark", console(**owners(422), dana=422)),
    "console.set_picture": Row("POST", f"{C}/plan/picture", console(**owners(422), dana=422)),
    "console.streams": Row("GET", f"{C}/streams", console(**owners(200), dana=200)),
    "console.set_player": Row("POST", f"{C}/streams/player", console(**owners(422), dana=422)),
    "console.stop_player": Row(
        "POST", f"{C}/streams/player/stop", console(**owners(400), dana=400)
    ),
    "console.enter_claim": Row("POST", f"{C}/streams/claim", console(**owners(422), dana=422)),
    "console.exports": Row("GET", f"{C}/streams/files", console(**owners(200), dana=200)),
    "console.import_export": Row("POST", f"{C}/streams/files", console(**owners(422), dana=422)),
    "console.set_poll": Row("POST", f"{C}/streams/poll", console(**owners(422), dana=422)),
    "console.stop_poll": Row("POST", f"{C}/streams/poll/stop", console(**owners(400), dana=400)),
    "console.quarantine": Row("GET", f"{C}/quarantine", console(**owners(200), dana=200)),
    "console.decide_reading": Row("POST", f"{C}/quarantine", console(**owners(400), dana=400)),
    "console.clicker": Row("GET", f"{C}/clicker", console(**owners(200), bob=200)),
    "console.tally": Row("POST", f"{C}/clicker", console(**owners(400), bob=400)),
    "console.add_post": Row("POST", f"{C}/clicker/posts", console(**owners(400), bob=400)),
    "audience_api.counter_readings": Row(
        "POST", f"{V1}/events/{{slug}}/counter-readings", api(422), json={}
    ),
    "audience_api.platform_exports": Row(
        "POST", f"{V1}/events/{{slug}}/platform-exports/douyin", api(422), json={}
    ),
    "audience_api.sensor_push": Row("POST", f"{V1}/events/{{slug}}/sensors/east", of(401)),
    "audience_api.stream_hook": Row("POST", f"{V1}/events/{{slug}}/hooks/main/wrong", of(401)),
    "audience_api.stream_samples": Row(
        "POST", f"{V1}/events/{{slug}}/stream-samples", api(422), json={}
    ),
}
