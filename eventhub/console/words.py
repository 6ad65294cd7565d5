"""Words of states that the console lists."""

from __future__ import annotations

from flask_babel import gettext as _

from eventhub.checkin.enums import ScanResult
from eventhub.checkin.looks import LOOKS
from eventhub.exposure.enums import PriorKind, Section
from eventhub.kernel.i18n import current_lang

STATE_KINDS = {
    "confirmed": "ok",
    "pending_approval": "hold",
    "awaiting_proof": "hold",
    "cancelled": "off",
    "declined": "off",
    "expired": "off",
}
ROUND_KINDS = {"draft": "hold", "approved": "ok", "discarded": "off"}
MESSAGE_KINDS = {
    "draft": "hold",
    "sent": "ok",
    "deferred": "hold",
    "dead": "stop",
    "suppressed": "off",
}
OUTCOME_KINDS = {
    "approved": "ok",
    "declined": "off",
    "no-capacity": "hold",
    "already-decided": "stop",
}
DELIVERY_KINDS = {"delivered": "ok", "deferred": "hold", "dead": "stop"}
REPORT_KINDS = {"published": "ok", "submitted": "hold", "superseded": "off"}


def registration_states() -> dict[str, str]:
    """Return the word of every state of a registration, in the order of its life."""
    return {
        "pending_approval": _("Waits for approval"),
        "confirmed": _("Confirmed"),
        "waitlisted": _("On the waitlist"),
        "held": _("Held"),
        "awaiting_proof": _("Proof missing"),
        "declined": _("Declined"),
        "cancelled": _("Cancelled"),
        "expired": _("Expired"),
    }


def outcomes() -> dict[str, str]:
    """Return the word of what became of a registration in a decision."""
    return {
        "approved": _("Approved"),
        "declined": _("Declined"),
        "waitlisted": _("On the waitlist"),
        "no-capacity": _("No place left"),
        "already-decided": _("Decided by somebody else"),
    }


def message_states() -> dict[str, str]:
    """Return the word of every state of a message."""
    return {
        "draft": _("Waits for approval"),
        "queued": _("Waits"),
        "deferred": _("Tries again"),
        "sent": _("Sent"),
        "dead": _("Not delivered"),
        "suppressed": _("Not to be sent"),
    }


def round_states() -> dict[str, str]:
    """Return the word of every state of the notices of a release."""
    return {
        "waiting": _("Being written"),
        "draft": _("Waits for approval"),
        "approved": _("Approved"),
        "discarded": _("Discarded"),
    }


def report_sections() -> dict[Section, str]:
    """Return the name of every section that a report may leave out or move."""
    return {
        Section.TARGETS: _("Targets and what was reached"),
        Section.ATTENDANCE: _("From registration to arrival"),
        Section.FOOTFALL: _("Footfall by hour, against other weeks"),
        Section.CHECKINS: _("Check-ins, by hour and gate"),
        Section.PROGRAMME: _("Which show drew whom"),
        Section.LIVESTREAM: _("Livestream, viewers at the same time"),
        Section.MEDIA: _("Media and creators, by day"),
        Section.COMPARISON: _("Beside another event"),
    }


def prior_kinds() -> dict[PriorKind, str]:
    """Return what every prior is a share of."""
    return {
        PriorKind.PRINT: _("Front page of a newspaper, of its circulation"),
        PriorKind.NEWS: _("Page of one article, of a site’s monthly visitors"),
        PriorKind.FOLLOWERS: _("One post, of a creator’s followers"),
    }


def report_states() -> dict[str, str]:
    """Return the word of every state of a report version."""
    return {
        "draft": _("Draft"),
        "submitted": _("Handed in"),
        "published": _("Published"),
        "superseded": _("Replaced"),
    }


def directions() -> dict[str, str]:
    """Return which ways a gate is open."""
    return {"in": _("entrance"), "out": _("exit"), "both": _("both ways")}


def scan_results() -> dict[str, str]:
    """Return what a scan came to in words."""
    lang = current_lang()
    return {result.value: LOOKS[result].word.of(lang) for result in ScanResult}


def zone_levels() -> dict[str, str]:
    """Return how full a zone is in words."""
    return {
        "busy": _("busy"),
        "full": _("full"),
        "over": _("too full"),
        "counter_error": _("counter wrong"),
    }


def gate_checks() -> dict[str, str]:
    """Return what a gate checks, in its order, in words."""
    return {
        "code": _("the code is genuine and still holds"),
        "known": _("a ticket of this event"),
        "list": _("is on the list"),
        "ticket": _("the ticket is good"),
        "gate": _("this gate takes it"),
        "window": _("it is time"),
        "place": _("a place on it is free"),
        "question": _("the question at entry is answered"),
    }


def scan_directions() -> dict[str, str]:
    """Return which way a scan went, or what it corrects."""
    return {
        "in": _("in"),
        "out": _("out"),
        "undo": _("taken back"),
        "release": _("released"),
    }


def roles() -> dict[str, str]:
    """Return the word of every role."""
    return {
        "owner": _("Owner"),
        "programme": _("Programme"),
        "guests": _("Guest manager"),
        "gate_supervisor": _("Gate supervisor"),
        "gate_staff": _("Gate staff"),
        "media": _("Press office"),
        "report_reader": _("Report reader"),
    }


def kept_classes() -> dict[str, str]:
    """Return the word of every class of personal data that is kept for a time."""
    return {
        "health": _("Health and diet"),
        "id_number": _("ID numbers"),
        "picture": _("Pictures"),
        "answer": _("Answers and guest notes"),
        "message": _("Texts of messages"),
        "contact": _("E-mail and phone"),
        "name": _("Names"),
    }


def acts() -> dict[str, str]:
    """Return the sentence of every act that the log may hold; others are shown by code."""
    return {
        "person.create": _("Account made"),
        "person.activate": _("Account switched on"),
        "person.deactivate": _("Account switched off"),
        "password.set": _("Password replaced"),
        "live.set": _("Delay or state of a show said"),
        "notices.approve": _("Notices sent off"),
        "notices.discard": _("Notices discarded"),
        "party.contact": _("Address of a performer set"),
        "seat_map.create": _("Seat map made"),
        "seat_plan.use": _("Seat map given to a show"),
        "seat_block.save": _("Seat block saved"),
        "seat_block.drop": _("Seat block dropped"),
        "seats.allocate": _("Seats given by rule"),
        "seats.release": _("Unclaimed seats freed"),
        "seat.assign": _("Seat given"),
        "seat.hold": _("Seat held"),
        "seat.move": _("Seat changed"),
        "seat.release": _("Seat freed"),
        "seat.protect": _("Seat protected or not"),
        "role.grant": _("Role given"),
        "role.revoke": _("Role taken away"),
        "api_key.create": _("API key made"),
        "api_key.revoke": _("API key ended"),
        "report.build": _("Report version built"),
        "report.submit": _("Report handed in"),
        "report.publish": _("Report published"),
        "media.add": _("Mentions recorded"),
        "media.import": _("Monitoring file read in"),
        "media.undo": _("Monitoring file taken back"),
        "report.correct": _("Corrected report version built"),
        "report.review": _("Report handed back"),
        "report.link": _("Link for readers made"),
        "report.unlink": _("Link for readers ended"),
        "report.layout": _("Report layout changed"),
        "report.logo": _("Report logo changed"),
        "report.targets": _("Targets changed"),
        "report.priors": _("Visibility priors changed"),
        "report.universe": _("Number of people who could be reached changed"),
        "report.notes": _("Notes of days changed"),
        "device.pair": _("Device paired"),
        "device.revoke": _("Device ended"),
        "schedule.release": _("Programme released"),
        "schedule.rollback": _("Programme put back"),
        "schedule.import": _("Schedule file taken over"),
        "schedule.import-undo": _("Schedule file taken back"),
        "ticket-type.save": _("Ticket type set up"),
        "consent.save": _("Consent text set up"),
        "consent.move": _("Order of consent texts changed"),
        "consent.end": _("Consent text ended"),
        "question.save": _("Question set up"),
        "question.move": _("Order of questions changed"),
        "question.end": _("Question ended"),
        "venue.save": _("Venue set up"),
        "stage.save": _("Stage set up"),
        "window.add": _("Opening window added"),
        "window.remove": _("Opening window removed"),
        "show-type.add": _("Type of show added"),
        "track.add": _("Track added"),
        "show.save": _("Show set up"),
        "schedule.plan": _("Places of the planner taken over"),
        "guests.import": _("Guest list read in"),
        "guests.undo": _("Guest list taken back"),
        "guests.tickets": _("Tickets of a guest list mailed"),
        "guests.export": _("Guests exported"),
        "registration.approve": _("Registrations approved"),
        "registration.decline": _("Registrations declined"),
        "registration.waitlist": _("Registrations put on the waitlist"),
        "invitation.unsubscribe": _("Invited person wants no more messages"),
        "mail_text.save": _("Text of a message written"),
        "mail_text.reset": _("Text of a message put back"),
        "registration.erase": _("Person erased"),
        "registration.export": _("Data handed out"),
        "registration.retention": _("Data over its time removed"),
        "registration.settings": _("Settings of registration changed"),
        "registration.change": _("Registration changed by the person"),
        "registration.give_up": _("Place given up by the person"),
        "registration.contact": _("Contact changed by the person"),
        "registration.type": _("Kind of ticket changed by the person"),
        "registration.consent": _("Consent changed by the person"),
        "ticket.transfer": _("Ticket passed on"),
        "waitlist.offer": _("Place offered by hand"),
        "waitlist.remove": _("Taken off the waitlist"),
        "waitlist.pause": _("Waitlist paused or continued"),
        "campaign.create": _("Campaign made"),
        "campaign.list": _("People put on an invitation list"),
        "invitations.send": _("Invitations sent"),
        "invitations.remind": _("Invited people reminded"),
        "invitation.withdraw": _("Invitation withdrawn"),
        "finding.waive": _("Conflict let through"),
        "device.invite": _("Pairing code made"),
        "gate-card.make": _("Staff cards made"),
        "gate-card.revoke": _("Staff card ended"),
        "gate-reasons.set": _("Reasons for overrides changed"),
        "gate.set": _("Gate set up"),
        "gate-scan.undone": _("Scan taken back"),
        "gate-scan.ok_override": _("Let in against a refusal"),
        "gate-scans.release": _("Scans of an ended device released"),
        "conflict.resolve": _("Double entry decided"),
        "reading.decide": _("Reading decided"),
        "readings.import": _("Counter file read in"),
        "counter.place": _("Counter placed"),
        "counter.calibrate": _("Counter calibrated"),
        "sensor.set": _("Sensor set up"),
        "sensor.renew_key": _("Key of a sensor renewed"),
        "player.set": _("Stream put on the watch page"),
        "player.stop": _("Stream taken off the watch page"),
        "poll.set": _("Polling of a stream set"),
        "poll.stop": _("Polling of a stream ended"),
        "figure.claim": _("Figure of a platform entered"),
        "plan.mark": _("Plan of the site changed"),
        "plan.picture": _("Picture of the site changed"),
        "event.settings": _("Settings changed"),
        "event.colours": _("Colours changed"),
        "event.cover": _("Cover picture changed"),
        "webhook.create": _("Webhook made"),
        "webhook.change": _("Webhook changed"),
        "webhook.remove": _("Webhook removed"),
        "webhook.replay": _("Delivery sent again"),
        "second_factor.on": _("Second factor switched on"),
        "second_factor.off": _("Second factor switched off"),
        "second_factor.codes": _("New recovery codes"),
        "second_factor.recovery": _("Recovery code used"),
        "email.change": _("E-mail changed"),
        "session.revoke": _("Session ended"),
    }


def conflict_states() -> dict[str, str]:
    """Return what a ticket that was admitted twice turned out to be."""
    return {
        "open": _("Not looked at"),
        "same_person": _("One person"),
        "two_people": _("Two people"),
        "staff_error": _("Mistake at the gate"),
    }


def webhook_kinds() -> dict[str, str]:
    """Return what a webhook may be told of, in words."""
    return {
        "registration.confirmed": _("A registration is confirmed"),
        "registration.approved": _("A registration is approved"),
        "registration.cancelled": _("A registration is cancelled"),
        "invitation.answered": _("An invitation is answered"),
        "waitlist.offered": _("A place is offered to the waitlist"),
        "ticket.reissued": _("A ticket is passed on"),
        "schedule.released": _("The programme is released"),
    }


def delivery_states() -> dict[str, str]:
    """Return the word of every state of a delivery."""
    return {
        "queued": _("Waits"),
        "deferred": _("Tries again"),
        "delivered": _("Delivered"),
        "dead": _("Given up"),
    }


def quality_flags() -> dict[str, str]:
    """Return what is to be said of a figure of a counter, by flag."""
    return {
        "passages": _("passages, never visits"),
        "uncalibrated": _("not calibrated"),
        "thin": _("less than nine tenths received"),
        "provisional": _("still open"),
        "unbalanced": _("entries and exits do not balance"),
        "implausible": _("fewer entries than check-ins"),
        "conflicting": _("two values came for one time"),
        "reset": _("the device began again from 0"),
        "imputed": _("a gap was filled from a running total"),
    }


def adjustment_reasons() -> dict[str, str]:
    """Return why a closed quarter of an hour was changed."""
    return {
        "late": _("came late"),
        "revised": _("the source corrected it"),
        "undone": _("its file was taken back"),
        "accepted": _("a person let it count"),
    }


def player_kinds() -> dict[str, str]:
    """Return how the watch page shows a stream."""
    return {
        "hls": _("our own stream, in the browser's player"),
        "embed": _("a platform's player, loaded on demand"),
        "link": _("a link to a platform"),
    }


def stream_formats() -> dict[str, str]:
    """Return the names of servers and platforms; those without a word keep their own."""
    return {
        "nginx-rtmp": "nginx-rtmp",
        "icecast": "Icecast",
        "srs": "SRS",
        "owncast": "Owncast",
        "mediamtx": "MediaMTX",
        "generic-json": _("any server with JSON"),
        "youtube": _("YouTube (key)"),
        "twitch": _("Twitch (key)"),
        "bilibili": _("Bilibili (popularity only)"),
        "mux": _("Mux (key)"),
    }
