"""Log-in, people, keys, audit log."""

from __future__ import annotations

from typing import Final

from tests.access.row import BEARERS, C, Row, console, of, owners

ROWS: Final[dict[str, Row]] = {
    "accounts.login": Row("GET", "/login", of(303, anonymous=200, **dict.fromkeys(BEARERS, 200))),
    "accounts.sign_in": Row("POST", "/login", of(422)),
    "accounts.forgotten": Row("GET", "/password", of(200)),
    "accounts.send_password_link": Row("POST", "/password", of(422)),
    "accounts.new_password": Row("GET", "/password/nobody.1.mac", of(410)),
    "accounts.set_password": Row("POST", "/password/nobody.1.mac", of(422)),
    "accounts.logout": Row("POST", "/logout", of(303)),
    "console.access": Row("GET", f"{C}/access", console(**owners(200))),
    "console.create_key": Row("POST", f"{C}/access/keys", console(**owners(422))),
    "console.revoke_key": Row("POST", f"{C}/access/keys/999999/revoke", console(**owners(404))),
    "console.invite_member": Row("POST", f"{C}/access/people", console(**owners(422))),
    "console.revoke_role": Row(
        "POST", f"{C}/access/people/999999/owner/revoke", console(**owners(303))
    ),
    "console.audit_log": Row("GET", f"{C}/log", console(**owners(200))),
}
