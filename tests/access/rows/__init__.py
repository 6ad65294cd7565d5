"""The access table, one module a domain."""

from __future__ import annotations

from typing import Final

from tests.access.row import Row
from tests.access.rows import (
    accounts,
    audience,
    checkin,
    console_api,
    exposure,
    house,
    programme,
    registration,
)

TABLE: Final[dict[str, Row]] = (
    house.ROWS
    | programme.ROWS
    | registration.ROWS
    | checkin.ROWS
    | console_api.ROWS
    | audience.ROWS
    | exposure.ROWS
    | accounts.ROWS
)
