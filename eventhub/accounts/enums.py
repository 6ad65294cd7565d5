"""Words of the accounts domain."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """What a person may do in one event."""

    OWNER = "owner"
    PROGRAMME = "programme"
    GUESTS = "guests"
    GATE_SUPERVISOR = "gate_supervisor"
    GATE_STAFF = "gate_staff"
    MEDIA = "media"
    REPORT_READER = "report_reader"


class Permission(StrEnum):
    """What a view asks for; `rules.ROLE_PERMISSIONS` maps roles to these."""

    CONSOLE_VIEW = "console.view"
    ACCESS_MANAGE = "access.manage"
    AUDIT_VIEW = "audit.view"
    SETTINGS_EDIT = "settings.edit"
    PROGRAMME_EDIT = "programme.edit"
    GUESTS_VIEW = "guests.view"
    GUESTS_EDIT = "guests.edit"
    OUTBOX_VIEW = "outbox.view"
    GATE_VIEW = "gate.view"
    GATE_PAIR = "gate.pair"
    CHECKIN_OVERRIDE = "checkin.override"
    AUDIENCE_VIEW = "audience.view"
    REPORT_VIEW = "report.view"
    REPORT_BUILD = "report.build"
    REPORT_PUBLISH = "report.publish"


class Scope(StrEnum):
    """What an API key may do; `<area>:read` or `<area>:write`."""

    PROGRAMME_READ = "programme:read"
    PROGRAMME_WRITE = "programme:write"
    REGISTRATIONS_READ = "registrations:read"
    REGISTRATIONS_WRITE = "registrations:write"
    AUDIENCE_READ = "audience:read"
    AUDIENCE_WRITE = "audience:write"
    REPORTS_READ = "reports:read"
    REPORTS_WRITE = "reports:write"
    GATES_READ = "gates:read"
    GATES_WRITE = "gates:write"
    ACCESS_READ = "access:read"
    ACCESS_WRITE = "access:write"
