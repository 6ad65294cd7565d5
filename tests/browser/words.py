"""The words of the other language that a page shows."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from playwright.sync_api import Page

# Names of things that both languages write alike.
ALIKE: Final = (
    "EventHub", "PDF", "QR", "SHA-256", "Apple Wallet", "JavaScript", "GR", "GMT", "UTC", "Asia",
    "Shanghai", "MB", "CSV", "JSON", "ZIP",
)  # fmt: skip
_HAN: Final = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]+")
_LATIN: Final = re.compile(r"[A-Za-z]{2,}(?:[ '’-][A-Za-z]+)*")
_ADDRESS: Final = re.compile(r"\S+@\S+|https?://\S+|\b[A-Z0-9]{6,}\b")
_READ: Final = """() => {
    const found = [document.title];
    const skipped = "script, style, template, code, .tag-code";
    const own = (element) => element.closest("[lang]") === document.documentElement;
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const element = walker.currentNode.parentElement;
        if (own(element) && !element.closest(skipped)) {
            found.push(walker.currentNode.data);
        }
    }
    for (const element of document.querySelectorAll("body *")) {
        for (const name of ["aria-label", "alt", "title", "placeholder", "data-label"]) {
            if (element.hasAttribute(name) && own(element) && !element.closest(skipped)) {
                found.push(element.getAttribute(name));
            }
        }
    }
    return found;
}"""


def foreign(page: Page, lang: str, data: Iterable[str] = ()) -> list[str]:
    """
    Return what an open page shows in the other language, hidden texts and labels too.

    What says by `lang` that it is in another language is left out.

    Args:
        page: The page.

        lang: `zh` or `en`, which the page should speak.

        data: What people typed, in whichever language.
    """
    return foreign_in(page.evaluate(_READ), lang, data)


def foreign_in(texts: Iterable[str], lang: str, data: Iterable[str] = ()) -> list[str]:
    """Return the words of the other language in some texts."""
    known = sorted((*ALIKE, *data), key=len, reverse=True)
    found = []
    for text in texts:
        bare = _ADDRESS.sub(" ", text)
        for word in known:
            bare = bare.replace(word, " ")
        found += (_HAN if lang == "en" else _LATIN).findall(bare)
    return found
