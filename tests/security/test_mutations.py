"""
Spoilt forms, files, tokens, codes and cookies: no crash, no answer of 500 and more, no hang.

`make test-all` sends 1,500 inputs, EVENTHUB_SOAK=1 1,000,000 in as many processes as
there are cores (EVENTHUB_INPUTS and EVENTHUB_PROCESSES say otherwise), each
`SLICE` of them against an application made afresh, and says how far it is after each.
"""

from __future__ import annotations

import json
import logging
import multiprocessing
import os
import secrets
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

import pytest
from flask import request as flask_request

from eventhub.kernel.http import json_answer
from tests.security.mutations import SLOW_S, Attack, FoundForm, Result, run, spoilt_form

IS_SOAK = os.environ.get("EVENTHUB_SOAK") == "1"
INPUTS = int(os.environ.get("EVENTHUB_INPUTS") or (1_000_000 if IS_SOAK else 1_500))
PROCESSES = int(os.environ.get("EVENTHUB_PROCESSES") or (os.cpu_count() or 1 if IS_SOAK else 1))
SLICE = 100_000


@pytest.fixture
def quiet():  # type: ignore[no-untyped-def] - a switch
    """Write no line per request."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture(scope="module")
def attack(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Attack:
    """Return the one attack of the small size: it takes longer to prepare than to run."""
    return Attack(sqlite_template, tmp_path_factory.mktemp("attack"), secrets.randbelow(2**31))


@pytest.mark.req("D-7", "D-8", "D-9", "B-3", "R21")
def test_nothing_that_is_spoilt_brings_the_site_down(
    sqlite_template: Path, tmp_path: Path, quiet: None, request: pytest.FixtureRequest
) -> None:
    seed = secrets.randbelow(2**31)
    began, found = time.monotonic(), Result()
    if PROCESSES == 1:
        attack = request.getfixturevalue("attack")
        attack.random.seed(seed)
        found = attack.run(INPUTS)
    else:
        with ProcessPoolExecutor(PROCESSES, multiprocessing.get_context("spawn")) as pool:
            tasks = [
                pool.submit(run, sqlite_template, tmp_path / str(n), seed + n, SLICE)
                for n in range(-(-INPUTS // SLICE))
            ]
            for task in as_completed(tasks):
                found.add(task.result())
                print(f"{found.sent.total():,} sent, faults: {found.faults}", flush=True)
    figures = {
        "seed": seed,
        "sent": dict(found.sent),
        "answers": dict(sorted(found.statuses.items())),
        "slowest_s": round(found.slowest_s, 2),
        "seconds": round(time.monotonic() - began),
    }
    print(json.dumps(figures))
    assert found.faults == {}, f"seed {seed}"
    assert found.sent.total() >= INPUTS
    assert found.slowest_s < SLOW_S
    assert {200, 303, 401, 404, 422} <= set(found.statuses)


def test_a_view_that_breaks_is_seen(attack: Attack, quiet: None) -> None:
    """Negative control: a form whose view takes a number for granted."""

    def planted() -> object:
        return json_answer({"twice": 2 * int(flask_request.form.get("number", "0"))})

    attack.app._got_first_request = False
    attack.app.add_url_rule("/planted", "planted", planted, methods=["POST"])
    forms, attack.forms = attack.forms, [FoundForm("/planted", (("number", "1"),), ())]
    found, attack.result = attack.result, Result()
    try:
        faults = attack.run(200, spoilt_form).faults
    finally:
        attack.forms, attack.result = forms, found
    assert any(name.startswith("ValueError") for name in faults)
