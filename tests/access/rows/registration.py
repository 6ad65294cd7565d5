"""Registration: the link is the right on `/t/` and `/i/`."""

from __future__ import annotations

from typing import Final

from tests.access.row import OPEN, V1, C, E, Row, api, console, of, owners

ROWS: Final[dict[str, Row]] = {
    "registration.register": Row("GET", f"{E}/register", OPEN),
    "registration.submit": Row("POST", f"{E}/register", of(422)),
    "registration.waiting": Row("GET", f"{E}/waiting.json", OPEN),
    "registration.sent": Row("GET", f"{E}/register/sent", OPEN),
    "registration.lost_ticket": Row("GET", f"{E}/lost-ticket", OPEN),
    "registration.recover": Row("POST", f"{E}/lost-ticket", of(422)),
    "registration.ticket": Row("GET", "/t/{token}", OPEN),
    "registration.ticket_file": Row("GET", "/t/{token}.svg", OPEN),
    "registration.ticket_state": Row("GET", "/t/{token}/state.json", OPEN),
    "registration.ticket_worker": Row("GET", "/t/sw.js", OPEN),
    "registration.ask_cancel": Row("GET", "/t/{token}/cancel", OPEN),
    "registration.cancel": Row("POST", "/t/{last_token}/cancel", of(409, alice=303)),
    "registration.ask_transfer": Row("GET", "/t/{last_token}/transfer", of(409)),
    "registration.transfer": Row("POST", "/t/{last_token}/transfer", of(409)),
    "registration.passed_on": Row("GET", f"{E}/passed-on", OPEN),
    "registration.take_offer": Row("POST", "/t/{last_token}/accept", of(409)),
    "registration.resend": Row("POST", "/t/{token}/resend", of(303)),
    "holder.change": Row("GET", "/t/{last_token}/change", OPEN),
    "holder.save_change": Row("POST", "/t/{last_token}/change", of(409)),
    "holder.contact": Row("GET", "/t/{last_token}/contact", OPEN),
    "holder.ask_contact": Row("POST", "/t/{last_token}/contact", of(422)),
    "holder.save_contact": Row("POST", "/t/{last_token}/contact/code", of(422)),
    "holder.kind": Row("GET", "/t/{last_token}/kind", OPEN),
    "holder.change_kind": Row("POST", "/t/{last_token}/kind", of(422)),
    "holder.data": Row("GET", "/t/{last_token}/data", OPEN),
    "holder.save_consents": Row("POST", "/t/{last_token}/consents", of(303)),
    "holder.ask_data": Row("POST", "/t/{token}/data/code", of(403)),
    "holder.export": Row("POST", "/t/{last_token}/data/export", of(422)),
    "holder.erase": Row("POST", "/t/{last_token}/data/erase", of(422)),
    "holder.erased": Row("GET", f"{E}/erased", OPEN),
    "invitation.show": Row("GET", "/i/{invitation}", OPEN),
    "invitation.opened": Row("POST", "/i/{invitation}/opened", of(204)),
    "invitation.accept": Row("POST", "/i/{invitation}/accept", of(422)),
    "invitation.ask_unsubscribe": Row("GET", "/i/{invitation}/unsubscribe", of(303)),
    "invitation.unsubscribe": Row("POST", "/i/{invitation}/unsubscribe", of(400)),
    "invitation.stop": Row("POST", "/i/{invitation}/stop", of(303)),
    "invitation.decline": Row("POST", "/i/{invitation}/decline", of(409, alice=303)),
    "console.ticket_types": Row("GET", f"{C}/tickets", console(**owners(200))),
    "console.ticket_type": Row("GET", f"{C}/tickets/form", console(**owners(200))),
    "console.save_ticket_type": Row("POST", f"{C}/tickets/form", console(**owners(422))),
    "console.consents": Row("GET", f"{C}/consents", console(**owners(200))),
    "console.consent": Row("GET", f"{C}/consents/form", console(**owners(200))),
    "console.save_consent": Row("POST", f"{C}/consents/form", console(**owners(422))),
    "console.change_consent": Row("POST", f"{C}/consents/none/up", console(**owners(404))),
    "console.shared_quotas": Row("GET", f"{C}/tickets/shared", console(**owners(200))),
    "console.shared_quota": Row("GET", f"{C}/tickets/shared/form", console(**owners(200))),
    "console.save_shared_quota": Row("POST", f"{C}/tickets/shared/form", console(**owners(422))),
    "console.end_shared_quota": Row("POST", f"{C}/tickets/shared/none/end", console(**owners(404))),
    "console.questions": Row("GET", f"{C}/questions", console(**owners(200))),
    "console.question": Row("GET", f"{C}/questions/form", console(**owners(200))),
    "console.save_question": Row("POST", f"{C}/questions/form", console(**owners(422))),
    "console.change_question": Row("POST", f"{C}/questions/none/up", console(**owners(404))),
    "console.guest": Row("GET", f"{C}/guests/none", console(**owners(404))),
    "console.answer_file": Row("GET", f"{C}/answers/nothing", console(**owners(404))),
    "console.question_preview": Row("GET", f"{C}/questions/preview", console(**owners(200))),
    "console.guests": Row("GET", f"{C}/guests", console(**owners(200))),
    "console.approval": Row("GET", f"{C}/approval", console(**owners(200))),
    "console.decide": Row("POST", f"{C}/approval", console(**owners(422))),
    "console.waitlist": Row("GET", f"{C}/waitlist", console(**owners(200))),
    "console.pause_waitlist": Row("POST", f"{C}/waitlist/1/pause", console(**owners(404))),
    "console.offer_place": Row("POST", f"{C}/waitlist/1/entries/1/offer", console(**owners(404))),
    "console.remove_entry": Row("POST", f"{C}/waitlist/1/entries/1/remove", console(**owners(404))),
    "console.seats": Row("GET", f"{C}/seats", console(**owners(200))),
    "console.create_seat_map": Row("POST", f"{C}/seats", console(**owners(422))),
    "console.seating": Row("GET", f"{C}/seats/9999", console(**owners(404))),
    "console.seat_guest": Row("POST", f"{C}/seats/9999", console(**owners(404))),
    "console.use_seat_map": Row("POST", f"{C}/seats/9999/plan", console(**owners(404))),
    "console.allocate_seats": Row("POST", f"{C}/seats/9999/allocate", console(**owners(404))),
    "console.save_seat_block": Row("POST", f"{C}/seats/9999/blocks", console(**owners(404))),
    "console.drop_seat_block": Row("POST", f"{C}/seats/9999/blocks/1/drop", console(**owners(404))),
    "console.copy_seat_blocks": Row("POST", f"{C}/seats/9999/copy", console(**owners(404))),
    "console.seat_paper": Row("GET", f"{C}/seats/9999/chart.pdf", console(**owners(404))),
    "registration_seat_api.read": Row(
        "GET", f"{V1}/events/{{slug}}/performances/9999/seats", api(404)
    ),
    "registration_seat_api.allocate": Row(
        "POST", f"{V1}/events/{{slug}}/performances/9999/seats/allocation", api(404)
    ),
    "registration_seat_api.assign": Row(
        "PUT", f"{V1}/events/{{slug}}/performances/9999/seats/A-1", api(404), json={}
    ),
    "registration_seat_api.release": Row(
        "DELETE", f"{V1}/events/{{slug}}/performances/9999/seats/A-1", api(404)
    ),
    "console.export_guests": Row("POST", f"{C}/guests.csv", console(**owners(200))),
    "console.print_badges": Row("POST", f"{C}/badges.pdf", console(**owners(422))),
    "console.badge": Row("GET", f"{C}/badges/none.pdf", console(**owners(404))),
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
    "console.mail_text_list": Row("GET", f"{C}/texts", console(**owners(200))),
    "console.mail_text": Row("GET", f"{C}/texts/registration_confirmed/zh", console(**owners(200))),
    "console.preview_mail_text": Row(
        "POST", f"{C}/texts/registration_confirmed/zh/preview", console(**owners(422))
    ),
    "console.save_mail_text": Row(
        "POST", f"{C}/texts/registration_confirmed/zh", console(**owners(422))
    ),
    "console.reset_mail_text": Row(
        "POST", f"{C}/texts/registration_confirmed/zh/reset", console(**owners(303))
    ),
    "console.privacy": Row("GET", f"{C}/privacy", console(**owners(200))),
    "console.find_person": Row("POST", f"{C}/privacy", console(**owners(200))),
    "console.export_person": Row("POST", f"{C}/privacy/NOBODY/export", console(**owners(404))),
    "console.erase_person": Row("POST", f"{C}/privacy/NOBODY/erase", console(**owners(404))),
    "console.save_privacy": Row("POST", f"{C}/privacy/settings", console(**owners(422))),
    "console.run_retention": Row("POST", f"{C}/privacy/retention", console(**owners(303))),
    "console.outbox": Row("GET", f"{C}/outbox", console(**owners(200))),
    "console.message": Row("GET", f"{C}/outbox/1", console(**owners(200))),
    "registration_api.list_consents": Row("GET", f"{V1}/events/{{slug}}/consents", api(200)),
    "registration_api.create": Row(
        "POST", f"{V1}/events/{{slug}}/registrations", api(422), json={}
    ),
    "registration_api.read": Row("GET", f"{V1}/registrations/{{code}}", api(200)),
    "registration_api.change": Row(
        "PATCH", f"{V1}/registrations/{{code}}", api(422), json={"nothing": 1}
    ),
    "registration_api.cancel": Row("DELETE", f"{V1}/registrations/{{last_code}}", api(200)),
}
