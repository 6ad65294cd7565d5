"""Load the demonstration: both events in one transaction, or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from eventhub.demo import (
    content,
    figures,
    forms,
    logins,
    media,
    people,
    places,
    record,
    report,
    scans,
    seats,
    shows,
    survey,
    tickets,
)
from eventhub.demo.counts import counts
from eventhub.demo.draw import Draw
from eventhub.demo.frame import Frame
from eventhub.demo.logins import Login
from eventhub.exposure.service import BuildReport, build_report
from eventhub.kernel import clock
from eventhub.kernel.db import command, db
from eventhub.kernel.signing import derive_key, public_key_of
from eventhub.programme import queries, service
from eventhub.programme.errors import UnknownEvent
from eventhub.programme.queries import EventRow
from eventhub.programme.service import CreateEvent
from eventhub.registration.service import install_event_key
from eventhub.settings import current_settings

UID_DOMAIN: Final = "demo.eventhub.example"
_EVENING: Final = time(20, 0)  # "now" of a day that is asked for by name


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadDemo:
    """
    How much to load for which day.

    Without `today` the festival runs now. A named day is loaded as it stands
    at 20:00 of that day, or now when that is earlier on the same day, so that
    the same day and seed give the same rows.
    """

    people: int = 2000
    seed: int = 1
    today: date | None = None


@dataclass(frozen=True, slots=True)
class Loaded:
    """The events of the demonstration and what they hold; `logins` only after a first load."""

    events: tuple[str, ...]
    counts: dict[str, int]
    logins: tuple[Login, ...]


def load(cmd: LoadDemo) -> Loaded:
    """
    Load both events unless they are there; a second load changes nothing.

    Side effects: the first load keeps the log-ins in the instance folder.
    """
    slugs = (content.futian()["event"]["slug"], content.festival()["event"]["slug"])
    missing = [slug for slug in slugs if not _is_there(slug)]
    accounts: Sequence[Login] = logins.draw_logins() if missing else ()
    if missing:
        logins.write_file(current_settings().instance_path, accounts)
        _load(cmd, missing, accounts)
    ids = [queries.event_by_slug(slug).id for slug in slugs]
    return Loaded(slugs, counts(ids), tuple(accounts))


@command
def _load(cmd: LoadDemo, missing: Sequence[str], accounts: Sequence[Login]) -> None:
    head = content.festival()["event"]
    today = cmd.today or _running_day(head)
    moment = _moment(cmd, head, today)
    secret = derive_key(current_settings().secret_key, f"demonstration-{cmd.seed}")
    draw = Draw(cmd.seed, today, secret)
    organisation_id = logins.organisation()
    people_ids = logins.load(accounts, organisation_id)
    if content.futian()["event"]["slug"] in missing:
        with clock.fixed(moment):
            record.load(
                organisation_id=organisation_id,
                author_id=people_ids["owner"],
                approver_id=people_ids["reviewer"],
                draw=draw,
            )
    if head["slug"] in missing:
        _festival(cmd, draw, moment, organisation_id, people_ids["owner"])


def _festival(
    cmd: LoadDemo, draw: Draw, moment: datetime, organisation_id: int, author_id: int
) -> None:
    event = _event(draw, organisation_id)
    frame = Frame(content.festival(), event, draw, draw.today, moment, cmd.people)
    with clock.fixed(frame.at(-6, "18:40")):  # when the released version came out
        made = places.load(frame)
        programme = shows.load(frame, made)
    with clock.fixed(frame.at(-33, "09:00")):  # when registration opened
        types = tickets.load(frame, made, programme)
        private = draw.secret_bytes(32, "signing-key")
        key = install_event_key(
            event.id,
            private_key=private,
            public_key=public_key_of(private),
            salt=draw.secret_bytes(16, "salt"),
        )
        guests = people.load(frame, types, key)
        forms.load(frame, types)
        seats.load(frame, made, programme, types)
        service.open_registration(event.id, is_open=True)
    with clock.fixed(moment):
        db.session.flush()
        scans.load(frame, made, guests)
        figures.load(frame, made, programme)
        media.load(frame)
        survey.load(frame)
        beside = queries.event_by_slug(content.futian()["event"]["slug"])
        report.load(frame, beside_id=beside.id)
        build_report(BuildReport(event_id=event.id, created_by=author_id))


def _event(draw: Draw, organisation_id: int) -> EventRow:
    head: dict[str, Any] = content.festival()["event"]
    days = [row["day"] for row in head["days"]]
    first, last = (draw.today + timedelta(days=offset) for offset in (min(days), max(days)))
    event_id = service.create_event(
        CreateEvent(
            organisation_id=organisation_id,
            uuid=draw.uuid("event", head["slug"]),
            slug=head["slug"],
            acronym=head["acronym"],
            title=head["poetic_name"],
            subtitle=head["name"],
            tagline=head["tagline"],
            about=head["about"],
            place_text=head["city"],
            timezone=head["timezone"],
            day_start_local=time.fromisoformat(head["day_start_local"]),
            starts_on=first,
            ends_on=last,
            uid_domain=UID_DOMAIN,
            contact_email=head["contact"]["email"],
            is_synthetic=head["synthetic"],
        )
    )
    return queries.event_by_id(event_id)


def _running_day(head: dict[str, Any]) -> date:
    """Return the operating day that runs now where the festival is."""
    local = clock.now().astimezone(ZoneInfo(head["timezone"]))
    is_night = local.time() < time.fromisoformat(head["day_start_local"])
    return local.date() - timedelta(days=1) if is_night else local.date()


def _moment(cmd: LoadDemo, head: dict[str, Any], today: date) -> datetime:
    """Return the instant up to which things have happened."""
    now = clock.now().replace(second=0, microsecond=0)
    if cmd.today is None:
        return now
    evening = datetime.combine(today, _EVENING, ZoneInfo(head["timezone"])).astimezone(UTC)
    return min(now, evening) if _running_day(head) == today else evening


def _is_there(slug: str) -> bool:
    try:
        queries.event_by_slug(slug)
    except UnknownEvent:
        return False
    return True
