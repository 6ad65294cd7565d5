"""What parsers of server answers share: bounded JSON and XML, counts, items."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from xml.etree.ElementTree import Element

import orjson

from eventhub.audience.rules import integrity
from eventhub.audience.sources.reading import UnreadableFile
from eventhub.kernel.xml import UnsafeXml, root_of

MAX_BYTES: Final = 2 * 1024 * 1024
MAX_DEPTH: Final = 32


def document(data: bytes | str) -> Any:
    """
    Return the JSON value of an answer, at most 2 MB and 32 levels deep.

    Raises:
        UnreadableFile: `file-too-large`, `invalid-json` or `too-deep`.
    """
    if len(data) > MAX_BYTES:
        raise UnreadableFile("file-too-large")
    try:
        found = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise UnreadableFile("invalid-json", str(error)) from error
    if _is_deeper(found, MAX_DEPTH):
        raise UnreadableFile("too-deep")
    return found


def _is_deeper(value: Any, levels: int) -> bool:
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return bool(parts) and (levels == 0 or any(_is_deeper(part, levels - 1) for part in parts))


def xml(data: bytes, tag: str) -> Element:
    """
    Return the root element, which is named `tag`, without regard to name spaces.

    Raises:
        UnreadableFile: Refused XML, or another page.
    """
    try:
        root = root_of(data, max_bytes=MAX_BYTES)
    except UnsafeXml as error:
        raise UnreadableFile(error.code, error.detail) from error
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    if root.tag != tag:
        raise UnreadableFile("unknown-shape", f"root element {root.tag[:40]}")
    return root


def mapping(value: Any, name: str) -> Mapping[str, Any]:
    """Return `value` as a JSON object; raises UnreadableFile `unknown-shape`."""
    if not isinstance(value, Mapping):
        raise UnreadableFile("unknown-shape", f"{name} is no object")
    return value


def items(value: Any, name: str) -> list[Mapping[str, Any]]:
    """Return `value` as a list of JSON objects; raises UnreadableFile `unknown-shape`."""
    if not isinstance(value, list):
        raise UnreadableFile("unknown-shape", f"{name} is no list")
    return [mapping(item, name) for item in value]


def count(value: Any, name: str) -> int | None:
    """
    Return a count of people, None when absent; text of digits is a count too.

    A server that gives one impossible number is believed in none, so that the
    answer becomes a gap with this reason.

    Raises:
        UnreadableFile: `invalid-count` with the field and what is wrong.
    """
    if value is None:
        return None
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 16:
        value = int(value)
    if fault := integrity.count_fault(value):
        raise UnreadableFile("invalid-count", f"{name}: {fault}")
    return int(value)


def text(value: Any) -> str:
    """Return a name as text, at most 200 characters; ids were numbers in old versions."""
    return str(value)[:200] if isinstance(value, str | int) else ""
