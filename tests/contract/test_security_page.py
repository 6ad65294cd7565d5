"""docs/security.md is that of the tests; every item has a test or a reason."""

from __future__ import annotations

import ast

from tools import security_doc, security_items


def test_the_page_is_that_of_the_tests() -> None:
    expected = security_doc.page(security_doc.marked_tests())
    assert security_doc.TARGET.read_text(encoding="utf-8") == expected


def test_every_item_has_a_test_or_a_reason() -> None:
    proved = {*security_doc.marked_tests(), *security_items.ELSEWHERE, *security_items.OPEN}
    assert set(security_items.ITEMS) - proved == set()
    assert {*security_items.ELSEWHERE, *security_items.OPEN} - set(security_items.ITEMS) == set()


def test_every_named_test_exists() -> None:
    for names in security_items.ELSEWHERE.values():
        for name in names:
            path, _mark, function = name.partition("::")
            tree = ast.parse((security_doc.ROOT / path).read_text(encoding="utf-8"))
            found = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
            assert function in found, name
