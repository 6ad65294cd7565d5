"""The only reader of XML from outside: no document types, no entities, bounded."""

from __future__ import annotations

from typing import Final
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

MAX_BYTES: Final = 2 * 1024 * 1024


class UnsafeXml(ValueError):
    """The text is too large, carries a document type, or is no XML; `code` says which."""

    def __init__(self, code: str, detail: str = "") -> None:
        """Keep a stable code and words for a person."""
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail


def root_of(data: bytes, *, max_bytes: int = MAX_BYTES) -> Element:
    """
    Return the root element of an XML document.

    Raises:
        UnsafeXml: `file-too-large`, `document-type-refused` or `invalid-xml`.
    """
    if len(data) > max_bytes:
        raise UnsafeXml("file-too-large")
    try:
        root: Element = fromstring(data, forbid_dtd=True)
    except DefusedXmlException:
        raise UnsafeXml("document-type-refused") from None
    except (ParseError, ValueError, LookupError) as error:
        raise UnsafeXml("invalid-xml", str(error)) from error
    return root
