"""Languages: which one a request has, and texts that organizers give in both."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import Final, Literal
from urllib.parse import urlencode

from flask import Flask, g, has_request_context, request
from flask.wrappers import Response
from flask_babel import force_locale, get_locale, refresh

from eventhub.kernel.db import I18n
from eventhub.settings import current_settings

Lang = Literal["zh", "en"]

LANGS: Final[tuple[Lang, Lang]] = ("zh", "en")
LOCALES: Final[dict[Lang, str]] = {"zh": "zh_Hans_CN", "en": "en"}
HTML_LANGS: Final[dict[Lang, str]] = {"zh": "zh-Hans", "en": "en"}
COOKIE: Final = "lang"
_COOKIE_AGE_S = 31_536_000


def N_(text: str) -> str:
    """Return `text` unchanged; marks it for translation where it is shown later."""
    return text


def select_locale() -> str:
    """Return the locale of this request: address, cookie, browser, then the default."""
    if not has_request_context():
        return LOCALES["zh"]
    return LOCALES[_request_lang()]


def offer(langs: Sequence[Lang]) -> None:
    """
    Let this request be answered in these languages only, such as those of an event.

    The first is for who wishes none of them. Texts that were made before stay.
    """
    g.offered_langs = tuple(langs)
    refresh()


def offered_langs() -> tuple[Lang, ...]:
    """Return the languages in which this page is to be had."""
    return g.get("offered_langs", LANGS) if has_request_context() else LANGS


def _request_lang() -> Lang:
    langs = offered_langs()
    for wish in (request.args.get("lang"), request.cookies.get(COOKIE)):
        found = next((lang for lang in langs if lang == wish), None)
        if found is not None:
            return found
    for wanted in request.accept_languages.values():
        short = wanted.lower().split("-")[0]
        found = next((lang for lang in langs if lang == short), None)
        if found is not None:
            return found
    return langs[0] if "offered_langs" in g else current_settings().default_lang


def current_lang() -> Lang:
    """Return the language of the text that is made now."""
    locale = get_locale()
    return "en" if locale is not None and locale.language == "en" else "zh"


@contextlib.contextmanager
def in_lang(lang: str) -> Iterator[None]:
    """Make texts inside the block in `lang`, for mails and printed tickets."""
    with force_locale(LOCALES["en" if lang == "en" else "zh"]):
        yield


def pick(text: I18n | None, lang: str | None = None) -> str:
    """Return an organizer's text in `lang` (default: of the request), else in the other one."""
    if not text:
        return ""
    wanted = lang or current_lang()
    return text.get(wanted) or next((value for value in text.values() if value), "")


def html_lang(lang: str | None = None) -> str:
    """Return the value of the `lang` attribute."""
    return HTML_LANGS["en" if (lang or current_lang()) == "en" else "zh"]


def lang_url(lang: str) -> str:
    """Return the address of this page in `lang`."""
    args = [(key, value) for key, value in request.args.items(multi=True) if key != "lang"]
    return f"{request.path}?{urlencode([*args, ('lang', lang)])}"


def _keep_choice(response: Response) -> Response:
    """Note the language that somebody chose; a page that a script takes along is no choice."""
    asked = request.args.get("lang")
    is_opened = request.headers.get("Sec-Fetch-Dest", "document") == "document"
    if is_opened and asked in LANGS and request.cookies.get(COOKIE) != asked:
        response.set_cookie(
            COOKIE, asked, max_age=_COOKIE_AGE_S, samesite="Lax", secure=request.is_secure
        )
    if response.mimetype == "text/html" and not getattr(g, "has_no_lang", False):
        response.headers.setdefault("Content-Language", html_lang())
        response.vary.update(("Accept-Language", "Cookie"))
    return response


def init_app(app: Flask) -> None:
    """Keep the chosen language in a cookie and say the language of every page."""
    app.after_request(_keep_choice)
