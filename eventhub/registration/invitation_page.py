"""What the page behind an invitation link shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from eventhub.kernel import clock
from eventhub.kernel.i18n import offer
from eventhub.programme.queries import EventRow, PerformanceRow, performances_of
from eventhub.registration import service
from eventhub.registration.invitation_form import AcceptForm, DeclineForm
from eventhub.registration.queries import consent_texts, ticket_types
from eventhub.registration.queries.invitations import (
    InvitationFace,
    invitation_face,
    is_for_invited_only,
)
from eventhub.registration.register_page import ChosenShow
from eventhub.registration.rules.invitations import Standing
from eventhub.registration.strip import strip_for

_OPEN = frozenset({Standing.QUEUED, Standing.SENT, Standing.OPENED, Standing.BOUNCED})
_YES = frozenset({Standing.ACCEPTED, Standing.WAITLISTED, Standing.ARRIVED, Standing.NO_SHOW})


@dataclass(frozen=True, slots=True)
class InvitationPage:
    """An invitation as its link shows it, with the forms that answer it."""

    token: str
    face: InvitationFace
    accept: AcceptForm
    decline: DeclineForm

    @property
    def may_answer(self) -> bool:
        """Whether a yes is possible: it is in time, and neither given nor taken back."""
        standing = self.face.row.standing
        is_open = standing in _OPEN or standing is Standing.DECLINED
        return is_open and clock.now() < self.face.row.answer_by

    @property
    def has_place(self) -> bool:
        """Whether the place is kept for people with an invitation: one in hand, so no waiting."""
        return is_for_invited_only(self.face.event.id, self.face.campaign.type_slug)

    def context(self) -> dict[str, Any]:
        """Return what the template of the page uses."""
        face, standing = self.face, self.face.row.standing
        show = _show(face.event, face.campaign.type_slug)
        is_in_time = clock.now() < face.row.answer_by
        return {
            "event": face.event,
            "row": face.row,
            "campaign": face.campaign,
            "token": self.token,
            "form": self.accept,
            "decline_form": self.decline,
            "show": show,
            "strip": strip_for(face.event, show.performance if show else None),
            "is_open": standing in _OPEN,
            "is_yes": standing in _YES,
            "is_no": standing is Standing.DECLINED,
            "may_change_mind": standing is Standing.DECLINED and is_in_time,
        }


def load(token: str) -> InvitationPage:
    """
    Return the page behind a link.

    Raises:
        NotFound: Wrong, outdated and unknown links alike.
    """
    face = invitation_face(service.invited(token))
    offer(face.event.offered)
    accept = AcceptForm.bound(consent_texts(face.event.id), face.campaign.plus_ones_max)
    return InvitationPage(token, face, accept, DeclineForm())


def _show(event: EventRow, type_slug: str) -> ChosenShow | None:
    """Return the show that the ticket type opens, if it opens just one."""
    kinds = [row for row in ticket_types(event, clock.now()) if row.slug == type_slug]
    ids = [
        window.performance_id
        for row in kinds
        for window in row.windows
        if window.performance_id is not None
    ]
    found: list[PerformanceRow] = performances_of(event, ids) if ids else []
    if len(found) != 1:
        return None
    return ChosenShow(found[0].show_code, found[0].title, found[0])
