"""The gate API: `/api/gate/v1`, for paired devices with a bearer token."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request
from flask.wrappers import Response

from eventhub.checkin import queries, schemas, service, snapshot
from eventhub.checkin.bodies import answer_given, nonce_of, offline_scan, override_of
from eventhub.checkin.device_config import event_of_device, gate_of_device
from eventhub.checkin.enums import ADMITTED
from eventhub.checkin.errors import GateFindsNobody
from eventhub.checkin.names import name_list
from eventhub.checkin.queries import DeviceRow
from eventhub.checkin.queries.changes import latest_change, newest_change, seq_text
from eventhub.checkin.queries.config import EventConfig
from eventhub.checkin.queries.device import device_by_token, device_of_any_state
from eventhub.checkin.queries.shown_answers import shown_answers
from eventhub.checkin.service import OfflineScan
from eventhub.extensions import csrf, limiter
from eventhub.kernel import clock, metrics
from eventhub.kernel.api import body, operation, query
from eventhub.kernel.errors import Invalid, NotFound
from eventhub.kernel.http import json_answer, private
from eventhub.kernel.i18n import in_lang
from eventhub.kernel.ids import token_hash

bp = Blueprint("checkin_api", __name__, url_prefix="/api/gate/v1")
csrf.exempt(bp)

CLIENT = "1.0.0"  # version of the scanner that this server brings
_BEARER = "bearer "
_TAGS = ["gate"]
_BLOCK = "application/octet-stream"


@bp.post("/pair")
@limiter.limit("20/minute")
@operation(
    summary="Turn a pairing code into a device",
    body=schemas.PairBody,
    answers={201: schemas.PairAnswer},
    tags=_TAGS,
)
def pair() -> Response:
    """POST /api/gate/v1/pair: a token for a pairing code; anybody who holds one."""
    sent = body(schemas.PairBody)
    paired = service.pair(sent.code, agent=sent.ua, name=sent.name)
    config = queries.event_config(paired.device.event_id)
    answer = {
        "device": paired.device.public_id,
        "token": paired.token,
        "gate": gate_of_device(config, config.gates[paired.device.gate_id]),
        "events": [{"id": config.event.uuid_bytes.hex(), "slug": config.event.slug}],
        "server_ms": clock.now_ms(),
    }
    return private(json_answer(answer, 201))


@bp.get("/config")
@operation(
    summary="What a gate needs to know of its event",
    answers={200: schemas.ConfigAnswer},
    is_for_devices=True,
    tags=_TAGS,
)
def config() -> Response:
    """GET /api/gate/v1/config: gate, event and keys; a paired device."""
    device = _device()
    known = queries.event_config(device.event_id)
    gate = known.gates[device.gate_id]
    answer = {
        "device": device.public_id,
        "gate": gate_of_device(known, gate),
        "events": [event_of_device(known, gate)],
        "limits": {"max_scans": schemas.MAX_SCANS},
        "client": CLIENT,
    }
    return _unchanged_or(json_answer(answer))


@bp.get("/events/<event>/list")
@operation(
    summary="The whole list of an event as a block of columns",
    answers={200: _BLOCK},
    is_for_devices=True,
    tags=_TAGS,
)
def whole_list(event: str) -> Response:
    """GET /api/gate/v1/events/ID/list: tickets and admissions; a paired device of the event."""
    known = _known(event)
    found = snapshot.whole_list(known.event.id)
    answer = Response(found.body, mimetype="application/octet-stream")
    answer.headers["Content-Encoding"] = "gzip"
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.headers["Eventhub-Seq"] = seq_text(known.salt, found.number)
    answer.set_etag(seq_text(known.salt, found.number))
    answer.make_conditional(request)
    return answer


@bp.get("/events/<event>/names")
@operation(
    summary="The names of an event for a search without a network",
    answers={200: _BLOCK},
    is_for_devices=True,
    tags=_TAGS,
)
def names(event: str) -> Response:
    """GET /api/gate/v1/events/ID/names: one line per ticket; a paired device of the event."""
    known = _known(event)
    _may_find(known)
    found = name_list(known.event.id)
    answer = Response(found.body, mimetype="application/octet-stream")
    answer.headers["Content-Encoding"] = "gzip"
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.headers["Eventhub-Seq"] = found.etag
    answer.set_etag(found.etag)
    answer.make_conditional(request)
    return answer


@bp.get("/events/<event>/delta")
@operation(
    summary="What changed since a list or delta",
    query=schemas.DeltaQuery,
    answers={200: schemas.DeltaAnswer, 410: None},
    is_for_devices=True,
    tags=_TAGS,
)
def delta(event: str) -> Response:
    """GET /api/gate/v1/events/ID/delta?since=: at most 5,000 changes; a paired device."""
    known = _known(event)
    since = query(schemas.DeltaQuery).since
    found = snapshot.delta(known, since)
    answer = {
        "from": since,
        "to": seq_text(known.salt, found.to),
        "more": found.has_more,
        "rows": found.rows,
        "admissions": found.admissions,
        "scopes": found.scopes,
        "asks": found.asks,
        "server_ms": clock.now_ms(),
    }
    return private(json_answer(answer))


@bp.post("/redeem")
@operation(
    summary="Decide one scan",
    body=schemas.RedeemBody,
    answers={200: schemas.RedeemAnswer},
    is_for_devices=True,
    tags=_TAGS,
)
def redeem() -> Response:
    """POST /api/gate/v1/redeem: the verdict on one code; a paired device."""
    device = _device()
    sent = body(schemas.RedeemBody)
    if (sent.code is None) == (sent.idhash is None):
        raise Invalid(fields={"code": ["code | idhash"]})
    answer = service.redeem(
        device,
        service.Redeem(
            nonce=nonce_of(sent.nonce),
            code=sent.code or "",
            idhash=bytes.fromhex(sent.idhash) if sent.idhash else None,
            direction=sent.dir,
            persons=sent.persons,
            gate_number=sent.gate,
            n=sent.n,
            claimed_ms=sent.claimed_ms,
            offset_ms=sent.offset_ms,
            mono_ms=sent.mono_ms,
            boot_id=sent.boot_id,
            override=override_of(sent),
            answer=answer_given(sent.answer),
        ),
    )
    metrics.count("scans", result=answer["result"])
    shown = _shown(device, nonce_of(sent.nonce), answer["result"])
    return private(json_answer(answer | {"answers": shown, "server_ms": clock.now_ms()}))


def _shown(device: DeviceRow, nonce: bytes, result: str) -> list[dict[str, Any]]:
    """Return the answers that staff see of whom they let in; nothing of whom they do not."""
    if result not in ADMITTED or not queries.event_config(device.event_id).shows_answers:
        return []
    return shown_answers(device.id, nonce)


@bp.post("/scans")
@operation(
    summary="Hand in scans that the device has decided",
    body=schemas.ScansBody,
    answers={200: schemas.ScansAnswer},
    is_for_devices=True,
    tags=_TAGS,
)
def scans() -> Response:
    """POST /api/gate/v1/scans: keep up to 200 scans; a device, once more after its revocation."""
    device = device_of_any_state(_token())
    sent = body(schemas.ScansBody)
    results: list[dict[str, Any]] = [{} for _ in sent.scans]
    places: list[int] = []
    good: list[OfflineScan] = []
    for place, item in enumerate(sent.scans):
        found = offline_scan(item, sent)
        if isinstance(found, OfflineScan):
            places.append(place)
            good.append(found)
        else:
            results[place] = found
    for place, result in zip(places, service.record_scans(device, good), strict=True):
        results[place] = result
    known = queries.event_config(device.event_id)
    newest = seq_text(known.salt, latest_change(device.event_id))
    return private(json_answer({"results": results, "seq": newest, "server_ms": clock.now_ms()}))


@bp.post("/heartbeat")
@operation(
    summary="Say that the device lives",
    body=schemas.HeartbeatBody,
    answers={200: schemas.HeartbeatAnswer},
    is_for_devices=True,
    tags=_TAGS,
)
def heartbeat() -> Response:
    """POST /api/gate/v1/heartbeat: queue, clock and battery; a paired device."""
    device = _device()
    sent = body(schemas.HeartbeatBody)
    service.note_heartbeat(
        device.id,
        service.Heartbeat(
            queue=sent.queue,
            offset_ms=sent.offset_ms,
            version=sent.version,
            battery_share=sent.battery,
            seq=int(sent.seq, 16),
            last_n=sent.n,
        ),
    )
    known = queries.event_config(device.event_id)
    newest = seq_text(known.salt, newest_change(device.event_id))
    return private(json_answer({"client": CLIENT, "seq": newest, "server_ms": clock.now_ms()}))


@bp.post("/walk-in")
@limiter.limit("30/minute", key_func=lambda: token_hash(_token()))  # gates share an address
@operation(
    summary="Register a person on the spot",
    body=schemas.WalkInBody,
    answers={201: schemas.WalkInAnswer},
    is_for_devices=True,
    tags=_TAGS,
)
def walk_in() -> Response:
    """POST /api/gate/v1/walk-in: a ticket for somebody at the gate; a device allowed to."""
    device = _device()
    sent = body(schemas.WalkInBody)
    cmd = service.WalkIn(sent.key, sent.name, sent.contact, sent.consent, sent.lang)
    idhash = service.register_walk_in(device, cmd)
    return private(json_answer({"idhash": idhash.hex(), "server_ms": clock.now_ms()}, 201))


@bp.post("/badge")
@limiter.limit("30/minute", key_func=lambda: token_hash(_token()))
@operation(
    summary="Print the badge of somebody who was let in",
    body=schemas.BadgeBody,
    answers={200: "application/pdf"},
    is_for_devices=True,
    tags=_TAGS,
)
def badge() -> Response:
    """POST /api/gate/v1/badge: a PDF of one A6 page; a device whose gate prints badges."""
    device = _device()
    sent = body(schemas.BadgeBody)
    with in_lang(sent.lang):
        made = service.print_badge(
            device, service.PrintBadge(bytes.fromhex(sent.idhash), sent.card)
        )
    return private(Response(made, mimetype="application/pdf"))


@bp.get("/search")
@operation(
    summary="Find a ticket by name, order code or phone",
    query=schemas.SearchQuery,
    answers={200: schemas.SearchAnswer},
    is_for_devices=True,
    tags=_TAGS,
)
def search() -> Response:
    """GET /api/gate/v1/search?q=: at most 20 tickets; a paired device."""
    device = _device()
    _may_find(queries.event_config(device.event_id))
    hits = queries.search(device.event_id, query(schemas.SearchQuery).q)
    answer = {
        "hits": [
            {
                "idhash": hit.idhash.hex(),
                "name": hit.name,
                "type": hit.type_name,
                "order": hit.order,
                "phone4": hit.phone4,
                "status": hit.status,
                "state": "in" if hit.is_inside else "out",
            }
            for hit in hits[: queries.HITS]
        ],
        "more": len(hits) > queries.HITS,
        "server_ms": clock.now_ms(),
    }
    return private(json_answer(answer))


@bp.get("/stats")
@operation(
    summary="How many are inside",
    answers={200: schemas.StatsAnswer},
    is_for_devices=True,
    tags=_TAGS,
)
def stats() -> Response:
    """GET /api/gate/v1/stats: the footer of the scanner; a paired device."""
    device = _device()
    known = queries.event_config(device.event_id)
    found = queries.gate_stats(known.event, known.gates[device.gate_id], device.id)
    answer = {
        "inside": found.inside,
        "admitted": found.admitted,
        "capacity": found.capacity,
        "per_minute": found.per_minute,
        "own": found.own,
        "refused": found.refused,
        "server_ms": clock.now_ms(),
    }
    return private(json_answer(answer))


def _unchanged_or(answer: Response) -> Response:
    """Answer 304 to a device that has it; keys of the day are in it, so no other cache keeps it."""
    answer.add_etag()
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.make_conditional(request)
    return answer


def _token() -> str:
    header = request.headers.get("Authorization", "")
    return header[len(_BEARER) :].strip() if header.lower().startswith(_BEARER) else ""


def _device() -> DeviceRow:
    return device_by_token(_token())


def _may_find(known: EventConfig) -> None:
    if not known.options_of(_device().gate_id).finds_names:
        raise GateFindsNobody()


def _known(event: str) -> EventConfig:
    known = queries.event_config(_device().event_id)
    if known.event.uuid_bytes.hex() != event:
        raise NotFound()
    return known
