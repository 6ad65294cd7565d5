"""Sixty texts that want to become code, and the checker that sees whether one did."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Final

MARK: Final = "zqx"  # in every payload, in whatever it would become
SUM: Final = "1787569"  # 1337 * 1337: what an evaluated template would show

PAYLOADS: Final = (
    "<script>zqx()</script>", "<ScRiPt>zqx()</sCrIpT>", "<script src=//zqx.example></script>",
    "</script><script>zqx()</script>", "<img src=x onerror=zqx()>", "<img/src=x/onerror=zqx()>",
    "<svg onload=zqx()>", "<svg/onload=zqx()//", "<svg><script>zqx()</script></svg>",
    "<body onload=zqx()>", "<iframe src=javascript:zqx()>", "<iframe srcdoc='<b zqx>'>",
    "<object data=javascript:zqx()>", "<embed src=javascript:zqx()>", "<math zqx><mtext>",
    "<a href=javascript:zqx()>x</a>", "<a href='java\tscript:zqx()'>x</a>",
    "<form action=javascript:zqx()><input type=submit>", "<button formaction=javascript:zqx()>x",
    "<input autofocus onfocus=zqx()>", "<select autofocus onfocus=zqx()>",
    "<textarea autofocus onfocus=zqx()>", "<details open ontoggle=zqx()>",
    "<video><source onerror=zqx()></video>", "<audio src=x onerror=zqx()>",
    "<marquee onstart=zqx()>", "<style>@import'//zqx.example';</style>",
    "<link rel=stylesheet href=//zqx.example>", "<meta http-equiv=refresh content='0;url=//zqx'>",
    "<base href=//zqx.example>", "<b style='background:url(//zqx)'>", "<zqx>", "<zqx/onclick=a>",
    '" onmouseover=zqx() x="', "' onmouseover=zqx() x='", '"><img src=x onerror=zqx()>',
    "'><svg onload=zqx()>", '" autofocus onfocus=zqx() "', "` onclick=zqx() `",
    "</title><svg onload=zqx()>", "</textarea><svg onload=zqx()>", "</option></select><b zqx>",
    "</style><b zqx>", "--><b zqx>", "<!--zqx-->", "<![CDATA[<b zqx>]]>", "<?xml zqx?>",
    "</p><p zqx>", "</dd></dl><b zqx>", "&lt;script&gt;zqx()&lt;/script&gt;", "&#60;b zqx&#62;",
    "%3Cscript%3Ezqx()%3C/script%3E", "\\u003cscript\\u003ezqx()", "＜script＞zqx()＜/script＞",
    "javascript:zqx()", "data:text/html,<b zqx>", "{{1337*1337}}zqx", "${1337*1337}zqx",
    "{%print(1337*1337)%}zqx", "<%=1337*1337%>zqx",
)  # fmt: skip
_URLS: Final = frozenset(
    {"href", "src", "action", "formaction", "data", "poster", "srcset", "xlink:href", "ping"}
)
_ACTIVE_SCHEME: Final = re.compile(r"(javascript|data|vbscript):", re.IGNORECASE)
_BLANKS: Final = re.compile(r"[\x00-\x20]+")


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._raw = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        kinds = [value for name, value in attrs if name == "type" and value]
        self._raw = tag if tag in ("script", "style") and "json" not in "".join(kinds) else ""
        if MARK in tag:
            self.found.append(f"<{tag}>")
        for name, value in attrs:
            if MARK in name or (value and MARK in value and _is_active(name, value)):
                self.found.append(f"<{tag} {name}={value!r}>")

    def handle_endtag(self, tag: str) -> None:
        self._raw = ""
        if MARK in tag:
            self.found.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        if self._raw and MARK in data:
            self.found.append(f"in <{self._raw}>: {data[:60]}")

    def handle_comment(self, data: str) -> None:
        self._hidden(data)

    def handle_decl(self, decl: str) -> None:
        self._hidden(decl)

    def handle_pi(self, data: str) -> None:
        self._hidden(data)

    def unknown_decl(self, data: str) -> None:
        self._hidden(data)

    def _hidden(self, data: str) -> None:
        if MARK in data:
            self.found.append(f"<!{data[:60]}>")


def _is_active(name: str, value: str) -> bool:
    if name.startswith("on") or name in ("style", "srcdoc"):
        return True
    if name == "content":
        return "url=" in value.lower()
    bare = _BLANKS.sub("", value)
    return name in _URLS and bool(_ACTIVE_SCHEME.match(bare) or bare.startswith("//"))


def active_in(html: str) -> list[str]:
    """Return every element, attribute and comment of a page that a payload became."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.found + [SUM] * (SUM in html)
