"""The PDF of a report."""

from __future__ import annotations

import io
import re

import pytest
from flask import Flask
from pypdf import PdfReader

from eventhub.exposure.render.pdf import report_pdf
from eventhub.exposure.service import BuildReport, build_report
from eventhub.kernel.format import exact
from eventhub.kernel.i18n import in_lang
from tests.factories import exposure as factory

pytestmark = pytest.mark.only("sqlite")


def text_of(body: bytes) -> str:
    """Return the text of all pages without white space."""
    pages = PdfReader(io.BytesIO(body)).pages
    return re.sub(r"\s+", "", "".join(page.extract_text() for page in pages))


def test_every_figure_and_quotation_of_the_report_is_in_the_pdf(app: Flask) -> None:
    document = build_report(BuildReport(event_id=factory.make_futian())).document()
    with in_lang("zh"):
        body = report_pdf(document)
    text = text_of(body)
    for line in document["lines"]:
        assert exact(line["value"]) in text
        assert line["quote"] in text
    assert "349,170,000" in text
    assert "其余99.763%没有公布构成" in text
    assert "演示数据" not in text


def test_the_same_report_gives_the_same_bytes(app: Flask) -> None:
    document = build_report(BuildReport(event_id=factory.make_futian())).document()
    with in_lang("en"):
        assert report_pdf(document) == report_pdf(document)


def test_every_page_of_a_demonstration_is_watermarked(app: Flask) -> None:
    event_id = factory.make_counted(factory.make_organisation())
    document = build_report(BuildReport(event_id=event_id)).document()
    with in_lang("en"):
        body = report_pdf(document)
    for page in PdfReader(io.BytesIO(body)).pages:
        assert "DEMONSTRATION DATA" in page.extract_text()
