"""Registration: the link is the right on `/t/` and `/i/`."""

from __future__ import annotations

from typing import Final

from tests.access.row import OPEN, V1, C, E, Row, api, console, of, owners

ROWS: Final[dict[str, Row]] = {
    "registration.register": Row("GET", f"{E}/register", OPEN),
    "registration.submit": Row("POST", f"{E}/register", of(422)),
    "registration.sent": Row("GET", f"{E}/register/sent", OPEN),
    "registration.lost_ticket": Row("GET", f"{E}/lost-ticket", OPEN),
    "registration.recover": Row("POST", f"{E}/lost-ticket", of(422)),
    "registration.ticket": Row("GET", "/t/{token}", OPEN),
    "registration.ticket_file": Row("GET", "/t/{token}.svg", OPEN),
    "registration.ask_cancel": Row("GET", "/t/{token}/cancel", OPEN),
    "registration.cancel": Row("POST", "/t/{last_token}/cancel", of(409, alice=303)),
    "registration.ask_transfer": Row("GET", "/t/{last_token}/transfer", of(409)),
    "registration.transfer": Row("POST", "/t/{last_token}/transfer", of(409)),
    "registration.passed_on": Row("GET", f"{E}/passed-on", OPEN),
    "registration.take_offer": Row("POST", "/t/{last_token}/accept", of(409)),
    "registration.resend": Row("POST", "/t/{token}/resend", of(303)),
    "invitation.show": Row("GET", "/i/{invitation}", OPEN),
    "invitation.opened": Row("POST", "/i/{invitation}/opened", of(204)),
    "invitation.accept": Row("POST", "/i/{invitation}/accept", of(422)),
    "invitation.decline": Row("POST", "/i/{invitation}/decline", of(409, alice=303)),
    "console.guests": Row("GET", f"{C}/guests", console(**owners(200))),
    "console.approval": Row("GET", f"{C}/approval", console(**owners(200))),
    "console.decide": Row("POST", f"{C}/approval", console(**owners(422))),
    "console.waitlist": Row("GET", f"{C}/waitlist", console(**owners(200))),
    "console.pause_waitlist": Row("POST", f"{C}/waitlist/1/pause", console(**owners(404))),
    "console.offer_place": Row("POST", f"{C}/waitlist/1/entries/1/offer", console(**owners(404))),
    "console.remove_entry": Row("POST", f"{C}/waitlist/1/entries/1/remove", console(**owners(404))),
    "console.export_guests": Row("GET", f"{C}/guests.csv", console(**owners(200))),
    "console.guest_lists": Row("GET", f"{C}/guest-lists", console(**owners(200))),
    "console.read_guest_list": Row("POST", f"{C}/guest-lists", console(**owners(422))),
    "console.guest_list": Row("GET", f"{C}/guest-lists/none", console(**owners(404))),
    "console.apply_guest_list": Row("POST", f"{C}/guest-lists/none/apply", console(**owners(404))),
    "console.undo_guest_list": Row("POST", f"{C}/guest-lists/none/undo", console(**owners(404))),
    "console.send_guest_list": Row("POST", f"{C}/guest-lists/none/tickets", console(**owners(404))),
    "console.invitations": Row("GET", f"{C}/invitations", console(**owners(200))),
    "console.create_campaign": Row("POST", f"{C}/invitations", console(**owners(422))),
    "console.campaign": Row("GET", f"{C}/invitations/{{campaign}}", console(**owners(200))),
    "console.list_invitees": Row(
        "POST", f"{C}/invitations/{{campaign}}/list", console(**owners(422))
    ),
    "console.send_invitations": Row(
        "POST", f"{C}/invitations/{{campaign}}/send", console(**owners(303))
    ),
    "console.remind_invited": Row(
        "POST", f"{C}/invitations/{{campaign}}/remind", console(**owners(303))
    ),
    "console.withdraw_invitation": Row(
        "POST", f"{C}/invitations/{{campaign}}/none/withdraw", console(**owners(404))
    ),
    "console.outbox": Row("GET", f"{C}/outbox", console(**owners(200))),
    "console.message": Row("GET", f"{C}/outbox/1", console(**owners(200))),
    "registration_api.create": Row(
        "POST", f"{V1}/events/{{slug}}/registrations", api(422), json={}
    ),
    "registration_api.read": Row("GET", f"{V1}/registrations/{{code}}", api(200)),
    "registration_api.change": Row(
        "PATCH", f"{V1}/registrations/{{code}}", api(422), json={"nothing": 1}
    ),
    "registration_api.cancel": Row("DELETE", f"{V1}/registrations/{{last_code}}", api(200)),
}
