"""Answers to invitations; only the invited person can say yes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import update

from eventhub.kernel import audit, clock
from eventhub.kernel.db import command, db
from eventhub.kernel.errors import Invalid
from eventhub.registration.enums import Source
from eventhub.registration.errors import AnswerTooLate, IllegalTransition, InvitationBound
from eventhub.registration.models import Invitation
from eventhub.registration.queries.invitations import InvitationFace, invitation_face
from eventhub.registration.rules.identity import identity_keys
from eventhub.registration.rules.invitations import Standing, Step, from_steps
from eventhub.registration.service.claims import Duplicate, Register, Registered, holders
from eventhub.registration.service.register import register
from eventhub.webhooks.enums import Kind
from eventhub.webhooks.service import emit

_ANSWERABLE = frozenset({Standing.QUEUED, Standing.SENT, Standing.OPENED, Standing.BOUNCED})


@dataclass(frozen=True, slots=True)
class AcceptInvitation:
    """
    A yes: the contact as the person gives it, in normal form, and who else comes.

    `consents` and `read` as in `Register`.
    """

    invitation_id: int
    lang: str
    email: str | None = None
    phone: str | None = None
    others: tuple[str, ...] = ()
    consents: Mapping[str, bool] = field(default_factory=dict)
    read: Mapping[str, int] = field(default_factory=dict)


@command
def mark_opened(invitation_id: int) -> None:
    """Note that somebody looked at an invitation; does nothing after an answer. Commits."""
    step(invitation_id, Step.OPENED, opened_at=clock.now())


@command
def accept_invitation(cmd: AcceptInvitation) -> Registered | Duplicate:
    """
    Say yes: register the invited person and whom they bring. Commits.

    The registration bears the name and contacts of the invitation, whatever
    was typed; the typed contact only proves who answers.

    Returns:
        `Duplicate` when the invited person had a registration already: that
        one counts, and its link was mailed.

    Raises:
        InvitationBound: The contact is not the invited one.
        AnswerTooLate: The deadline is over, or the invitation was withdrawn.
        Invalid: Too many companions.
        SoldOut: No place is left and the type has no waitlist.
    """
    face = _answerable(cmd.invitation_id, also=Standing.DECLINED)
    row = face.row
    keys = set(identity_keys(email=row.email, phone=row.phone))
    given = set(identity_keys(email=cmd.email, phone=cmd.phone))
    if not given or not given <= keys:
        raise InvitationBound()
    if len(cmd.others) > face.campaign.plus_ones_max:
        text = _l("At most %(n)s companions with this ticket.", n=face.campaign.plus_ones_max)
        raise Invalid(fields={"companions": [text]})
    if not step(row.id, Step.ACCEPTED, answered_at=clock.now(), decline_reason=""):
        raise AnswerTooLate()
    outcome = register(
        Register(
            event_id=face.event.id,
            ticket_type=face.campaign.type_slug,
            name=row.name,
            lang=cmd.lang,
            email=row.email,
            phone=row.phone,
            others=cmd.others,
            consents=cmd.consents,
            read=cmd.read,
            source=Source.INVITATION,
            is_synthetic=face.event.is_synthetic,
        )
    )
    made = _made(face, outcome)
    db.session.execute(
        update(Invitation).where(Invitation.id == row.id).values(registration_id=made)
    )
    emit(
        face.event.id,
        Kind.INVITATION_ANSWERED,
        {"invitation": row.public_id, "answer": Step.ACCEPTED.value},
    )
    return outcome


@command
def decline_invitation(invitation_id: int, reason: str = "") -> None:
    """
    Say no; a yes is possible until the deadline. Commits.

    Raises:
        AnswerTooLate: The deadline is over, or it was answered or withdrawn.
    """
    face = _answerable(invitation_id)
    if not step(invitation_id, Step.DECLINED, answered_at=clock.now(), decline_reason=reason):
        raise AnswerTooLate()
    emit(
        face.event.id,
        Kind.INVITATION_ANSWERED,
        {"invitation": face.row.public_id, "answer": Step.DECLINED.value},
    )


@command
def withdraw_invitation(invitation_id: int) -> None:
    """
    Take an unanswered invitation back; its link then says so. Commits.

    Raises:
        IllegalTransition: It was accepted or withdrawn already.
    """
    if not step(invitation_id, Step.WITHDRAWN):
        raise IllegalTransition()
    row = db.session.get_one(Invitation, invitation_id)
    audit.record("invitation.withdraw", f"invitation:{row.public_id}", event_id=row.event_id)


def _answerable(invitation_id: int, *, also: Standing | None = None) -> InvitationFace:
    face = invitation_face(invitation_id)
    is_open = face.row.standing in _ANSWERABLE or face.row.standing is also
    if not is_open or clock.now() >= face.row.answer_by:
        raise AnswerTooLate()
    return face


def step(invitation_id: int, new: Step, **values: Any) -> bool:
    """
    Take a step in the caller's command, guarded by the legal ones before it.

    Returns:
        False when it is not possible from where the invitation stands.
    """
    changed = db.session.execute(
        update(Invitation)
        .where(Invitation.id == invitation_id, Invitation.state.in_(from_steps(new)))
        .values(state=new, **values)
        .returning(Invitation.id)
        .execution_options(synchronize_session=False)
    )
    return changed.scalar() is not None


def _made(face: InvitationFace, outcome: Registered | Duplicate) -> int | None:
    if isinstance(outcome, Registered):
        return outcome.registration_id
    keys = identity_keys(email=face.row.email, phone=face.row.phone)
    return next(iter(holders(face.event.id, keys)), None)
