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
