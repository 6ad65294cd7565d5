"""
Structured logs: one JSON object a line, on the error stream.

Every request writes one line with its route, never with what a person could
use: of addresses that hold a token only the pattern is written, query strings
not at all.
"""

from __future__ import annotations

import logging
import re
import sys
import time
from collections.abc import MutableMapping
from typing import Any, Final

import structlog
from flask import Flask, Response, g, has_app_context, has_request_context, request
from sqlalchemy import event

from eventhub.kernel import metrics
from eventhub.kernel.db import db

_SECRET_PREFIXES: Final = ("/t/", "/i/", "/r/", "/password/", "/email/")
_SECRET_ARGUMENTS: Final = frozenset({"token", "link", "key", "secret"})
_DETAIL: Final = re.compile(r"^(DETAIL:).*$", re.MULTILINE)
_access = logging.getLogger("eventhub.access")


def init_app(app: Flask, level: str = "INFO") -> None:
    """Send the log lines of `app` to the error stream and write one for each request."""
    _configure(level)
    app.before_request(_begin)
    app.after_request(_end)
    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", _count_query)


def _configure(level: str) -> None:
    """Give the logger `eventhub` its one handler, also when called again."""
    logger = logging.getLogger("eventhub")
    logger.setLevel(level)
    if any(isinstance(handler, _Handler) for handler in logger.handlers):
        return
    shared: list[Any] = [
        _add_request_id,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    handler = _Handler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                _without_values,
                structlog.processors.EventRenamer("message"),
                structlog.processors.JSONRenderer(ensure_ascii=False, sort_keys=True),
            ],
        )
    )
    logger.addHandler(handler)


def _add_request_id(_logger: Any, _name: str, line: MutableMapping[str, Any]) -> Any:
    """Put the id that the person sees on an error page into every line of a request."""
    if has_request_context():
        line["request_id"] = g.get("request_id", "")
    return line


def _without_values(_logger: Any, _name: str, line: MutableMapping[str, Any]) -> Any:
    """Cut what PostgreSQL adds to a violated constraint: the whole row, names and all."""
    if "exception" in line:
        line["exception"] = _DETAIL.sub(r"\1 (hidden)", line["exception"])
    return line


class _Handler(logging.StreamHandler[Any]):
    """Our own handler, known again by its type."""


def _begin() -> None:
    g.began_s = time.monotonic()


def _end(response: Response) -> Response:
    took_s = time.monotonic() - g.get("began_s", time.monotonic())
    route = request.url_rule.rule if request.url_rule else "unknown"
    metrics.count("requests", route=route, status=f"{response.status_code // 100}xx")
    metrics.observe("request_seconds", took_s)
    if request.endpoint != "static":
        _access.info(
            "request",
            extra={
                "method": request.method,
                "route": route,
                "path": _path_to_log(),
                "status": response.status_code,
                "ms": round(took_s * 1000, 1),
                "queries": g.get("query_count", 0),
            },
        )
    return response


def _path_to_log() -> str:
    """Return the path of the request, or its pattern where the path is a credential."""
    rule = request.url_rule
    if request.path.startswith(_SECRET_PREFIXES):
        return rule.rule if rule else f"/{request.path.split('/')[1]}/.."
    if rule and rule.arguments & _SECRET_ARGUMENTS:
        return rule.rule
    return request.path


def _count_query(*_: Any) -> None:
    if has_app_context():
        g.query_count = g.get("query_count", 0) + 1
