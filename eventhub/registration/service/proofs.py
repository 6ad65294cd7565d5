"""Codes that prove whose a contact is: sent to it, typed in, good for one act."""

from __future__ import annotations

import hmac
import secrets
from datetime import timedelta
from enum import StrEnum
from typing import Final

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, select

from eventhub.kernel import clock
from eventhub.kernel.db import command, db
from eventhub.kernel.errors import Invalid, Limited, NotFound
from eventhub.kernel.signing import derive_key
from eventhub.registration.enums import IdentityKind
from eventhub.registration.models import ContactProof, Registration
from eventhub.registration.queries import registration_face
from eventhub.registration.service import mail
from eventhub.settings import current_settings

GOOD_FOR: Final = timedelta(minutes=20)
TRIES: Final = 5  # of a code with six digits: a guess has a chance of 1 in 200,000
CODES_PER_HOUR: Final = 3
_DIGITS: Final = 6
_HOUR: Final = timedelta(hours=1)


class Purpose(StrEnum):
    """What a code is good for."""

    CONTACT = "contact"
    DATA = "data"


class WrongCode(Invalid):
    """The code is not the one that was sent, or its time is over."""

    code = "wrong-code"
    message = _l("This is not the code that was sent, or it is too old. Ask for a new one.")


@command
def send_code(
    registration_id: int, purpose: Purpose, *, kind: IdentityKind | None = None, value: str = ""
) -> None:
    """
    Send a code to the contact of a registration, or to a new one that is to be proven.

    Commits. Writes one outbox row; an older code of the purpose ends.

    Raises:
        NotFound: There is no such registration, or it has no contact.
        Limited: `CODES_PER_HOUR` were sent within the last hour.
    """
    found = db.session.get(Registration, registration_id, populate_existing=True)
    if found is None:
        raise NotFound()
    if kind is None:
        kind = IdentityKind.EMAIL if found.email else IdentityKind.PHONE
        value = found.email or found.phone or ""
    if not value:
        raise NotFound()
    sent_before = _end_older(found.id, purpose)
    code = f"{secrets.randbelow(10**_DIGITS):0{_DIGITS}d}"
    now = clock.now()
    row = ContactProof(
        event_id=found.event_id,
        registration_id=found.id,
        purpose=purpose,
        kind=kind,
        value=value,
        code_hash=_hash(found.public_id, purpose, code),
        sent_count=sent_before + 1,
        created_at=now,
        expires_at=now + GOOD_FOR,
    )
    db.session.add(row)
    db.session.flush()
    mail.send_code(registration_face(found.id), kind=kind, value=value, code=code, number=row.id)


def _end_older(registration_id: int, purpose: Purpose) -> int:
    """Delete the older code of a purpose; return how many were sent within the hour."""
    older = _row(registration_id, purpose)
    if older is None:
        return 0
    is_recent = older.created_at > clock.now() - _HOUR
    if is_recent and older.sent_count >= CODES_PER_HOUR:
        raise Limited(retry_after_s=int(_HOUR.total_seconds()))
    sent = older.sent_count if is_recent else 0
    db.session.execute(delete(ContactProof).where(ContactProof.id == older.id))
    return sent


def _row(registration_id: int, purpose: Purpose) -> ContactProof | None:
    return db.session.scalar(
        select(ContactProof)
        .where(ContactProof.registration_id == registration_id, ContactProof.purpose == purpose)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


@command
def check_code(registration_id: int, purpose: Purpose, typed: str) -> bool:
    """
    Count one try of a code and tell whether it is right; commits either way.

    A right code stays until `use_code` ends it, so that a form that is sent
    twice is not refused the second time.
    """
    row = _row(registration_id, purpose)
    found = db.session.get(Registration, registration_id)
    if row is None or found is None or row.attempts >= TRIES or clock.now() >= row.expires_at:
        return False
    digits = "".join(letter for letter in typed if letter.isdecimal())
    is_right = hmac.compare_digest(row.code_hash, _hash(found.public_id, purpose, digits))
    if not is_right:
        row.attempts += 1
    return is_right


def use_code(registration_id: int, purpose: Purpose, typed: str) -> ContactProof:
    """
    End a code inside the caller's command and return what it proved.

    Raises:
        WrongCode: It is not the one that was sent, or too old.
    """
    row = _row(registration_id, purpose)
    if row is None or not check_code(registration_id, purpose, typed):
        raise WrongCode()
    db.session.execute(delete(ContactProof).where(ContactProof.id == row.id))
    return row


def pending(registration_id: int, purpose: Purpose) -> ContactProof | None:
    """Return the code that waits to be typed in, None when there is none or it is too old."""
    row = db.session.scalar(
        select(ContactProof).where(
            ContactProof.registration_id == registration_id, ContactProof.purpose == purpose
        )
    )
    return row if row is not None and clock.now() < row.expires_at else None


def _hash(public_id: str, purpose: Purpose, code: str) -> str:
    key = derive_key(current_settings().secret_key, "contact-proof")
    return hmac.new(key, f"{purpose}|{public_id}|{code}".encode(), "sha256").hexdigest()
