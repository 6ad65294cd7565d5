"""The metric dictionary as a page for people (docs/metrics.md) and as data for programs."""

from __future__ import annotations

from typing import Any, Final

from eventhub.audience.dictionary import DEFINITION_VERSION, METRICS, MetricDef
from eventhub.audience.enums import Aggregation, EvidenceClass
from eventhub.audience.rules import beats, integrity, occupancy, sums
from eventhub.audience.rules.calibration import MIN_COUNTS
from eventhub.audience.rules.doors import STALE_PERIODS
from eventhub.audience.rules.sessions import SILENT_MINUTES

_AGGREGATION: Final = {
    Aggregation.SUM: "sum",
    Aggregation.MAX: "largest",
    Aggregation.DISTINCT: "distinct",
    Aggregation.RATIO: "from its parts",
    Aggregation.LAST: "latest",
    Aggregation.NONE: "never combined",
}
_PLATFORMS: Final = (
    (
        "YouTube",
        "https://www.googleapis.com/youtube/v3/videos"
        "?part=liveStreamingDetails,statistics&id=VIDEO",
        "query `key`",
    ),
    (
        "Twitch",
        "https://api.twitch.tv/helix/streams?user_login=CHANNEL",
        "headers `Client-Id` and `Authorization: Bearer ..`",
    ),
    ("Bilibili", "https://api.live.bilibili.com/room/v1/Room/get_info?room_id=ROOM", "none"),
    (
        "Mux",
        "https://api.mux.com/data/v1/monitoring/metrics/current-concurrent-viewers/breakdown"
        "?dimension=country",
        "header `Authorization: Basic ..`",
    ),
)
_HEAD: Final = """\
# Metrics

What each figure means, version {version}. Written by `flask audience dictionary`; do not edit.

A definition never changes within a version: a changed one is a new version, and two versions
are never drawn as one series (「口径不同」).

## Rules

1. A figure has a source, a unit, a period and a class: measured (实测), estimated (估算) or
   claimed (公布). The database refuses one without them.
2. Visits are not people (人次 ≠ 人数), views are not viewers, reach is not impressions. Each is a
   metric of its own and none is renamed into another.
3. Contacts add up, people do not: over channels people are a range.
4. A claim stays a claim. It keeps its quotation and never gets an interval.
5. DC-1: passages of sensors are never summed into visits. Visits are entries through one closed
   cordon; of nested cordons only the outermost counts. The error is `passages-are-not-visits`.
6. A missing bin or a failed poll is a gap, never 0. What is shown then is a lower bound.

## How counts are read

- Counter bins: one value per counter, start, length and direction. An equal value is a
  duplicate. Otherwise the higher `seq` holds, of equal ones the later to arrive; the other value
  is kept as a revision.
- Running totals: the difference to the total before; a smaller total is a reset and counts from
  0. Local midnight is a reset that needs no mark. One total per period counts, the first of it;
  one older than the last is refused. The first difference after a gap is spread over it, marked
  as imputed and without coverage.
- Counts by hand: people by quarter of an hour at one post, in and out. They are passages.
- Refused: negative, not a number, a fraction, above {max_count:,}, more than {ahead} s ahead.
- Set apart until a person decides: more than {jump} times the viewers of a minute ago and above
  {floor:,}; more than {most:,} viewers; more than {people} people per metre of door and second,
  {widest:.0f} m where nobody has given the width. A minute of the watch page is set apart whole,
  with its plays, when its viewers or its plays jump.
- Two counters at one door: one counts. Where it says nothing for {stale} of its periods, the
  quarters of an hour that the other one has count in its place, listed with their times; what
  comes late stands the other one back. Nothing of it is stored, so that it can be told again.
- A minute without any request in the log of a stream server is 0; a silence of more than
  {silent} minutes is a gap.
- Sums by quarter of an hour (UTC) are changed in the transaction that keeps the readings, and made
  anew from the readings every night at 04:00 of the event; a difference is an error in the log
  and on the page of the counters. A quarter is open for 24 hours after its end. Later changes are
  listed as adjustments with the reason; the past of a counter that is new adjusts nothing.
- People inside a closed cordon: entries minus exits of its counters, corrected, at least 0. On a
  day that is over the rest is error and spread over the day in proportion to the flow.
- Said beside a figure: less than {coverage:.0%} received; entries and exits of a closed day differ
  by more than {balance:.0%}; fewer entries than check-ins behind the line; resets, filled gaps, two
  values for one time; not calibrated.
- Visits: entries times the calibration factor, rounded per counter, then added. A factor needs
  at least {counts} manual counts of 15 minutes. Without one the factor is 1, the relative standard
  error {prior} and the class estimated. Below {coverage:.0%} coverage the class is estimated.
- Viewers: players that a server names, without the publisher. `live.pcu` is the largest mean of
  one minute (of one sample interval where that is longer); `live.ama` is viewer-minutes over the
  minutes that were sampled.
- Viewers of the watch page: a player wakes every {beat} s while it plays and sends with
  probability 2^-k; a beat stands for 2^k, so that their number stays the same however many watch.
  Viewers of a minute are {beat} / 60 times the weights of its beats. The leader sets k every 15 s
  from what has come, so that a stream sends about 200 a second: 730,000 viewers over two hours
  send less than a million beats, each busy minute is known within 5 %, their average within
  0.5 %. A beat with a k that was not
  in force within two minutes is rejected and counted as such. `live.starts` counts every
  play of 5 s.
- `live.viewers_day`: different viewers of one stream on one calendar day of the event, told apart
  by a keyed digest of address and program whose key is thrown away at midnight. Exact up to
  {exact:,}, beyond that a HyperLogLog sketch (about ±1.6 %). Days are never united. Who sends Do
  Not Track or Global Privacy Control is counted as a play and in no number of people.
- Readings set apart are decided in the console: counted or left out. What was sent stays, with
  who decided and when.

## Where viewers come from

`flask audience parse KIND FILE` shows what a file or answer says and stores nothing.
`flask audience poll-set EVENT STREAM --format KIND --url URL` lets the leader ask a server every
10 to 60 s; `flask audience polls EVENT` lists the age of each answer. An answer that does not
come, or can not be read, is a gap with its reason. Addresses that are not on the open internet are
refused unless the operator allows the host; no redirect is followed; an answer has 5 s and 2 MB.
Keys of platforms stand in `stream-keys.json` of the instance folder (mode 600), by name:
`{{"tube": {{"query": {{"key": "..."}}, "headers": {{}}}}}}`; `--key tube` uses one.
What platforms ask for:

{platforms}

`flask audience hook-url EVENT STREAM` prints the address for `on_play`, `on_play_done`,
`on_publish_done` of nginx-rtmp and for the hooks of SRS. `flask audience player-set EVENT STREAM
ADDRESS` shows a stream on `/e/EVENT/watch`. `deploy/nginx/eventhub-beats*.conf` lets nginx answer
its beats; without it the site does. `flask audience sensor-set EVENT COUNTER --topic TOPIC` lets a
counter report by itself, signed (`X-EventHub-Signature`: HMAC-SHA256 of the body, hex) or over
MQTT, which `flask audience mqtt` hears.

| kind | viewers are | class |
|---|---|---|
| `nginx-rtmp` | clients without a `publishing` child; HLS is not in the page | measured |
| `icecast` | `listeners` of each mount, JSON or `/admin` page | measured |
| `srs` | client rows that do not publish, all pages | measured |
| `owncast` | `viewerCount`; absent is unknown, never 0 | measured |
| `mediamtx` | readers of a path; a lone `hlsMuxer` is not counted | measured |
| `mux`, `generic-json` | the number given | measured |
| `hooks` | plays begun and not ended, every 15 s; the stream key is never kept | measured |
| `hls-log` | sessions by `sid`: gaps up to 3 target durations, one added at the end | measured |
| `hls-log` without `sid` | playlist requests × target duration, `no-session-id` | estimated |
| `youtube`, `twitch` | the platform's number; absent is unknown | claimed |
| watch page | beats of players that play, per minute | measured |
| `bilibili` | none: its number is an index of popularity, kept apart | claimed |

## Dictionary
"""


def metrics_page() -> str:
    """Return the Markdown of docs/metrics.md."""
    parts = [
        _HEAD.format(
            version=DEFINITION_VERSION,
            max_count=integrity.MAX_COUNT,
            ahead=int(integrity.MAX_AHEAD.total_seconds()),
            jump=integrity.JUMP_FACTOR,
            stale=STALE_PERIODS,
            silent=SILENT_MINUTES,
            floor=integrity.JUMP_FLOOR,
            people=integrity.PEOPLE_PER_M_S,
            counts=MIN_COUNTS,
            prior=sums.UNCALIBRATED_REL_SE,
            coverage=sums.MIN_COVERAGE,
            most=integrity.MOST_VIEWERS,
            widest=integrity.WIDEST_M,
            balance=occupancy.BALANCE,
            beat=beats.PERIOD_S,
            exact=beats.EXACT,
            platforms=_platforms(),
        )
    ]
    parts += [_entry(metric) for metric in METRICS.values()]
    return "\n".join(parts)


def _platforms() -> str:
    rows = [f"| {name} | `{address}` | {key} |" for name, address, key in _PLATFORMS]
    return "\n".join(["| platform | address | key |", "|---|---|---|", *rows])


def _entry(metric: MetricDef) -> str:
    return f"""\
### {metric.id}

{metric.name.zh} · {metric.name.en}

- {metric.definition.zh}。 {_sentence(metric.definition.en)}
- Unit: {metric.unit.zh} · {metric.unit.en}. Class: {", ".join(_classes(metric))}.
- Sources: {metric.sources.zh} · {metric.sources.en}.
- Combined: {_AGGREGATION[metric.aggregation]}. {metric.rule.zh}。 {_sentence(metric.rule.en)}
"""


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def _classes(metric: MetricDef) -> list[str]:
    return [cls for cls in EvidenceClass if cls in metric.classes]


def metrics_data() -> dict[str, Any]:
    """Return the dictionary as JSON data."""
    return {
        "version": DEFINITION_VERSION,
        "metrics": [
            {
                "metric": metric.id,
                "zh": metric.name.zh,
                "en": metric.name.en,
                "definition": metric.definition.i18n(),
                "unit": metric.unit.i18n(),
                "kind": metric.kind,
                "aggregation": metric.aggregation,
                "rule": metric.rule.i18n(),
                "classes": _classes(metric),
                "digits": metric.digits,
            }
            for metric in METRICS.values()
        ],
    }
