"""What a figure may be at most: the promises that `python -m bench` is held against."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class Limit:
    """The most (or least) that one figure may be, where its note holds `where`."""

    name: str
    value: float
    says: str
    where: str = ""
    is_least: bool = False

    def is_of(self, figure: dict[str, Any]) -> bool:
        """Tell whether this is the limit of a figure."""
        place = f"{figure.get('per', '')}, {figure.get('note', '')}"
        return self.name == figure["name"] and self.where in place

    def is_met(self, value: float) -> bool:
        """Tell whether `value` keeps to it."""
        return value >= self.value if self.is_least else value <= self.value


LIMITS: Final = (
    Limit("redeem_cpu_ms", 2.5, "one scan, all processes"),
    Limit("scan_batch_cpu_ms", 0.3, "one scan of a batch"),
    Limit("redeem_per_s", 500, "scans that are answered", "postgresql", is_least=True),
    Limit("gate_p95_ms", 150, "40 gates, one scan a second each, 10 minutes"),
    Limit("gate_errors", 0, "40 gates, one scan a second each, 10 minutes"),
    Limit("registration_open_cpu_ms", 12, "one registration, all processes"),
    Limit("registration_asked_cpu_ms", 12, "one registration with questions"),
    Limit("registration_full_cpu_ms", 12, "one entry of a waitlist"),
    Limit("schedule_check_cpu_ms", 1_000, "all rules over a programme", "5000 items"),
    Limit("schedule_check_rules_cpu_ms", 10_000, "all rules, rows at hand", "60000 items"),
    Limit("schedule_move_p95_cpu_ms", 200, "one move in the editor", "5000 items"),
    Limit("schedule_suggest_cpu_ms", 300, "places for one show", "1000 items"),
    Limit("notices_all_cpu_ms", 2_000, "release with all notices", "1000 shows"),
    *(
        Limit(f"export_{kind}_cpu_s", most, "one export of the schedule", size)
        for kind in ("frab_xml", "frab_json", "ics", "csv", "pdf")
        for most, size in ((0.5, "1000 shows"), (2.5, "5000 shows"))
    ),
    Limit("day_page_cached_cpu_ms", 3, "page of a day, kept", "300 shows"),
    Limit("day_page_304_cpu_ms", 3, "page of a day, known to the reader", "300 shows"),
    Limit("day_page_gzip_bytes", 100_000, "page of a day as it is sent", "300 shows"),
    Limit("search_s", 0.1, "guest list searched", "100000 rows"),
    Limit("export_csv_s", 1, "guest list as CSV", "20000 rows"),
    Limit("open_to_verdict_s", 3, "page opened, code in view, verdict", "cold"),
    Limit("open_to_verdict_s", 2, "page opened again, verdict", "warm"),
    Limit("open_to_verdict_s", 3, "page opened, no server, verdict", "server stopped"),
    Limit("list_ready_s", 5, "list at a gate, from nothing", "100000 tickets"),
    Limit("list_ready_s", 12, "list at a gate, from nothing", "300000 tickets"),
    Limit("list_storage_mb", 15, "list on a phone", "300000 tickets"),
    Limit("list_lookup_p95_ms", 1, "one ticket found offline"),
    Limit("frames_read", 175, "degraded frames of 200 that are read", is_least=True),
    Limit("check_ins_cpu_s", 60, "check-ins rolled up"),
    Limit("beats_cpu_s", 60, "signs of life of viewers rolled up"),
    Limit("audience_rss_mb", 400, "memory of rolling up"),
    Limit("gate_hours_ms", 50, "curve of the hours"),
    Limit("hour_curve_ms", 50, "curve of the hours"),
    Limit("beat_us", 50, "one sign of life by the log"),
    Limit("report_build_cpu_s", 1, "report from roll-ups"),
    Limit("report_page_cpu_ms", 5, "report page, kept"),
    Limit("report_pdf_cpu_s", 1.5, "report as PDF"),
    Limit("report_xlsx_cpu_s", 2, "report as a workbook"),
    Limit("report_pptx_cpu_s", 2, "report as slides"),
)


def limit_of(figure: dict[str, Any]) -> Limit | None:
    """Return what a figure is held against, or None."""
    return next((limit for limit in LIMITS if limit.is_of(figure)), None)
