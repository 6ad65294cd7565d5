"""
Bring the catalogues up to date with the texts of the code, or check that they are.

    python tools/translations.py            extract, merge into the catalogues, compile
    python tools/translations.py --check    fail when a text is missing, unused or untranslated
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT: Final = Path(__file__).resolve().parent.parent
CATALOGUE: Final = ROOT / "eventhub/translations/zh_Hans_CN/LC_MESSAGES/messages.po"
KEYWORDS: Final = {
    "_": None,
    "_l": None,
    "N_": None,
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
}


def main() -> int:
    """Update or check; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("--check", action="store_true", help="change nothing, fail on a gap")
    if parser.parse_args().check:
        found = faults()
        print(*found, sep="\n") if found else print("all texts are translated")
        return 1 if found else 0
    catalogue = catalogue_now()
    catalogue.update(extracted(), no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    with CATALOGUE.open("wb") as handle:
        write_po(handle, catalogue, sort_output=True, width=100, no_location=True)
    with CATALOGUE.with_suffix(".mo").open("wb") as handle:
        write_mo(handle, catalogue)
    print(f"{len(catalogue)} texts, {len(faults())} to translate")
    return 0


def extracted() -> Catalog:
    """Return every text that code and templates show."""
    catalogue = Catalog(project="EventHub")
    with (ROOT / "babel.cfg").open() as handle:
        methods, options = parse_mapping_cfg(handle)  # type: ignore[no-untyped-call]  # not typed
    for folder in ("eventhub", "templates"):
        mapping = [
            (pattern.removeprefix(f"{folder}/"), method)
            for pattern, method in methods
            if pattern.startswith(folder)
        ]
        for _file, _line, message, _comments, context in extract_from_dir(
            ROOT / folder, mapping, options, keywords=KEYWORDS
        ):
            catalogue.add(message, context=context)
    return catalogue


def catalogue_now() -> Catalog:
    """Return the Chinese catalogue as it stands; English is the language of the code."""
    with CATALOGUE.open("rb") as handle:
        return read_po(handle, locale="zh_Hans_CN")


def faults() -> list[str]:
    """Return what is missing, unused or without translation; empty when all is well."""
    used, there = _by_id(extracted()), _by_id(catalogue_now())
    found = [f"not in the catalogue: {key!r}" for key in used.keys() - there.keys()]
    found += [f"no longer used: {key!r}" for key in there.keys() - used.keys()]
    for key in used.keys() & there.keys():
        string = there[key].string
        if not all(string if isinstance(string, tuple | list) else [string]):
            found.append(f"not translated: {key!r}")
        found += [f"{key!r}: {error}" for error in there[key].check()]
    return sorted(found)


def _by_id(catalogue: Catalog) -> dict[str, Message]:
    return {
        message.id if isinstance(message.id, str) else message.id[0]: message
        for message in catalogue
        if message.id
    }


if __name__ == "__main__":
    sys.exit(main())
