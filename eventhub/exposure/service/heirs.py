"""Items of media files that others told of first: they stand when those are taken back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, Final, Protocol

from sqlalchemy import delete, insert, select

from eventhub.audience.models import Delivery, TakenBack
from eventhub.exposure.enums import MentionKind, ReachKind
from eventhub.exposure.models import CreatorPost, Mention
from eventhub.exposure.rules.exports import MentionFigures
from eventhub.kernel import clock
from eventhub.kernel.db import db

_TABLE: Final = Mention.__tablename__


class _Telling(Protocol):
    """Whatever tells of an item: see `RecordMentions`."""

    @property
    def event_id(self) -> int: ...

    @property
    def batch_id(self) -> int | None: ...


def remember(telling: _Telling, key: str, item: MentionFigures) -> None:
    """Note an item that another file told of first, inside the caller's command."""
    here = {
        "table_name": _TABLE,
        "row_key": f"{telling.event_id}/{key}",
        "batch_id": telling.batch_id or 0,
    }
    if db.session.get(Delivery, tuple(here.values())) is not None:
        return
    raw = asdict(item) | {"published_at": item.published_at.astimezone(UTC).isoformat()}
    db.session.add(Delivery(**here, event_id=telling.event_id, seq=0, raw=raw, at=None))
    db.session.flush()


def take_rows(event_id: int, batch_id: int) -> list[tuple[int, MentionFigures]]:
    """
    Take the rows of a file away and keep them as they stood, inside the caller's command.

    Returns:
        The items that stand in their place: of each row the first other batch
        that told of it, with its number, 0 for what came outside of files.
    """
    rows: list[Mention | CreatorPost] = [
        *db.session.scalars(select(Mention).where(Mention.batch_id == batch_id)),
        *db.session.scalars(select(CreatorPost).where(CreatorPost.batch_id == batch_id)),
    ]
    _keep(event_id, batch_id, rows)
    for row in rows:
        db.session.delete(row)
    db.session.flush()
    mine = (Delivery.table_name == _TABLE, Delivery.event_id == event_id)
    db.session.execute(delete(Delivery).where(*mine, Delivery.batch_id == batch_id))
    names = {f"{event_id}/{row.dedupe_key}" for row in rows}
    heirs: dict[str, Delivery] = {}
    rows_told = select(Delivery).where(*mine).order_by(Delivery.batch_id)
    for told in db.session.scalars(rows_told):
        if told.row_key in names:
            heirs.setdefault(told.row_key, told)
    found = [(told.batch_id, _item(told.raw)) for told in heirs.values()]
    for told in heirs.values():
        db.session.delete(told)
    db.session.flush()
    return found


def _keep(event_id: int, batch_id: int, rows: Sequence[Mention | CreatorPost]) -> None:
    values = [
        {
            "event_id": event_id,
            "table_name": type(row).__tablename__,
            "batch_id": batch_id,
            "row_key": row.dedupe_key,
            "raw": _as_json(row),
            "taken_at": clock.now(),
        }
        for row in rows
    ]
    if values:
        db.session.execute(insert(TakenBack), values)


def _as_json(row: Mention | CreatorPost) -> dict[str, Any]:
    found = {one.key: getattr(row, one.key) for one in type(row).__mapper__.column_attrs}
    return {
        name: value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value
        for name, value in found.items()
    }


def _item(raw: dict[str, Any]) -> MentionFigures:
    values = raw | {
        "published_at": datetime.fromisoformat(raw["published_at"]),
        "kind": MentionKind(raw["kind"]),
        "reach_kind": ReachKind(raw["reach_kind"]),
    }
    return MentionFigures(**values)
