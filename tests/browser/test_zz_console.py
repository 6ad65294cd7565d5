from __future__ import annotations
import pytest
from sqlalchemy import select
from eventhub.checkin import service
from eventhub.kernel.db import db
from eventhub.registration.models import Ticket
from eventhub.programme.queries import gates
from tests.browser import conftest
from tests.browser.conftest import Browsers, Site
from tests.factories import checkin as make
from tests.people import make_people
from tests.world import make_world
from tests.checkin.test_console import refuse_one
pytestmark = pytest.mark.only("sqlite")
OUT = "/tmp/w/gate_shots"

def test_console(site: Site, browsers: Browsers) -> None:
    people = make_people()
    world = make_world(people.organisation_id)
    gate = gates(world.event.id)[0]
    refuse_one(world)
    paired = service.pair(service.create_pairing(gate.id, None).code, agent="", name="四号机")
    for n in range(22):
        make.scan(paired.device, f"nonsense{n}")
    page = browsers.open(browsers.start())
    from tests.browser.test_pages import signed_in  # noqa
    signed_in(page, site, people)
