"""Organizers' words for messages: kept, put back to ours, and shown before they are used."""

from __future__ import annotations

from dataclasses import dataclass

from flask import render_template
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, select

from eventhub.kernel import audit, clock
from eventhub.kernel.db import command, db
from eventhub.kernel.errors import Invalid, NotFound
from eventhub.kernel.i18n import in_lang
from eventhub.programme.queries import EventRow
from eventhub.registration.models import MailTemplate
from eventhub.registration.queries.mail_texts import KINDS
from eventhub.registration.rules import mail_text as rules


@dataclass(frozen=True, slots=True)
class SaveMailText:
    """One kind of message in one language, in the organizer's words."""

    event_id: int
    kind: str
    locale: str
    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class Preview:
    """A message with an invented person in it."""

    subject: str
    text: str


@command
def save_mail_text(cmd: SaveMailText) -> None:
    """
    Keep a text. Commits.

    Raises:
        NotFound: There is no such kind of message.
        Invalid: A placeholder that does not exist, by field.
    """
    _check(cmd.kind, cmd.locale)
    fields = {
        name: [_l("There is no placeholder %(name)s.", name="{" + wrong[0] + "}")]
        for name, wrong in (
            ("subject", rules.unknown(cmd.subject)),
            ("body", rules.unknown(cmd.body)),
        )
        if wrong
    }
    if fields:
        raise Invalid(fields=fields)
    row = db.session.scalar(
        select(MailTemplate).where(
            MailTemplate.event_id == cmd.event_id,
            MailTemplate.kind == cmd.kind,
            MailTemplate.locale == cmd.locale,
        )
    )
    if row is None:
        row = MailTemplate(event_id=cmd.event_id, kind=cmd.kind, locale=cmd.locale)
        db.session.add(row)
    row.subject, row.body, row.changed_at = cmd.subject, cmd.body, clock.now()
    db.session.flush()
    _record("mail_text.save", cmd.event_id, cmd.kind, cmd.locale)


@command
def reset_mail_text(event_id: int, kind: str, locale: str) -> None:
    """Use our text again. Commits; raises NotFound for an unknown kind."""
    _check(kind, locale)
    db.session.execute(
        delete(MailTemplate)
        .where(
            MailTemplate.event_id == event_id,
            MailTemplate.kind == kind,
            MailTemplate.locale == locale,
        )
        .execution_options(synchronize_session=False)
    )
    _record("mail_text.reset", event_id, kind, locale)


def preview_mail(event: EventRow, cmd: SaveMailText, *, ticket: str) -> Preview:
    """Return the message with an invented person in it; writes nothing."""
    with in_lang(cmd.locale):
        values = {
            "name": _("Lin Zhixia"),
            "event": event.title.get(cmd.locale) or next(iter(event.title.values()), ""),
            "ticket": ticket,
            "when": _("Sat 24 Oct, 20:30"),
            "where": _("Main stage"),
            "code": "K7M2QX",
            "link": "https://example.org/t/…",
        }
        text = render_template("mail/custom.txt", body=rules.filled(cmd.body, values))
    return Preview(rules.filled(cmd.subject, values), text.strip())


def _check(kind: str, locale: str) -> None:
    if kind not in KINDS or locale not in {"zh", "en"}:
        raise NotFound()


def _record(action: str, event_id: int, kind: str, locale: str) -> None:
    audit.record(action, f"mail_text:{kind}/{locale}", event_id=event_id)
