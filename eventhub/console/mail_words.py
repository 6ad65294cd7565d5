"""Words and form of the page on which organizers write their messages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import StringField, TextAreaField
from wtforms.validators import Length

from eventhub.kernel import clock
from eventhub.kernel.forms import BaseForm, Required

_MAX_SUBJECT = 200
_MAX_BODY = 4000


class MailTextForm(BaseForm):
    """Subject and body of one message."""

    subject = StringField(
        _l("Subject"), validators=[Required(_l("Fill in this field.")), Length(max=_MAX_SUBJECT)]
    )
    body = TextAreaField(
        _l("Text"), validators=[Required(_l("Fill in this field.")), Length(max=_MAX_BODY)]
    )


@dataclass(frozen=True, slots=True)
class Start:
    """What an organizer begins from."""

    subject: str
    body: str


def now() -> datetime:
    """Return the present instant."""
    return clock.now()


def kinds() -> dict[str, str]:
    """Return the word of every message that can be written anew."""
    return {
        "registration_confirmed": _("Ticket"),
        "registration_waitlisted": _("On the waitlist"),
        "registration_pending": _("Waits for approval"),
        "registration_offered": _("A place is offered"),
        "registration_declined": _("Declined"),
        "registration_cancelled": _("Cancelled"),
    }


def placeholders() -> dict[str, str]:
    """Return what each placeholder stands for."""
    return {
        "{name}": _("name of the person"),
        "{event}": _("the event"),
        "{ticket}": _("kind of ticket"),
        "{when}": _("when it is good for"),
        "{where}": _("where it is good for"),
        "{code}": _("code of the registration"),
        "{link}": _("private link of the person"),
    }


def start(kind: str) -> Start:
    """Return a first text in the language of the moment."""
    sentence = {
        "registration_confirmed": _("your place is confirmed: {ticket}, {when}, {where}."),
        "registration_waitlisted": _("all places are taken. You are on the waitlist for {ticket}."),
        "registration_pending": _("we look at each registration and write to you soon."),
        "registration_offered": _("a place is free for you: {ticket}, {when}. Take it in time."),
        "registration_declined": _("we have no place for you this time."),
        "registration_cancelled": _("your registration {code} is cancelled."),
    }[kind]
    return Start(
        subject=kinds()[kind] + " · {event}",
        body=_("Dear {name},") + f"\n\n{sentence}\n\n" + _("Your link: {link}"),
    )
