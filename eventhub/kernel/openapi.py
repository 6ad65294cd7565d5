"""
The OpenAPI document: every described route, with all that it may answer.

There is no `default` answer: a status that is not listed is a fault of the
document, and the fuzz test of it (tests/contract/test_openapi_fuzz.py) fails.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final, cast

from flask import Flask
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from eventhub.kernel.api import OPERATION, Answer, Operation

_REFERENCE: Final = "#/components/schemas/{model}"
_JSON: Final = "application/json"
_PARAMETER: Final = re.compile(r"<(?:([^:<>]+):)?([^<>]+)>")
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
_WORDS: Final = {
    304: "Not changed since the ETag that was sent.",
    400: "The request can not be read.",
    401: "No key, or one that is not known.",
    403: "The key may not do this.",
    404: "There is no such thing, or it belongs to another organisation.",
    409: "The state has changed or clashes with the request.",
    410: "It was here and is no more.",
    413: "The body is too large.",
    422: "Values can not be accepted; `fields` names them.",
    429: "Too many requests; `Retry-After` says when to try again.",
    503: "Not possible now and nothing was changed; `Retry-After` says when to try again.",
}


def openapi_document(app: Flask, *, title: str = "EventHub", version: str = "1") -> dict[str, Any]:
    """Return the OpenAPI 3.1 document of every described route."""
    found = list(_described(app))
    models: set[type[BaseModel]] = set()
    for _rule, _method, entry in found:
        for model in (entry.body, *entry.answers.values()):
            if model is not None and not isinstance(model, str | tuple):
                models.add(model)
    ordered = sorted(models, key=lambda model: model.__name__)
    _map, schemas = models_json_schema(
        [(model, "validation") for model in ordered], ref_template=_REFERENCE
    )
    named = dict(schemas.get("$defs", {}))
    paths: dict[str, dict[str, Any]] = {}
    for rule, method, entry in found:
        named |= _query_schema(entry.query).get("$defs", {})
        path = _PARAMETER.sub(r"{\2}", rule)
        paths.setdefault(path, {})[method.lower()] = _operation_object(rule, method, entry)
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": version},
        "paths": paths,
        "components": {
            "schemas": {**named, "Problem": _PROBLEM},
            "securitySchemes": {
                "key": {"type": "http", "scheme": "bearer"},
                "device": {"type": "http", "scheme": "bearer"},
            },
        },
    }


def problems_of(method: str, entry: Operation) -> set[int]:
    """Return the statuses that any route of this kind may answer when it does not succeed."""
    found = {400, 404, 429, 503}
    if entry.scope is not None or entry.is_for_devices:
        found |= {401, 403}
    if method == "GET":
        found.add(304)
    else:
        found |= {409, 410, 413}
    if method != "GET" or entry.query is not None:
        found.add(422)
    return found


def _described(app: Flask) -> list[tuple[str, str, Operation]]:
    rows = []
    for rule in app.url_map.iter_rules():
        entry = getattr(app.view_functions[rule.endpoint], OPERATION, None)
        if entry is None:
            continue
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            rows.append((rule.rule, method, cast(Operation, entry)))
    return sorted(rows, key=lambda row: row[:2])


def _operation_object(rule: str, method: str, entry: Operation) -> dict[str, Any]:
    answers: dict[int, Answer] = dict.fromkeys(problems_of(method, entry)) | dict(entry.answers)
    result: dict[str, Any] = {
        "summary": entry.summary,
        "tags": list(entry.tags),
        "parameters": [
            {"name": name, "in": "path", "required": True, "schema": _path_schema(converter)}
            for converter, name in _PARAMETER.findall(rule)
        ]
        + _query_parameters(entry.query),
        "responses": {str(status): _answer(status, answers[status]) for status in sorted(answers)},
    }
    if entry.body is not None:
        result["requestBody"] = {"required": True, **_content(entry.body)}
    if entry.scope is not None:
        result["security"] = [{"key": []}]
        result["description"] = f"Scope `{entry.scope}`."
    elif entry.is_for_devices:
        result["security"] = [{"device": []}]
    return result


def _path_schema(converter: str) -> dict[str, Any]:
    if converter == "int":
        return {"type": "integer", "minimum": 0}
    return {"type": "string", "minLength": 1}


def _query_parameters(model: type[BaseModel] | None) -> list[dict[str, Any]]:
    schema = _query_schema(model)
    return [
        {
            "name": name,
            "in": "query",
            "required": name in schema.get("required", ()),
            "schema": part,
        }
        for name, part in schema.get("properties", {}).items()
    ]


def _query_schema(model: type[BaseModel] | None) -> dict[str, Any]:
    return {} if model is None else model.model_json_schema(ref_template=_REFERENCE)


def _answer(status: int, model: Answer) -> dict[str, Any]:
    words = {"description": _WORDS.get(status, "Done." if status < 400 else "Refused.")}
    if status >= 400:
        return {**words, "content": {"application/problem+json": {"schema": _ref("Problem")}}}
    return {**words, **(_content(model) if model else {})}


def _content(model: type[BaseModel] | str | tuple[str, ...]) -> Mapping[str, Any]:
    if isinstance(model, str | tuple):
        kinds = (model,) if isinstance(model, str) else model
        return {
            "content": {
                kind: {"schema": {} if kind == _JSON else {"type": "string"}} for kind in kinds
            }
        }
    return {"content": {_JSON: {"schema": _ref(model.__name__)}}}


def _ref(name: str) -> dict[str, str]:
    return {"$ref": _REFERENCE.format(model=name)}
