"""What axe-core says of a page, by the rules of WCAG 2.2 A and AA."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Page

SOURCE: Final = Path(__file__).parent.parent / "vendor/axe-core@4.14.0/axe.min.js"
_RUN: Final = """async () => {
    const found = await axe.run(document, {
        runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
        resultTypes: ["violations"],
    });
    return found.violations.map((rule) => [
        rule.id,
        rule.impact,
        rule.nodes.map((node) => `${node.html.slice(0, 160)} ${node.failureSummary}`),
    ]);
}"""
SERIOUS: Final = frozenset({"serious", "critical"})


def serious(page: Page) -> list[Any]:
    """
    Return the serious and critical findings of the page that is open.

    The window is made as high as the page first: a bar that is fixed to its edge
    lies over whatever is there by chance, and people scroll.
    """
    size = page.viewport_size
    assert size is not None
    high = page.evaluate("() => document.documentElement.scrollHeight")
    page.set_viewport_size({"width": size["width"], "height": high + 100})
    page.evaluate(f"() => {{ {SOURCE.read_text()} }}")
    found = page.evaluate(_RUN)
    page.set_viewport_size(size)
    return [rule for rule in found if rule[1] in SERIOUS]
