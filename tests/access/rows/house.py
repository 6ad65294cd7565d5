"""What belongs to no domain."""

from __future__ import annotations

from typing import Final

from tests.access.row import OPEN, V1, C, Row, console, of, owners

ROWS: Final[dict[str, Row]] = {
    "static": Row("GET", "/static/css/tokens.css", OPEN),
    "console.events": Row(
        "GET", "/console/", of(303, alice=303, charlie=200)
    ),  # the only event opens at once
    "console.home": Row("GET", f"{C}/", console(**owners(200), dana=200)),
    "ops.openapi": Row("GET", f"{V1}/openapi.json", OPEN),
    "ops.docs": Row("GET", f"{V1}/docs", OPEN),
    "ops.healthz": Row("GET", "/healthz", OPEN),
    "ops.readyz": Row("GET", "/readyz", OPEN),
    "ops.prometheus": Row("GET", "/metrics", OPEN),  # this machine; see tests/security
}
