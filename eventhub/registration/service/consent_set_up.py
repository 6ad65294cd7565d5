"""What organizers set up by hand: the consent texts of an event, their words, order and end."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select, update

from eventhub.kernel import audit, clock
from eventhub.kernel.db import I18n, command, db
from eventhub.kernel.errors import Conflict, Invalid, NotFound
from eventhub.kernel.text import clean
from eventhub.programme.queries import EventRow
from eventhub.registration.errors import ConsentChanged
from eventhub.registration.models import ConsentText
from eventhub.registration.queries.consent_set_up import ConsentSetUp, consent_set_ups

NOTICE = "notice"
LONGEST_TEXT = 4000  # characters of one language
_LONGEST_LINE = LONGEST_TEXT
_LONGEST_TITLE = 120
_PURPOSE = re.compile(r"[a-z][a-z0-9_]{0,39}")


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveConsentText:
    """
    A consent text; without `read_version` a new one of `purpose`.

    `kind` is `notice` for what a person only takes note of, `consent` for what
    a person is free to refuse. `title` and `text` have the same languages.
    `read_version` is the version that stood in the form of the organizer.
    """

    event_id: int
    purpose: str = ""
    kind: str
    is_required: bool
    title: I18n
    text: I18n
    read_version: int | None = None


@command
def save_consent_text(cmd: SaveConsentText) -> str:
    """
    Make or change a consent text and return its purpose.

    Commits. Other words make a new version, always: somebody may have the
    form with the old ones open. Who agreed before agreed to the old words and
    no more. A text that is not asked any more is asked again.

    Raises:
        Invalid: No words in one language at least, title and text in unlike
            languages, a purpose that can not be used or is taken.

        ConsentChanged: Another organizer has made a version in between.

        NotFound: The event has no text of this purpose.
    """
    title, text = _words(cmd)
    if cmd.read_version is None:
        found = _new(cmd, title, text)
    else:
        found = _current(cmd.event_id, cmd.purpose)
        if found.version != cmd.read_version:
            raise ConsentChanged(details={"purpose": cmd.purpose, "version": found.version})
        if (title, text) != (found.title, found.text):
            found = _next_version(found, title, text)
    found.kind, found.is_required, found.ended_at = cmd.kind, cmd.is_required, None
    db.session.flush()
    audit.record(
        "consent.save",
        f"consent:{found.purpose}",
        event_id=cmd.event_id,
        after={
            "title": title,
            "version": found.version,
            "sha256": found.sha256,
            "is_required": cmd.is_required,
        },
    )
    return found.purpose


@command
def move_consent_text(event_id: int, purpose: str, *, steps: int) -> None:
    """
    Move a text among those that are needed, or among the free ones; -1 one up. Commits.

    Raises:
        NotFound: There is no such text, or it is not asked any more.
    """
    rows = [row for row in consent_set_ups(event_id) if not row.is_ended]
    moved = _asked(rows, purpose)
    group = [row for row in rows if row.is_required == moved.is_required]
    at = group.index(moved)
    group.insert(max(0, min(len(group) - 1, at + steps)), group.pop(at))
    others = [row for row in rows if row.is_required != moved.is_required]
    ordered = [*group, *others] if moved.is_required else [*others, *group]
    for place, row in enumerate(ordered, 1):
        db.session.execute(
            update(ConsentText).where(ConsentText.id == row.id).values(position=place)
        )
    audit.record("consent.move", f"consent:{purpose}", event_id=event_id)


@command
def end_consent_text(event: EventRow, purpose: str) -> None:
    """
    Ask a text no more; what was answered stays and can be withdrawn. Commits.

    Raises:
        Conflict: It is the last notice while people can register.

        NotFound: There is no such text, or it is ended already.
    """
    rows = [row for row in consent_set_ups(event.id) if not row.is_ended]
    found = _asked(rows, purpose)
    notices = [row for row in rows if row.kind == NOTICE]
    if event.is_registration_open and notices == [found]:
        raise Conflict(
            _l("People can register now, and this is the only notice about their data."),
        )
    db.session.execute(
        update(ConsentText).where(ConsentText.id == found.id).values(ended_at=clock.now())
    )
    audit.record("consent.end", f"consent:{purpose}", event_id=event.id)


def words_digest(text: I18n) -> str:
    """Return the SHA-256 of the words in all languages, in hexadecimal."""
    both = "\n".join(text[lang] for lang in ("zh", "en") if text.get(lang))
    return hashlib.sha256(both.encode()).hexdigest()


def _words(cmd: SaveConsentText) -> tuple[I18n, I18n]:
    """Return title and text in normal form."""
    faults: dict[str, list[object]] = {}
    title: dict[str, str] = {}
    text: dict[str, str] = {}
    for lang in ("zh", "en"):
        try:
            title[lang] = clean(cmd.title.get(lang, ""), limit=_LONGEST_TITLE)
            text[lang] = _lines(cmd.text.get(lang, ""))
        except ValueError:
            faults[f"text_{lang}"] = [_l("Use plain characters, at most %(n)s.", n=LONGEST_TEXT)]
            continue
        if title[lang] and not text[lang]:
            faults[f"text_{lang}"] = [_l("Fill in this field.")]
        if text[lang] and not title[lang]:
            faults[f"title_{lang}"] = [_l("Fill in this field.")]
    if not faults and not any(text.values()):
        faults["text_zh"] = [_l("Give the words in one language at least.")]
    if faults:
        raise Invalid(fields=faults)
    return _said(title), _said(text)


def _said(words: dict[str, str]) -> I18n:
    return {lang: said for lang, said in words.items() if said}


def _lines(typed: str) -> str:
    """Return a text of several lines in normal form; raises ValueError."""
    lines = [clean(line, limit=_LONGEST_LINE) for line in typed.splitlines()]
    made = re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
    if len(made) > LONGEST_TEXT:
        raise ValueError("too long")
    return made


def _new(cmd: SaveConsentText, title: I18n, text: I18n) -> ConsentText:
    mine = ConsentText.event_id == cmd.event_id
    taken = set(db.session.scalars(select(ConsentText.purpose).where(mine)))
    purpose = cmd.purpose or _free(_plain(title.get("en", "")), taken)
    if not _PURPOSE.fullmatch(purpose):
        sentence = _l("Use small letters, digits and _, a letter first.")
        raise Invalid(fields={"purpose": [sentence]})
    if purpose in taken:
        raise Invalid(fields={"purpose": [_l("There is such a text already.")]})
    last = db.session.scalar(select(func.max(ConsentText.position)).where(mine)) or 0
    return _add(
        ConsentText(
            event_id=cmd.event_id,
            purpose=purpose,
            kind=cmd.kind,
            is_required=cmd.is_required,
            version=1,
            title=title,
            text=text,
            position=last + 1,
        )
    )


def _next_version(old: ConsentText, title: I18n, text: I18n) -> ConsentText:
    old.replaced_at = clock.now()
    db.session.flush()
    return _add(
        ConsentText(
            event_id=old.event_id,
            purpose=old.purpose,
            kind=old.kind,
            is_required=old.is_required,
            version=old.version + 1,
            title=title,
            text=text,
            position=old.position,
        )
    )


def _add(made: ConsentText) -> ConsentText:
    made.made_at, made.sha256 = clock.now(), words_digest(made.text)
    db.session.add(made)
    db.session.flush()
    return made


def _current(event_id: int, purpose: str) -> ConsentText:
    """Return the newest version; another organizer who changes it just now is waited for."""
    found = db.session.scalar(
        select(ConsentText)
        .where(
            ConsentText.event_id == event_id,
            ConsentText.purpose == purpose,
            ConsentText.replaced_at.is_(None),
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound()
    return found


def _asked(rows: list[ConsentSetUp], purpose: str) -> ConsentSetUp:
    found = next((row for row in rows if row.purpose == purpose), None)
    if found is None:
        raise NotFound()
    return found


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKD", text.lower())
    return re.sub(r"[^a-z0-9]+", "_", folded).strip("_0123456789")[:32].strip("_")


def _free(wanted: str, taken: set[str]) -> str:
    wanted = wanted or "consent"
    if wanted not in taken:
        return wanted
    number = next(n for n in range(2, len(taken) + 3) if f"{wanted}_{n}" not in taken)
    return f"{wanted}_{number}"
