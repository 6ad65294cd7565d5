"""Record what media and creators published; import monitoring files, and undo them."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple

from sqlalchemy import select

from eventhub.exposure.enums import MentionKind
from eventhub.exposure.models import Creator, CreatorPost, Mention, Outlet
from eventhub.exposure.rules.exports import MentionFigures
from eventhub.exposure.rules.stories import StoryFile, Told, title_key
from eventhub.exposure.rules.web import canonical_url
from eventhub.exposure.service.heirs import remember
from eventhub.kernel import audit, clock, text
from eventhub.kernel.db import I18n, command, db
from eventhub.programme.models import Event
from eventhub.programme.queries import event_by_id

_MAX_NAME: Final = 120
_MAX_TITLE: Final = 500
_LARGEST: Final = 10**12  # contacts; anything above is a slip of the keyboard


@dataclass(frozen=True, slots=True, kw_only=True)
class EnsureOutlet:
    """An outlet with what is known of it; `name` in either language finds it."""

    event_id: int
    name: I18n
    kind: str = ""
    tier: int | None = None
    parent: str = ""
    region: I18n | None = None
    domain: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EnsureCreator:
    """A creator with what is known of them."""

    event_id: int
    name: I18n
    platform: I18n | None = None
    followers: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordMentions:
    """
    Mentions and posts of creators in order of arrival.

    An item of kind `kol_post` is a post of the creator named as its outlet;
    its reach is the impressions that the platform shows.
    """

    event_id: int
    items: Sequence[MentionFigures]
    batch_id: int | None = None
    recorded_by: str = ""
    is_synthetic: bool = False


@dataclass(frozen=True, slots=True)
class RefusedItem:
    """An item that was not kept; `index` counts from 0."""

    index: int
    reason: str


@dataclass(frozen=True, slots=True)
class RecordedMentions:
    """What became of the items."""

    accepted: int
    duplicates: int
    rejected: tuple[RefusedItem, ...]


class _File(NamedTuple):
    """What new rows are filed into."""

    stories: StoryFile
    names: _Directory


@command
def ensure_outlet(cmd: EnsureOutlet) -> Outlet:
    """Return the outlet of this name, made or completed with what is known. Commits."""
    row = _Directory(cmd.event_id).outlet(cmd.name["zh"])
    row.name, row.kind, row.tier = cmd.name, cmd.kind, cmd.tier
    row.parent, row.region, row.domain = cmd.parent, cmd.region, cmd.domain
    db.session.flush()
    return row


@command
def ensure_creator(cmd: EnsureCreator) -> Creator:
    """Return the creator of this name, made or completed with what is known. Commits."""
    row = _Directory(cmd.event_id).creator(cmd.name["zh"])
    row.name, row.platform, row.followers = cmd.name, cmd.platform, cmd.followers
    db.session.flush()
    return row


@command
def record_mentions(cmd: RecordMentions) -> RecordedMentions:
    """
    Record mentions and posts; one that is known already changes nothing. Commits.

    Items that can not be kept are listed with the reason, the others are kept.
    """
    db.session.get_one(Event, cmd.event_id, with_for_update=True)  # two at once: one waits
    known = _known_keys(cmd.event_id)
    file = _File(_story_file(cmd.event_id), _Directory(cmd.event_id))
    accepted, duplicates = 0, 0
    rejected: list[RefusedItem] = []
    for index, given in enumerate(cmd.items):
        try:
            item = _checked(given)
        except ValueError as error:
            rejected.append(RefusedItem(index, str(error)))
            continue
        key = dedupe_key(item)
        if key in known:
            duplicates += 1
            if known[key] != (cmd.batch_id or 0):
                remember(cmd, key, item)
            continue
        known[key] = cmd.batch_id or 0
        db.session.add(_row(cmd, item, key, file))
        accepted += 1
    db.session.flush()
    if accepted and cmd.batch_id is None:  # of a file, the import is the act
        record_act("media.add", cmd.event_id, {"accepted": accepted})
    return RecordedMentions(accepted, duplicates, tuple(rejected))


def record_act(action: str, event_id: int, after: Mapping[str, Any]) -> None:
    """Leave an entry of the audit log about the media of an event; called inside a command."""
    event = event_by_id(event_id)
    audit.record(
        action,
        f"media:{event.slug}",
        organisation_id=event.organisation_id,
        event_id=event_id,
        after=after,
    )


def dedupe_key(item: MentionFigures) -> str:
    """Return what makes two items the same: the address, else outlet, title and day."""
    if item.url:
        named = item.url
    else:
        day = item.published_at.date().isoformat()
        named = "\0".join((name_key(item.outlet), title_key(item.title), day))
    return hashlib.sha256(f"{item.kind is MentionKind.CREATOR_POST}\0{named}".encode()).hexdigest()


def name_key(name: str) -> str:
    """Return a name without spaces, punctuation, width and case."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return "".join(char for char in folded if char.isalnum())[:_MAX_NAME] or folded[:_MAX_NAME]


def _checked(item: MentionFigures) -> MentionFigures:
    """Return an item with a canonical address and clean texts; ValueError says what is wrong."""
    for name, value in (
        ("reach", item.reach),
        ("reads", item.reads),
        ("engagement", item.engagement),
    ):
        if value is not None and not 0 <= value <= _LARGEST:
            raise ValueError(f"{name}: {value}")
    if item.published_at > clock.now():
        raise ValueError("published_at: in the future")
    try:
        return replace(
            item,
            outlet=text.clean(item.outlet, limit=_MAX_NAME),
            title=text.clean(item.title, limit=_MAX_TITLE),
            author=text.clean(item.author, limit=_MAX_NAME),
            url=canonical_url(item.url) if item.url else "",
        )
    except ValueError as error:
        raise ValueError(f"url or text: {str(error)[:200]}") from error


def _known_keys(event_id: int) -> dict[str, int]:
    """Return by key the batch that each row is of, 0 for one that came outside of files."""
    found: dict[str, int] = {}
    for model in (Mention, CreatorPost):
        rows = select(model.dedupe_key, model.batch_id).filter_by(event_id=event_id)
        found |= {key: batch_id or 0 for key, batch_id in db.session.execute(rows)}
    return found


def _story_file(event_id: int) -> StoryFile:
    rows = db.session.execute(
        select(Mention.story, Mention.title, Mention.published_at)
        .where(Mention.event_id == event_id)
        .order_by(Mention.id)
    )
    return StoryFile(Told(story, title_key(title), at) for story, title, at in rows)


def _row(cmd: RecordMentions, item: MentionFigures, key: str, file: _File) -> Mention | CreatorPost:
    if item.kind is MentionKind.CREATOR_POST:
        return _post(cmd, item, key, file.names.creator(item.outlet))
    if item.story:
        story, is_first = item.story, file.stories.join(item.story, item.title, item.published_at)
    else:
        story, is_first = file.stories.story_of(item.title, item.published_at)
    return Mention(
        event_id=cmd.event_id,
        ref=item.ref or f"mention-{key[:16]}",
        dedupe_key=key,
        outlet_id=file.names.outlet(item.outlet).id,
        batch_id=cmd.batch_id,
        kind=item.kind.value,
        title=item.title,
        url=item.url,
        author=item.author,
        published_at=item.published_at,
        lang=item.lang,
        tone=item.tone,
        prominence=item.prominence,
        story=story,
        is_original=is_first if item.is_original is None else item.is_original,
        reach=item.reach,
        reach_kind=item.reach_kind.value,
        op=item.op,
        reads=item.reads,
        engagement=item.engagement,
        raw=dict(item.raw),
        is_synthetic=cmd.is_synthetic,
        recorded_by=cmd.recorded_by,
        recorded_at=clock.now(),
    )


def _post(cmd: RecordMentions, item: MentionFigures, key: str, creator: Creator) -> CreatorPost:
    if item.followers is not None:
        creator.followers = item.followers
    return CreatorPost(
        event_id=cmd.event_id,
        ref=item.ref or f"post-{key[:16]}",
        dedupe_key=key,
        creator_id=creator.id,
        batch_id=cmd.batch_id,
        title=item.title,
        url=item.url,
        published_at=item.published_at,
        lang=item.lang,
        impressions=item.reach,
        op=item.op,
        engagement=item.engagement,
        raw=dict(item.raw),
        is_synthetic=cmd.is_synthetic,
        recorded_by=cmd.recorded_by,
        recorded_at=clock.now(),
    )


class _Directory:
    """Outlets and creators of an event by key; new names get a row."""

    def __init__(self, event_id: int) -> None:
        self.event_id = event_id
        by_event = {"event_id": event_id}
        outlets = db.session.scalars(select(Outlet).filter_by(**by_event))
        creators = db.session.scalars(select(Creator).filter_by(**by_event))
        self.outlets = {row.key: row for row in outlets}
        self.creators = {row.key: row for row in creators}

    def outlet(self, name: str) -> Outlet:
        """Return the outlet of a name."""
        key = name_key(name)
        if key not in self.outlets:
            row = Outlet(event_id=self.event_id, key=key, name={"zh": name, "en": name})
            db.session.add(row)
            db.session.flush()
            self.outlets[key] = row
        return self.outlets[key]

    def creator(self, name: str) -> Creator:
        """Return the creator of a name."""
        key = name_key(name)
        if key not in self.creators:
            row = Creator(event_id=self.event_id, key=key, name={"zh": name, "en": name})
            db.session.add(row)
            db.session.flush()
            self.creators[key] = row
        return self.creators[key]
