"""What changes from one version of a schedule to another, as the public sees it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from eventhub.programme.enums import ChangeKind

I18n = dict[str, str]
_OFF = frozenset({"cancelled", "postponed"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A performance as one version shows it; `stage` is a slug, `cast` sorted uuids."""

    performance_id: int
    uuid: str
    show_code: str
    title: I18n = field(hash=False)
    stage: str
    starts_at: datetime
    ends_at: datetime
    status: str = "scheduled"
    cast: tuple[str, ...] = ()

    @property
    def is_off(self) -> bool:
        """Tell whether it does not take place."""
        return self.status in _OFF


@dataclass(frozen=True, slots=True)
class Change:
    """One kind of change of one performance, with what was and what is."""

    performance_id: int
    uuid: str
    show_code: str
    title: I18n = field(hash=False)
    kind: ChangeKind
    old: dict[str, Any] | None = field(hash=False)
    new: dict[str, Any] | None = field(hash=False)


@dataclass(frozen=True, slots=True)
class Diff:
    """All changes from one version to another, by performance."""

    changes: tuple[Change, ...]

    def counts(self) -> dict[str, int]:
        """Return how many changes there are of each kind, zeros included."""
        found = Counter(change.kind for change in self.changes)
        return {kind.value: found[kind] for kind in ChangeKind}

    def performance_ids(self) -> set[int]:
        """Return what is touched."""
        return {change.performance_id for change in self.changes}


def diff(before: Mapping[int, Shown], after: Mapping[int, Shown]) -> Diff:
    """
    Return what changes, ordered by performance id and kind.

    Args:
        before: Performances that the earlier version shows, by id.

        after: The same of the later one.
    """
    changes: list[Change] = []
    for key in sorted(before.keys() | after.keys()):
        old, new = before.get(key), after.get(key)
        if old is None and new is not None:
            changes.append(_change(new, ChangeKind.NEW, None, _whole(new)))
        elif new is None and old is not None:
            changes.append(_change(old, ChangeKind.REMOVED, _whole(old), None))
        elif old is not None and new is not None and old != new:
            changes += _between(old, new)
    return Diff(tuple(changes))


def _between(old: Shown, new: Shown) -> Iterator[Change]:
    if old.is_off != new.is_off:
        kind = ChangeKind.CANCELLED if new.is_off else ChangeKind.RESTORED
        yield _change(new, kind, {"status": old.status}, {"status": new.status})
    if (old.starts_at, old.stage) != (new.starts_at, new.stage):
        yield _change(new, ChangeKind.MOVED, _place(old), _place(new))
    if old.ends_at - old.starts_at != new.ends_at - new.starts_at:
        yield _change(new, ChangeKind.RESIZED, _length(old), _length(new))
    if old.title != new.title:
        yield _change(new, ChangeKind.RETITLED, {"title": old.title}, {"title": new.title})
    if old.cast != new.cast:
        kind = ChangeKind.CAST
        yield _change(new, kind, {"parties": list(old.cast)}, {"parties": list(new.cast)})


def _change(
    row: Shown, kind: ChangeKind, old: dict[str, Any] | None, new: dict[str, Any] | None
) -> Change:
    return Change(row.performance_id, row.uuid, row.show_code, row.title, kind, old, new)


def _place(row: Shown) -> dict[str, Any]:
    return {"start": row.starts_at.isoformat(), "stage": row.stage}


def _length(row: Shown) -> dict[str, Any]:
    return {
        "end": row.ends_at.isoformat(),
        "minutes": int((row.ends_at - row.starts_at).total_seconds() // 60),
    }


def _whole(row: Shown) -> dict[str, Any]:
    return {"title": row.title, **_place(row), **_length(row), "status": row.status}
