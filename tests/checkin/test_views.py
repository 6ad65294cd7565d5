"""The scanner page, its worker, and what they may do."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from PIL import Image

from eventhub.checkin.enums import ScanResult, Words
from eventhub.checkin.looks import LOOKS
from tests.assertions import assert_html

MODULES = Path(__file__).parents[2] / "static" / "js" / "checkin"

pytestmark = pytest.mark.only("sqlite")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_page_is_whole_without_a_token(client: FlaskClient, lang: str) -> None:
    answer = client.get(f"/gate/?lang={lang}")
    page = assert_html(answer)
    assert "'wasm-unsafe-eval'" in answer.headers["Content-Security-Policy"]
    assert "camera=(self)" in answer.headers["Permissions-Policy"]
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert 'aria-live="assertive"' in page
    found = re.search(r'<script type="application/json" id="gate-settings">(.+?)</script>', page)
    assert found is not None
    settings = json.loads(found.group(1))
    assert set(settings["results"]) == {result.value for result in ScanResult}
    assert settings["results"]["ok"]["word"] == LOOKS[ScanResult.OK].word.of(lang)
    assert settings["integrity"].startswith("sha384-")


def test_the_worker_has_the_policy_of_the_decoder(client: FlaskClient) -> None:
    answer = client.get("/gate/worker.js")
    assert answer.mimetype == "text/javascript"
    assert "'wasm-unsafe-eval'" in answer.headers["Content-Security-Policy"]
    assert "importScripts" in answer.get_data(as_text=True)


def test_no_other_page_may_compile_code(client: FlaskClient) -> None:
    assert "wasm-unsafe-eval" not in client.get("/").headers["Content-Security-Policy"]


def test_every_file_that_the_page_names_is_there(client: FlaskClient) -> None:
    page = client.get("/gate/").get_data(as_text=True)
    found = re.search(r'id="gate-settings">(.+?)</script>', page)
    assert found is not None
    settings = json.loads(found.group(1))
    links = re.findall(r'(?:href|src)="(/static/[^"]+)"', page)
    links += [settings["reader"], settings["wasm"], settings["worker"]]
    assert [client.get(link).status_code for link in links] == [200] * len(links)
    assert client.get(settings["wasm"]).mimetype == "application/wasm"


def test_modules_import_only_what_is_there(client: FlaskClient) -> None:
    names = ["gate.js"]
    for name in names:
        answer = client.get(f"/static/js/checkin/{name}")
        assert answer.status_code == 200, name
        for other in re.findall(r'from "\./([\w-]+\.js)"', answer.get_data(as_text=True)):
            if other not in names:
                names.append(other)
    assert {*names, "worker.js"} == {path.name for path in MODULES.glob("*.js")}


def test_the_service_worker_keeps_everything_that_the_page_needs(client: FlaskClient) -> None:
    answer = client.get("/gate/sw.js")
    assert answer.mimetype == "text/javascript"
    assert answer.headers["Service-Worker-Allowed"] == "/gate/"
    text = answer.get_data(as_text=True)
    found = re.search(r"const FILES = (\[.+?\]);", text)
    assert found is not None
    files = json.loads(found.group(1))
    assert [client.get(address).status_code for address in files] == [200] * len(files)
    kept = {address.partition("?")[0] for address in files}
    page = client.get("/gate/").get_data(as_text=True)
    links = re.findall(r'(?:href|src)="(/static/[^"?]+)', page)
    modules = [f"/static/js/checkin/{path.name}" for path in MODULES.glob("*.js")]
    assert {*links, *modules} - {"/static/js/checkin/worker.js"} <= kept
    assert all("/api/" not in address for address in files)
    assert all("v=" in address or "lang=" in address for address in files)


def test_a_changed_page_makes_a_new_service_worker(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = client.get("/gate/sw.js").data
    assert client.get("/gate/sw.js").data == first
    look = LOOKS[ScanResult.OK]
    monkeypatch.setitem(LOOKS, ScanResult.OK, replace(look, word=Words("进", "In")))
    assert client.get("/gate/sw.js").data != first


def test_scripts_say_only_results_that_have_colour_and_words() -> None:
    source = "".join(path.read_text("utf-8") for path in sorted(MODULES.glob("*.js")))
    said = set(re.findall(r'(?:answer\(|result: |refused: )"([a-z_]+)"', source))
    assert len(said) > 20
    assert said <= {result.value for result in ScanResult}
    words = [
        (look.word.of(lang), look.line.of(lang)) for look in LOOKS.values() for lang in ["zh", "en"]
    ]
    assert len(set(words)) == len(words)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_scanner_can_be_put_on_a_home_screen(client: FlaskClient, lang: str) -> None:
    assert "/gate/manifest.webmanifest" in client.get(f"/gate/?lang={lang}").text
    answer = client.get(f"/gate/manifest.webmanifest?lang={lang}")
    assert answer.mimetype == "application/manifest+json"
    facts = json.loads(answer.data)
    assert (facts["id"], facts["start_url"], facts["scope"]) == ("/gate/",) * 3
    assert facts["display"] == "standalone"
    assert facts["name"] == {"zh": "闸口", "en": "Gate"}[lang]
    for icon in facts["icons"]:
        picture = Image.open(io.BytesIO(client.get(icon["src"]).data))
        assert icon["sizes"] == f"{picture.width}x{picture.height}"
    assert {(icon["sizes"], icon["purpose"]) for icon in facts["icons"]} == {
        (size, purpose) for size in ("192x192", "512x512") for purpose in ("any", "maskable")
    }


@pytest.mark.only("sqlite")
def test_pages_that_the_scanner_takes_along_do_not_change_the_language(client: FlaskClient) -> None:
    def kept(path: str, **headers: str) -> str | None:
        client.get(path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        found = client.get_cookie("lang")
        return found.value if found else None

    assert kept("/gate/", Accept_Language="zh") is None
    for lang in ("zh", "en"):  # as its service worker takes them
        assert kept(f"/gate/?lang={lang}", Sec_Fetch_Dest="empty") is None
    assert kept("/gate/?lang=en", Sec_Fetch_Dest="document") == "en"
    assert kept("/gate/?lang=zh") == "zh"  # a browser that does not say what for
