"""The scope in which a place is used once."""

from __future__ import annotations

from datetime import date


def scope_key(once: str, *, day: date, show: str | None, window: int, zone: str | None) -> str:
    """
    Return the key under which admissions of one place exclude each other.

    Args:
        once: `event`, `day`, `show`, `window` or `unlimited`.

        day: Operating day of the scan.

        show: Public id of the performance; None falls back to the day.

        window: Number of the entry window.

        zone: Public id of the zone when the policy is the zone's own, so that
            a ticket may pass the outer and the inner door once each.

    Returns:
        `e`, `d:2026-09-25`, `s:<performance>` or `w:<number>`, with `@zone`
        behind it for a zone of its own.
    """
    match once:
        case "event" | "unlimited":
            key = "e"
        case "day":
            key = f"d:{day.isoformat()}"
        case "show":
            key = f"s:{show}" if show is not None else f"d:{day.isoformat()}"
        case "window":
            key = f"w:{window}"
        case _:
            raise ValueError(f"unknown rule {once!r}")
    return key if zone is None else f"{key}@{zone}"
