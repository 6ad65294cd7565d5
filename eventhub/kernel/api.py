"""JSON API: bodies in, and what views say of themselves for the OpenAPI document."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

import orjson
from flask import request
from flask_babel import gettext as _
from pydantic import BaseModel, ConfigDict, ValidationError

from eventhub.kernel.errors import BadRequest, Invalid
from eventhub.kernel.i18n import N_

M = TypeVar("M", bound=BaseModel)
F = TypeVar("F", bound=Callable[..., Any])
Answer = type[BaseModel] | str | tuple[str, ...] | None

_MOST_FAULTS: Final = 100  # named; a body of a million wrong keys shall not cost a long answer
OPERATION: Final = "__eventhub_operation__"
_MESSAGES: Final = {
    "missing": N_("This is required."),
    "extra_forbidden": N_("This field is not known."),
    "string_too_long": N_("This is too long."),
    "string_too_short": N_("This is too short."),
}


class Schema(BaseModel):
    """Base of all bodies: unknown keys are refused, values do not change."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


@dataclass(frozen=True, slots=True)
class Operation:
    """
    What the OpenAPI document says of one route.

    `answers` names a model, one or more media types of what has none, or None for
    an empty answer; a status of 400 and more is always a problem. What every route of
    its kind may answer (`problems_of`) needs no mention.
    """

    summary: str
    body: type[BaseModel] | None = None
    query: type[BaseModel] | None = None
    answers: Mapping[int, Answer] = field(default_factory=dict)
    scope: str | None = None
    is_for_devices: bool = False
    tags: tuple[str, ...] = ()


def body(model: type[M]) -> M:
    """
    Return the JSON body of the request as `model`.

    Raises:
        BadRequest: Not JSON at all (code `malformed-json`).
        Invalid: JSON that does not fit; fields name the places.
    """
    try:
        data = orjson.loads(request.get_data())
    except orjson.JSONDecodeError as error:
        raise BadRequest(_("The body is not JSON."), code="malformed-json") from error
    return parse(model, data)


def query(model: type[M]) -> M:
    """Return the query arguments as `model`; raises Invalid."""
    return parse(model, {key: value for key, value in request.args.items() if key != "lang"})


def parse(model: type[M], data: Any) -> M:
    """Return `data` as `model`; raises Invalid with one entry per wrong place, the first ones."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        fields: dict[str, list[str]] = {}
        for item in error.errors(include_url=False, include_input=False)[:_MOST_FAULTS]:
            place = ".".join(str(part) for part in item["loc"]) or "body"
            text = _MESSAGES.get(item["type"])
            fields.setdefault(place, []).append(_(text) if text else item["msg"])
        raise Invalid(fields=fields) from error


def operation(
    *,
    summary: str,
    body: type[BaseModel] | None = None,
    query: type[BaseModel] | None = None,
    answers: Mapping[int, Answer] | None = None,
    scope: str | None = None,
    is_for_devices: bool = False,
    tags: tuple[str, ...] | list[str] = (),
) -> Callable[[F], F]:
    """Describe a view for the OpenAPI document; changes nothing about the view."""
    described = Operation(
        summary, body, query, dict(answers or {}), scope, is_for_devices, tuple(tags)
    )

    def mark(view: F) -> F:
        setattr(view, OPERATION, described)
        return view

    return mark
