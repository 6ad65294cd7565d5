"""JSON API: bodies in, answers out, and the OpenAPI document that describes both."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar, cast

import orjson
from flask import Flask, request
from flask_babel import gettext as _
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.json_schema import models_json_schema

from eventhub.kernel.errors import BadRequest, Invalid
from eventhub.kernel.i18n import N_

M = TypeVar("M", bound=BaseModel)
F = TypeVar("F", bound=Callable[..., Any])

_OPERATION: Final = "__eventhub_operation__"
_REFERENCE: Final = "#/components/schemas/{model}"
_PROBLEM: Final = {
    "type": "object",
    "required": ["title", "status", "code"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "fields": {
            "type": "object",
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
        },
    },
}
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
    """What the OpenAPI document says of one route."""

    summary: str
    body: type[BaseModel] | None = None
    answers: Mapping[int, type[BaseModel] | None] = field(default_factory=dict)
    scope: str | None = None
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
    """Return `data` as `model`; raises Invalid with one entry per wrong place."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        fields: dict[str, list[str]] = {}
        for item in error.errors(include_url=False, include_input=False):
            place = ".".join(str(part) for part in item["loc"]) or "body"
            text = _MESSAGES.get(item["type"])
            fields.setdefault(place, []).append(_(text) if text else item["msg"])
        raise Invalid(fields=fields) from error


def operation(
    *,
    summary: str,
    body: type[BaseModel] | None = None,
    answers: Mapping[int, type[BaseModel] | None] | None = None,
    scope: str | None = None,
    tags: tuple[str, ...] | list[str] = (),
) -> Callable[[F], F]:
    """Describe a view for the OpenAPI document; changes nothing about the view."""
    described = Operation(summary, body, dict(answers or {}), scope, tuple(tags))

    def mark(view: F) -> F:
        setattr(view, _OPERATION, described)
        return view

    return mark


def openapi_document(app: Flask, *, title: str = "EventHub", version: str = "1") -> dict[str, Any]:
    """Return the OpenAPI 3.1 document of every described route."""
    found = list(_described(app))
    models: set[type[BaseModel]] = set()
    for _rule, _method, entry in found:
        models.update(model for model in (entry.body, *entry.answers.values()) if model)
    ordered = sorted(models, key=lambda model: model.__name__)
    _map, schemas = models_json_schema(
        [(model, "validation") for model in ordered], ref_template=_REFERENCE
    )
    paths: dict[str, dict[str, Any]] = {}
    for rule, method, entry in found:
        path = re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", r"{\1}", rule)
        paths.setdefault(path, {})[method.lower()] = _operation_object(path, entry)
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": version},
        "paths": paths,
        "components": {
            "schemas": {**schemas.get("$defs", {}), "Problem": _PROBLEM},
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
        },
    }


def _described(app: Flask) -> list[tuple[str, str, Operation]]:
    rows = []
    for rule in app.url_map.iter_rules():
        entry = getattr(app.view_functions[rule.endpoint], _OPERATION, None)
        if entry is None:
            continue
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            rows.append((rule.rule, method, cast(Operation, entry)))
    return sorted(rows, key=lambda row: row[:2])


def _operation_object(path: str, entry: Operation) -> dict[str, Any]:
    problem = {"content": {"application/problem+json": {"schema": _ref("Problem")}}}
    answers: dict[str, Any] = {
        str(status): _answer_object(model) for status, model in sorted(entry.answers.items())
    }
    answers["default"] = {"description": "A problem; `code` is stable.", **problem}
    result: dict[str, Any] = {
        "summary": entry.summary,
        "tags": list(entry.tags),
        "parameters": [
            {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
            for name in re.findall(r"{([^}]+)}", path)
        ],
        "responses": answers,
    }
    if entry.body is not None:
        result["requestBody"] = {"required": True, **_content(entry.body)}
    if entry.scope is not None:
        result["security"] = [{"key": []}]
        result["description"] = f"Scope `{entry.scope}`."
    return result


def _answer_object(model: type[BaseModel] | None) -> dict[str, Any]:
    return {"description": "Done.", **(_content(model) if model else {})}


def _content(model: type[BaseModel]) -> dict[str, Any]:
    return {"content": {"application/json": {"schema": _ref(model.__name__)}}}


def _ref(name: str) -> dict[str, str]:
    return {"$ref": _REFERENCE.format(model=name)}
