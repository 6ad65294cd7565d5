"""Whoever can not see a drawing gets its words, and the figures of a chart as a table too."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from flask import Flask

from eventhub.accounts.queries import organisation_by_slug
from tests.people import make_people

PAGES = (
    "/",
    "/e/demo/",
    "/e/demo/live",
    "/e/demo/live/wall",
    "/e/demo/report",
    "/e/futian-2023/report",
    "/console/e/demo/",
    "/console/e/demo/footfall",
    "/console/e/demo/plan",
)
_VOID = {"area", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}
_FIGURES = {"table", "dl"}


class Drawings(HTMLParser):
    """Finds drawings without words and charts in whose section no figures stand."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.nameless: list[str] = []
        self.without_figures: list[str] = []
        self.charts = 0
        self._open: list[tuple[str, dict[str, str]]] = []
        self._sections: list[dict[str, object]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = {key: value or "" for key, value in attrs}
        if tag == "svg" and not self._is_told([*self._open, (tag, names)]):
            self.nameless.append(str(names))
        if tag in _FIGURES:
            for section in self._sections:
                section["has_figures"] = True
        if tag == "section":
            self._sections.append({"charts": [], "has_figures": False})
        if "drawing" in names.get("class", "").split():
            self.charts += 1
            charts = self._sections[-1]["charts"]
            assert isinstance(charts, list)
            charts.append(names.get("aria-label", ""))
        if tag not in _VOID:
            self._open.append((tag, names))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in {"path", "circle", "rect", "use", "line"}:
            self.handle_starttag(tag, attrs)
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        while self._open and tag in [name for name, _ in self._open]:
            if self._open.pop()[0] == tag:
                break
        if tag == "section":
            section = self._sections.pop()
            charts = section["charts"]
            assert isinstance(charts, list)
            if charts and not section["has_figures"]:
                self.without_figures += charts

    @staticmethod
    def _is_told(way: list[tuple[str, dict[str, str]]]) -> bool:
        """Tell whether a drawing is named, part of something named, or only an ornament."""
        return any(
            names.get("aria-hidden") == "true"
            or (
                names.get("role") == "img"
                and (names.get("aria-label") or "aria-labelledby" in names)
            )
            for _, names in way
        )


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_drawing_has_words_and_every_chart_its_figures(demo_app: Flask, lang: str) -> None:
    alice = make_people(organisation_by_slug("demonstration")).client(demo_app, "alice")
    alice.get(f"/?lang={lang}")
    charts = 0
    for path in PAGES:
        answer = alice.get(path)
        assert answer.status_code == 200, path
        page = Drawings(answer.text)
        assert (page.nameless, page.without_figures) == ([], []), path
        charts += page.charts
    assert charts > 5


def test_a_planted_picture_without_words_is_seen() -> None:
    assert Drawings('<main><svg class="x"><path/></svg></main>').nameless != []
    assert Drawings('<main><svg aria-hidden="true"></svg></main>').nameless == []
    bare = '<section><div class="drawing" role="img" aria-label="a"><svg></svg></div>{}</section>'
    assert Drawings(bare.format("")).without_figures == ["a"]
    assert Drawings(bare.format("<table></table>")).without_figures == []
