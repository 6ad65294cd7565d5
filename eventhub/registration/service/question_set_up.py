"""What organizers set up by hand: the questions of an event, their words, order and end."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, func, select, update

from eventhub.kernel import audit, clock
from eventhub.kernel.db import I18n, command, db
from eventhub.kernel.errors import Conflict, Invalid, NotFound
from eventhub.kernel.i18n import pick
from eventhub.registration.models import Answer, FormQuestion, HeldAnswer, Question
from eventhub.registration.queries.forms import AT_CHECK_IN, AT_REGISTRATION, OptionRow
from eventhub.registration.queries.question_set_up import (
    AskingType,
    QuestionSetUp,
    asking_types,
    earlier,
    question_set_ups,
)
from eventhub.registration.rules.forms import AT_GATES, Kind, named_in

OF_OPTIONS = frozenset({Kind.CHOICE, Kind.MANY})
_SLUG_MAX = 32
_FEWEST = 2  # answers to choose from


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveQuestion:
    """
    A question, new without `slug`.

    `options` are for `choice` and `many`; one without a value is new. `show_if`
    is a condition of `rules.forms` on questions that come earlier. Staff of
    gates see the answers, online, when `is_staff_visible`.
    """

    event_id: int
    slug: str = ""
    kind: Kind
    label: I18n
    help: I18n | None = None
    options: tuple[OptionRow, ...] = ()
    is_required: bool = False
    show_if: Mapping[str, Any] | None = None
    field_class: str = "answer"
    ask_at: str = AT_REGISTRATION
    is_staff_visible: bool = False
    type_ids: frozenset[int] = frozenset()


@command
def save_question(cmd: SaveQuestion) -> str:
    """
    Make or change a question and return its slug.

    Commits. New words for a question that has answers make a new version: the
    answers there are keep the words that they were given to. An ended question
    is asked again as soon as a ticket type asks it.

    Raises:
        Invalid: Too few answers to choose from, another kind than the answers
            there are, a condition that never holds, or types of another event.

        NotFound: The event has no question of this slug.
    """
    rows, types = question_set_ups(cmd.event_id), asking_types(cmd.event_id)
    options = _with_values(cmd)
    before = next((row for row in rows if row.slug == cmd.slug), None)
    if cmd.slug and before is None:
        raise NotFound()
    found = _locked(cmd, before) if before else _new(cmd, rows)
    has_answers = _has_answers(found.id) if before else False
    _check(cmd, options, rows, types, has_answers=bool(before and (has_answers or before.older)))
    kept = [{"value": one.value, "label": one.label} for one in options]
    words = (cmd.label, cmd.help, kept)
    if has_answers and words != (found.label, found.help, found.options):
        found = _next_version(found)
    found.label, found.help, found.options = words
    found.kind, found.show_if = cmd.kind.value, dict(cmd.show_if) if cmd.show_if else None
    found.is_required, found.field_class = cmd.is_required, cmd.field_class
    found.ask_at, found.is_staff_visible = cmd.ask_at, cmd.is_staff_visible
    if cmd.type_ids:
        found.ended_at = None
    db.session.flush()
    _ask(found, cmd.type_ids)
    _number_all(cmd.event_id)
    audit.record(
        "question.save",
        f"question:{found.slug}",
        event_id=cmd.event_id,
        after={
            "label": cmd.label,
            "version": found.version,
            "types": len(cmd.type_ids),
            "at_gates": cmd.is_staff_visible,
        },
    )
    return found.slug


@command
def move_question(event_id: int, slug: str, *, steps: int) -> None:
    """
    Move a question in the order of all, -1 one up. Commits.

    Raises:
        Conflict: It would come before a question that its condition names, or
            after one that names it.

        NotFound: There is no such question, or it is not asked any more.
    """
    rows = [row for row in question_set_ups(event_id) if not row.is_ended]
    at = next((place for place, row in enumerate(rows) if row.slug == slug), None)
    if at is None:
        raise NotFound()
    to = max(0, min(len(rows) - 1, at + steps))
    rows.insert(to, rows.pop(at))
    seen: set[str] = set()
    for row in rows:
        seen.add(row.slug)
        late = [one for one in rows if one.slug in named_in(row.show_if) and one.slug not in seen]
        if late:
            raise Conflict(
                _l(
                    "“%(one)s” is asked after an answer to “%(other)s”, so it stays behind it.",
                    one=pick(row.label),
                    other=pick(late[0].label),
                ),
            )
    _number([row.id for row in rows])
    _record("question.move", event_id, slug)


@command
def end_question(event_id: int, slug: str) -> None:
    """
    Ask a question no more; its answers stay. Commits.

    Raises:
        Conflict: Another question is asked after an answer to this one.

        NotFound: There is no such question, or it is ended already.
    """
    rows = [row for row in question_set_ups(event_id) if not row.is_ended]
    found = next((row for row in rows if row.slug == slug), None)
    if found is None:
        raise NotFound()
    needing = next((row for row in rows if slug in named_in(row.show_if)), None)
    if needing is not None:
        raise Conflict(
            _l(
                "“%(one)s” is asked after an answer to this question. Change that first.",
                one=pick(needing.label),
            ),
        )
    db.session.execute(delete(FormQuestion).where(FormQuestion.question_id == found.id))
    db.session.execute(update(Question).where(Question.id == found.id).values(ended_at=clock.now()))
    _record("question.end", event_id, slug)


def _check(
    cmd: SaveQuestion,
    options: tuple[OptionRow, ...],
    rows: list[QuestionSetUp],
    types: list[AskingType],
    *,
    has_answers: bool,
) -> None:
    if not cmd.type_ids <= {kind.id for kind in types}:
        raise Invalid(fields={"types": [_l("Choose one of the list.")]})
    before = next((row for row in rows if row.slug == cmd.slug), None)
    if before is not None and has_answers and before.kind is not cmd.kind:
        text = _l("There are answers of another kind. End this question and make a new one.")
        raise Invalid(fields={"kind": [text]})
    if cmd.ask_at == AT_CHECK_IN and cmd.kind not in AT_GATES:
        text = _l("Gates ask for a choice, yes or no, a text, a number or a date only.")
        raise Invalid(fields={"ask_at": [text]})
    if cmd.ask_at == AT_CHECK_IN and cmd.show_if:
        text = _l("A gate asks without conditions: it does not know the other answers.")
        raise Invalid(fields={"condition": [text]})
    if cmd.is_staff_visible and cmd.kind is Kind.FILE:
        text = _l("A gate shows words only, no files.")
        raise Invalid(fields={"is_staff_visible": [text]})
    if cmd.kind in OF_OPTIONS and len(options) < _FEWEST:
        raise Invalid(fields={"options": [_l("Give two answers to choose from at least.")]})
    _check_condition(cmd, rows, types)
    _check_needed(cmd, options, rows)


def _check_condition(cmd: SaveQuestion, rows: list[QuestionSetUp], types: list[AskingType]) -> None:
    """Refuse a condition on what comes later, or is not asked by every type of the question."""
    sooner = {row.slug: row for row in earlier(rows, cmd.slug)}
    for slug in named_in(cmd.show_if):
        if slug not in sooner:
            raise Invalid(fields={"condition": [_l("Choose questions that come earlier.")]})
        deaf = cmd.type_ids - sooner[slug].type_ids
        if deaf or sooner[slug].ask_at != cmd.ask_at:
            name = next((pick(kind.name) for kind in types if kind.id in deaf), "")
            text = (
                _l(
                    "“%(type)s” does not ask “%(question)s”, so this would never be asked there.",
                    type=name,
                    question=pick(sooner[slug].label),
                )
                if deaf
                else _l("Both questions have to be asked at the same time.")
            )
            raise Invalid(fields={"condition": [text]})


def _check_needed(
    cmd: SaveQuestion, options: tuple[OptionRow, ...], rows: list[QuestionSetUp]
) -> None:
    """Refuse to take away what the condition of a later question asks for."""
    if not cmd.slug:
        return
    there = {option.value for option in options}
    for row in rows:
        wanted = named_in(row.show_if).get(cmd.slug)
        if wanted is None or row.is_ended:
            continue
        name = pick(row.label)
        if cmd.kind in OF_OPTIONS and not set(wanted) <= there:
            text = _l(
                "“%(one)s” is asked after an answer that is gone. Change that first.", one=name
            )
            raise Invalid(fields={"options": [text]})
        if not row.type_ids <= cmd.type_ids:
            text = _l("“%(one)s” is asked after an answer to this question.", one=name)
            raise Invalid(fields={"types": [text]})


def _with_values(cmd: SaveQuestion) -> tuple[OptionRow, ...]:
    """Return the options, each with a value that no other one has."""
    if cmd.kind not in OF_OPTIONS:
        return ()
    taken = {option.value for option in cmd.options if option.value}
    made: list[OptionRow] = []
    for option in cmd.options:
        value = option.value
        if not value or any(one.value == value for one in made):
            value = _free(_plain(option.label.get("en", "")) or "answer", taken)
            taken.add(value)
        made.append(OptionRow(value, option.label))
    return tuple(made)


def _locked(cmd: SaveQuestion, before: QuestionSetUp) -> Question:
    """Return the row of the newest version; who answers it just now is waited for."""
    found = db.session.scalar(
        select(Question)
        .where(
            Question.event_id == cmd.event_id,
            Question.slug == before.slug,
            Question.replaced_at.is_(None),
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound()
    return found


def _new(cmd: SaveQuestion, rows: list[QuestionSetUp]) -> Question:
    slug = _free(_plain(cmd.label.get("en", "")) or "question", {row.slug for row in rows})
    found = Question(event_id=cmd.event_id, slug=slug, kind=cmd.kind.value, label=cmd.label)
    db.session.add(found)
    db.session.flush()
    return found


def _next_version(old: Question) -> Question:
    """Return a new row that the forms name from now on; the old one keeps its answers."""
    old.replaced_at = clock.now()
    db.session.flush()
    made = Question(
        event_id=old.event_id,
        slug=old.slug,
        kind=old.kind,
        label=old.label,
        version=old.version + 1,
        ended_at=old.ended_at,
    )
    db.session.add(made)
    db.session.flush()
    db.session.execute(
        update(FormQuestion).where(FormQuestion.question_id == old.id).values(question_id=made.id)
    )
    return made


def _ask(found: Question, type_ids: frozenset[int]) -> None:
    """Let exactly these ticket types ask a question; where it is new it comes last."""
    mine = FormQuestion.question_id == found.id
    rows = db.session.execute(
        select(FormQuestion.ticket_type_id, FormQuestion.position).where(mine)
    )
    standing: dict[int, int] = dict(rows.all())
    db.session.execute(
        delete(FormQuestion).where(mine, FormQuestion.ticket_type_id.not_in(type_ids))
    )
    last = (
        db.session.scalar(
            select(func.max(FormQuestion.position))
            .join(Question, Question.id == FormQuestion.question_id)
            .where(Question.event_id == found.event_id)
        )
        or 0
    )
    place = min(standing.values(), default=last + 1)
    db.session.add_all(
        FormQuestion(ticket_type_id=type_id, question_id=found.id, position=place)
        for type_id in sorted(type_ids - standing.keys())
    )
    db.session.flush()


def _number_all(event_id: int) -> None:
    """Give all forms of an event one order."""
    _number([row.id for row in question_set_ups(event_id) if not row.is_ended])


def _number(ids: list[int]) -> None:
    for place, question_id in enumerate(ids, 1):
        db.session.execute(
            update(FormQuestion)
            .where(FormQuestion.question_id == question_id)
            .values(position=place)
        )


def _has_answers(question_id: int) -> bool:
    return any(
        db.session.scalar(select(model.id).where(model.question_id == question_id).limit(1))
        for model in (Answer, HeldAnswer)
    )


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")[:_SLUG_MAX].strip("_")


def _free(wanted: str, taken: set[str]) -> str:
    if wanted not in taken:
        return wanted
    number = next(n for n in range(2, len(taken) + 3) if f"{wanted}_{n}" not in taken)
    return f"{wanted}_{number}"


def _record(action: str, event_id: int, slug: str) -> None:
    audit.record(action, f"question:{slug}", event_id=event_id)
