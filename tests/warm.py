"""What processes of tests are forked from: everything imported, nothing opened."""

from __future__ import annotations

import tempfile
from pathlib import Path

from eventhub import create_app
from eventhub.settings import Settings
from tests.factories import checkin, registration  # noqa: F401 - imported for those who are forked

with tempfile.TemporaryDirectory() as _folder:
    create_app(Settings.for_tests(Path(_folder)))  # domains import their parts here
