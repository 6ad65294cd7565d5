"""`flask audience player-set`, `player-stop`, `read-beats`, `viewers` and `rebuild`."""

from __future__ import annotations

from pathlib import Path

import click

from eventhub.audience import beacons, jobs, queries, service
from eventhub.audience.cli.group import audience, file_argument
from eventhub.audience.service import BeatsTaken, SetPlayer
from eventhub.kernel.cli import REFUSED, domain_errors, emit, json_option
from eventhub.programme.queries import event_by_slug


@audience.command("player-set")
@click.argument("event_slug", metavar="EVENT")
@click.argument("stream")
@click.argument("address")
@click.option("--kind", type=click.Choice(["hls", "embed", "link"]), default="hls")
@domain_errors
def player_set(event_slug: str, stream: str, address: str, kind: str) -> None:
    """Show STREAM of EVENT from ADDRESS on the watch page: a playlist, a frame or a link."""
    event = event_by_slug(event_slug)
    service.set_player(
        SetPlayer(
            event_id=event.id,
            slug=stream,
            kind="hls" if kind == "hls" else "embed" if kind == "embed" else "link",
            address=address,
            is_synthetic=event.is_synthetic,
        )
    )
    click.echo(f"{stream}: on the watch page ({kind}).")


@audience.command("player-stop")
@click.argument("event_slug", metavar="EVENT")
@click.argument("stream")
@domain_errors
def player_stop(event_slug: str, stream: str) -> None:
    """Take STREAM of EVENT off the watch page; its figures stay."""
    service.stop_player(event_by_slug(event_slug).id, stream)
    click.echo(f"{stream}: off the watch page.")


@audience.command("read-beats")
@click.argument("files", nargs=-1, type=file_argument)
@json_option
@domain_errors
def read_beats(files: tuple[Path, ...], as_json: bool) -> None:
    """Take in what stands in the logs of beats, or in FILES; each part counts once."""
    if files:
        done = BeatsTaken()
        for path in files:
            done = done.plus(jobs.read_log(beacons.log_file(path)))
    else:
        done = jobs.read_beats()
    data = {
        "beats": done.beats,
        "rejected": done.rejected,
        "starts": done.starts,
        "left_out": done.left_out,
    }
    human = f"{done.beats} beats, {done.rejected} rejected, {done.starts} plays"
    emit(data, as_json=as_json, human=human)


@audience.command("viewers")
@click.argument("event_slug", metavar="EVENT")
@json_option
@domain_errors
def viewers(event_slug: str, as_json: bool) -> None:
    """Print different viewers of the watch page of EVENT by day and stream."""
    event = event_by_slug(event_slug)
    names = {row.id: row.slug for row in queries.streams(event.id)}
    rows = [
        {
            "day": row.day.isoformat(),
            "stream": names[row.stream_id],
            "metric": "live.viewers_day",
            "value": row.count,
            "low": row.low,
            "high": row.high,
            "exact": row.is_exact,
            "not_followed": row.skipped,
            "starts": row.starts,
        }
        for row in queries.viewers_days(event)
    ]
    human = [
        f"{row['day']}  {row['stream']}: {row['value']} viewers "
        f"({row['low']} to {row['high']}), {row['starts']} plays"
        for row in rows
    ]
    emit({"days": rows}, as_json=as_json, human=human or ["No plays."])


@audience.command("rebuild")
@click.argument("event_slug", metavar="EVENT")
@json_option
@domain_errors
def rebuild(event_slug: str, as_json: bool) -> None:
    """Make the roll-ups of EVENT anew and say where they differed; a difference ends with 1."""
    done = service.rebuild(event_by_slug(event_slug).id)
    data = {"metrics": [{"metric": d.metric, "rows": d.rows, "drift": d.drift} for d in done]}
    human = [f"{one.metric}: {one.rows} sums, {one.drift} differed" for one in done]
    emit(data, as_json=as_json, human=human)
    if any(one.drift for one in done):
        raise SystemExit(REFUSED)
