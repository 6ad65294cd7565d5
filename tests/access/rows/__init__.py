"""The access table, one module a domain."""

from __future__ import annotations

from typing import Final

from tests.access.row import Row
from tests.access.rows import (
    accounts,
    audience,
    checkin,
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
    | audience.ROWS
    | exposure.ROWS
    | accounts.ROWS
)
