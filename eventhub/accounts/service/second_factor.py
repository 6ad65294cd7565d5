"""The second factor: setting it up, proving it, and the codes for a lost phone."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import Final

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, select, update

from eventhub.accounts import queries, totp
from eventhub.accounts.errors import CodeRefused
from eventhub.accounts.models import RecoveryCode, SecondFactor
from eventhub.kernel import audit, clock, crockford, ids
from eventhub.kernel.db import command, db
from eventhub.kernel.errors import Conflict
from eventhub.kernel.signing import derive_key, open_sealed, seal
from eventhub.settings import current_settings

RECOVERY_CODES: Final = 10
_RECOVERY_BYTES: Final = 8  # 64 random bits, 13 characters


@dataclass(frozen=True, slots=True)
class Setup:
    """What a generator app needs; shown once."""

    secret: str
    uri: str


@command
def begin_second_factor(person_id: int) -> Setup:
    """
    Make a secret that counts once a code of it is entered; a later one replaces it.

    Raises:
        Conflict: A second factor is on already (`second-factor-on`).
    """
    found = db.session.get(SecondFactor, person_id)
    if found is not None and found.confirmed_at is not None:
        raise Conflict(_l("The second factor is on already."), code="second-factor-on")
    if found is None:
        found = SecondFactor(person_id=person_id, last_step=0)
        db.session.add(found)
    secret = totp.new_secret()
    found.secret_enc = seal(_key(), secret.encode(), _context(person_id))
    found.created_at = clock.now()
    return Setup(secret, totp.uri(secret, queries.email_of(person_id)))


def pending_secret(person_id: int) -> str | None:
    """Return the secret that was shown and not yet confirmed; None when there is none."""
    found = db.session.get(SecondFactor, person_id)
    if found is None or found.confirmed_at is not None:
        return None
    return _secret(found)


@command
def confirm_second_factor(person_id: int, code: str) -> list[str]:
    """
    Switch the second factor on with a code of the new secret; return the recovery codes.

    Raises:
        CodeRefused: Not a code of it.
    """
    found = db.session.get(SecondFactor, person_id)
    if found is None or found.confirmed_at is not None or not _take_step(found, code):
        raise CodeRefused()
    found.confirmed_at = clock.now()
    audit.record("second_factor.on", f"person:{person_id}")
    return _new_codes(person_id)


@command
def renew_recovery_codes(person_id: int) -> list[str]:
    """Replace all recovery codes and return the new ones; they are kept as hashes only."""
    audit.record("second_factor.codes", f"person:{person_id}")
    return _new_codes(person_id)


@command
def drop_second_factor(person_id: int) -> None:
    """Switch the second factor off and forget secret and recovery codes."""
    gone = db.session.execute(
        delete(SecondFactor)
        .where(SecondFactor.person_id == person_id)
        .returning(SecondFactor.confirmed_at)
    ).first()
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person_id))
    if gone is not None and gone.confirmed_at is not None:
        audit.record("second_factor.off", f"person:{person_id}")


@command
def take_code(person_id: int, code: str) -> None:
    """
    Accept a code of the generator or a recovery code; each opens once only.

    Two workers that get the same code at once race for one row: the loser refuses.

    Raises:
        CodeRefused: Wrong, or used before.
    """
    typed = "".join(code.split()).replace("-", "")
    found = db.session.get(SecondFactor, person_id, populate_existing=True)
    if found is None or found.confirmed_at is None:
        raise CodeRefused()
    if not _take_step(found, typed) and not _take_recovery_code(person_id, typed):
        raise CodeRefused()


def _take_step(found: SecondFactor, code: str) -> bool:
    step = totp.step_of(code, _secret(found), clock.now())
    if step is None:
        return False
    taken = db.session.execute(
        update(SecondFactor)
        .where(SecondFactor.person_id == found.person_id, SecondFactor.last_step < step)
        .values(last_step=step)
        .returning(SecondFactor.person_id)
    ).first()
    return taken is not None


def _take_recovery_code(person_id: int, code: str) -> bool:
    taken = db.session.execute(
        update(RecoveryCode)
        .where(
            RecoveryCode.person_id == person_id,
            RecoveryCode.code_hash == _hash(person_id, code),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=clock.now())
        .returning(RecoveryCode.id)
    ).first()
    if taken is not None:
        audit.record("second_factor.recovery", f"person:{person_id}")
    return taken is not None


def _new_codes(person_id: int) -> list[str]:
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person_id))
    codes = [_new_code() for _ in range(RECOVERY_CODES)]
    db.session.add_all(
        RecoveryCode(person_id=person_id, code_hash=_hash(person_id, code)) for code in codes
    )
    return [f"{code[:4]}-{code[4:8]}-{code[8:]}" for code in codes]


def _new_code() -> str:
    return crockford.encode(ids.new_nonce()[:_RECOVERY_BYTES]).lower()


def _hash(person_id: int, code: str) -> str:
    text = f"{person_id}:{code.lower()}".encode(errors="replace")
    return hmac.digest(_key("recovery-code"), text, "sha256").hex()


def unused_recovery_codes(person_id: int) -> int:
    """Return how many recovery codes are left."""
    rows = db.session.scalars(
        select(RecoveryCode.id).where(
            RecoveryCode.person_id == person_id, RecoveryCode.used_at.is_(None)
        )
    )
    return len(rows.all())


def _secret(found: SecondFactor) -> str:
    return open_sealed(_key(), found.secret_enc, _context(found.person_id)).decode()


def _key(purpose: str = "totp") -> bytes:
    return derive_key(current_settings().secret_key, purpose)


def _context(person_id: int) -> bytes:
    return f"second_factor:{person_id}".encode()
