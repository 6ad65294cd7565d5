"""Commands of `flask schedule` that propose places: repair and autoplan."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import click

from eventhub.kernel.cli import domain_errors, emit, json_option
from eventhub.kernel.i18n import pick
from eventhub.programme import queries, service, solver, wire
from eventhub.programme.errors import UnknownStage
from eventhub.programme.planner import LIMIT_S, Proposal
from eventhub.programme.queries import EventRow
from eventhub.programme.schedule_cli import group
from eventhub.programme.service.proposals import LONGEST_S

__all__ = ["group"]

_ACTOR = "command line"


class _Seconds(click.ParamType[int]):
    """Seconds, written as 30 or 30s."""

    name = "seconds"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the seconds, 1 to the longest a plan may take."""
        text = str(value).removesuffix("s")
        if not text.isdecimal() or not 1 <= int(text) <= LONGEST_S:
            self.fail(f"{value!r} is not 1s to {LONGEST_S}s", param, ctx)
        return int(text)


_seed = click.option("--seed", type=int, default=1, help="The same seed gives the same places.")
_limit = click.option(
    "--limit", "limit_s", type=_Seconds(), default=str(LIMIT_S), help="How long it may think: 30s."
)
_accept = click.option("--accept", is_flag=True, help="Take all of it over, as one batch.")


@group.command("repair")
@click.argument("event")
@click.option("--close-stage", "stage", required=True, help="Slug of the stage that closes.")
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), required=True, help="Operating day.")
@_seed
@_limit
@_accept
@json_option
@domain_errors
def repair(
    event: str,
    stage: str,
    day: datetime,
    seed: int,
    limit_s: int,
    accept: bool,
    as_json: bool,
) -> None:
    """Propose other places for all that stands on a stage on a day; nothing else moves."""
    row = queries.event_by_slug(event)
    found = next((one for one in queries.stages(row.id) if one.slug == stage), None)
    if found is None:
        raise UnknownStage()
    cmd = service.AskPlan(
        event_id=row.id, stage_id=found.id, day=day.date(), seed=seed, limit_s=limit_s
    )
    _tell(row, cmd, closes=(found.id, day.date()), accept=accept, as_json=as_json)


@group.command("autoplan")
@click.argument("event")
@click.option("--unplaced", is_flag=True, required=True, help="Place the shows that have no place.")
@_seed
@_limit
@_accept
@json_option
@domain_errors
def autoplan(
    event: str, unplaced: bool, seed: int, limit_s: int, accept: bool, as_json: bool
) -> None:
    """Propose places for the shows that have none; what stands does not move."""
    if not unplaced:
        raise click.UsageError("only --unplaced can be planned")
    row = queries.event_by_slug(event)
    cmd = service.AskPlan(event_id=row.id, seed=seed, limit_s=limit_s)
    _tell(row, cmd, closes=None, accept=accept, as_json=as_json)


def _tell(
    event: EventRow,
    cmd: service.AskPlan,
    *,
    closes: tuple[int, date] | None,
    accept: bool,
    as_json: bool,
) -> None:
    proposal = service.work_out(cmd)
    lines = wire.proposal_data(event, proposal)
    data: dict[str, Any] = {
        "proposal": lines,
        "method": proposal.method,
        "missing": proposal.missing or None,
        "cut_short": proposal.is_cut,
        "batch": None,
    }
    if accept:
        done = service.accept_proposal(
            service.AcceptProposal(
                event_id=event.id, proposal=proposal, closes=closes, actor=_ACTOR
            )
        )
        data["batch"] = done.batch
    emit(data, as_json=as_json, human=_human(lines, proposal, data["batch"]))


def _human(lines: list[dict[str, Any]], proposal: Proposal, batch: str | None) -> list[str]:
    told = [_human_line(line) for line in lines] or ["There is nothing to place."]
    if proposal.missing:
        told.append(
            f"Planned by first fit alone: {proposal.missing} is not installed "
            f"(pip install -r {solver.FILE})."
        )
    if proposal.is_cut:
        told.append("The time was up; not everything was tried. Give a longer --limit.")
    if batch:
        told.append(f"Taken over; undo with batch {batch}")
    return told


def _human_line(line: dict[str, Any]) -> str:
    head = f"{line['show']} {pick(line['title'], 'en')}:"
    now = line["now"]
    if now:
        return f"{head} {now['starts_at']} {now['stage']} (score {line['score']})"
    if line["reason"] == "pinned":
        return f"{head} is pinned and stays"
    why = "; ".join(
        stop["rule"] + "".join(f" {start}/{end}" for start, end in stop["windows"][:2])
        for stop in line["stops"]
    )
    return f"{head} no place: {why}"
