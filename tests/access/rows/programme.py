"""Programme: public pages, feeds, console."""

from __future__ import annotations

from typing import Final

from tests.access.row import BEARERS, OPEN, C, E, Row, console, owners

ROWS: Final[dict[str, Row]] = {
    "programme.events": Row("GET", "/", OPEN),
    "programme.home": Row("GET", f"{E}/", OPEN),
    "programme.programme": Row("GET", f"{E}/programme", OPEN),
    "programme.programme_day": Row("GET", f"{E}/programme/{{day}}", OPEN),
    "programme.show": Row("GET", f"{E}/shows/AAAAAA", OPEN),
    "programme.theme": Row("GET", f"{E}/theme.css", OPEN),
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
    "console.programme_undo": Row("POST", f"{C}/programme/undo", console(**owners(409))),
    "console.programme_redo": Row("POST", f"{C}/programme/redo", console(**owners(409))),
    "console.programme_waive": Row("POST", f"{C}/programme/waive", console(**owners(422))),
    "console.programme_release": Row("GET", f"{C}/programme/release", console(**owners(200))),
    "console.release_programme": Row("POST", f"{C}/programme/release", console(**owners(422))),
}
