"""Answers packed by gzip as `deploy/nginx/eventhub.conf` says, for the server of a test."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from werkzeug.test import run_wsgi_app

from eventhub.settings import ROOT

CONF: Final = ROOT / "deploy/nginx/eventhub.conf"
_LEAST_BYTES: Final = 20  # of nginx where nothing else is said
_LOCATION: Final = re.compile(r"location (?:~ )?(\S+) \{\n(.*?)\n    \}", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Packing:
    """What one `location` packs; no types where it packs nothing."""

    types: frozenset[str]
    level: int = 0


def bare(app: WSGIApplication) -> WSGIApplication:
    """Return the application as it is."""
    return app


def packed(app: WSGIApplication) -> WSGIApplication:
    """Return the application behind the `gzip` lines of our nginx configuration."""
    locations = _locations(CONF.read_text())

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        body, status, headers = run_wsgi_app(app, environ, buffered=True)
        whole = b"".join(body)
        packing = _packing(locations, str(environ.get("PATH_INFO", "")))
        kind = headers.get("Content-Type", "").split(";")[0]
        if len(whole) >= _LEAST_BYTES and kind in packing.types:
            whole = gzip.compress(whole, packing.level)
            headers["Content-Encoding"] = "gzip"
            headers["Content-Length"] = str(len(whole))
        start_response(status, list(headers))
        return [whole]

    return answer


def _locations(conf: str) -> dict[str, Packing]:
    """Return what is packed where, by the path of each location."""
    found = {}
    for place, lines in _LOCATION.findall(conf):
        named = re.findall(r"gzip_types ([^;]+);", lines)
        level = re.findall(r"gzip_comp_level (\d);", lines)
        found[place] = (
            Packing(frozenset(["text/html", *(named[0].split() if named else ())]), int(level[0]))
            if "gzip on;" in lines
            else Packing(frozenset())
        )
    assert found.keys() == {"/", "/static/", "^/(t|i|r)/", "^/e/[^/]+/register$"}
    return found


def _packing(locations: dict[str, Packing], path: str) -> Packing:
    """Return what holds for a path: patterns before prefixes, the longest prefix, as nginx does."""
    for place, packing in locations.items():
        if place.startswith("^") and re.match(place, path):
            return packing
    return locations[max((place for place in locations if path.startswith(place)), key=len)]
