"""Commands print through here: text for people, JSON for programs, one exit code rule."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping
from typing import Any, ParamSpec, TypeVar

import click
import orjson

from eventhub.kernel.errors import EventHubError, Invalid
from eventhub.kernel.i18n import in_lang

P = ParamSpec("P")
R = TypeVar("R")

DONE = 0
REFUSED = 1
WRONG_USE = 2

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def emit(data: Mapping[str, Any], *, as_json: bool, human: str | Iterable[str]) -> None:
    """Print `data` as one JSON document, or the lines meant for people."""
    if as_json:
        click.echo(orjson.dumps(data, option=orjson.OPT_INDENT_2).decode())
        return
    for line in [human] if isinstance(human, str) else human:
        click.echo(line)


def domain_errors(function: Callable[P, R]) -> Callable[P, R]:
    """Say a domain error in one line on the error stream and exit with 1."""

    @functools.wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        with in_lang("en"):
            try:
                return function(*args, **kwargs)
            except EventHubError as error:
                _say(error)
                raise SystemExit(REFUSED) from error

    return run


def _say(error: EventHubError) -> None:
    click.echo(f"{error.error_code}: {error.text}", err=True)
    if isinstance(error, Invalid):
        for name, texts in error.fields.items():
            click.echo(f"  {name}: {' '.join(str(text) for text in texts)}", err=True)
