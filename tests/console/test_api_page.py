"""`docs/api.md` is that of the code."""

from __future__ import annotations

import pytest
from flask import Flask

from tools import api_doc


@pytest.mark.only("sqlite")
def test_the_page_is_that_of_routes_and_errors(app: Flask) -> None:
    assert api_doc.page(app) == api_doc.PAGE.read_text()


def test_codes_are_told_once() -> None:
    codes = [row.code for row in api_doc.codes()]
    assert len(codes) == len(set(codes))
    assert {"invalid", "not-found", "sign-in-refused", "form-expired"} <= set(codes)
