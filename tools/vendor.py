"""
Fetch the pinned front-end files and fonts into `static/` (and a judge of calendars into
`tests/`), or check them offline.

    python tools/vendor.py            fetch with `npm pack` and write the manifest
    python tools/vendor.py --check    recompute every hash; needs no network

The result is committed: running EventHub needs neither npm nor a network. Each
file keeps its version in its path, so a new version is a new address.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parent.parent
STATIC: Final = ROOT / "static"
TESTS: Final = ROOT / "tests"  # what only tests need is never served
MANIFEST: Final = STATIC / "vendor" / "manifest.json"


@dataclass(frozen=True, slots=True)
class Package:
    """One npm package: which of its files go where under `base`."""

    name: str
    version: str
    licence: str  # SPDX
    folder: str
    files: Mapping[str, str]  # path in the package -> name in `folder`
    base: Path = STATIC

    @property
    def spec(self) -> str:
        """Return what npm calls it."""
        return f"{self.name}@{self.version}"


PACKAGES: Final = (
    Package(
        name="htmx.org",
        version="2.0.11",
        licence="0BSD",
        folder="vendor/htmx@2.0.11",
        files={"dist/htmx.min.js": "htmx.min.js", "LICENSE": "LICENSE"},
    ),
    Package(
        name="zxing-wasm",
        version="3.1.4",
        licence="MIT AND Apache-2.0",  # the wasm is ZXing-C++
        folder="vendor/zxing-wasm@3.1.4",
        files={
            "dist/iife/reader/index.js": "reader.js",
            "dist/reader/zxing_reader.wasm": "zxing_reader.wasm",
            "LICENSE": "LICENSE",
        },
    ),
    Package(
        name="@noble/ed25519",
        version="3.2.0",
        licence="MIT",
        folder="vendor/noble-ed25519@3.2.0",
        files={"index.js": "index.js", "LICENSE": "LICENSE"},
    ),
    Package(
        name="qrcode-generator",
        version="2.0.4",
        licence="MIT",  # its text stands at the head of the file
        folder="vendor/qrcode-generator@2.0.4",
        files={"dist/qrcode.mjs": "qrcode.js"},
    ),
    Package(
        name="@expo-google-fonts/noto-sans-sc",
        version="0.4.3",
        licence="OFL-1.1",
        folder="fonts",
        files={
            "400Regular/NotoSansSC_400Regular.ttf": "NotoSansSC-Regular.ttf",
            "700Bold/NotoSansSC_700Bold.ttf": "NotoSansSC-Bold.ttf",
            "LICENSE_FONT": "OFL.txt",
        },
    ),
    Package(
        name="axe-core",
        version="4.14.0",
        licence="MPL-2.0",
        folder="vendor/axe-core@4.14.0",
        files={"axe.min.js": "axe.min.js", "LICENSE": "LICENSE"},
        base=TESTS,
    ),
    Package(
        name="ical.js",
        version="2.2.1",
        licence="MPL-2.0",
        folder="vendor/ical.js@2.2.1",
        files={"dist/ical.min.js": "ical.min.js", "LICENSE": "LICENSE"},
        base=TESTS,
    ),
)


def main() -> int:
    """Fetch or check; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("--check", action="store_true", help="recompute the hashes, change nothing")
    if parser.parse_args().check:
        found = faults()
        print(*found, sep="\n") if found else print("vendored files are as pinned")
        return 1 if found else 0
    MANIFEST.parent.mkdir(parents=True, exist_ok=True)
    entries = [fetch(package) for package in PACKAGES]
    MANIFEST.write_text(json.dumps({"packages": entries}, indent=2) + "\n")
    print(f"{len(entries)} packages in {MANIFEST}")
    return 0


def fetch(package: Package) -> dict[str, Any]:
    """Download a package, copy its files and return its manifest entry."""
    with tempfile.TemporaryDirectory() as folder:
        answer = subprocess.run(
            ["npm", "pack", package.spec, "--json", "--silent"],
            cwd=folder,
            check=True,
            capture_output=True,
        )
        packed = json.loads(answer.stdout)[0]
        archive = Path(folder) / packed["filename"]
        found = "sha512-" + base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
        if found != packed["integrity"]:
            raise SystemExit(f"{package.spec}: the archive is not what the registry announced")
        _unpack(archive, package)
    return {
        "name": package.name,
        "version": package.version,
        "licence": package.licence,
        "integrity": packed["integrity"],
        "files": {path: _describe(package.base / path) for path in _paths(package)},
    }


def faults() -> list[str]:
    """Return what differs between the files, the manifest and the pins; empty when all is well."""
    entries = {entry["name"]: entry for entry in json.loads(MANIFEST.read_text())["packages"]}
    found: list[str] = []
    expected = {MANIFEST}
    for package in PACKAGES:
        entry = entries.get(package.name, {})
        if (entry.get("version"), entry.get("licence")) != (package.version, package.licence):
            found.append(f"{package.spec}: the manifest has {entry.get('version')}")
        for path in _paths(package):
            file = package.base / path
            expected.add(file)
            described = _describe(file) if file.exists() else None
            if described is None or described != entry.get("files", {}).get(path):
                found.append(f"{path}: missing or changed")
    folders = (STATIC / "vendor", STATIC / "fonts", TESTS / "vendor")
    there = [path for folder in folders for path in folder.rglob("*")]
    strange = {path for path in there if path.is_file()} - expected
    found.extend(f"{path.relative_to(ROOT)}: not in the manifest" for path in sorted(strange))
    return found


def _unpack(archive: Path, package: Package) -> None:
    target = package.base / package.folder
    target.mkdir(parents=True, exist_ok=True)
    with tarfile.open(archive) as tar:
        for source, name in package.files.items():
            member = tar.extractfile(f"package/{source}")
            if member is None:
                raise SystemExit(f"{package.spec} has no file {source}")
            (target / name).write_bytes(member.read())


def _paths(package: Package) -> list[str]:
    return sorted(f"{package.folder}/{name}" for name in package.files.values())


def _describe(path: Path) -> dict[str, Any]:
    data = path.read_bytes()
    digest = base64.b64encode(hashlib.sha384(data).digest()).decode()
    return {"bytes": len(data), "sha384": digest}


if __name__ == "__main__":
    sys.exit(main())
