"""PDF of a report: the same page values, set by Typst."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from decimal import Decimal
from typing import Any, Final

from flask_babel import gettext as _

from eventhub.exposure.render import figures, sections, words
from eventhub.exposure.render.evidence import evidence
from eventhub.exposure.render.page import LedgerRow, ReportPage, report_page
from eventhub.exposure.render.series import HeatTable, StreamCurve
from eventhub.kernel import typeset
from eventhub.kernel.format import day_text, exact, percent, short
from eventhub.kernel.i18n import current_lang, pick

_COVER_FIGURES: Final = 2


def report_pdf(document: Mapping[str, Any], logo: bytes | None = None) -> bytes:
    """
    Return the report as A4 PDF in the language of the request; same bytes twice.

    Args:
        document: report.json.

        logo: PNG of the organizer's logo, if the version has one.

    Raises:
        Unavailable: Typst is not installed on this platform.
    """
    return typeset.pdf("report", _data(document) | {"logo": _logo(logo)})


def _logo(png: bytes | None) -> str:
    """Return a logo as SVG text around the picture, "" without one."""
    if not png:
        return ""
    width, height = (int.from_bytes(png[at : at + 4]) for at in (16, 20))  # of the PNG header
    data = base64.b64encode(png).decode()
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'width="{width}" height="{height}" viewBox="0 0 {width} {height}"><image '
        f'width="{width}" height="{height}" xlink:href="data:image/png;base64,{data}"/></svg>'
    )


def _data(document: Mapping[str, Any]) -> dict[str, Any]:
    page = report_page(document)
    lang = current_lang()
    return {
        "lang": lang,
        "words": _words(document),
        "mark": sections.MARK if document["synthetic"] else "",
        "title": pick(document["title"]),
        "second": document["title"]["en" if lang == "zh" else "zh"],
        "facts": " · ".join(filter(None, (pick(document["place"]), pick(document["period"])))),
        "edge": _edge(document),
        "share": str(page.share) if page.share is not None else "",
        "share_lines": _share_lines(document, page),
        "shares": {cls: str(share) for cls, share in page.shares.items()},
        "sums": _sums(document, page),
        "fall": _fall(document, page),
        "legend": _legend(page),
        "has_quotes": page.has_quotes and page.scale is None,
        "ledger": [_row(row) for row in page.counted],
        "gross": _sum(document, "gross", _("Gross with evidence"), document["gross_class"]),
        "total": _row(page.total) if page.total else None,
        "residual": _sum(document, "residual", _("Unexplained residual"), "residual"),
        "others": [_row(row) for row in page.others],
        "sections": list(page.order),
        "accent": page.accent,
        "certainty": page.certainty,
        "overlaps": asdict(page.overlaps) if page.overlaps else None,
        "limits": [asdict(item) for item in page.limits],
        "targets": [
            asdict(row) | {"cls_word": sections.class_word(row.cls)} for row in page.targets
        ],
        "days": [asdict(row) | {"cls_word": sections.class_word(row.cls)} for row in page.days],
        "has_baseline": page.has_baseline,
        "shows": [asdict(row) for row in page.shows],
        "footfall": _hours(page.footfall, _("Footfall, by hour and counter")),
        "checkins": [
            *_hours(page.checkins, _("Check-ins, by hour and gate")),
            *_hours(page.tiers, _("Check-ins, by hour and ticket type")),
        ],
        "funnel": asdict(page.funnel) if page.funnel else None,
        "media": _media(page.media) if page.media else None,
        "comparison": _comparison(page.comparison) if page.comparison else None,
        "streams": [_stream(curve) for curve in page.streams],
        "evidence": [_evidence(document, line["line"]) for line in document["lines"]],
        "flags": [list(flag) for flag in page.flags],
        "not_stated": list(page.not_stated),
        "method": _method(document),
    }


def _words(document: Mapping[str, Any]) -> dict[str, str]:
    return {
        "report": _("Exposure report"),
        "version": _("Version %(n)s", n=document["version"]),
        "ledger": _("Ledger"),
        "line": _("Ledger line"),
        "fall": _("Where every contact comes from"),
        "quote": _("Words as published"),
        "value": _("Value"),
        "unit": _("Unit"),
        "class": _("Class"),
        "sum": _("In the sum"),
        "total": _("Total"),
        "no_data": _("no data"),
        "others": _("Counted, not contacts of the sum"),
        "evidence": _("Evidence"),
        "reading": _("How to read this"),
        "reading_text": _(
            "Gross exposure adds contacts over channels. One person may be counted many times "
            "and in several channels; it is not a number of people."
        ),
        "overlaps": _("Who may be counted twice"),
        "overlaps_note": _(
            "Contacts add up, people do not: each pair of channels, and the people behind them"
        ),
        "diagonal": _(
            "On the diagonal the contacts of a channel, in which one person may stand many times "
            "as well."
        ),
        "people_range": _("How many people it could be"),
        "channel": _("Channel"),
        "contacts": _("Contacts"),
        "fewest": _("Fewest people"),
        "most": _("Most people"),
        "limits": _("Method and limits, in plain words"),
        "flags": _("Flags"),
        "no_flags": _("No sanity check was raised."),
        "not_published": _("What the source does not state"),
        "not_stated": _("Not stated in the source"),
        **_section_words(),
    }


def _section_words() -> dict[str, str]:
    return {
        "targets": _("Targets and what was reached"),
        "target": _("Target"),
        "reached": _("Reached"),
        "of_target": _("Share of the target"),
        "not_measured": _("not measured"),
        "programme": _("Which show drew whom"),
        "programme_note": _(
            "People at the door of each show, crew left out · Measured; viewers of its largest "
            "stream"
        ),
        "show": _("Show given"),
        "of_places": _("Of the places"),
        "by_type": _("By ticket type"),
        "peak_viewers": _("Peak viewers"),
        "not_counted": _("not counted"),
        "days": _("Each day beside the same weekday of other weeks"),
        "day": _("Day"),
        "visits": _("Visits"),
        "usual": _("Usual"),
        "times": _("Times"),
        "note": _("Weather and notes"),
        "none_noted": _("none noted"),
        "baseline_note": _(
            "Usual: the median of the same weekday within four weeks before and after, outside "
            "the event. Times: like against like, only counters that stood in those weeks too, "
            "hours that all of them have."
        ),
        "by_hour": _("by hour"),
        "this_day": _("This day"),
        "usual_day": _("Usual, median"),
        "top_hour": _("largest hour"),
        "no_baseline": _(
            "The counters have no readings of other weeks, so no day can be compared with a usual "
            "one."
        ),
        "attendance": _("From registration to arrival"),
        "people": _("People, crew left out · Measured"),
        "ticket_type": _("Ticket type"),
        "registered": _("Registered people"),
        "confirmed": _("Confirmed"),
        "arrived": _("Arrived"),
        "no_show": _("No-show"),
        "not_over": _("not over"),
        "livestream": _("Livestream, viewers at the same time"),
        "peak": _("Peak"),
        "media": _("Media and creators, by day"),
        "media_note": _("Reports and posts by operating day · Measured"),
        "reports": _("Reports"),
        "posts": _("Posts"),
        "outlets": _("Outlets"),
        "creators": _("Creators"),
        "reach": _("Reach"),
        "impressions": _("Impressions"),
        "unknown": _("not stated"),
        "reach_text": _(
            "A reach is the audience an outlet is said to have, an opportunity to see. The same "
            "person counts once for every report, and copies of one story keep their own "
            "outlet’s reach."
        ),
        "comparison": _("Beside another event"),
        "unlike": _("Other definitions: not comparable"),
        "figure": _("Figure"),
    }


def _edge(document: Mapping[str, Any]) -> list[str]:
    digest = document["digest"]
    parts = [digest[start : start + 4] for start in (0, 4, 8, 12)]
    sources = {s["source"] for line in document["lines"] for s in line["sources"]}
    return [
        _("Version %(n)s", n=document["version"]),
        _("Definitions %(n)s", n=document["definition_version"]),
        _("Digest %(digest)s", digest=" ".join(parts)),
        *(sources if len(sources) == 1 else ()),
    ]


def _share_lines(document: Mapping[str, Any], page: ReportPage) -> list[str]:
    if page.share is None:
        measured = percent(page.shares["measured"], 1)
        return [_("%(share)s of the traceable sum is measured", share=measured)]
    figure = words.signed(document["gross_op"], document["gross"])
    return [
        _("Traceable %(figure)s, %(share)s", figure=figure, share=percent(page.share)),
        _("No breakdown of the other %(share)s is published", share=percent(1 - page.share)),
    ]


def _fall(document: Mapping[str, Any], page: ReportPage) -> list[dict[str, Any]]:
    """Return the rows of the waterfall; none where its bars could not be seen."""
    if page.scale is None:
        return []
    rows = [_fall_row(row.name, f"{row.op} {row.value}", row.bar) for row in page.counted]
    gross = words.signed(document["gross_op"], document["gross"])
    rows.append(_fall_row(_("Gross with evidence"), gross, *page.sum_bars, is_sum=True))
    if page.total:
        total = f"{page.total.op} {page.total.value}"
        rows.append(_fall_row(page.total.name, total, page.total.bar))
    if page.residual_bar:
        rest = words.signed(document["residual_op"], document["residual"])
        rows.append(_fall_row(_("Unexplained residual"), rest, page.residual_bar))
    return rows


def _fall_row(
    name: str, value: str, *bars: figures.Bar | None, is_sum: bool = False
) -> dict[str, Any]:
    return {
        "name": name,
        "value": value.removeprefix("= "),
        "bars": [asdict(bar) for bar in bars if bar],
        "is_sum": is_sum,
    }


def _sums(document: Mapping[str, Any], page: ReportPage) -> list[dict[str, str]]:
    """Return the figures of the cover: the sums, beside them key figures where no total is."""
    names = (("claimed", _("Claimed")), ("gross", _("Traceable")), ("residual", _("Unexplained")))
    return [
        {"label": label, "figure": words.signed(document[f"{key}_op"], document[key])}
        for key, label in names
        if document[key] is not None
    ] + [
        {"label": row.metric_name, "figure": f"{row.op} {row.value}".removeprefix("= ").strip()}
        for row in page.key_rows[:_COVER_FIGURES]
    ]


def _legend(page: ReportPage) -> str:
    shares = {cls: percent(share, 1) for cls, share in page.shares.items()}
    return _(
        "measured %(m)s · estimated %(e)s · claimed %(c)s",
        m=shares["measured"],
        e=shares["estimated"],
        c=shares["claimed"],
    )


def _row(row: LedgerRow) -> dict[str, Any]:
    data = asdict(row)
    del data["bar"]
    return data | {"cls_word": sections.class_word(row.cls)}


def _sum(
    document: Mapping[str, Any], key: str, name: str, cls: str | None
) -> dict[str, Any] | None:
    value = document[key]
    if value is None:
        return None
    lang = current_lang()
    share = Decimal(document["share_of_claimed"]) if document["share_of_claimed"] else None
    if share is not None and key == "residual":
        share = 1 - share
    return {
        "name": name,
        "op": document[f"{key}_op"],
        "value": exact(value),
        "beside": short(value, lang) if lang == "zh" else "",
        "unit": _("contacts"),
        "cls": cls or "",
        "cls_word": sections.class_word(cls) if cls else "",
        "in_sum": percent(share) if share is not None else "",
    }


def _hours(tables: Sequence[HeatTable], title: str) -> list[dict[str, Any]]:
    """Return the tables of one kind; the title heads the first and stands small at the others."""
    return [_table(table, title) | {"is_first": n == 0} for n, table in enumerate(tables)]


def _table(table: HeatTable, title: str) -> dict[str, Any]:
    return {
        "title": title,
        "day": day_text(table.day, current_lang()),
        "hours": list(table.hours),
        "rows": [
            {
                "name": row.name,
                "cells": [asdict(cell) for cell in row.cells],
                "total": ("≥ " if row.has_gap else "") + exact(row.total),
            }
            for row in table.rows
        ],
        "totals": [exact(total) for total in table.totals],
        "total": ("≥ " if table.has_gap else "") + exact(table.total),
    }


def _media(found: sections.Media) -> dict[str, Any]:
    """Return the section without its mentions: they stand in the workbook, one per row."""
    data = asdict(found) | {"mentions": []}
    for rows in (data["outlets"], data["creators"]):
        for row in rows:
            row["count"] = exact(row["count"])
    return data


def _comparison(found: sections.Comparison) -> dict[str, Any]:
    rows = [
        asdict(row)
        | {"our_word": sections.class_word(row.our_class)}
        | {"their_word": sections.class_word(row.their_class)}
        for row in found.rows
    ]
    return asdict(found) | {"rows": rows}


def _stream(curve: StreamCurve) -> dict[str, Any]:
    return {
        "name": " · ".join(filter(None, (curve.title, curve.name))),
        "cls": curve.cls,
        "cls_word": sections.class_word(curve.cls),
        "path": curve.curve.path,
        "peak": exact(curve.peak),
        "y_ticks": [asdict(tick) for tick in curve.curve.y_ticks],
        "x_ticks": [asdict(tick) for tick in curve.x_ticks],
    }


def _evidence(document: Mapping[str, Any], key: str) -> dict[str, Any]:
    found = evidence(document, key)
    return {
        "label": found.label,
        "row": _row(found.row),
        "passage": asdict(found.passage) if found.passage else None,
        "facts": [list(fact) for fact in found.facts],
        "not_stated": list(found.not_stated),
    }


def _method(document: Mapping[str, Any]) -> list[list[str]]:
    return [
        [_("Day boundary"), f"{document['day_start']} {document['timezone']}"],
        [_("Metric dictionary"), _("version %(n)s", n=document["definition_version"])],
        [_("Share measured"), percent(document["share_measured"], 2)],
        [_("Digest"), f"{document['digest'][:32]}\n{document['digest'][32:]}"],
    ]
