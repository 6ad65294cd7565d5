"""Programme: public pages, feeds, console."""

from __future__ import annotations

from typing import Final

from tests.access.row import BEARERS, OPEN, V1, C, E, Row, api, console, of, owners

ROWS: Final[dict[str, Row]] = {
    "programme.events": Row("GET", "/", OPEN),
    "programme.home": Row("GET", f"{E}/", OPEN),
    "programme.programme": Row("GET", f"{E}/programme", OPEN),
    "programme.programme_day": Row("GET", f"{E}/programme/{{day}}", OPEN),
    "programme.show": Row("GET", f"{E}/shows/AAAAAA", OPEN),
    "programme.theme": Row("GET", f"{E}/theme.css", OPEN),
    "cards.event_card": Row("GET", f"{E}/card.png", OPEN),
    "cards.show_card": Row("GET", f"{E}/shows/AAAAAA/card.png", OPEN),
    "cards.poster": Row("GET", f"{E}/poster.pdf", OPEN),
    "feeds.changes_atom": Row("GET", f"{E}/changes.atom", OPEN),
    "feeds.schedule_ics": Row("GET", f"{E}/schedule.ics", OPEN),
    "feeds.schedule_json": Row("GET", f"{E}/schedule.json", OPEN),
    "feeds.schedule_xml": Row("GET", f"{E}/schedule.xml", OPEN),
    "feeds.show_ics": Row("GET", f"{E}/shows/AAAAAA.ics", OPEN),
    "console.programme": Row("GET", f"{C}/programme", console(**owners(200))),
    "console.programme_cursor": Row(  # JSON: says 401 instead of leading to the log-in
        "GET",
        f"{C}/programme/cursor.json",
        console(**owners(200), anonymous=401, **dict.fromkeys(BEARERS, 401)),
    ),
    "console.programme_place": Row("POST", f"{C}/programme/place", console(**owners(404))),
    "console.programme_unplace": Row("POST", f"{C}/programme/unplace", console(**owners(404))),
    "console.programme_pin": Row("POST", f"{C}/programme/pin", console(**owners(404))),
    "console.programme_cancel": Row("POST", f"{C}/programme/cancel", console(**owners(404))),
    "console.programme_several_acts": Row("POST", f"{C}/programme/several", console(**owners(400))),
    "console.programme_copy_day": Row("POST", f"{C}/programme/copy-day", console(**owners(400))),
    "console.programme_stages": Row("POST", f"{C}/programme/stages", console(**owners(404))),
    "console.schedule_files": Row("GET", f"{C}/programme/files", console(**owners(200))),
    "console.read_schedule_file": Row("POST", f"{C}/programme/files", console(**owners(422))),
    "console.schedule_file": Row("GET", f"{C}/programme/files/x", console(**owners(404))),
    "console.map_schedule_file": Row(
        "POST", f"{C}/programme/files/x/columns", console(**owners(404))
    ),
    "console.apply_schedule_file": Row(
        "POST", f"{C}/programme/files/x/apply", console(**owners(404))
    ),
    "console.undo_schedule_file": Row(
        "POST", f"{C}/programme/files/x/undo", console(**owners(404))
    ),
    "console.places": Row("GET", f"{C}/places", console(**owners(200))),
    "console.venue": Row("GET", f"{C}/places/venue", console(**owners(200))),
    "console.save_venue": Row("POST", f"{C}/places/venue", console(**owners(422))),
    "console.stage": Row("GET", f"{C}/places/stage", console(**owners(200))),
    "console.save_stage": Row("POST", f"{C}/places/stage", console(**owners(422))),
    "console.add_window": Row("POST", f"{C}/places/windows", console(**owners(422))),
    "console.remove_window": Row("POST", f"{C}/places/windows/9/remove", console(**owners(303))),
    "console.add_type": Row("POST", f"{C}/places/types", console(**owners(422))),
    "console.add_track": Row("POST", f"{C}/places/tracks", console(**owners(422))),
    "console.shows": Row("GET", f"{C}/shows", console(**owners(200))),
    "console.show_form": Row("GET", f"{C}/shows/form", console(**owners(200))),
    "console.save_show": Row("POST", f"{C}/shows/form", console(**owners(422))),
    "console.add_show_time": Row("POST", f"{C}/shows/form/NOSUCH/times", console(**owners(404))),
    "console.programme_undo": Row("POST", f"{C}/programme/undo", console(**owners(409))),
    "console.programme_redo": Row("POST", f"{C}/programme/redo", console(**owners(409))),
    "console.programme_waive": Row("POST", f"{C}/programme/waive", console(**owners(422))),
    "console.stage_desk": Row("GET", f"{C}/stage", console(**owners(200))),
    "console.say_live": Row("POST", f"{C}/stage", console(**owners(400))),
    "programme_api.live_states": Row(
        "GET",
        f"{V1}/events/{{slug}}/live-states",
        of(401, key=200, narrow_key=200, foreign_key=404),
    ),
    "programme_api.say_live": Row(
        "POST", f"{V1}/events/{{slug}}/shows/AAAAAA/live", api(422), json={}
    ),
    "lists.all_days": Row("GET", f"{E}/programme/all", OPEN),
    "lists.mine": Row("GET", f"{E}/programme/mine", OPEN),
    "lists.changes": Row("GET", f"{E}/changes", OPEN),
    "screens.screens": Row("GET", f"{E}/screen", OPEN),
    "screens.stage_screen": Row("GET", f"{E}/screen/runway", OPEN),
    "screens.embed": Row("GET", f"{E}/embed", OPEN),
    "screens.service_worker": Row("GET", f"{E}/sw.js", OPEN),
    "feeds.now_json": Row("GET", f"{E}/now.json", OPEN),
    "console.notices": Row("GET", f"{C}/programme/notices", console(**owners(200))),
    "console.decide_notices": Row("POST", f"{C}/programme/notices", console(**owners(400))),
    "console.set_contact": Row("POST", f"{C}/programme/contacts", console(**owners(400))),
    "console.programme_release": Row("GET", f"{C}/programme/release", console(**owners(200))),
    "console.proposals": Row("GET", f"{C}/programme/proposals", console(**owners(200))),
    "console.ask_plan": Row("POST", f"{C}/programme/proposals", console(**owners(422))),
    "console.ask_repair": Row("POST", f"{C}/programme/repairs", console(**owners(422))),
    "console.plan_proposal": Row("GET", f"{C}/programme/proposals/x", console(**owners(404))),
    "console.accept_proposal": Row(
        "POST", f"{C}/programme/proposals/x/accept", console(**owners(404)), {"all": "1"}
    ),
    "console.drop_proposal": Row("POST", f"{C}/programme/proposals/x/drop", console(**owners(404))),
    "console.release_programme": Row("POST", f"{C}/programme/release", console(**owners(422))),
}
