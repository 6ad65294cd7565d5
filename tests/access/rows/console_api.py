"""The console as an API: a key with the scope, nobody else."""

from __future__ import annotations

from typing import Final

from tests.access.row import V1, Row, api

A: Final = f"{V1}/events/{{slug}}"

ROWS: Final[dict[str, Row]] = {
    "console_api.list_guests": Row("GET", f"{A}/guests", api(200)),
    "console_api.export_guests": Row("POST", f"{A}/guests/export", api(200)),
    "console_api.list_guest_files": Row("GET", f"{A}/guest-files", api(200)),
    "console_api.read_guest_file": Row("POST", f"{A}/guest-files", api(422), json={}),
    "console_api.guest_file": Row("GET", f"{A}/guest-files/none", api(404)),
    "console_api.guest_file_lines": Row("GET", f"{A}/guest-files/none/lines", api(404)),
    "console_api.apply_guest_file": Row("POST", f"{A}/guest-files/none/apply", api(404)),
    "console_api.undo_guest_file": Row("POST", f"{A}/guest-files/none/undo", api(404)),
    "console_api.send_guest_file": Row("POST", f"{A}/guest-files/none/tickets", api(404)),
    "console_api.approvals": Row("GET", f"{A}/approvals", api(200)),
    "console_api.decide": Row("POST", f"{A}/approvals", api(422), json={}),
    "console_api.waitlists": Row("GET", f"{A}/waitlists", api(200)),
    "console_api.pause_waitlist": Row("PUT", f"{A}/waitlists/1/pause", api(422), json={}),
    "console_api.offer_place": Row("POST", f"{A}/waitlists/1/entries/1/offer", api(422), json={}),
    "console_api.remove_entry": Row("POST", f"{A}/waitlists/1/entries/1/remove", api(422), json={}),
    "console_api.list_campaigns": Row("GET", f"{A}/campaigns", api(200)),
    "console_api.make_campaign": Row("POST", f"{A}/campaigns", api(422), json={}),
    "console_api.read_campaign": Row("GET", f"{A}/campaigns/none", api(404)),
    "console_api.list_invitations": Row("GET", f"{A}/campaigns/none/invitations", api(404)),
    "console_api.send_invitations": Row("POST", f"{A}/campaigns/none/send", api(404)),
    "console_api.remind": Row("POST", f"{A}/campaigns/none/remind", api(404)),
    "console_api.withdraw": Row("DELETE", f"{A}/campaigns/none/invitations/none", api(404)),
    "console_api.list_invitees": Row("POST", f"{A}/campaigns/none/list", api(404), json={}),
    "console_api.gates": Row("GET", f"{A}/gates", api(200)),
    "console_api.pair": Row("POST", f"{A}/gates/none/pairings", api(404)),
    "console_api.set_gate": Row("PUT", f"{A}/gates/none/setting", api(422), json={}),
    "console_api.devices": Row("GET", f"{A}/devices", api(200)),
    "console_api.revoke": Row("DELETE", f"{A}/devices/none", api(404)),
    "console_api.cards": Row("GET", f"{A}/gate-cards", api(200)),
    "console_api.make_cards": Row("POST", f"{A}/gate-cards", api(422), json={}),
    "console_api.revoke_card": Row("DELETE", f"{A}/gate-cards/none", api(404)),
    "console_api.set_reasons": Row("PUT", f"{A}/gate-reasons", api(422), json={}),
    "console_api.conflicts": Row("GET", f"{A}/scan-conflicts", api(200)),
    "console_api.resolve": Row("POST", f"{A}/scan-conflicts/1", api(422), json={}),
    "console_api.entries": Row("GET", f"{A}/log", api(200)),
    "console_api.checkpoint": Row("GET", f"{A}/log/checkpoint", api(200)),
    "console_api.build": Row("POST", f"{A}/reports", api(201), json={}),
    "console_api.submit": Row("POST", f"{A}/reports/99/submission", api(404)),
    "console_api.verification": Row("GET", f"{A}/reports/99/verification", api(404)),
    "console_api.file": Row("GET", f"{A}/reports/99/files/csv", api(404)),
    "console_api.counter_file": Row("POST", f"{A}/counter-files", api(422), json={}),
    "console_api.media_file": Row("POST", f"{A}/media-files", api(422), json={}),
    "console_api.undo_counter_file": Row(
        "POST", f"{A}/counter-files/none/undo", api(404), json={"reason": "wrong day"}
    ),
    "console_api.undo_media_file": Row(
        "POST", f"{A}/media-files/none/undo", api(404), json={"reason": "wrong day"}
    ),
    "console_api.readings_apart": Row("GET", f"{A}/readings-apart", api(200)),
    "console_api.decide_reading": Row("POST", f"{A}/readings-apart/1", api(422), json={}),
}
