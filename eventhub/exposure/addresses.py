"""Where a report and its parts are read: on the public page, or behind a reader's link."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import url_for


@dataclass(frozen=True, slots=True)
class Addresses:
    """
    Addresses of one version.

    `token` is a reader's link, "" on the public page; `query` is what links
    between public pages of one version carry.
    """

    slug: str
    token: str = ""
    query: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_private(self) -> bool:
        """Tell whether only holders of the link see this page."""
        return bool(self.token)

    def report(self) -> str:
        """Return the address of the page."""
        if self.token:
            return url_for("exposure.shared", token=self.token)
        return url_for("exposure.report", slug=self.slug, **self.query)

    def evidence(self, line: str) -> str:
        """Return the address of what one figure rests on."""
        if self.token:
            return url_for("exposure.shared_evidence", token=self.token, line=line)
        return url_for("exposure.report_evidence", slug=self.slug, line=line, **self.query)

    def file(self, kind: str) -> str:
        """Return the address of the version as a file."""
        if self.token:
            return url_for("exposure.shared_file", token=self.token, kind=kind)
        return url_for("exposure.report_file", slug=self.slug, kind=kind, **self.query)

    def footfall(self, kind: str = "") -> str:
        """Return the address of the footfall report, or of its file."""
        values: dict[str, Any] = {"kind": kind} if kind else {}
        if self.token:
            name = "exposure.shared_footfall_file" if kind else "exposure.shared_footfall"
            return url_for(name, token=self.token, **values)
        name = "exposure.footfall_file" if kind else "exposure.footfall"
        return url_for(name, slug=self.slug, **values, **self.query)

    def logo(self) -> str:
        """Return the address of the logo of the version."""
        if self.token:
            return url_for("exposure.shared_logo", token=self.token)
        return url_for("exposure.report_logo", slug=self.slug, **self.query)
