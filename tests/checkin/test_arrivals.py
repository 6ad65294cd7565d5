"""From the invitation to the seat: who came by the gate keeps it, who did not loses it in time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from eventhub.checkin import service as gate
from eventhub.registration import service
from eventhub.registration.queries.invitations import campaign_by_name, invitations
from eventhub.registration.rules.guests import Guest
from eventhub.registration.rules.invitations import NO_SHOW_AFTER
from tests.factories.checkin import gs_of, scan
from tests.factories.registration import in_days, make_ticket_type, make_window
from tests.registration.conftest import place
from tests.registration.test_seats import Hall, hall, steps, ticket_of, tickets_of

__all__ = ["hall", "place"]  # fixtures

NAMES = ("王芳", "林知夏", "Ana María", "Declined")


def invited(hall: Hall, closes_at: datetime) -> tuple[int, dict[str, service.Registered]]:
    """Invite four people to the show, of whom three accept; return campaign and registrations."""
    event = hall.place.event
    make_window(
        event.id,
        5,
        hall.show.starts_at,
        kind="show",
        lasts=closes_at - hall.show.starts_at,
        opens_before_s=7_200,
        performance_id=hall.show.performance_id,
    )
    make_ticket_type(event.id, slug="vip", visibility="invitation", is_seated=True, window_no=5)
    service.create_campaign(
        service.CreateCampaign(event.id, "Front row", "vip", {"en": "Come."}, in_days(1))
    )
    campaign = campaign_by_name(event.id, "Front row")
    guests = [Guest(name, "vip", "zh", email=f"g{n}@x.example") for n, name in enumerate(NAMES)]
    service.add_invitees(campaign.id, guests)
    service.send_invitations(campaign.id)
    made = {}
    for row in invitations(campaign.id):
        if row.name == "Declined":
            service.decline_invitation(row.id, "")
            continue
        accepted = service.accept_invitation(
            service.AcceptInvitation(row.id, "zh", email=str(row.email))
        )
        assert isinstance(accepted, service.Registered)
        made[row.name] = accepted
    return campaign.id, made


def test_who_came_by_the_gate_keeps_the_seat_and_who_did_not_is_a_no_show(
    hall: Hall, clock: Callable[[datetime], None]
) -> None:
    show, closes_at = hall.show, hall.show.ends_at
    campaign_id, made = invited(hall, closes_at)
    for label, name in zip(("W1-1", "W1-2", "W1-3"), NAMES, strict=False):
        hall.seat(label, made[name])

    def standings() -> dict[str, str]:
        gate.mark_first_entries()  # what the scheduler does every few seconds
        return {row.name: row.standing.value for row in invitations(campaign_id)}

    accepted = dict.fromkeys(NAMES[:3], "accepted") | {"Declined": "declined"}
    assert standings() == accepted
    device = gate.pair(gate.create_pairing(hall.place.gate_ids[0], None).code, agent="test").device

    clock(show.starts_at - timedelta(minutes=40))
    answer = scan(device, gs_of(ticket_of(made["王芳"])))
    assert answer["result"] == "ok", answer
    assert standings() == accepted | {"王芳": "arrived"}

    clock(show.starts_at - timedelta(minutes=15, seconds=1))
    assert service.release_everywhere() == 0
    clock(show.starts_at - timedelta(minutes=15))
    assert service.release_everywhere() == 2
    assert hall.holders() == {"W1-1": "王芳"}
    assert steps()[-2:] == [
        ("released", "W1-2", "no-show, T-15 min"),
        ("released", "W1-3", "no-show, T-15 min"),
    ]
    assert [ticket.seat_label for ticket in tickets_of(made["林知夏"])] == [None]

    # whoever comes late is let in and gets another seat; nobody is a no-show before the end
    clock(show.starts_at + timedelta(minutes=5))
    late = scan(device, gs_of(ticket_of(made["林知夏"])))
    assert late["result"] == "ok", late
    hall.seat("W2-1", made["林知夏"])
    clock(closes_at + NO_SHOW_AFTER - timedelta(seconds=1))
    assert standings() == accepted | {"王芳": "arrived", "林知夏": "arrived"}
    clock(closes_at + NO_SHOW_AFTER)
    assert standings() == {
        "王芳": "arrived",
        "林知夏": "arrived",
        "Ana María": "no_show",
        "Declined": "declined",
    }
    assert service.remind(campaign_id) == 0
