"""Assertions that several domains share."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

from sqlalchemy import event

from eventhub.kernel.db import db

_VOID = frozenset(
    "area base br col embed hr img input link meta source track wbr".split()  # noqa: SIM905 - a list of words
)
_TRANSACTION = re.compile(r"\s*(BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE)", re.IGNORECASE)


def assert_problem(response: Any, status: int, code: str) -> dict[str, Any]:
    """Check that an answer is problem+json of `status` and `code`; return its body."""
    assert response.status_code == status, response.get_data(as_text=True)[:500]
    assert response.mimetype == "application/problem+json"
    body: dict[str, Any] = response.get_json()
    assert (body["status"], body["code"]) == (status, code)
    assert body["title"]
    return body


@contextlib.contextmanager
def assert_queries(expected: int) -> Iterator[list[str]]:
    """Check the number of statements sent in the block, BEGIN and COMMIT aside."""
    sent: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, _p: Any, _ctx: Any, _many: bool) -> None:
        if not _TRANSACTION.match(statement):
            sent.append(statement)

    engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)
    assert len(sent) == expected, "\n\n".join(sent)


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.faults: list[str] = []
        self.h1_count = 0
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = dict(attrs)
        self.faults += [f"<{tag} {name}>" for name in names if name == "style" or name[:2] == "on"]
        if tag == "style" or (tag == "script" and "src" not in names):
            kind = names.get("type") or ""
            if "json" not in kind:
                self.faults.append(f"inline <{tag}>")
        self.h1_count += tag == "h1"
        if names.get("id"):
            self.ids.append(str(names["id"]))
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag in _VOID:
            return
        if not self.open or self.open[-1] != tag:
            self.faults.append(f"</{tag}> closes {self.open[-1:]}")
        if tag in self.open:
            while self.open.pop() != tag:
                continue


def assert_html(response: Any, status: int = 200) -> str:
    """
    Check an HTML page: status, strict policy, one h1, closed tags, unique ids.

    Returns:
        The page as text.
    """
    text: str = response.get_data(as_text=True)
    assert response.status_code == status, text[:500]
    assert response.mimetype == "text/html"
    policy = response.headers["Content-Security-Policy"]
    assert "default-src" in policy
    assert "unsafe-inline" not in policy
    page = _Page()
    page.feed(text)
    page.close()
    assert page.faults == []
    assert page.open == []
    assert page.h1_count == 1
    assert sorted(page.ids) == sorted(set(page.ids))
    assert 'lang="' in text
    return text
