"""Keep the passage that figures rest on, and what the sources do not say."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import delete, select

from eventhub.exposure.models import NotStated, SourceText
from eventhub.kernel.db import I18n, command, db


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordSourceText:
    """The verbatim passage of one source; `source` is its name in audience."""

    event_id: int
    source: str
    title: I18n
    text: str
    language: str = "zh-Hans"


@dataclass(frozen=True, slots=True, kw_only=True)
class NotStatedItem:
    """One open question; `topic` begins with the metric family it is about."""

    topic: str
    text: I18n


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordNotStated:
    """All open questions of an event, in the order of the report."""

    event_id: int
    items: tuple[NotStatedItem, ...]


@command
def record_source_text(cmd: RecordSourceText) -> None:
    """Keep the passage of a source, replacing the one before. Commits."""
    row = db.session.scalar(
        select(SourceText).where(
            SourceText.event_id == cmd.event_id, SourceText.source == cmd.source
        )
    )
    if row is None:
        row = SourceText(event_id=cmd.event_id, source=cmd.source)
        db.session.add(row)
    row.title, row.text, row.language = cmd.title, cmd.text, cmd.language
    db.session.flush()


@command
def record_not_stated(cmd: RecordNotStated) -> None:
    """Keep the open questions of an event, replacing those before. Commits."""
    db.session.execute(delete(NotStated).where(NotStated.event_id == cmd.event_id))
    db.session.add_all(
        NotStated(event_id=cmd.event_id, position=number, topic=item.topic, text=item.text)
        for number, item in enumerate(cmd.items, start=1)
    )
    db.session.flush()
