"""Addresses for machines: health, metrics, and the description of the API."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import Any, cast

from flask import Blueprint, Response, current_app, make_response, render_template, request

from eventhub.console import queries
from eventhub.kernel import metrics
from eventhub.kernel.errors import NotFound, Unavailable
from eventhub.kernel.http import conditional, json_answer
from eventhub.kernel.openapi import openapi_document

blueprint = Blueprint("ops", __name__)

_DOCUMENT = "eventhub_openapi"


@dataclass(frozen=True, slots=True)
class OperationRow:
    """One call of the API as the page of it shows it."""

    method: str
    path: str
    summary: str
    scope: str
    tag: str
    body: str
    answers: tuple[tuple[str, str], ...]


@blueprint.get("/healthz")
def healthz() -> Response:
    """GET /healthz: this process answers; anyone."""
    return json_answer({"status": "ok"}, headers={"Cache-Control": "no-store"})


@blueprint.get("/readyz")
def readyz() -> Response:
    """GET /readyz: the database answers and its migrations are the newest; anyone."""
    state = queries.database_state()
    if not state.is_ready:
        raise Unavailable(code="not-ready", retry_after_s=5)
    return json_answer({"status": "ready"}, headers={"Cache-Control": "no-store"})


@blueprint.get("/metrics")
def prometheus() -> Response:
    """GET /metrics: figures for Prometheus; the same machine only."""
    if not _is_from_here():
        raise NotFound()
    text, content_type = metrics.exposition()
    answer = make_response(text)
    answer.headers["Content-Type"] = content_type
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.get("/api/v1/openapi.json")
def openapi() -> Response:
    """GET /api/v1/openapi.json: the description of the API; anyone."""
    return conditional(json_answer(_document()))


@blueprint.get("/api/v1/docs")
def docs() -> Response:
    """GET /api/v1/docs: the description as a page; anyone."""
    document = _document()
    tags: dict[str, list[OperationRow]] = {}
    for row in _operations(document):
        tags.setdefault(row.tag, []).append(row)
    schemas = document["components"]["schemas"]
    body = render_template("console/api_docs.html", tags=tags, schemas=schemas, type_of=_type_of)
    return make_response(body)


def _document() -> dict[str, Any]:
    """Return the document, made once per application: routes do not change."""
    extensions = current_app.extensions
    if _DOCUMENT not in extensions:
        extensions[_DOCUMENT] = openapi_document(current_app)
    return cast("dict[str, Any]", extensions[_DOCUMENT])


def _operations(document: dict[str, Any]) -> list[OperationRow]:
    return [
        OperationRow(
            method=method.upper(),
            path=path,
            summary=entry["summary"],
            scope=entry.get("description", "").removeprefix("Scope `").removesuffix("`."),
            tag=(entry.get("tags") or ["api"])[0],
            body=_schema_name(entry.get("requestBody", {})),
            answers=tuple(
                (status, _schema_name(answer)) for status, answer in entry["responses"].items()
            ),
        )
        for path, methods in document["paths"].items()
        for method, entry in methods.items()
    ]


def _schema_name(part: dict[str, Any]) -> str:
    for content in part.get("content", {}).values():
        reference: str = content["schema"].get("$ref", "")
        return reference.rpartition("/")[2]
    return ""


def _type_of(part: dict[str, Any]) -> str:
    """Return a schema's type in one line, such as `array of Attendee`."""
    if "$ref" in part:
        return str(part["$ref"]).rpartition("/")[2]
    if "anyOf" in part:
        return " | ".join(_type_of(one) for one in part["anyOf"])
    if part.get("type") == "array":
        return f"array of {_type_of(part.get('items', {}))}"
    return str(part.get("format") or part.get("type") or "any")


def _is_from_here() -> bool:
    """
    Return whether the caller sits on this machine.

    A proxy on this machine has the loopback address too and says for whom it
    asks; such a request comes from elsewhere.
    """
    if "X-Forwarded-For" in request.headers or "Forwarded" in request.headers:
        return False
    try:
        return ipaddress.ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False
