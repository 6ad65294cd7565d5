"""`flask notify`."""

from __future__ import annotations

import json

from flask.testing import FlaskCliRunner

from tests.factories.notify import enqueue


def test_status_counts_what_waits(runner: FlaskCliRunner) -> None:
    message = enqueue()
    assert message is not None
    result = runner.invoke(args=["notify", "status", "--json"])
    assert result.exit_code == 0
    assert json.loads(result.stdout) == {
        "waiting": 1,
        "dead": 0,
        "oldest_due_at": message.due_at.isoformat(),
    }


def test_drain_says_that_no_mail_server_is_set(runner: FlaskCliRunner) -> None:
    result = runner.invoke(args=["notify", "drain"])
    assert (result.exit_code, result.stdout) == (
        0,
        "no mail server is set; the console shows the outbox\n",
    )
