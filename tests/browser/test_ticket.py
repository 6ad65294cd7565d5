"""A ticket in a phone: codes that change, no network, and a link that has died meanwhile."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import Error, Page

from eventhub.kernel import clock, signing
from eventhub.kernel.db import command, db
from eventhub.registration import service
from eventhub.registration.models import Registration
from eventhub.registration.queries.day_keys import day_keys
from tests.browser.conftest import Browsers, Site
from tests.checkin import cases
from tests.checkin.test_dynamic import VECTORS
from tests.factories.registration import make_registration, make_ticket_type
from tests.people import make_people
from tests.world import make_world

pytestmark = pytest.mark.only("sqlite")

RUN_VECTORS = """async ([facts, times]) => {
  const { rotatingCode } = await import("/static/js/registration/rotating.js");
  return Promise.all(times.map((at) => rotatingCode(facts, at)));
}"""
CODE = "() => document.querySelector('[data-rotating]')?.dataset.code ?? ''"
KEPT = "() => document.documentElement.dataset.isKept ?? ''"
SKEW_MS = 3_600_000  # a phone whose clock is an hour wrong
WRONG_CLOCK = f"const real = Date.now; Date.now = () => real() + {SKEW_MS};"
PATIENCE_MS = 1_500
WATCHED = """
const opened = performance.now();
globalThis.codes = [];
const watch = () => {
  const code = document.querySelector("[data-rotating]")?.dataset.code;
  if (code && globalThis.codes.at(-1)?.[0] !== code) codes.push([code, performance.now() - opened]);
};
new MutationObserver(watch).observe(document, { subtree: true, childList: true, attributes: true });
const asked = fetch;
globalThis.fetch = async (url, init) => {
  if (!String(url).includes("/state")) return asked(url, init);
  await new Promise((done) => setTimeout(done, DELAY_MS));
  if (IS_LOST) throw new TypeError("no network");
  return asked(url, init);
};
"""
CODES = "() => globalThis.codes"


def until(page: Page, script: str) -> str:
    """Return what a script says as soon as it says anything."""
    for _ in range(150):
        said = page.evaluate(script)
        if said:
            return str(said)
        page.wait_for_timeout(50)
    raise AssertionError(f"nothing came of {script}")


@command
def new_link(registration_id: int) -> None:
    """Make the links of a registration void."""
    db.session.get_one(Registration, registration_id).link_rev += 1


def test_a_ticket_opens_without_network_and_its_code_changes(
    site: Site, browsers: Browsers
) -> None:
    world = make_world(make_people().organisation_id)
    make_ticket_type(world.event.id, slug="phone", code_kinds=["GD"])
    service.ensure_day_keys(world.event.id)
    made = make_registration(world.event.id, "phone", email="xinyi@example.com")
    other = make_registration(world.event.id, "phone", email="rui@example.com")
    address = f"{site.url}/t/{service.registration_token(made.public_id, made.link_rev)}"
    page = browsers.open(browsers.start())
    page.add_init_script(WRONG_CLOCK)
    page.goto(f"{address}?lang=en")
    assert is_good(world.event.id, world.event.uuid_bytes, until(page, CODE))
    until(page, KEPT)

    facts = {"ticket": "0123456789abcdef", "rev": 0}
    key = signing.dynamic_key(
        cases.DAY_KEY, event_uuid=cases.EVENT, ticket=0x0123456789ABCDEF, rev=0
    )
    facts["keys"] = [{"kid": 1, "key": key.hex(), "from": 0, "until": 2**52}]
    times = [(cases.T + late) * 1000 for late in VECTORS]
    assert page.evaluate(RUN_VECTORS, [facts, times]) == list(VECTORS.values())

    page.context.set_offline(True)
    page.goto(address)
    assert is_good(world.event.id, world.event.uuid_bytes, until(page, CODE))
    until(page, "() => !document.querySelector('[data-kept]').hidden")
    assert page.get_by_text("No connection.").is_visible()
    with pytest.raises(Error, match="net::"):  # nothing of another ticket is here
        page.goto(f"{site.url}/t/{service.registration_token(other.public_id, other.link_rev)}")

    new_link(made.registration_id)
    page.context.set_offline(False)
    assert page.goto(address).status == 404  # type: ignore[union-attr]  # an answer came
    page.context.set_offline(True)
    with pytest.raises(Error, match="net::"):
        page.goto(address)


@pytest.mark.parametrize(
    ("delay_ms", "is_lost", "first_is_good"),
    [(900, False, True), (60_000, False, False), (400, True, False)],
    ids=["slow answer", "no answer", "no network"],
)
def test_no_code_by_a_clock_that_may_be_wrong_before_the_server_had_its_time(
    site: Site, browsers: Browsers, *, delay_ms: int, is_lost: bool, first_is_good: bool
) -> None:
    world = make_world(make_people().organisation_id)
    make_ticket_type(world.event.id, slug="phone", code_kinds=["GD"])
    service.ensure_day_keys(world.event.id)
    made = make_registration(world.event.id, "phone", email="xinyi@example.com")
    page = browsers.open(browsers.start())
    page.add_init_script(WRONG_CLOCK)
    watched = WATCHED.replace("DELAY_MS", str(delay_ms))
    page.add_init_script(watched.replace("IS_LOST", str(is_lost).lower()))
    page.goto(f"{site.url}/t/{service.registration_token(made.public_id, made.link_rev)}")
    until(page, CODE)
    first, at_ms = page.evaluate(CODES)[0]
    assert is_good(world.event.id, world.event.uuid_bytes, first) == first_is_good
    assert at_ms >= min(delay_ms, PATIENCE_MS)


def is_good(event_id: int, uuid: bytes, text: str) -> bool:
    """Tell whether a gate would take a code now."""
    code = signing.parse_code(text)
    now = clock.now()
    (day,) = day_keys(event_id, frm=now, until=now + timedelta(seconds=1))
    verdict = signing.verify_gd(code, day_key=day.key, event_uuid=uuid, at_s=int(now.timestamp()))
    return verdict == signing.DynamicVerdict.GOOD
