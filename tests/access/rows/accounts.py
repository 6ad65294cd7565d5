"""Log-in, people, keys, audit log."""

from __future__ import annotations

from typing import Final

from tests.access.row import BEARERS, V1, C, Row, api, console, of, owners

NO_COOKIE: Final = dict.fromkeys(BEARERS, 303)
ME_200: Final = of(200, anonymous=303, **NO_COOKIE)
ME_422: Final = of(422, anonymous=303, **NO_COOKIE)

ROWS: Final[dict[str, Row]] = {
    "accounts.login": Row("GET", "/login", of(303, anonymous=200, **dict.fromkeys(BEARERS, 200))),
    "accounts.sign_in": Row("POST", "/login", of(422)),
    "accounts.ask_code": Row("GET", "/login/code", of(200, anonymous=303, **NO_COOKIE)),
    "accounts.enter_code": Row("POST", "/login/code", of(422)),
    "accounts.ask_proof": Row("GET", "/confirm", of(200, anonymous=303, **NO_COOKIE)),
    "accounts.prove": Row("POST", "/confirm", of(422, anonymous=303, **NO_COOKIE)),
    "accounts.new_email": Row("GET", "/email/nothing", of(410)),
    "accounts.set_email": Row("POST", "/email/nothing", of(410)),
    "console.me": Row("GET", "/console/me", of(200, anonymous=303, **NO_COOKIE)),
    "console.change_my_password": Row("POST", "/console/me/password", ME_422),
    "console.ask_my_email": Row("POST", "/console/me/email", ME_422),
    "console.confirm_my_factor": Row("POST", "/console/me/second-factor/confirm", of(303)),
    "console.begin_my_factor": Row("POST", "/console/me/second-factor", ME_200),
    "console.drop_my_factor": Row("POST", "/console/me/second-factor/off", of(303)),
    "console.renew_my_codes": Row("POST", "/console/me/recovery-codes", ME_200),
    "console.end_my_session": Row(
        "POST", "/console/me/sessions/999999/end", of(404, anonymous=303, **NO_COOKIE)
    ),
    "console.end_my_other_sessions": Row("POST", "/console/me/sessions/others/end", of(303)),
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
    "console.audit_file": Row("GET", f"{C}/log.csv", console(**owners(200))),
}

H: Final = f"{C}/webhooks"
A: Final = f"{V1}/events/{{slug}}"
ROWS |= {
    "console.webhooks": Row("GET", H, console(**owners(200))),
    "console.create_webhook": Row("POST", H, console(**owners(422))),
    "console.webhook": Row("GET", f"{H}/none", console(**owners(404))),
    "console.test_webhook": Row("POST", f"{H}/none/test", console(**owners(404))),
    "console.replay_delivery": Row(
        "POST", f"{H}/none/deliveries/none/replay", console(**owners(404))
    ),
    "console.switch_webhook": Row("POST", f"{H}/none/active", console(**owners(404))),
    "console.remove_webhook": Row("POST", f"{H}/none/remove", console(**owners(404))),
    "access_api.members": Row("GET", f"{A}/members", api(200)),
    "access_api.webhooks": Row("GET", f"{A}/webhooks", api(200)),
    "access_api.create": Row("POST", f"{A}/webhooks", api(422), json={}),
    "access_api.read": Row("GET", f"{A}/webhooks/none", api(404)),
    "access_api.remove": Row("DELETE", f"{A}/webhooks/none", api(404)),
    "access_api.deliveries": Row("GET", f"{A}/webhooks/none/deliveries", api(404)),
    "access_api.replay": Row("POST", f"{A}/webhooks/none/deliveries/none/replay", api(404)),
}
ROWS |= {
    "console.settings": Row("GET", f"{C}/settings", console(**owners(200))),
    "console.change_settings": Row("POST", f"{C}/settings", console(**owners(422))),
}
