"""Words of the console."""

from __future__ import annotations

from enum import StrEnum


class Severity(StrEnum):
    """How much a task matters, worst first."""

    STOP = "stop"
    HOLD = "hold"
    TODO = "todo"


class TaskKind(StrEnum):
    """What there is to do; `render.task` has the words."""

    GATES_OFFLINE = "gates_offline"
    CONFLICTS = "conflicts"
    MESSAGES_DEAD = "messages_dead"
    COUNTERS_SILENT = "counters_silent"
    STREAMS_SILENT = "streams_silent"
    NOT_RELEASED = "not_released"
    DRAFT_UNRELEASED = "draft_unreleased"
    NOTICES_WAITING = "notices_waiting"
    READINGS_SET_APART = "readings_set_apart"
    APPROVALS = "approvals"
    OFFERS_ENDING = "offers_ending"
    SET_UP_MISSING = "set_up_missing"
    MESSAGES_HELD = "messages_held"
    REPORT_SUBMITTED = "report_submitted"
