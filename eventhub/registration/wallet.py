"""
A ticket as a pass for Apple Wallet: a zip of JSON, strings, icons, manifest and signature.

A pass names no person: whoever finds the phone reads no more than the QR
picture says. It calls nobody back, so it does not follow later changes.

Source:
    Apple, "Wallet Passes": passes are signed by a detached PKCS #7 signature
    over the SHA-1 digests of all files.
"""

from __future__ import annotations

import hashlib
import io
import logging
import zipfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import orjson
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key, pkcs7
from cryptography.x509.oid import NameOID
from flask_babel import gettext as _

from eventhub.kernel.i18n import in_lang, pick
from eventhub.kernel.theme import DEFAULT_THEME
from eventhub.registration.codes import TicketCode
from eventhub.registration.queries import AttendeeFace, RegistrationFace
from eventhub.registration.service import gate_names, tag_of, where_text
from eventhub.settings import current_settings

_log = logging.getLogger(__name__)

MIMETYPE = "application/vnd.apple.pkpass"
_FOLDERS = {"zh": "zh-Hans.lproj", "en": "en.lproj"}
_ICONS = {"icon.png": 29, "icon@2x.png": 58, "icon@3x.png": 87}  # px
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest date that a zip knows


@dataclass(frozen=True, slots=True)
class Signer:
    """The certificate that Apple gave the installation; its subject names pass type and team."""

    certificate: x509.Certificate
    key: RSAPrivateKey
    others: tuple[x509.Certificate, ...]

    def named(self, oid: x509.ObjectIdentifier) -> str:
        """Return one part of the certificate's subject; empty when it has none."""
        found = self.certificate.subject.get_attributes_for_oid(oid)
        return str(found[0].value) if found else ""


def signer() -> Signer | None:
    """
    Return what signs passes; None when the installation makes none.

    A file that can not be used is logged once and counts as none: tickets have
    to open all the same.
    """
    path = current_settings().wallet_certificate
    return _signer(path) if path else None


def ticket_pass(
    face: RegistrationFace, person: AttendeeFace, code: TicketCode, by: Signer
) -> bytes:
    """Return one person's ticket as a `.pkpass` file, with texts in both languages."""
    words = {lang: _words(face, person, lang) for lang in _FOLDERS}
    files = {"pass.json": orjson.dumps(_pass(face, person, code, by, list(words["en"])))}
    for lang, folder in _FOLDERS.items():
        files[f"{folder}/pass.strings"] = _strings(words[lang])
    files |= {name: _icon(size) for name, size in _ICONS.items()}
    # the format asks for SHA-1; what protects the pass is the signature below
    digests = {
        name: hashlib.sha1(data, usedforsecurity=False).hexdigest() for name, data in files.items()
    }
    manifest = orjson.dumps(digests)
    files |= {"manifest.json": manifest, "signature": _signature(manifest, by)}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in files.items():
            packed.writestr(zipfile.ZipInfo(name, _EPOCH), data)
    return out.getvalue()


def _words(face: RegistrationFace, person: AttendeeFace, lang: str) -> dict[str, str]:
    """Return the texts of the pass by key, in one language; both have the same keys."""
    with in_lang(lang):
        tag = tag_of(face, person)
        words = {"event": pick(face.event.title), "title": tag.title, "small": tag.small}
        words |= {"type_label": _("Ticket"), "type": pick(face.type_name)}
        for number, fact in enumerate(tag.facts):
            words |= {f"fact{number}_label": fact.label, f"fact{number}": fact.value}
        words |= {"where_label": _("Where"), "where": where_text(face)}
        words |= {"gates_label": _("Gates"), "gates": gate_names(face)}
        words |= {"reference_label": _("Reference"), "reference": face.code}
    return words


def _pass(
    face: RegistrationFace, person: AttendeeFace, code: TicketCode, by: Signer, keys: list[str]
) -> dict[str, Any]:
    light = (face.event.theme or DEFAULT_THEME)["light"]
    made: dict[str, Any] = {
        "formatVersion": 1,
        "passTypeIdentifier": by.named(NameOID.USER_ID),
        "teamIdentifier": by.named(NameOID.ORGANIZATIONAL_UNIT_NAME),
        "serialNumber": f"{person.public_id}-{person.ticket.rev if person.ticket else 0}",
        "organizationName": pick(face.event.title, "en"),
        "description": "event",
        "logoText": "event",
        "foregroundColor": "rgb(16, 19, 18)",
        "labelColor": "rgb(69, 76, 73)",
        "backgroundColor": _rgb(light["ground"]),
        "sharingProhibited": face.transfer == "none",
        "eventTicket": {
            "primaryFields": [{"key": "title", "label": "small", "value": "title"}],
            "secondaryFields": [
                _field(key) for key in keys if key.startswith("fact") and f"{key}_label" in keys
            ],
            "auxiliaryFields": [_field("type")],
            "backFields": [_field(key) for key in ("where", "gates", "reference")],
        },
        "barcodes": [
            {
                "format": "PKBarcodeFormatQR",
                "message": code.signed,
                "messageEncoding": "iso-8859-1",
                "altText": code.short,
            }
        ],
    }
    start = face.performance or face.window
    if start is not None:
        made["relevantDate"] = start.starts_at.isoformat(timespec="seconds")
    return made


def _field(key: str) -> dict[str, str]:
    return {"key": key, "label": f"{key}_label", "value": key}


def _strings(words: dict[str, str]) -> bytes:
    """Return a table of texts; quotes and backslashes of organizers' texts are escaped."""
    escaped = {
        key: text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        for key, text in words.items()
    }
    return "".join(f'"{key}" = "{text}";\n' for key, text in escaped.items()).encode()


def _rgb(colour: str) -> str:
    """Return `#RRGGBB` as Wallet writes it."""
    return f"rgb({', '.join(str(part) for part in bytes.fromhex(colour[1:]))})"


def _signature(manifest: bytes, by: Signer) -> bytes:
    builder = pkcs7.PKCS7SignatureBuilder().set_data(manifest)
    builder = builder.add_signer(by.certificate, by.key, SHA256())
    for other in by.others:
        builder = builder.add_certificate(other)
    options = [pkcs7.PKCS7Options.DetachedSignature, pkcs7.PKCS7Options.Binary]
    return builder.sign(Encoding.DER, options)


@lru_cache(maxsize=3)
def _icon(size: int) -> bytes:
    """Return the mark of the product, two crossing threads, as a square PNG."""
    from PIL import Image, ImageDraw  # noqa: PLC0415 - slow import

    picture = Image.new("RGB", (size, size), "#FBFCFB")
    draw = ImageDraw.Draw(picture)
    third = size / 3
    draw.rectangle((third, 0, 2 * third, size), fill="#101312")
    draw.rectangle((0, third, size, 2 * third), fill="#D7301F")
    out = io.BytesIO()
    picture.save(out, format="PNG")
    return out.getvalue()


@lru_cache(maxsize=2)
def _signer(path: str) -> Signer | None:
    try:
        pem = Path(path).read_bytes()
        certificate, *others = x509.load_pem_x509_certificates(pem)
        key = load_pem_private_key(pem, password=None)
    except (OSError, ValueError, TypeError):  # no file, no PEM, a key with a password
        _log.exception("the wallet certificate can not be used")
        return None
    if not isinstance(key, RSAPrivateKey):
        _log.error("the key of the wallet certificate is not an RSA key")
        return None
    return Signer(certificate, key, tuple(others))
