"""Calls about what is wrong with the working copy."""

from __future__ import annotations

from typing import Annotated

from flask import Response
from pydantic import Field

from eventhub.accounts.enums import Scope
from eventhub.kernel.api import Schema, body, operation, query
from eventhub.kernel.errors import Invalid
from eventhub.kernel.http import json_answer
from eventhub.programme import queries, service, wire
from eventhub.programme.api.frame import FindingAnswer, actor, authorised, bp
from eventhub.programme.enums import ConflictRule


class FindingList(Schema):
    """All findings, worst first; `counts` by rule, zeros included; whether a release is stopped."""

    findings: list[FindingAnswer]
    counts: dict[str, int]
    blocks_release: bool


class FindingsQuery(Schema):
    """Only these rules, comma between."""

    rule: Annotated[str, Field(max_length=400)] = ""


class RuleAnswer(Schema):
    """How severe a rule is in this event, and its numbers."""

    rule: str
    severity: str
    params: dict[str, float]


class RuleList(Schema):
    """The 16 rules."""

    rules: list[RuleAnswer]


class WaiveBody(Schema):
    """Why the finding may stand."""

    reason: Annotated[str, Field(min_length=1, max_length=500)]


class WaivedAnswer(Schema):
    """The finding that stands until its facts change."""

    fingerprint: str


@bp.get("/findings")
@operation(
    summary="Check the working copy (?rule=stage_overlap,travel).",
    answers={200: FindingList},
    scope=Scope.PROGRAMME_READ,
    tags=["schedule"],
)
def findings(slug: str) -> Response:
    """GET /api/v1/events/SLUG/findings, keys with programme:read."""
    event = authorised(slug, Scope.PROGRAMME_READ)
    rules = _rules(query(FindingsQuery).rule)
    found = queries.check(event, rules)
    data = wire.findings_data(found, rules)
    return json_answer(data | {"blocks_release": any(row.blocks_release for row in found)})


@bp.get("/rules")
@operation(
    summary="List the rules with severity and numbers.",
    answers={200: RuleList},
    scope=Scope.PROGRAMME_READ,
    tags=["schedule"],
)
def rules(slug: str) -> Response:
    """GET /api/v1/events/SLUG/rules, keys with programme:read."""
    event = authorised(slug, Scope.PROGRAMME_READ)
    return json_answer({"rules": wire.rules_data(queries.settings(event.id))})


@bp.post("/findings/<fingerprint>/waive")
@operation(
    summary="Let a finding stand, with a reason; it is back when its facts change.",
    body=WaiveBody,
    answers={200: WaivedAnswer},
    scope=Scope.PROGRAMME_WRITE,
    tags=["schedule"],
)
def waive_finding(slug: str, fingerprint: str) -> Response:
    """POST /api/v1/events/SLUG/findings/FINGERPRINT/waive, keys with programme:write."""
    event = authorised(slug, Scope.PROGRAMME_WRITE)
    reason = body(WaiveBody).reason
    service.waive(
        service.Waive(event_id=event.id, fingerprint=fingerprint, reason=reason, actor=actor())
    )
    return json_answer({"fingerprint": fingerprint})


def _rules(names: str) -> list[ConflictRule] | None:
    """Return the rules with these names, None for all; raises Invalid."""
    found, unknown = wire.rules_named(names)
    if unknown:
        raise Invalid(fields={"rule": [", ".join(unknown)]})
    return found
