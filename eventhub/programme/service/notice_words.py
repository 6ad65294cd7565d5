"""What a notice says: one line per changed performance, in the language of the moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from eventhub.kernel.db import I18n
from eventhub.kernel.format import day_text, range_text, time_text
from eventhub.kernel.i18n import current_lang, pick
from eventhub.programme.enums import ChangeKind
from eventhub.programme.queries import EventRow, PublishedRow

# what people are told of; titles and line-ups change without a message to those who come
TOLD_KINDS = frozenset(
    {
        ChangeKind.NEW,
        ChangeKind.MOVED,
        ChangeKind.RESIZED,
        ChangeKind.CANCELLED,
        ChangeKind.RESTORED,
        ChangeKind.REMOVED,
    }
)
_OFF = frozenset({ChangeKind.CANCELLED, ChangeKind.REMOVED})


@dataclass(frozen=True, slots=True)
class ToldChange:
    """All that a release changed for one performance, with what is public of it now."""

    row: PublishedRow
    kinds: Mapping[ChangeKind, Mapping[str, Any] | None] = field(hash=False)  # kind -> old values

    @property
    def is_off(self) -> bool:
        """Tell whether it no longer takes place."""
        return not _OFF.isdisjoint(self.kinds)


def line(event: EventRow, stages: Mapping[str, I18n], change: ToldChange) -> str:
    """Return one performance's change: what, when, where, and what was said before."""
    row = change.row.performance
    place = ", ".join(dict.fromkeys(filter(None, (pick(row.stage_name), pick(row.venue_name)))))
    span = range_text(row.starts_at, row.ends_at, event.zone)
    when = f"{day_text(row.day, current_lang())} {span}"
    what = " · ".join(filter(None, (pick(row.title), when, place)))
    kinds = change.kinds
    if change.is_off:
        return _("Cancelled: %(what)s", what=what)
    if ChangeKind.NEW in kinds:
        return _("New: %(what)s", what=what)
    if ChangeKind.RESTORED in kinds:
        return _("Takes place after all: %(what)s", what=what)
    if ChangeKind.MOVED in kinds:
        return _("Moved: %(what)s (was %(was)s)", what=what, was=_was(event, stages, change))
    minutes = (kinds.get(ChangeKind.RESIZED) or {}).get("minutes", 0)
    return _("New length: %(what)s (was %(minutes)s min)", what=what, minutes=minutes)


def subject(event: EventRow, changes: Sequence[ToldChange]) -> str:
    """Return the subject of a message about some changes."""
    if len(changes) == 1:
        title = pick(changes[0].row.performance.title)
        return (
            _("Cancelled: %(what)s", what=title)
            if changes[0].is_off
            else _("Change to %(title)s", title=title)
        )
    return ngettext(
        "%(num)s change at %(event)s",
        "%(num)s changes at %(event)s",
        len(changes),
        event=pick(event.title),
    )


def foot(event: EventRow, address: str) -> str:
    """Return the last lines of a message: where to look, whom to ask."""
    lines = [pick(event.title), address]
    if event.contact_email:
        lines.append(_("Questions: %(email)s", email=event.contact_email))
    if event.is_synthetic:
        lines.append(_("Demonstration: all names and figures are invented"))
    return "\n".join(lines)


def _was(event: EventRow, stages: Mapping[str, I18n], change: ToldChange) -> str:
    old = change.kinds[ChangeKind.MOVED] or {}
    row = change.row.performance
    start = datetime.fromisoformat(old["start"])
    day = event.operating_day(start)
    parts = [time_text(start, event.zone)]
    if day != row.day:
        parts.insert(0, day_text(day, current_lang()))
    if old.get("stage") != row.stage_slug:
        parts.append(pick(stages.get(old.get("stage", ""))))
    return " ".join(part for part in parts if part)
