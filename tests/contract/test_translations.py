"""Both languages are complete: in the catalogue, and on every page that a visitor reaches."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from babel.messages.catalog import Message
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from eventhub.accounts.queries import organisation_by_slug
from eventhub.kernel.db import db
from eventhub.registration.models import Attendee
from eventhub.registration.service.links import attendee_token
from tests.people import make_people
from tools import translations

MAX_PAGES = 60
_PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|%%")
_VOID = {"area", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}
_NO_LANGUAGE = {"script", "style", "code", "pre", "kbd", "samp"}
_SHOWN = ("alt", "title", "placeholder", "aria-label", "content")


class Page(HTMLParser):
    """The texts of a page in its own language, and the addresses it leads to."""

    def __init__(self, html: str) -> None:
        """Read a page."""
        super().__init__()
        self.texts: list[str] = []
        self.links: list[str] = []
        self._open: list[tuple[str, bool]] = []  # element, whether it is of another language
        self._lang = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {key: value or "" for key, value in attrs}
        if tag == "html":
            self._lang = values["lang"]
        lang = values.get("lang", values.get("hreflang"))
        foreign = bool(self._open and self._open[-1][1])
        if lang is not None and tag != "html":
            foreign = lang[:2] != self._lang[:2]
        if tag not in _VOID:
            self._open.append((tag, foreign or tag in _NO_LANGUAGE))
        if not foreign:
            self.texts += [values[key] for key in _SHOWN if values.get(key)]
        if tag == "a" and values.get("href", "").startswith("/"):
            self.links.append(values["href"].split("#")[0])

    def handle_endtag(self, tag: str) -> None:
        while self._open and tag in [name for name, _ in self._open]:
            if self._open.pop()[0] == tag:
                break

    def handle_data(self, data: str) -> None:
        if data.strip() and not (self._open and self._open[-1][1]):
            self.texts.append(" ".join(data.split()))


def test_catalogue_is_complete() -> None:
    assert translations.faults() == []


def messages() -> Iterator[tuple[str, str]]:
    """Yield pairs of an English text and its Chinese one, where they differ."""
    for message in translations.catalogue_now():
        english = _all(message.id)
        chinese = _all(message.string)
        yield from (
            (one, other)
            for one, other in zip(english, chinese * len(english), strict=False)
            if one and other and one != other
        )


def _all(text: Message | str | tuple[str, ...] | list[str]) -> list[str]:
    return [text] if isinstance(text, str) else [str(part) for part in text]  # type: ignore[union-attr]  # a plural


def pattern(texts: list[str]) -> re.Pattern[str]:
    """Return what matches any of the texts as a whole, whatever stands in their blanks."""
    parts = []
    for text in sorted(set(texts)):
        fixed = _PLACEHOLDER.sub("", text)
        if len(re.sub(r"\W|\d", "", fixed)) >= 3:  # "%(a)s · %(b)s" matches anything
            pieces = [re.escape(re.sub(r"\s+", " ", piece)) for piece in _split(text)]
            parts.append(".+".join(pieces))
    return re.compile("|".join(parts))


def _split(text: str) -> list[str]:
    return re.split(r"%\(\w+\)[sd]", text.replace("%%", "%"))


def crawl(client: FlaskClient, starts: list[str], lang: str) -> Iterator[tuple[str, list[str]]]:
    """Yield the address and the texts of every page that links lead to, up to a bound."""
    client.get(f"/?lang={lang}")
    seen, waiting = set(starts), [*starts]
    kinds: dict[str, int] = {}
    while waiting and len(seen) < 2_000:
        path = waiting.pop(0)
        kind = re.sub(r"\d{4}-\d\d-\d\d|[A-Z0-9]{5,}", "*", path)
        kinds[kind] = kinds.get(kind, 0) + 1
        if kinds[kind] > 3 or sum(kinds.values()) > MAX_PAGES:
            continue
        answer = client.get(path, headers={"Accept": "text/html"})
        if answer.mimetype != "text/html":
            continue
        page = Page(answer.get_data(as_text=True))
        yield path, page.texts
        new = [link for link in page.links if "lang=" not in link and link not in seen]
        waiting += dict.fromkeys(new)
        seen.update(new)


def a_ticket_page() -> str:
    """Return the address of a ticket of the demonstration."""
    public_id, link_rev = db.session.execute(
        select(Attendee.public_id, Attendee.link_rev).order_by(Attendee.id).limit(1)
    ).one()
    return f"/t/{attendee_token(public_id, link_rev)}"


VISITOR = ["/", "/login", "/gate/", "/nothing-here", "/api/v1/docs"]


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("who", ["anonymous", "alice"])
def test_pages_speak_one_language(demo_app: Flask, lang: str, who: str) -> None:
    people = make_people(organisation_by_slug("demonstration"))
    client = people.client(demo_app, who)
    starts = ["/console/"] if who == "alice" else [*VISITOR, a_ticket_page()]
    pairs = list(messages())
    other = pattern([english if lang == "zh" else chinese for english, chinese in pairs])
    own = {chinese if lang == "zh" else english for english, chinese in pairs}
    found, paths = [], []
    for path, texts in crawl(client, starts, lang):
        paths.append(path)
        found += [f"{path}: {text}" for text in texts if other.fullmatch(text) and text not in own]
    assert len(paths) > 8, paths
    assert sorted(set(found)) == []
