"""The error tree and its documentation."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest
from flask import Flask

from eventhub.kernel.errors import EventHubError
from eventhub.settings import ROOT

KEBAB = re.compile(r"[a-z]+(-[a-z0-9]+)*\Z")


def tree(root: type[EventHubError] = EventHubError) -> Iterator[type[EventHubError]]:
    """Yield all error classes of the project."""
    yield root
    for child in root.__subclasses__():
        if child.__module__.startswith("eventhub."):
            yield from tree(child)


def literal_codes() -> set[str]:
    """Return the codes that are passed where an error is raised: `Conflict(code="..")`."""
    names = {error.__name__ for error in tree()}
    return {
        keyword.value.value
        for path in (ROOT / "eventhub").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", getattr(node.func, "attr", "")) in names
        for keyword in node.keywords
        if keyword.arg == "code"
        and isinstance(keyword.value, ast.Constant)
        and isinstance(keyword.value.value, str)
    }


@pytest.mark.only("sqlite")
def test_every_code_is_documented(app: Flask) -> None:
    page = (ROOT / "docs" / "api.md").read_text()
    documented = set(re.findall(r"`([a-z0-9-]+)`", page))
    codes = {error.code for error in tree()} | literal_codes()
    assert sorted(codes - documented) == []


@pytest.mark.only("sqlite")
def test_codes_are_kebab_case_and_belong_to_one_status(app: Flask) -> None:
    statuses: dict[str, set[int]] = {}
    for error in tree():
        assert KEBAB.match(error.code), error
        statuses.setdefault(error.code, set()).add(error.status)
    assert {code: found for code, found in statuses.items() if len(found) > 1} == {}


@pytest.mark.only("sqlite")
def test_every_error_says_what_it_is(app: Flask) -> None:
    for error in tree():
        assert error.__doc__, error
        assert str(error.message), error
