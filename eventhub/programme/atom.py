"""The releases of a programme as an Atom feed (RFC 4287)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final
from xml.etree import ElementTree as ET

from flask_babel import gettext as _

from eventhub.kernel.format import stamp
from eventhub.kernel.i18n import html_lang, pick
from eventhub.programme.frab.layout import plain
from eventhub.programme.headline import change_words
from eventhub.programme.queries import ChangeRow, EventRow, ReleaseChanges

_NAMESPACE: Final = "http://www.w3.org/2005/Atom"
_XML_LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"
_LISTED_MAX: Final = 200  # changes that one entry spells out


def feed(event: EventRow, releases: Sequence[ReleaseChanges], *, base_url: str) -> bytes:
    """Return the feed in the language of the request; the same releases give the same bytes."""
    address = f"{base_url}/e/{event.slug}"
    root = ET.Element("feed", {"xmlns": _NAMESPACE, _XML_LANG: html_lang()})
    title = _("Changes to the programme of %(event)s", event=pick(event.title))
    _add(root, "title", title)
    _add(root, "id", f"urn:uuid:{event.uuid}")
    newest = releases[0].released_at if releases else datetime(2000, 1, 1, tzinfo=UTC)
    _add(root, "updated", _instant(newest))
    ET.SubElement(root, "link", {"rel": "self", "href": f"{address}/changes.atom"})
    ET.SubElement(root, "link", {"rel": "alternate", "href": f"{address}/"})
    author = ET.SubElement(root, "author")
    _add(author, "name", pick(event.title))
    for release in releases:
        _entry(root, event, release, address)
    text: bytes = ET.tostring(root, encoding="UTF-8", xml_declaration=True)
    return text


def _entry(root: ET.Element, event: EventRow, release: ReleaseChanges, address: str) -> None:
    node = ET.SubElement(root, "entry")
    stamped = f"{release.released_at.astimezone(UTC):%Y%m%d%H%M%S%f}"
    _add(node, "title", _("Version %(name)s", name=release.name))
    _add(node, "id", f"tag:{event.uid_domain},{release.released_at:%Y}:{event.uuid}/{stamped}")
    _add(node, "updated", _instant(release.released_at))
    ET.SubElement(node, "link", {"rel": "alternate", "href": f"{address}/"})
    lines = [_line(event, change) for change in release.changes[:_LISTED_MAX]]
    if more := len(release.changes) - len(lines):
        lines.append(_("and %(count)s more", count=more))
    if comment := pick(release.comment):
        lines.insert(0, comment)
    content = ET.SubElement(node, "content", {"type": "text"})
    content.text = plain("\n".join(lines) or _("Nothing that the public sees has changed."))


def _line(event: EventRow, change: ChangeRow) -> str:
    title = pick(change.title)
    word = change_words()[change.kind]
    if change.starts_at is None:
        return f"{word}: {title}"
    return f"{word}: {title} ({stamp(change.starts_at, event.zone)})"


def _instant(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _add(parent: ET.Element, name: str, value: str) -> None:
    ET.SubElement(parent, name).text = plain(value)
