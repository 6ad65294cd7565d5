"""What the log says, and what it never says."""

from __future__ import annotations

import json
import logging
import sys
from typing import Any

import pytest
from flask import Flask, g


def access_lines(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    """Return the fields of the access lines so far."""
    names = ("method", "route", "path", "status", "queries")
    return [
        {name: getattr(record, name) for name in names}
        for record in caplog.records
        if record.name == "eventhub.access"
    ]


@pytest.fixture
def with_pages(own_app: Flask) -> Flask:
    """Return the application with pages behind a token."""
    own_app.add_url_rule("/t/<token>/probe", "probe_ticket", lambda token: "")
    own_app.add_url_rule("/i/<path:rest>/probe", "probe_invitation", lambda rest: "")
    own_app.add_url_rule("/probe/<key>", "probe_key", lambda key: "")
    own_app.add_url_rule("/probe", "probe", lambda: "")
    return own_app


@pytest.mark.parametrize(
    ("path", "logged"),
    [
        ("/probe?email=fang@example.com", "/probe"),
        ("/t/SECRET/probe", "/t/<token>/probe"),
        ("/i/SECRET/probe", "/i/<path:rest>/probe"),
        ("/probe/SECRET", "/probe/<key>"),
        ("/t/SECRET/nothing-here", "/t/.."),
    ],
)
def test_paths_that_are_credentials_are_not_logged(
    with_pages: Flask, caplog: pytest.LogCaptureFixture, path: str, logged: str
) -> None:
    with caplog.at_level(logging.INFO, "eventhub.access"):
        with_pages.test_client().get(path, headers={"Accept": "application/json"})
    assert [line["path"] for line in access_lines(caplog)] == [logged]
    assert "SECRET" not in caplog.text
    assert "fang@" not in caplog.text


def the_handler() -> logging.Handler:
    """Return the one handler that applications share."""
    handlers = logging.getLogger("eventhub").handlers
    (found,) = (h for h in handlers if type(h).__module__ == "eventhub.kernel.logging")
    return found


def test_a_line_is_one_json_object(app: Flask) -> None:
    logger = logging.getLogger("eventhub")
    record = logger.makeRecord(
        "eventhub", logging.INFO, __file__, 1, "织潮\nsecond line", (), None, extra={"gate": 2}
    )
    line = json.loads(the_handler().format(record))
    assert line.pop("timestamp")
    assert line == {
        "level": "info",
        "logger": "eventhub",
        "message": "织潮\nsecond line",
        "gate": 2,
    }


def test_lines_of_a_request_carry_its_id(app: Flask) -> None:
    logger = logging.getLogger("eventhub")
    record = logger.makeRecord("eventhub", logging.INFO, __file__, 1, "in a request", (), None)
    with app.test_request_context():
        g.request_id = "0123456789abcdef"
        line = json.loads(the_handler().format(record))
    assert line["request_id"] == "0123456789abcdef"


def test_traceback_never_holds_the_row_that_was_refused(app: Flask) -> None:
    address = "fang@example.com"
    logger = logging.getLogger("eventhub")
    try:
        raise ValueError(f"violates constraint\nDETAIL:  Failing row contains ({address}).")
    except ValueError:
        record = logger.makeRecord("eventhub", logging.ERROR, __file__, 1, "no", (), sys.exc_info())
    line = json.loads(the_handler().format(record))
    assert line["exception"].splitlines()[-1] == "DETAIL: (hidden)"
    assert "fang@" not in json.dumps(line)
