"""The scanner: one page, its worker and its words."""

from __future__ import annotations

import functools
import hashlib
from pathlib import Path
from typing import Any

import orjson
from flask import Blueprint, Response, current_app, render_template, url_for
from flask_babel import gettext as _

from eventhub.checkin.enums import VIBRATION_MS, ScanResult
from eventhub.checkin.looks import LOOKS
from eventhub.kernel.http import allow_wasm, conditional, private
from eventhub.kernel.i18n import LANGS, current_lang, html_lang, in_lang
from eventhub.kernel.page import static_url

bp = Blueprint("checkin", __name__)

_DECODER = "vendor/zxing-wasm@3.1.4"
_NOBLE = "vendor/noble-ed25519@3.2.0/index.js"
_ICONS = ("icons/mark.svg", "icons/mark-192.png", "icons/mark-512.png")
_BLACK = "#101312"
_STYLES = ("css/tokens.css", "css/pages/gate.css", "css/pages/gate-staff.css")


@bp.get("/gate/")
def gate() -> Response:
    """GET /gate/: the scanner; anybody, but it does nothing before it is paired."""
    page = render_template("checkin/gate.html", settings=_settings())
    return private(allow_wasm(Response(page, mimetype="text/html")))


@bp.get("/gate/manifest.webmanifest")
def manifest() -> Response:
    """GET /gate/manifest.webmanifest: what puts the scanner on a home screen; anybody."""
    home = url_for("checkin.gate")
    facts = {
        "name": _("Gate"),
        "short_name": _("Gate"),
        "lang": html_lang(),
        "id": home,
        "start_url": home,
        "scope": home,
        "display": "standalone",
        "background_color": _BLACK,
        "theme_color": _BLACK,
        "icons": [
            {"src": static_url(f"icons/mark-{size}.png"), "sizes": f"{size}x{size}"}
            | {"type": "image/png", "purpose": purpose}
            for size in (192, 512)
            for purpose in ("any", "maskable")
        ],
    }
    answer = Response(orjson.dumps(facts), mimetype="application/manifest+json")
    return conditional(answer)


@bp.get("/gate/worker.js")
def worker() -> Response:
    """GET /gate/worker.js: the decoder's worker with the policy it needs; anybody."""
    path = Path(current_app.static_folder or "") / "js" / "checkin" / "worker.js"
    answer = Response(path.read_bytes(), mimetype="text/javascript")
    return conditional(allow_wasm(answer))


@bp.get("/gate/sw.js")
def service_worker() -> Response:
    """GET /gate/sw.js: what opens the scanner without a network; anybody."""
    files = orjson.dumps([*_pages(), *precached()]).decode()
    version = hashlib.sha256(files.encode() + _page_text().encode()).hexdigest()[:16]
    script = render_template("checkin/sw.js", files=files, version=version)
    answer = Response(script, mimetype="text/javascript")
    answer.headers["Service-Worker-Allowed"] = url_for("checkin.gate")
    return conditional(allow_wasm(answer))


def precached() -> list[str]:
    """Return the addresses of all files that the scanner needs, with content hashes."""
    folder = Path(current_app.static_folder or "") / "js" / "checkin"
    modules = [path.name for path in sorted(folder.glob("*.js")) if path.name != "worker.js"]
    worker_hash = static_url("js/checkin/worker.js").rpartition("=")[2]
    return [
        url_for("checkin.worker", v=worker_hash),
        *(url_for("checkin.manifest", lang=lang) for lang in LANGS),
        *(static_url(name) for name in (*_STYLES, *_ICONS, _NOBLE)),
        *(static_url(f"{_DECODER}/{name}") for name in ("reader.js", "zxing_reader.wasm")),
        *(static_url(f"js/checkin/{name}") for name in modules),
    ]


def _pages() -> list[str]:
    return [url_for("checkin.gate", lang=lang) for lang in LANGS]


def _page_text() -> str:
    texts = []
    for lang in LANGS:
        with in_lang(lang):
            texts.append(render_template("checkin/gate.html", settings=_settings()))
    return "".join(texts)


def _settings() -> dict[str, Any]:
    """Return what the scripts of the page need: addresses, looks, words of this language."""
    lang = current_lang()
    return {
        "lang": lang,
        "worker": url_for("checkin.worker"),
        "sw": url_for("checkin.service_worker"),
        "noble": static_url(_NOBLE),
        "reader": static_url(f"{_DECODER}/reader.js"),
        "wasm": static_url(f"{_DECODER}/zxing_reader.wasm"),
        "integrity": integrity(f"{_DECODER}/zxing_reader.wasm"),
        "api": "/api/gate/v1",
        "results": {result.value: _look(result, lang) for result in ScanResult},
        "texts": _texts(),
    }


def _look(result: ScanResult, lang: str) -> dict[str, Any]:
    look = LOOKS[result]
    return {
        "ground": look.ground.value,
        "sign": look.sign.value,
        "sound": look.sound.value,
        "vibration": list(VIBRATION_MS[look.sound]),
        "extra": look.extra,
        "word": look.word.of(lang),
        "line": look.line.of(lang),
    }


def _texts() -> dict[str, str]:
    return {
        "in": _("In"),
        "out": _("Out"),
        "both": _("In and out"),
        "online": _("Online"),
        "offline": _("Offline"),
        "forced_offline": _("Offline by choice"),
        "forced_online": _("Server only"),
        "list_age": _("list {n} min"),
        "queued": _("{n} to sync"),
        "battery": _("battery {n}%"),
        "no_list": _("no list"),
        "not_taken": _("{n} not taken"),
        "persons": _("{n} people"),
        "inside": _("Inside / capacity"),
        "admitted": _("Admitted today"),
        "go": _("Go to {gates}"),
        "enter_at": _("Enter at {gates}"),
        "and": _(", "),
        "band_check": _("To be checked"),
        "band_ask": _("To be asked"),
        "synced": _("To be synced"),
        "unlisted": _("not on the list"),
        "unpaid": _("not paid"),
        "yes": _("Yes"),
        "no": _("No"),
        "answer": _("Enter this answer"),
        "no_answer": _("Without an answer"),
        "answer_wrong": _("This can not be the answer. Please look again."),
        "only_came": _("Only so many came:"),
        "card_wanted": _("Now scan the card of a supervisor."),
        "card_unknown": _("This card is not known here."),
        "card_plain": _("This card may not override."),
        "reason_wanted": _("Give a reason of at least 3 characters."),
        "undo_reason": _("taken back at the gate"),
        "walk_in_needs": _("Name, a phone number or an e-mail address, and consent are needed."),
        "walk_in_full": _("No place is left."),
        "walk_in_known": _("This contact is registered already. Find the name instead."),
        "badge_card": _("Now scan a staff card. It is forgotten after ten minutes."),
        "badge_made": _("The badge is being made."),
        "badge_ready": _("The badge is ready."),
        "badge_offline": _("No connection. Badges are made by the server; try again later."),
        "badge_later": _("The server does not know of the entry yet. Try again in a moment."),
        "badge_never": _("No badges are printed at this gate."),
        "badge_none": _("This ticket is not valid any more; there is no badge."),
        "badge_failed": _("The badge could not be made. Please try again."),
        "photo_id": _("photo document and name"),
        "find": _("Find a name"),
        "walk_in": _("Register on the spot"),
        "no_hits": _("Nobody found"),
        "search_hint": _("One Chinese character, two letters or four digits"),
        "status_in": _("inside"),
        "status_out": _("not inside"),
        "not_paired": _("This is not a pairing code."),
        "used_pairing": _("This pairing code has been used. Make a new one."),
        "old_pairing": _("This pairing code has expired. Make a new one."),
        "no_network": _("No connection. Try again when it is back."),
        "too_often": _("Too many tries. Wait a minute."),
        "revoked": _("This device was taken out of service. Pair it again."),
    }


@functools.cache
def _hashes(path: Path) -> dict[str, str]:
    packages = orjson.loads(path.read_bytes())["packages"]
    return {
        name: f"sha384-{facts['sha384']}"
        for package in packages
        for name, facts in package["files"].items()
    }


def integrity(name: str) -> str:
    """Return the `integrity` value of a vendored file under `static/`."""
    return _hashes(Path(current_app.static_folder or "") / "vendor" / "manifest.json")[name]
