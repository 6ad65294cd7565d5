"""Programme: public pages, feeds, console."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tests.access.row import BEARERS, OPEN, V1, C, E, Row, api, console, of, owners

_API: Final = f"{V1}/events/{{slug}}"
_SLOT: Final = f"{_API}/schedules/wip/slots/1"
_TIMES: Final = f"{_API}/shows/NOSUCH/performances"


def _reads(status: int) -> Mapping[str, int]:
    """Return the statuses of a call that any key of the event may make."""
    return of(401, key=status, narrow_key=status, foreign_key=404)


ROWS: Final[dict[str, Row]] = {
    "programme.events": Row("GET", "/", OPEN),
    "programme.home": Row("GET", f"{E}/", OPEN),
    "programme.programme": Row("GET", f"{E}/programme", OPEN),
    "programme.programme_day": Row("GET", f"{E}/programme/{{day}}", OPEN),
    "programme.show": Row("GET", f"{E}/shows/AAAAAA", OPEN),
    "console.look": Row("GET", f"{C}/look", console(**owners(200))),
    "console.set_colours": Row("POST", f"{C}/look/colours", console(**owners(422))),
    "console.set_cover": Row("POST", f"{C}/look/cover", console(**owners(422))),
    "console.drop_cover": Row("POST", f"{C}/look/cover/drop", console(**owners(303))),
    "cards.cover_picture": Row("GET", f"{E}/cover.jpg", of(404)),
    "screens.button": Row("GET", f"{E}/button", OPEN),
    "lists.party": Row("GET", f"{E}/parties/none", of(404)),
    "programme.colours": Row("GET", f"/theme/{'aabbcc' * 5}-{'aabbcc' * 5}.css", OPEN),
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
    "console.plan_conditions": Row("GET", f"{C}/conditions", console(**owners(200))),
    "console.add_condition": Row("POST", f"{C}/conditions/ways", console(**owners(422))),
    "console.remove_condition": Row(
        "POST", f"{C}/conditions/ways/9/remove", console(**owners(303))
    ),
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
        _reads(200),
    ),
    "programme_api.say_live": Row(
        "POST", f"{V1}/events/{{slug}}/shows/AAAAAA/live", api(422), json={}
    ),
    "programme_api.draft_slots": Row("GET", f"{_API}/schedules/wip/slots", _reads(200)),
    "programme_api.draft_edits": Row("GET", f"{_API}/schedules/wip/edits", _reads(200)),
    "programme_api.place_slot": Row(
        "POST", f"{_API}/schedules/wip/slots/1/place", api(422), json={}
    ),
    "programme_api.move_slot": Row("POST", f"{_SLOT}/move", api(422), json={}),
    "programme_api.resize_slot": Row(
        "POST", f"{_API}/schedules/wip/slots/1/resize", api(422), json={}
    ),
    "programme_api.unplace_slot": Row(
        "POST", f"{_API}/schedules/wip/slots/1/unplace", api(422), json={}
    ),
    "programme_api.pin_slot": Row("POST", f"{_SLOT}/pin", api(422), json={}),
    "programme_api.set_slot_status": Row(
        "POST", f"{_API}/schedules/wip/slots/1/status", api(422), json={}
    ),
    "programme_api.swap_slots": Row(
        "POST", f"{_API}/schedules/wip/slots/1/swap", api(422), json={}
    ),
    "programme_api.shift_range": Row("POST", f"{_API}/schedules/wip/shift", api(422), json={}),
    "programme_api.close_gaps": Row("POST", f"{_API}/schedules/wip/close-gaps", api(422), json={}),
    "programme_api.copy_day": Row("POST", f"{_API}/schedules/wip/copy-day", api(422), json={}),
    "programme_api.undo_batch": Row("POST", f"{_API}/schedules/wip/undo", api(422), json={}),
    "programme_api.redo_batch": Row("POST", f"{_API}/schedules/wip/redo", api(422), json={}),
    "programme_api.release_draft": Row("POST", f"{_API}/schedules/wip/release", api(422), json={}),
    "programme_api.roll_back": Row("POST", f"{_API}/schedules/wip/rollback", api(422), json={}),
    "programme_api.list_versions": Row("GET", f"{_API}/schedules", _reads(200)),
    "programme_api.compare_versions": Row("GET", f"{_API}/schedules/diff", _reads(200)),
    "programme_api.findings": Row("GET", f"{_API}/findings", _reads(200)),
    "programme_api.rules": Row("GET", f"{_API}/rules", _reads(200)),
    "programme_api.waive_finding": Row("POST", f"{_API}/findings/x/waive", api(422), json={}),
    "programme_api.list_shows": Row("GET", f"{_API}/shows", _reads(200)),
    "programme_api.read_show": Row("GET", f"{_API}/shows/AAAAAA", _reads(200)),
    "programme_api.make_show": Row("POST", f"{_API}/shows", api(422), json={}),
    "programme_api.change_show": Row("PATCH", f"{_API}/shows/NOSUCH", api(404), json={}),
    "programme_api.add_performance": Row("POST", _TIMES, api(404), json={}),
    "programme_api.suggestions": Row("GET", f"{_API}/shows/AAAAAA/suggestions", _reads(200)),
    "programme_api.list_plans": Row("GET", f"{_API}/proposals", _reads(200)),
    "programme_api.ask_plan": Row("POST", f"{_API}/proposals", api(422), json={"seed": -1}),
    "programme_api.read_plan": Row("GET", f"{_API}/proposals/x", _reads(404)),
    "programme_api.take_plan": Row("POST", f"{_API}/proposals/x/accept", api(404), json={}),
    "programme_api.drop_plan": Row("POST", f"{_API}/proposals/x/drop", api(404), json={}),
    "own_feeds.make_feed": Row("POST", f"{E}/calendars", of(201), json={"performances": []}),
    "own_feeds.change_feed": Row("POST", f"{E}/calendars/change", of(422), json={}),
    "own_feeds.revoke_feed": Row("POST", f"{E}/calendars/revoke", of(422), json={}),
    "own_feeds.own_ics": Row("GET", f"{E}/calendars/x.ics", of(404)),
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
