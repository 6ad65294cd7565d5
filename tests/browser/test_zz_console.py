from __future__ import annotations
import pytest
from eventhub.checkin import service
from eventhub.programme.queries import gates
from tests.browser.conftest import Browsers, Site
from tests.browser.test_pages import sign_in_alice
from tests.checkin.test_console import refuse_one
from tests.factories import checkin as make
from tests.people import make_people
from tests.world import make_world
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
    for lang, scheme in (("zh-CN", "light"), ("en-GB", "dark")):
        for w in (390, 1440):
            page = browsers.open(browsers.start(), viewport={"width": w, "height": 900}, locale=lang, color_scheme=scheme)
            sign_in_alice(page, site)
            for name in ("gates", "gates/cards"):
                page.goto(f"{site.url}/console/e/{world.event.slug}/{name}")
                page.screenshot(path=f"{OUT}/{name.replace('/', '-')}-{lang}-{w}.png", full_page=True)
