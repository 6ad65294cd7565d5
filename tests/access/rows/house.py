"""What belongs to no domain."""

from __future__ import annotations

from typing import Final

from tests.access.row import OPEN, V1, C, Row, console, of, owners

MAKERS: Final = dict.fromkeys(("alice", "frank", "erin"), 200)
NO_MAKERS: Final = dict.fromkeys(("bob", "charlie", "dana"), 403)

ROWS: Final[dict[str, Row]] = {
    "static": Row("GET", "/static/css/tokens.css", OPEN),
    "console.events": Row(
        "GET", "/console/", of(303, alice=303, charlie=200)
    ),  # the only event opens at once
    "console.new_event": Row("GET", "/console/new", of(303, **MAKERS, **NO_MAKERS)),
    "console.make_new_event": Row(
        "POST", "/console/new", of(303, **dict.fromkeys(MAKERS, 422), **NO_MAKERS)
    ),
    "console.copy_form": Row("GET", f"{C}/copy", console(**owners(200))),
    "console.make_copy": Row("POST", f"{C}/copy", console(**owners(422))),
    "console.search_form": Row("GET", f"{C}/search", console(**owners(200), dana=200)),
    "console.search": Row("POST", f"{C}/search", console(**owners(200), dana=200)),
    "console.set_up": Row("GET", f"{C}/set-up", console(**owners(200))),
    "console.open_event": Row("POST", f"{C}/set-up/open", console(**owners(422))),
    "console.home": Row("GET", f"{C}/", console(**owners(200), dana=200)),
    "demo.tour": Row("GET", "/tour", of(404)),  # these events are no demonstration
    "ops.openapi": Row("GET", f"{V1}/openapi.json", OPEN),
    "ops.docs": Row("GET", f"{V1}/docs", OPEN),
    "ops.healthz": Row("GET", "/healthz", OPEN),
    "ops.readyz": Row("GET", "/readyz", OPEN),
    "ops.prometheus": Row("GET", "/metrics", OPEN),  # this machine; see tests/security
}
