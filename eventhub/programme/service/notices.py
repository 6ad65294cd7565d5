"""Who is told of a release: one message per party, written with the release itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from email.utils import parseaddr

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select, update

from eventhub.kernel import audit, clock, text
from eventhub.kernel.auth import current_actor
from eventhub.kernel.db import I18n, command, db
from eventhub.kernel.errors import Invalid, NotFound
from eventhub.kernel.i18n import in_lang
from eventhub.notify import service as outbox
from eventhub.programme import ical, queries
from eventhub.programme.enums import ChangeKind, NoticeAudience, RoundState
from eventhub.programme.errors import NoDrafts
from eventhub.programme.models import (
    Event,
    NoticeRound,
    Party,
    Performance,
    Schedule,
    ShowParty,
)
from eventhub.programme.queries import EventRow
from eventhub.programme.rules.diff import Diff
from eventhub.programme.service import notice_words as words
from eventhub.programme.service.notice_words import TOLD_KINDS, ToldChange
from eventhub.settings import current_settings

_DEFAULT_LANG = "zh"


@dataclass(frozen=True, slots=True)
class _Contact:
    """A party as a message needs it."""

    id: int
    uuid: str
    name: I18n
    email: str | None
    lang: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetContact:
    """Where notices for a party go; an empty address takes it away."""

    event_id: int
    party_slug: str
    email: str
    lang: str = _DEFAULT_LANG


@dataclass(frozen=True, slots=True, kw_only=True)
class DecideNotices:
    """Whether the drafts of one release leave."""

    event_id: int
    version: str
    audience: NoticeAudience
    is_approved: bool


def held_for(schedule_id: int, audience: NoticeAudience) -> str:
    """Return what the outbox calls the messages of one release for one audience."""
    return f"release:{schedule_id}:{audience}"


def waits_for_approval(event_id: int) -> bool:
    """Tell whether notices of the event are drafts first; anything but `auto` says so."""
    mode = db.session.scalar(select(Event.notice_mode).where(Event.id == event_id))
    return mode != "auto"


def open_rounds(schedule: Schedule, changes: Diff) -> None:
    """
    Write the messages of a release to the parties concerned, and ask for the others.

    Part of the release: called inside its command, after the version is public.
    Those who registered are written to by the domain that knows them, which
    looks for rounds that are `waiting`; before the first release nobody was
    told anything.
    """
    told = told_changes(schedule.event_id, changes)
    if not told and not _cast_changes(changes):
        return
    event = queries.event_by_id(schedule.event_id)
    is_draft = waits_for_approval(event.id)
    contacts, concerned = _concerned(event.id, told, changes)
    reachable = {key: found for key, found in concerned.items() if contacts[key].email}
    mark = held_for(schedule.id, NoticeAudience.PARTIES)
    messages = list(_messages(event, schedule.id, contacts, reachable))
    outbox.post_all(messages, held_for=mark, as_drafts=is_draft)
    if concerned:
        state = RoundState.DRAFT if messages and is_draft else RoundState.APPROVED
        _round(
            schedule,
            NoticeAudience.PARTIES,
            state,
            written=len(messages),
            unreachable=len(concerned) - len(messages),
        )
    if told and schedule.base_schedule_id is not None:
        _round(schedule, NoticeAudience.REGISTRANTS, RoundState.WAITING)


def told_changes(event_id: int, changes: Diff) -> dict[int, ToldChange]:
    """Return what people are told of a diff, by performance id."""
    kinds: dict[int, dict[ChangeKind, Mapping[str, object] | None]] = defaultdict(dict)
    for change in changes.changes:
        if change.kind in TOLD_KINDS or change.kind == ChangeKind.CAST:
            kinds[change.performance_id][change.kind] = change.old
    return changes_told(event_id, kinds)


def changes_told(
    event_id: int, kinds: Mapping[int, Mapping[ChangeKind, Mapping[str, object] | None]]
) -> dict[int, ToldChange]:
    """Return kinds of change together with what is public of the performances now."""
    if not kinds:
        return {}
    event = queries.event_by_id(event_id)
    return {
        row.performance.performance_id: ToldChange(row, kinds[row.performance.performance_id])
        for row in queries.published(event)
        if row.performance.performance_id in kinds
    }


@command
def set_contact(cmd: SetContact) -> None:
    """
    Say where notices for a party go.

    Raises:
        NotFound: The event has no such party.

        Invalid: That is no address of a mailbox.
    """
    email = None
    if cmd.email.strip():
        try:
            email = text.normalise_email(cmd.email)
        except ValueError as error:
            raise Invalid(fields={"email": [_l("This is not an e-mail address.")]}) from error
    found = db.session.execute(
        update(Party)
        .where(Party.event_id == cmd.event_id, Party.slug == cmd.party_slug)
        .values(contact_email=email, contact_lang="en" if cmd.lang == "en" else "zh")
        .returning(Party.id)
    ).scalar()
    if found is None:
        raise NotFound()
    audit.record(
        "party.contact",
        f"party:{cmd.party_slug}",
        event_id=cmd.event_id,
        after={"has_address": email is not None},
    )


@command
def decide_notices(cmd: DecideNotices) -> int:
    """
    Let the drafts of a release leave, or discard them; return how many there were.

    Raises:
        NoDrafts: None wait: decided already, or not written yet.
    """
    found = db.session.execute(
        select(NoticeRound, Schedule.id)
        .join(Schedule, Schedule.id == NoticeRound.schedule_id)
        .where(
            Schedule.event_id == cmd.event_id,
            Schedule.name == cmd.version,
            NoticeRound.audience == cmd.audience,
            NoticeRound.state == RoundState.DRAFT,
        )
        .with_for_update()
    ).first()
    if found is None:
        raise NoDrafts()
    row, schedule_id = found
    count = outbox.decide(held_for(schedule_id, cmd.audience), is_approved=cmd.is_approved)
    row.state = RoundState.APPROVED if cmd.is_approved else RoundState.DISCARDED
    row.decided_at = clock.now()
    row.decided_by = current_actor().name
    audit.record(
        "notices.approve" if cmd.is_approved else "notices.discard",
        f"schedule:{cmd.version}",
        event_id=cmd.event_id,
        after={"audience": cmd.audience, "messages": count},
    )
    return count


@command
def close_round(round_id: int, *, written: int, unreachable: int) -> None:
    """Note that the messages of a waiting round are written; they are drafts or due now."""
    row = db.session.get_one(NoticeRound, round_id)
    if row.state != RoundState.WAITING:
        return
    is_draft = written and waits_for_approval(row.event_id)
    row.state = RoundState.DRAFT if is_draft else RoundState.APPROVED
    row.written, row.unreachable = written, unreachable


def _round(
    schedule: Schedule,
    audience: NoticeAudience,
    state: RoundState,
    *,
    written: int = 0,
    unreachable: int = 0,
) -> None:
    db.session.add(
        NoticeRound(
            event_id=schedule.event_id,
            schedule_id=schedule.id,
            audience=audience,
            state=state,
            written=written,
            unreachable=unreachable,
            created_at=clock.now(),
        )
    )


def _cast_changes(changes: Diff) -> bool:
    return any(change.kind == ChangeKind.CAST for change in changes.changes)


def _concerned(
    event_id: int, told: Mapping[int, ToldChange], changes: Diff
) -> tuple[dict[int, _Contact], dict[int, list[ToldChange]]]:
    """Return parties by id, and what concerns each: changes, joining and leaving a cast."""
    statement = select(
        Party.id, Party.uuid, Party.name, Party.contact_email, Party.contact_lang
    ).where(Party.event_id == event_id)
    contacts = {
        row.id: _Contact(
            row.id, row.uuid, row.name, row.contact_email, row.contact_lang or _DEFAULT_LANG
        )
        for row in db.session.execute(statement)
    }
    links = (
        select(Performance.id, ShowParty.party_id)
        .join(ShowParty, ShowParty.show_id == Performance.show_id)
        .where(Performance.event_id == event_id)
        .distinct()
    )
    cast = _moves_of_cast(changes, {one.uuid: one.id for one in contacts.values()})
    found: dict[int, dict[int, ToldChange]] = defaultdict(dict)
    for performance_id, party_id in db.session.execute(links):
        change = told.get(performance_id)
        if change is not None and not TOLD_KINDS.isdisjoint(change.kinds):
            found[party_id][performance_id] = change
    for performance_id, party_id, kind in cast:
        if performance_id in told and performance_id not in found[party_id]:
            row = told[performance_id].row
            found[party_id][performance_id] = ToldChange(row, {kind: None})
    ordered = {
        party_id: sorted(rows.values(), key=_order) for party_id, rows in found.items() if rows
    }
    return contacts, ordered


def _moves_of_cast(changes: Diff, ids: Mapping[str, int]) -> Iterator[tuple[int, int, ChangeKind]]:
    """Return (performance, party, kind): a party that joins is told as of something new."""
    for change in changes.changes:
        if change.kind == ChangeKind.CAST:
            old = set((change.old or {})["parties"])
            new = set((change.new or {})["parties"])
            for uuids, kind in ((new - old, ChangeKind.NEW), (old - new, ChangeKind.REMOVED)):
                for uuid in sorted(uuids & ids.keys()):
                    yield change.performance_id, ids[uuid], kind


def _order(change: ToldChange) -> tuple[object, int]:
    return change.row.performance.starts_at, change.row.performance.public_no


def _messages(
    event: EventRow,
    schedule_id: int,
    contacts: Mapping[int, _Contact],
    concerned: Mapping[int, Sequence[ToldChange]],
) -> Iterator[outbox.Message]:
    """Return one message per party, language by language so that texts are made once."""
    stages = {stage.slug: stage.name for stage in queries.stages(event.id)}
    base_url = current_settings().base_url.rstrip("/")
    organizer = event.contact_email or parseaddr(current_settings().mail_from)[1]
    for lang in ("zh", "en"):
        mine = {key: rows for key, rows in concerned.items() if contacts[key].lang == lang}
        with in_lang(lang):
            files = _files(event, mine.values(), base_url)
            for key, rows in sorted(mine.items()):
                contact = contacts[key]
                name = contact.name.get(lang) or next(iter(contact.name.values()), "")
                lines = "\n".join(f"- {words.line(event, stages, row)}" for row in rows)
                yield outbox.Message(
                    event_id=event.id,
                    kind="release_party",
                    dedupe_key=f"release:{schedule_id}:party:{contact.uuid}",
                    recipient=contact.email or "",
                    recipient_name=name,
                    locale=lang,
                    subject=words.subject(event, rows),
                    text=_text(event, name, lines, base_url),
                    attachments=tuple(
                        outbox.Attachment(
                            files[_file_key(row)].name,
                            "text/calendar",
                            ical.addressed(
                                files[_file_key(row)],
                                organizer=organizer,
                                name=name,
                                email=contact.email or "",
                            ),
                        )
                        for row in rows
                    ),
                    is_synthetic=event.is_synthetic,
                )


def _text(event: EventRow, name: str, lines: str, base_url: str) -> str:
    return "\n\n".join(
        (
            _("To %(name)s", name=name),
            _("The programme has changed. This concerns you:"),
            lines,
            _("Open the files of this mail: they bring your calendar up to date."),
            words.foot(event, f"{base_url}/e/{event.slug}/programme"),
        )
    )


def _file_key(change: ToldChange) -> tuple[int, bool]:
    return change.row.performance.performance_id, change.is_off


def _files(
    event: EventRow, concerned: Iterable[Sequence[ToldChange]], base_url: str
) -> dict[tuple[int, bool], ical.Invitation]:
    changes = {_file_key(change): change for rows in concerned for change in rows}
    span = [change.row for change in changes.values()]
    return {
        key: ical.invitation(event, change.row, span=span, is_off=change.is_off, base_url=base_url)
        for key, change in changes.items()
    }
