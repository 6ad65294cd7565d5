"""What the calls of the console's API share: the blueprint, limits, files, texts."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Annotated, Any, Final, TypeVar

from flask import Blueprint
from flask_babel import lazy_gettext as _l
from flask_limiter.util import get_remote_address
from pydantic import AfterValidator, BaseModel, Field

from eventhub.accounts.enums import Scope
from eventhub.extensions import limiter
from eventhub.kernel.api import Answer, Schema, operation
from eventhub.kernel.auth import current_actor
from eventhub.kernel.errors import Invalid, NotFound
from eventhub.programme.queries import EventRow, keyed_event

F = TypeVar("F", bound=Callable[..., Any])

LIMIT: Final = "600 per minute"
MAX_PAGE: Final = 200
NUMBER_MAX: Final = 2**31 - 1
_MAX_TEXT: Final = 4_000_000  # characters of a file as text
_MAX_BASE64: Final = 6_000_000

bp = Blueprint("console_api", __name__, url_prefix="/api/v1/events/<slug>")


def _no_nul(text: str) -> str:
    if "\0" in text:
        raise ValueError("NUL is not allowed")
    return text


Line = Annotated[str, Field(max_length=200), AfterValidator(_no_nul)]
Word = Annotated[str, Field(min_length=1, max_length=64), AfterValidator(_no_nul)]
Text = Annotated[str, Field(max_length=4000), AfterValidator(_no_nul)]
I18nText = dict[Annotated[str, Field(pattern="^(zh|en)$")], Text]


class Page(Schema):
    """Which page: rows below `before` (the `next` of the page before), `limit` of them."""

    before: Annotated[int, Field(ge=1, le=NUMBER_MAX)] | None = None
    limit: Annotated[int, Field(ge=1, le=MAX_PAGE)] = 50


class FileBody(Schema):
    """A file: CSV and JSON as `text`, anything (XLSX) as `base64`; one of the two."""

    file_name: Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_no_nul)]
    text: Annotated[str, Field(max_length=_MAX_TEXT)] | None = None
    base64: Annotated[str, Field(max_length=_MAX_BASE64)] | None = None

    def data(self) -> bytes:
        """Return the bytes of the file; raises Invalid when there are none or two."""
        if (self.text is None) == (self.base64 is None):
            raise Invalid(fields={"text": [_l("Give the file as text or as base64.")]})
        if self.text is not None:
            return self.text.encode("utf-8", errors="replace")
        try:
            return base64.b64decode(self.base64 or "", validate=True)
        except (binascii.Error, ValueError) as error:
            raise Invalid(fields={"base64": [_l("This is not base64.")]}) from error


class BadLineOut(Schema):
    """A line of a file that was not taken, and why."""

    line: int
    reason: str


def call(
    method: str,
    path: str,
    *,
    summary: str,
    scope: Scope,
    tag: str,
    answers: Mapping[int, Answer],
    body: type[BaseModel] | None = None,
    query: type[BaseModel] | None = None,
) -> Callable[[F], F]:
    """Make a view an operation below the event: described, limited per key."""

    def mark(view: F) -> F:
        described = operation(
            summary=summary, body=body, query=query, answers=answers, scope=scope, tags=[tag]
        )
        limited = limiter.limit(LIMIT, key_func=_caller)
        bp.route(path, methods=[method])(limited(described(view)))
        return view

    return mark


def authorised(slug: str, scope: Scope) -> EventRow:
    """Return the event when the key may do this in it; raises as `keyed_event`."""
    return keyed_event(slug, scope)


def by() -> str:
    """Return the name under which what this request does is kept."""
    return current_actor().name


def small(number: int) -> int:
    """Return a number of an address; raises NotFound when no row can have it."""
    if number > NUMBER_MAX:
        raise NotFound()
    return number


def stamp(at: datetime | None) -> str | None:
    """Return an instant as the API writes it, in UTC."""
    return at.isoformat() if at is not None else None


def bad_lines(rows: Iterable[Any]) -> list[dict[str, Any]]:
    """Return refused lines of a file as the API writes them."""
    return [{"line": row.line, "reason": str(row.reason)} for row in rows]


def _caller() -> str:
    actor = current_actor()
    return f"key-{actor.id}" if actor.kind == "api_key" else str(get_remote_address())
