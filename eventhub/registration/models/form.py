"""Questions of organizers, the forms they stand in, and what people answered."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventhub.kernel.db import Base, BigId, I18n

KINDS = (
    "'text', 'long_text', 'choice', 'many', 'yes_no', 'number', 'date', 'phone', 'email', "
    "'country', 'file'"
)


class Question(Base):
    """
    One question of an event, in one version of its words.

    New words for a question that has answers make a new row with the next
    `version`; the old one is `replaced_at` then and keeps the answers that
    were given to it. One row of a slug is not replaced; forms name that one.
    `ended_at` = not asked any more. `ask_at` `check_in` = not in the form of
    registration, but asked of who arrives.

    `options` is a list of `{"value": ..., "label": {"zh": ..., "en": ...}}`
    for `choice` and `many`; `show_if` a condition of `rules.forms`, null =
    always asked. `field_class` says how long answers are kept; staff of gates
    see an answer only when `is_staff_visible`.
    """

    __tablename__ = "question"
    __table_args__ = (
        UniqueConstraint("event_id", "slug", "version"),
        CheckConstraint(f"kind IN ({KINDS})", name="kind"),
        CheckConstraint("ask_at IN ('registration', 'check_in')", name="ask_at"),
        Index(
            "uq_question_current",
            "event_id",
            "slug",
            unique=True,
            sqlite_where=text("replaced_at IS NULL"),
            postgresql_where=text("replaced_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    slug: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(10))
    label: Mapped[I18n]
    help: Mapped[I18n | None]
    is_required: Mapped[bool] = mapped_column(default=False)
    options: Mapped[list[Any]] = mapped_column(JSON, default=list)
    show_if: Mapped[dict[str, Any] | None]
    field_class: Mapped[str] = mapped_column(String(16), default="answer")
    is_staff_visible: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    replaced_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    ask_at: Mapped[str] = mapped_column(
        String(12), default="registration", server_default="registration"
    )


class FormQuestion(Base):
    """The form of a ticket type: its questions by position."""

    __tablename__ = "form_question"

    ticket_type_id: Mapped[int] = mapped_column(
        ForeignKey("ticket_type.id", ondelete="CASCADE"), primary_key=True
    )
    question_id: Mapped[int] = mapped_column(
        ForeignKey("question.id", ondelete="CASCADE"), primary_key=True
    )
    position: Mapped[int]

    question: Mapped[Question] = relationship()


class Answer(Base):
    """
    What one person answered; `text` is the answer in words, for search and lists.

    `entry_ms` (Unix milliseconds), `entry_nonce` and `entry_gate_id` are those of
    the scan that an answer was given with at a gate, null for a form.
    """

    __tablename__ = "answer"
    __table_args__ = (
        UniqueConstraint("attendee_id", "question_id"),
        CheckConstraint("(entry_ms IS NULL) = (entry_nonce IS NULL)", name="entry"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    attendee_id: Mapped[int] = mapped_column(ForeignKey("attendee.id", ondelete="CASCADE"))
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id"), index=True)
    value: Mapped[Any] = mapped_column(JSON)
    text: Mapped[str] = mapped_column(String(4000))
    entry_ms: Mapped[int | None] = mapped_column(BigInteger)
    entry_nonce: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    entry_gate_id: Mapped[int | None] = mapped_column(ForeignKey("gate.id"))

    question: Mapped[Question] = relationship()


class HeldAnswer(Base):
    """
    What was answered at a gate to a scan that waits for a supervisor's word.

    It counts as an answer nowhere, until the scan is let count and it becomes one.
    """

    __tablename__ = "held_answer"
    __table_args__ = (UniqueConstraint("device_id", "entry_nonce"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    attendee_id: Mapped[int] = mapped_column(
        ForeignKey("attendee.id", ondelete="CASCADE"), index=True
    )
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id"), index=True)
    value: Mapped[Any] = mapped_column(JSON)
    entry_ms: Mapped[int] = mapped_column(BigInteger)  # Unix milliseconds
    entry_nonce: Mapped[bytes] = mapped_column(LargeBinary(16))
    entry_gate_id: Mapped[int] = mapped_column(ForeignKey("gate.id"))
    device_id: Mapped[int] = mapped_column(ForeignKey("device.id", ondelete="CASCADE"))


class AnswerFile(Base):
    """
    The file of an answer of kind `file`; it goes with its answer, by the foreign key.

    `Answer.value` has its name, type and size, so that lists never read `data`.
    """

    __tablename__ = "answer_file"
    __table_args__ = (CheckConstraint("length(sha256) = 64", name="sha256"),)

    answer_id: Mapped[int] = mapped_column(
        ForeignKey("answer.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    public_id: Mapped[str] = mapped_column(String(16), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    mimetype: Mapped[str] = mapped_column(String(40))
    sha256: Mapped[str] = mapped_column(String(64))
    data: Mapped[bytes] = mapped_column(LargeBinary)
