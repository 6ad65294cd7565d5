"""The public record of 2023: what one document states, with its words, and nothing else."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any, Final

from eventhub.audience.enums import Op, SourceKind
from eventhub.audience.service import RecordClaim, record_claim
from eventhub.demo import content
from eventhub.demo.draw import Draw
from eventhub.exposure.service import (
    BuildReport,
    NotStatedItem,
    PublishReport,
    RecordNotStated,
    RecordSourceText,
    SubmitReport,
    build_report,
    publish,
    record_not_stated,
    record_source_text,
    submit,
)
from eventhub.programme import service
from eventhub.programme.enums import ShowState
from eventhub.programme.service import (
    AddParty,
    AddPerformance,
    AddShow,
    AddShowParty,
    AddShowType,
    AddTrack,
    AddVenue,
    CreateEvent,
    PlaceSlot,
    ReleaseSchedule,
)

UID_DOMAIN: Final = "futian-2023.eventhub.example"


def load(*, organisation_id: int, author_id: int, approver_id: int, draw: Draw) -> int:
    """Create the event with programme, claims and published report; return its id."""
    record = content.futian()
    head = record["event"]
    event_id = service.create_event(
        CreateEvent(
            organisation_id=organisation_id,
            uuid=draw.uuid("event", head["slug"]),
            slug=head["slug"],
            acronym=head["acronym"],
            title=head["title"],
            about=head["about"],
            place_text=head["place"],
            period_text=head["period"],
            timezone=head["timezone"],
            uid_domain=UID_DOMAIN,
        )
    )
    _programme(event_id, record, draw)
    _claims(event_id, record)
    report = build_report(BuildReport(event_id=event_id, created_by=author_id))
    submit(SubmitReport(event_id=event_id, version=report.version))
    publish(PublishReport(event_id=event_id, version=report.version, approved_by=approver_id))
    return event_id


def _programme(event_id: int, record: dict[str, Any], draw: Draw) -> None:
    """Add the shows that are stated; their times are not, so nothing is placed."""
    venue = record["venue"]
    service.add_venue(
        AddVenue(
            event_id=event_id,
            uuid=draw.uuid("futian-venue", venue["slug"]),
            slug=venue["slug"],
            name=venue["name"],
        )
    )
    types = {
        row["slug"]: service.add_show_type(AddShowType(event_id=event_id, **row))
        for row in record["show_types"]
    }
    tracks = {
        row["slug"]: service.add_track(AddTrack(event_id=event_id, **row))
        for row in record["tracks"]
    }
    parties = {
        row["slug"]: service.add_party(
            AddParty(
                event_id=event_id,
                uuid=draw.uuid("futian-party", row["slug"]),
                slug=row["slug"],
                kind=row["kind"],
                name=row["name"],
                bio=row["bio"],
            )
        )
        for row in record["parties"]
    }
    for row in record["shows"]:
        _show(event_id, record, row, types=types, tracks=tracks, parties=parties, draw=draw)
    service.release(ReleaseSchedule(event_id=event_id, **record["release"]))


def _show(
    event_id: int,
    record: dict[str, Any],
    row: dict[str, Any],
    *,
    types: dict[str, int],
    tracks: dict[str, int],
    parties: dict[str, int],
    draw: Draw,
) -> None:
    show_id = service.add_show(
        AddShow(
            event_id=event_id,
            uuid=draw.uuid("futian-show", row["code"]),
            code=row["code"],
            type_id=types[row["type"]],
            track_id=tracks[row["track"]],
            title=row["title"],
            line=row["line"],
            description=_quoted(record, row["quotes"]),
            state=ShowState.CONFIRMED,
            is_livestreamed=row["livestreamed"],
        )
    )
    for position, slug in enumerate(row["parties"]):
        service.add_show_party(
            AddShowParty(show_id=show_id, party_id=parties[slug], position=position)
        )
    performance_id = service.add_performance(
        AddPerformance(
            event_id=event_id, show_id=show_id, uuid=draw.uuid("futian-performance", row["code"])
        )
    )
    service.place_slot(PlaceSlot(event_id=event_id, performance_id=performance_id))


def _quoted(record: dict[str, Any], quotes: Sequence[str]) -> dict[str, str]:
    """Return the words that a show rests on, with the document they are from."""
    title = record["source"]["title"]
    words = "".join(f"「{quote}」" for quote in quotes)
    return {
        "zh": f"原文：{words}\n\n来源：{title['zh']}",
        "en": f"In the words of the source: {words}\n\nSource: {title['en']}",
    }


def _claims(event_id: int, record: dict[str, Any]) -> None:
    source = record["source"]
    evidence = hashlib.sha256(source["sentence"].encode()).hexdigest()
    for row in record["claims"]:
        record_claim(
            RecordClaim(
                event_id=event_id,
                ref=row["id"],
                metric=row["metric"],
                label=row["label"],
                value=row["value"],
                op=Op(row["op"]),
                quote=row["quote"],
                number_text=row["number_text"],
                unit_stated=row["unit_stated"],
                noun_stated=row["noun_stated"],
                period=row["period"],
                scope_text=row["scope"],
                is_scope_stated=row["scope_stated"],
                scope_note=row["scope_note"],
                note=row["note"],
                source_name=source["id"],
                source_kind=SourceKind.DOCUMENT,
                source_title=source["title"],
                evidence_sha256=evidence,
            )
        )
    record_source_text(
        RecordSourceText(
            event_id=event_id,
            source=source["id"],
            title=source["title"],
            text=source["sentence"],
            language=source["language"],
        )
    )
    items = tuple(NotStatedItem(topic=row["id"], text=row["text"]) for row in record["unknown"])
    record_not_stated(RecordNotStated(event_id=event_id, items=items))
