"""The two contents as they stand in the files beside this one."""

from __future__ import annotations

import functools
from importlib import resources
from typing import Any, cast

import orjson


@functools.cache
def festival() -> dict[str, Any]:
    """Return the fictional festival; days are offsets from today."""
    return _read("festival.json")


@functools.cache
def futian() -> dict[str, Any]:
    """Return the public record of 2023, each fact with the words it rests on."""
    return _read("futian.json")


def _read(name: str) -> dict[str, Any]:
    text = resources.files(__name__).joinpath(name).read_bytes()
    return cast("dict[str, Any]", orjson.loads(text))
