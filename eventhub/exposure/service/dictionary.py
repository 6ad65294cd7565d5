"""The metric dictionary in the database: written once per version, then held to it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from eventhub.audience.dictionary import DEFINITION_VERSION, METRICS, MetricDef
from eventhub.exposure.errors import DefinitionChanged
from eventhub.exposure.models import MetricDefinition
from eventhub.exposure.rules.canonical import canonical, sha256
from eventhub.kernel.db import command, db


@command
def keep_dictionary() -> None:
    """
    Keep the dictionary of this version, metric by metric; what is there already stays. Commits.

    A version may gain metrics; none of it ever changes.

    Raises:
        DefinitionChanged: A metric reads otherwise than it was kept.
    """
    known = dict(
        db.session.execute(
            select(MetricDefinition.id, MetricDefinition.sha256).where(
                MetricDefinition.version == DEFINITION_VERSION
            )
        ).all()
    )
    for metric in METRICS.values():
        values = _values(metric)
        digest = sha256(canonical(values))
        if metric.id not in known:
            db.session.add(
                MetricDefinition(id=metric.id, version=DEFINITION_VERSION, sha256=digest, **values)
            )
        elif known[metric.id] != digest:
            raise DefinitionChanged(details={"metric": metric.id, "version": DEFINITION_VERSION})
    db.session.flush()


def _values(metric: MetricDef) -> dict[str, Any]:
    return {
        "name": metric.name.i18n(),
        "definition": metric.definition.i18n(),
        "unit": metric.unit.i18n(),
        "kind": metric.kind.value,
        "aggregation": metric.aggregation.value,
        "rule": metric.rule.i18n(),
        "classes": ",".join(sorted(cls.value for cls in metric.classes)),
        "digits": metric.digits,
    }
