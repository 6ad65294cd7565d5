"""Read the logs of beats, each part once, and throw them away in time."""

from __future__ import annotations

import hashlib
import logging
from datetime import date
from typing import Final

from eventhub.audience import beacons, queries, service
from eventhub.audience.beacons import LogFile
from eventhub.audience.service import BeatsTaken, RecordBeats
from eventhub.audience.sources import beacon
from eventhub.kernel import clock

READ_EVERY_S: Final = 15.0

log = logging.getLogger(__name__)


def read_beats() -> BeatsTaken:
    """Take in logs and open plays, set how many players may send, forget old days."""
    done = BeatsTaken()
    if queries.has_open_plays():
        service.sample_hooks()
    zones = queries.watched_zones()
    found = beacons.logs()
    if not zones and not found:
        return done
    now = clock.now()
    for one in found:
        try:
            done = done.plus(read_log(one))
        except OSError as error:  # nginx wrote it for nobody else: say so, read the others
            log.error("beat log can not be read", extra={"log": one.path.name, "why": str(error)})
            continue
        limit = 0 if one.has_addresses else beacons.KEPT_S
        if beacons.is_over(one, now) and now.timestamp() - one.written_s > limit:
            one.path.unlink(missing_ok=True)
    service.close_minutes()
    beacons.write_k(service.adapt())
    service.forget_days()
    beacons.drop_salts(zones)
    return done


def read_log(one: LogFile) -> BeatsTaken:
    """Take in the rest of one log, a transaction per part; a copy of a log is that log."""
    done = BeatsTaken()
    key = one.key
    start = queries.read_until(key)
    if not start and (known := _copied(one)):
        key, start = known, queries.read_until(known)
    if start >= one.size:
        return done
    zones = queries.watched_zones()

    def salt_of(event_id: int, day: date) -> bytes | None:
        return beacons.salt_of(event_id, day, zones[event_id])

    for end, data in beacons.parts(one.path, start):
        taken = service.record_beats(
            RecordBeats(
                log=key,
                start_offset=start,
                end_offset=end,
                sha256=hashlib.sha256(data).hexdigest(),
                found=beacon.parse(data),
                salt_of=salt_of,
            )
        )
        done = done.plus(taken)
        start = end
    if done.left_out:
        log.warning("beat lines left out", extra={"log": one.path.name, "lines": done.left_out})
    return done


def _copied(one: LogFile) -> str | None:
    """Return the log that a file is a copy of, whatever it is called now."""
    for log in beacons.begins_as(one.path, queries.log_heads(one.size)):
        if beacons.holds(one.path, queries.log_parts(log, one.size)):
            return log
    return None
