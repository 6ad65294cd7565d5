"""Words of registration."""

from __future__ import annotations

from enum import StrEnum


class RegistrationState(StrEnum):
    """Where a registration stands; `rules.states` says which steps are legal."""

    HELD = "held"
    AWAITING_PROOF = "awaiting_proof"
    PENDING_APPROVAL = "pending_approval"
    WAITLISTED = "waitlisted"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class TicketStatus(StrEnum):
    """What a gate may do with a ticket."""

    VALID = "valid"
    UNPAID = "unpaid"
    NOT_APPROVED = "not_approved"
    BLOCKED = "blocked"
    CANCELLED = "cancelled"


class Source(StrEnum):
    """How a registration came in."""

    WEB = "web"
    INVITATION = "invitation"
    IMPORT = "import"
    WALK_IN = "walk_in"
    API = "api"


class IdentityKind(StrEnum):
    """What one person is known by."""

    EMAIL = "email"
    PHONE = "phone"


class KeyState(StrEnum):
    """Life of a signing key."""

    NEXT = "next"
    ACTIVE = "active"
    RETIRED = "retired"
    REVOKED = "revoked"


class EntryState(StrEnum):
    """Where an entry of a waitlist stands."""

    WAITING = "waiting"
    OFFERED = "offered"
    ACCEPTED = "accepted"
    EXPIRED = "expired"
    LEFT = "left"
    REMOVED = "removed"


class ListAction(StrEnum):
    """What the log of a waitlist records."""

    JOINED = "joined"
    OFFERED = "offered"
    SKIPPED = "skipped"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    LEFT = "left"
    REMOVED = "removed"
    PAUSED = "paused"
    RESUMED = "resumed"


class Decision(StrEnum):
    """What a guest manager makes of a registration that waits for approval."""

    APPROVE = "approve"
    DECLINE = "decline"
    WAITLIST = "waitlist"


class Outcome(StrEnum):
    """What became of one registration in a decision about many."""

    APPROVED = "approved"
    DECLINED = "declined"
    WAITLISTED = "waitlisted"
    NO_CAPACITY = "no-capacity"
    ALREADY_DECIDED = "already-decided"


class FieldClass(StrEnum):
    """What kind of personal data a column holds; decides how long it is kept."""

    HEALTH = "health"  # answers of questions with this class: diet, allergies, needs
    ID_NUMBER = "id_number"
    PICTURE = "picture"
    ANSWER = "answer"
    CONTACT = "contact"
    NAME = "name"
    MESSAGE = "message"  # texts of messages, which hold names and links
