"""
Write docs/security.md: every item of the security list, with its tests or the reason for none.

The tests say themselves which items they prove, by `@pytest.mark.req("A-5")`.
`python -m tools.security_doc` rewrites the file; a test compares it.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

from tools.security_items import ELSEWHERE, ITEMS, OPEN

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "docs" / "security.md"
HEAD = """# Security

What EventHub promises about security, item by item, with the tests that hold it. Numbers
follow the areas of the OWASP ASVS 5.0; K, L and M are our own. This page is written by
`python -m tools.security_doc` from the tests; an item without a test says why.
"""
AREAS = {
    "A": "Rights and tenants",
    "B": "Log-in, sessions, forms",
    "C": "Browser and caches",
    "D": "What is read in",
    "G": "What is handed out",
    "H": "HTTP and deployment",
    "K": "Codes, tokens, keys",
    "L": "Limits",
    "M": "Logs and privacy",
}


def marked_tests() -> dict[str, list[str]]:
    """Return the tests of every item, as `file::test`, in order of file and line."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef):
                for item in _items_of(node):
                    found[item].append(f"{path.relative_to(ROOT)}::{node.name}")
    return found


def _items_of(node: ast.FunctionDef) -> list[str]:
    names = []
    for mark in node.decorator_list:
        if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.req":
            names += [ast.literal_eval(argument) for argument in mark.args]
    return names


def page(tests: Mapping[str, list[str]]) -> str:
    """Return the text of the page."""
    lines = [HEAD]
    for letter, title in AREAS.items():
        lines += [f"## {letter}. {title}", "", "| item | what holds | by |", "|---|---|---|"]
        for item, words in ITEMS.items():
            if item.startswith(f"{letter}-"):
                lines.append(f"| {item} | {words} | {_proof(item, tests)} |")
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def _proof(item: str, tests: Mapping[str, list[str]]) -> str:
    names = [*tests.get(item, []), *ELSEWHERE.get(item, [])]
    shown = "<br>".join(f"`{name.removeprefix('tests/')}`" for name in names)
    reason = OPEN.get(item, "")
    return "<br>".join(part for part in (shown, reason) if part)


def main() -> None:
    """Rewrite the page."""
    TARGET.write_text(page(marked_tests()), encoding="utf-8")


if __name__ == "__main__":
    main()
