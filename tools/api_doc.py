"""Write `docs/api.md` from the routes and the error tree; a test compares the two."""

from __future__ import annotations

import ast
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

ROOT: Final = Path(__file__).resolve().parent.parent
PAGE: Final = ROOT / "docs" / "api.md"
sys.path.insert(0, str(ROOT))

from flask import Flask  # noqa: E402 - needs the path above

from eventhub import create_app  # noqa: E402 - as above
from eventhub.kernel.errors import EventHubError  # noqa: E402 - as above
from eventhub.kernel.openapi import openapi_document  # noqa: E402 - as above
from eventhub.settings import Settings  # noqa: E402 - as above

HEAD: Final = """\
# API

A running installation describes itself: `/api/v1/openapi.json` is the OpenAPI 3.1 document,
`/api/v1/docs` shows it. This page is written by `python tools/api_doc.py` from the routes and the
error tree.

- **Keys.** `flask accounts create-api-key EVENT --scopes audience:write,reports:read` prints a key
  once; only its hash is kept. Send it as `Authorization: Bearer eh_...`. A key belongs to one
  event: for any other one it gets 404, without the scope 403, without a key 401.
- **Bodies** are JSON in UTF-8. Keys that are not known are refused, so that a typing error is not
  taken for silence.
- **Times** are ISO 8601 with an offset; answers are in UTC. Days are operating days of the event.
- **Repeats** are safe: registrations take `Idempotency-Key`, readings and samples are known by
  their source and time, scans by their nonce. The same request again gives the first answer.
- **Cookies** are not looked at under `/api/`.
- **Gates** speak `/api/gate/v1` with the token they got for a pairing code.
"""
ERRORS: Final = """
## Errors

Answers with a status from 400 on are `application/problem+json` (RFC 9457):

```json
{"type": "about:blank", "title": "Some fields need another value.", "status": 422,
 "code": "invalid", "fields": {"contact.email": ["The address has no ending."]}}
```

`title` and the texts in `fields` are for people, in the language of `Accept-Language`; programs go
by `code`, which never changes. 429 and 503 carry `Retry-After` in seconds. Pages show the same
errors as HTML.

| code | status | when |
|---|---|---|
"""
FROM_HTTP: Final = {
    "bad-request": (400, "The request can not be read at all."),
    "form-expired": (400, "The token of a form is missing or no longer good."),
    "method-not-allowed": (405, "The address does not answer such requests."),
    "too-large": (413, "The body is larger than 8 MiB."),
    "not-json": (415, "The body has another type than application/json."),
}


class Code(NamedTuple):
    """One error code with its status and when it comes."""

    code: str
    status: int
    text: str


def page(app: Flask) -> str:
    """Return the whole page."""
    rows = [f"| `{row.code}` | {row.status} | {row.text} |" for row in codes()]
    return HEAD + _routes(openapi_document(app)) + ERRORS + "\n".join(rows) + "\n"


def _routes(document: dict[str, Any]) -> str:
    areas: dict[str, list[str]] = {}
    for path, methods in document["paths"].items():
        for method, entry in methods.items():
            scope = entry.get("description", "").removeprefix("Scope ").removesuffix(".")
            summary = entry["summary"].rstrip(".")
            row = f"| `{method.upper()} {path}` | {scope or '-'} | {summary} |"
            areas.setdefault((entry.get("tags") or ["other"])[0], []).append(row)
    text = ""
    for area, rows in sorted(areas.items()):
        head = "| call | scope | does |\n|---|---|---|\n"
        text += f"\n## {area.capitalize()}\n\n{head}" + "\n".join(rows) + "\n"
    return text


def codes() -> list[Code]:
    """Return every code of the error tree, every code given where one is raised, by status."""
    errors = list(_tree(EventHubError))
    classes = {error.__name__: error for error in errors}
    found = {code: Code(code, status, text) for code, (status, text) in FROM_HTTP.items()}
    for name, code in _literals():
        if name in classes:
            found.setdefault(code, Code(code, classes[name].status, _text(classes[name])))
    for error in errors:
        found[error.code] = Code(error.code, error.status, _text(_owner(error)))
    return sorted(found.values(), key=lambda row: (row.status, row.code))


def _tree(root: type[EventHubError]) -> Iterator[type[EventHubError]]:
    yield root
    for child in root.__subclasses__():
        if child.__module__.startswith("eventhub."):
            yield from _tree(child)


def _owner(error: type[EventHubError]) -> type[EventHubError]:
    """Return the class that gave the code: a subclass without one is a case of it."""
    owner = error
    while "code" not in vars(owner):
        owner = next(base for base in owner.__bases__ if issubclass(base, EventHubError))
    return owner


def _text(error: type[EventHubError]) -> str:
    return (error.__doc__ or "").strip().splitlines()[0]


def _literals() -> Iterator[tuple[str, str]]:
    """Yield class and code of every `SomeError(code="..")` in the project."""
    for path in sorted((ROOT / "eventhub").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            for keyword in node.keywords:
                if keyword.arg == "code" and isinstance(keyword.value, ast.Constant):
                    yield name, str(keyword.value.value)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        PAGE.write_text(page(create_app(Settings.for_tests(Path(folder)))))
