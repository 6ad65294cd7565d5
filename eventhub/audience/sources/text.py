"""Bytes to text: the encodings that exports of counters and media tools come in."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator

from eventhub.audience.sources.reading import UnreadableFile

MAX_BYTES = 20 * 1024 * 1024
_SEPARATORS = ",\t;"


def decode(data: bytes) -> str:
    """
    Return the text of `data`: UTF-8 (with or without mark), UTF-16 by its mark, GB18030.

    Raises:
        UnreadableFile: Too large, or none of these encodings.
    """
    if len(data) > MAX_BYTES:
        raise UnreadableFile("file-too-large")
    try:
        if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return data.decode("utf-16")
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = _gb18030(data)
    if "\0" in text:
        raise UnreadableFile("unknown-encoding")
    return text


def _gb18030(data: bytes) -> str:
    try:
        return data.decode("gb18030")
    except UnicodeDecodeError:
        raise UnreadableFile("unknown-encoding") from None


def rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """
    Yield (line number, stripped cells) of a table, blank lines left out.

    The separator is the commonest of comma, tab and semicolon in the first line.

    Raises:
        UnreadableFile: A quote that never ends, or a cell of absurd length.
    """
    head = next((line for line in text.splitlines() if line.strip()), "")
    separator = max(_SEPARATORS, key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        for cells in reader:
            stripped = [cell.strip() for cell in cells]
            if any(stripped):
                yield reader.line_num, stripped
    except csv.Error as error:
        raise UnreadableFile("unreadable-table", str(error)) from error
