"""What all calls of the programme share: the blueprint, who may call, what is named how."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any

from flask import Blueprint
from pydantic import AwareDatetime, Field

from eventhub.accounts.enums import Scope
from eventhub.kernel.api import Schema
from eventhub.kernel.auth import current_actor
from eventhub.programme import queries
from eventhub.programme.errors import (
    ReleasedImmutable,
    UnknownPerformance,
    UnknownStage,
    UnknownVersion,
)
from eventhub.programme.queries import EventRow, GridSlot
from eventhub.programme.rules.naming import NUMBER_MAX

bp = Blueprint("programme_api", __name__, url_prefix="/api/v1/events/<slug>")

Number = Annotated[int, Field(ge=1, le=NUMBER_MAX)]
Version = Annotated[int, Field(ge=0, le=2**31 - 1)]
Slug = Annotated[str, Field(min_length=1, max_length=64)]
Minutes = Annotated[int, Field(ge=1, le=14 * 24 * 60)]
I18nText = dict[Annotated[str, Field(pattern="^(zh|en)$")], Annotated[str, Field(max_length=2000)]]
At = AwareDatetime


class FindingAnswer(Schema):
    """Something that is wrong with the working copy; `messages` by language, times in UTC."""

    rule: str
    severity: str
    subjects: list[str]
    starts_at: str | None
    ends_at: str | None
    message: str
    messages: dict[str, str]
    measure: dict[str, Any]
    fingerprint: str
    facts_digest: str
    waived: bool
    was_waived: bool


class ChangeAnswer(Schema):
    """One kind of change of one performance; which keys `old` and `new` have follows from it."""

    performance: str
    show: str
    title: dict[str, str]
    kind: str
    old: dict[str, Any] | None
    new: dict[str, Any] | None


class DiffAnswer(Schema):
    """What changes from one version to another, and how many changes there are of each kind."""

    new: int
    removed: int
    cancelled: int
    restored: int
    moved: int
    resized: int
    retitled: int
    cast: int
    changes: list[ChangeAnswer]


def authorised(slug: str, scope: Scope) -> EventRow:
    """
    Return the event of the address when the key of the request may do this in it.

    Raises:
        NotSignedIn: The request has no key; cookies of people count for nothing here.

        NotFound, NotAllowed: As `authorise`.
    """
    return queries.keyed_event(slug, scope)


def draft(slug: str, version: str) -> EventRow:
    """
    Return the event when the key may change this version of its schedule.

    Raises:
        ReleasedImmutable: It is a release.

        UnknownVersion: There is none of this name.
    """
    event = authorised(slug, Scope.PROGRAMME_WRITE)
    if version == queries.WORKING_COPY:
        return event
    names = {row.name for row in queries.versions(event.id)}
    if version in names or version == queries.LATEST:
        raise ReleasedImmutable()
    raise UnknownVersion()


def actor() -> str:
    """Return the name under which the log keeps what this request does."""
    return current_actor().name


def row_of(event: EventRow, number: int) -> GridSlot:
    """Return a performance by its public number; raises UnknownPerformance."""
    found = queries.working_grid(event, numbers=[number])
    if not found:
        raise UnknownPerformance()
    return found[0]


def stage_id(event: EventRow, slug: str) -> int:
    """Return the id of a stage; raises UnknownStage."""
    return stage_ids(event, [slug])[0]


def stage_ids(event: EventRow, slugs: Iterable[str]) -> tuple[int, ...]:
    """Return the ids of stages in their order; raises UnknownStage."""
    known = {stage.slug: stage.id for stage in queries.stages(event.id)}
    wanted = tuple(slugs)
    if not known.keys() >= set(wanted):
        raise UnknownStage()
    return tuple(known[slug] for slug in wanted)
