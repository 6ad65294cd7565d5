"""Commands of the group `flask demo`."""

from __future__ import annotations

from datetime import datetime

import click
from flask.cli import AppGroup

from eventhub.demo.load import LoadDemo, load
from eventhub.demo.logins import FILE_NAME
from eventhub.kernel.cli import domain_errors, emit, json_option

group = AppGroup("demo", help="The demonstration events.")


@group.command("load")
@click.option("--people", type=click.IntRange(1), default=2000, help="Registrations to invent.")
@click.option("--seed", type=int, default=1, help="The same seed and day give the same rows.")
@click.option(
    "--today",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The running day; the current one if left out.",
)
@json_option
@domain_errors
def load_demo(people: int, seed: int, today: datetime | None, as_json: bool) -> None:
    """Load the public record futian-2023 and the fictional festival demo."""
    made = load(LoadDemo(people=people, seed=seed, today=today.date() if today else None))
    data = {"events": list(made.events), **made.counts}
    human = [f"Events: {', '.join(made.events)}"]
    human += [f"  {name:15} {count:,}" for name, count in made.counts.items()]
    if made.logins:
        human.append(f"Log-ins (kept in instance/{FILE_NAME}):")
        human += [f"  {one.email:36} {one.password:18} {one.role}" for one in made.logins]
    emit(data, as_json=as_json, human=human)
