"""Passes for Apple Wallet, signed with a certificate made here and checked by OpenSSL."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import json
import subprocess
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from flask import Flask
from flask.testing import FlaskClient

from eventhub.registration import service
from eventhub.settings import EXTENSION, current_settings
from tests.factories.registration import make_registration, make_ticket_type
from tests.registration.conftest import Place

SUBJECT = x509.Name(
    [
        x509.NameAttribute(NameOID.USER_ID, "pass.example.tide"),
        x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, "TEAM123456"),
        x509.NameAttribute(NameOID.COMMON_NAME, "Pass Type ID: pass.example.tide"),
    ]
)


@pytest.fixture
def certificate(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the certificate with which the application now signs passes."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    made = (
        x509.CertificateBuilder()
        .subject_name(SUBJECT)
        .issuer_name(SUBJECT)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2090, 1, 1, tzinfo=UTC))
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "wallet.pem"
    path.write_bytes(
        made.public_bytes(Encoding.PEM)
        + key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    changed = dataclasses.replace(current_settings(), wallet_certificate=str(path))
    monkeypatch.setitem(app.extensions, EXTENSION, changed)
    return path


def link(place: Place, slug: str = "public", **columns: object) -> str:
    """Return the link of 陈欣怡, who has a ticket for the show."""
    name = {"zh": '公众"席"', "en": 'Public "seat"'}
    make_ticket_type(place.event.id, slug=slug, name=name, **columns)
    made = make_registration(
        place.event.id, slug, name="陈欣怡", performance_id=place.performance_id
    )
    return service.registration_token(made.public_id, made.link_rev)


def test_a_pass_is_signed_and_says_the_show_in_both_languages(
    place: Place, client: FlaskClient, certificate: Path, tmp_path: Path
) -> None:
    token = link(place)
    assert "Apple Wallet" in client.get(f"/t/{token}?lang=en").text
    answer = client.get(f"/t/{token}.pkpass")
    assert (answer.status_code, answer.mimetype) == (200, "application/vnd.apple.pkpass")
    with zipfile.ZipFile(io.BytesIO(answer.data)) as packed:
        files = {name: packed.read(name) for name in packed.namelist()}
    manifest = json.loads(files["manifest.json"])
    assert manifest == {
        name: hashlib.sha1(data, usedforsecurity=False).hexdigest()
        for name, data in files.items()
        if name not in {"manifest.json", "signature"}
    }
    assert is_signed(tmp_path, files["manifest.json"], files["signature"], certificate)
    assert not is_signed(tmp_path, files["manifest.json"] + b" ", files["signature"], certificate)
    found = json.loads(files["pass.json"])
    assert (found["passTypeIdentifier"], found["teamIdentifier"]) == (
        "pass.example.tide",
        "TEAM123456",
    )
    assert found["barcodes"][0]["message"].startswith("GS")
    assert found["relevantDate"] == "2026-11-21T13:30:00+00:00"
    zh, en = (files[f"{name}.lproj/pass.strings"].decode() for name in ("zh-Hans", "en"))
    told = ((zh, ("夜航", "十二纱", r"公众\"席\"", "盐仓")), (en, ("Night Passage", r"\"seat\"")))
    for text, words in told:
        assert all(word in text for word in words)
    keys = [{line.split('"')[1] for line in text.splitlines()} for text in (zh, en)]
    fields = [field for group in found["eventTicket"].values() for field in group]
    asked = {field[part] for field in fields for part in ("label", "value")}
    assert keys[0] == keys[1]
    assert asked | {found["description"], found["logoText"]} <= keys[0]
    assert all("陈欣怡".encode() not in data for data in files.values())  # no person is named


def test_a_certificate_that_can_not_be_read_stops_no_ticket(
    place: Place, client: FlaskClient, certificate: Path
) -> None:
    certificate.write_text("no PEM")
    token = link(place)
    assert client.get(f"/t/{token}").status_code == 200
    assert client.get(f"/t/{token}.pkpass").status_code == 404


def test_without_a_certificate_there_are_no_passes(place: Place, client: FlaskClient) -> None:
    token = link(place)
    assert client.get(f"/t/{token}.pkpass").status_code == 404
    assert "Apple Wallet" not in client.get(f"/t/{token}?lang=en").text


def test_a_changing_code_makes_no_pass(
    place: Place, client: FlaskClient, certificate: Path
) -> None:
    token = link(place, "phone", code_kinds=["GD"])
    assert client.get(f"/t/{token}.pkpass").status_code == 404
    assert "Apple Wallet" not in client.get(f"/t/{token}?lang=en").text


def is_signed(folder: Path, manifest: bytes, signature: bytes, certificate: Path) -> bool:
    """Tell whether OpenSSL finds a detached signature good, by this certificate alone."""
    (folder / "manifest").write_bytes(manifest)
    (folder / "signature").write_bytes(signature)
    command = "openssl smime -verify -inform DER -in signature -content manifest -purpose any"
    command = "openssl smime -verify -inform DER -in signature -content manifest -purpose any"
    checked = subprocess.run(
        [*command.split(), "-binary", "-out", "checked", "-CAfile", certificate],
        cwd=folder,
        capture_output=True,
        timeout=30,
    )
    return checked.returncode == 0
