"""
The metric dictionary, version 1: what each figure means.

Standard library only. The version is immutable: a changed definition is a new
version, and two versions are never drawn as one series. docs/metrics.md is
written from this package.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from eventhub.audience.dictionary.contacts import CONTACTS
from eventhub.audience.dictionary.metric import MetricDef, Text
from eventhub.audience.dictionary.on_site import ON_SITE
from eventhub.audience.enums import UnitKind

DEFINITION_VERSION: Final = 1
METRICS: Final[Mapping[str, MetricDef]] = MappingProxyType(
    {metric.id: metric for metric in (*ON_SITE, *CONTACTS)}
)

__all__ = ["DEFINITION_VERSION", "METRICS", "MetricDef", "Text", "unit_kind"]


def unit_kind(metric: str) -> UnitKind:
    """
    Return what the unit of `metric` counts.

    Raises:
        ValueError: The dictionary has no such metric.
    """
    try:
        return METRICS[metric].kind
    except KeyError:
        raise ValueError(f"unknown metric {metric}") from None
