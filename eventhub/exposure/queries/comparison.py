"""Another event's published report beside this one, figure by figure."""

from __future__ import annotations

from typing import Any

from eventhub.audience.dictionary import DEFINITION_VERSION
from eventhub.exposure.models import ReportSetting
from eventhub.exposure.queries.reports import public_version
from eventhub.exposure.rules.compare import key_figures
from eventhub.kernel.db import db
from eventhub.programme.queries import EventRow, event_by_id


def comparison(event: EventRow) -> dict[str, Any] | None:
    """Return the key figures of the event that was chosen, as its public report states them."""
    setting = db.session.get(ReportSetting, event.id)
    if setting is None or setting.compare_event_id is None:
        return None
    other = event_by_id(setting.compare_event_id)
    row = public_version(other.id, is_synthetic=other.is_synthetic)
    if row is None or other.organisation_id != event.organisation_id:
        return None
    document = row.document()
    return {
        "event": other.slug,
        "title": dict(other.title),
        "period": document["period"],
        "version": row.version,
        "digest": document["digest"],
        "definition_version": row.definition_version,
        "same_definitions": row.definition_version == DEFINITION_VERSION,
        "figures": key_figures(document["lines"]),
        "gross": document["gross"],
        "gross_op": document["gross_op"],
        "share_measured": document["share_measured"],
        "claimed": document["claimed"],
        "claimed_op": document["claimed_op"],
    }
