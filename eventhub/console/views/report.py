"""The report: versions, review, links for readers, and the builder of the next version."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, flash, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse
from wtforms.fields.choices import SelectChoice

from eventhub.accounts.enums import Permission
from eventhub.accounts.queries import person_names
from eventhub.audience.dictionary import METRICS
from eventhub.console import render, words
from eventhub.console.access import console_event, signed_in
from eventhub.console.forms import VersionForm
from eventhub.console.report_forms import (
    TARGETS,
    LayoutForm,
    LinkEndForm,
    LinkForm,
    LogoForm,
    ReasonForm,
    chosen_sections,
    given_priors,
    given_targets,
    given_universe,
)
from eventhub.console.views.frame import blueprint, page
from eventhub.exposure import queries as exposure
from eventhub.exposure import service as reports
from eventhub.exposure.enums import PriorKind, ReportStatus
from eventhub.exposure.errors import TargetFrozen, UnreadableLogo
from eventhub.exposure.queries import ReportRow
from eventhub.exposure.rules.visibility import OFFERED
from eventhub.kernel import clock
from eventhub.kernel.errors import BadRequest, Invalid
from eventhub.kernel.http import see_other
from eventhub.kernel.i18n import current_lang, pick
from eventhub.kernel.page import site_url
from eventhub.programme.queries import EventRow, all_events


@blueprint.get("/e/<slug>/report")
def report(slug: str) -> Response:
    """GET /console/e/SLUG/report: the versions of the report; report.view."""
    return _versions_page(console_event(slug, Permission.REPORT_VIEW))


@blueprint.post("/e/<slug>/report/build")
def build_report(slug: str) -> BaseResponse:
    """POST /console/e/SLUG/report/build: a version of the data as they stand; report.build."""
    event = console_event(slug, Permission.REPORT_BUILD)
    before = exposure.latest(event.id)
    note = " ".join(request.form.get("note", "").split())[:500]
    row = reports.build_report(
        reports.BuildReport(event_id=event.id, created_by=signed_in().id, note=note)
    )
    if before is not None and before.version == row.version:
        flash(_("Nothing has changed since version %(n)s.", n=row.version), "info")
    else:
        flash(_("Version %(n)s is built.", n=row.version), "ok")
    return see_other(url_for("console.report", slug=slug))


@blueprint.post("/e/<slug>/report/submit")
def submit_report(slug: str) -> BaseResponse:
    """POST /console/e/SLUG/report/submit: hand a draft in; report.build."""
    event = console_event(slug, Permission.REPORT_BUILD)
    reports.submit(reports.SubmitReport(event_id=event.id, version=_version()))
    flash(_("Handed in. A second person publishes it."), "ok")
    return see_other(url_for("console.report", slug=slug))


@blueprint.post("/e/<slug>/report/return")
def return_report(slug: str) -> Response | BaseResponse:
    """POST /console/e/SLUG/report/return: hand a version back to its author; report.publish."""
    event = console_event(slug, Permission.REPORT_PUBLISH)
    form = ReasonForm()
    if not form.validate_on_submit() or form.version.data is None:
        if form.version.errors:
            raise BadRequest()
        flash(_("Say what has to change."), "stop")
        return _versions_page(event, status=422)
    reports.hand_back(
        reports.ReturnReport(
            event_id=event.id, version=form.version.data, reason=form.reason.data or ""
        )
    )
    flash(_("Version %(n)s is a draft again.", n=form.version.data), "ok")
    return see_other(url_for("console.report", slug=slug))


@blueprint.post("/e/<slug>/report/publish")
def publish_report(slug: str) -> BaseResponse:
    """POST /console/e/SLUG/report/publish: let a version out; report.publish."""
    event = console_event(slug, Permission.REPORT_PUBLISH)
    version = _version()
    row = exposure.version_of(event.id, version)
    if row.status == ReportStatus.DRAFT:
        raise BadRequest(_("Hand the version in first."), code="not-submitted")
    reports.publish(
        reports.PublishReport(event_id=event.id, version=version, approved_by=signed_in().id)
    )
    flash(_("Version %(n)s is published.", n=version), "ok")
    return see_other(url_for("console.report", slug=slug))


@blueprint.post("/e/<slug>/report/links")
def make_report_link(slug: str) -> Response:
    """POST /console/e/SLUG/report/links: a link for readers, shown once; report.publish."""
    event = console_event(slug, Permission.REPORT_PUBLISH)
    form = LinkForm()
    if not form.validate_on_submit() or form.version.data is None:
        return _versions_page(event, link_form=form, status=422)
    made = reports.make_link(
        reports.MakeLink(
            event_id=event.id,
            version=form.version.data,
            label=form.label.data or "",
            days=form.days.data,
            created_by=signed_in().id,
        )
    )
    address = site_url(url_for("exposure.shared", token=made.token))
    return _versions_page(event, made_link=address, status=201)


@blueprint.post("/e/<slug>/report/links/revoke")
def revoke_report_link(slug: str) -> BaseResponse:
    """POST /console/e/SLUG/report/links/revoke: end a link for readers; report.publish."""
    event = console_event(slug, Permission.REPORT_PUBLISH)
    form = LinkEndForm()
    if not form.validate_on_submit():
        raise BadRequest()
    reports.revoke_link(reports.RevokeLink(event_id=event.id, public_id=form.link.data or ""))
    flash(_("The link has ended."), "ok")
    return see_other(url_for("console.report", slug=slug))


@blueprint.get("/e/<slug>/report/builder")
def report_builder(slug: str) -> Response:
    """GET /console/e/SLUG/report/builder: what the next version is built with; report.build."""
    return _builder_page(console_event(slug, Permission.REPORT_BUILD))


@blueprint.post("/e/<slug>/report/layout")
def report_layout(slug: str) -> Response | BaseResponse:
    """POST /console/e/SLUG/report/layout: sections, order, colour, comparison; report.build."""
    event = console_event(slug, Permission.REPORT_BUILD)
    form = _layout_form(event)
    if not form.validate_on_submit():
        return _builder_page(event, layout_form=form, status=422)
    try:
        reports.set_layout(
            reports.SetLayout(
                event_id=event.id,
                sections=chosen_sections(request.form),
                accent=form.accent.data or "",
                compare_event_id=form.compare.data or None,
            )
        )
    except Invalid as refusal:
        form.accent.errors = [text for texts in refusal.fields.values() for text in texts]
        return _builder_page(event, layout_form=form, status=422)
    return _kept(slug)


@blueprint.post("/e/<slug>/report/logo")
def report_logo(slug: str) -> Response | BaseResponse:
    """POST /console/e/SLUG/report/logo: the picture of the cover; report.build."""
    event = console_event(slug, Permission.REPORT_BUILD)
    form = LogoForm()
    if not form.validate_on_submit():
        return _builder_page(event, logo_form=form, status=422)
    data = form.logo.data.read() if form.logo.data else None
    try:
        reports.set_logo(reports.SetLogo(event_id=event.id, data=data))
    except UnreadableLogo as refusal:
        form.logo.errors = [refusal.text]
        return _builder_page(event, logo_form=form, status=refusal.status)
    return _kept(slug)


@blueprint.post("/e/<slug>/report/targets")
def report_targets(slug: str) -> Response | BaseResponse:
    """POST /console/e/SLUG/report/targets: what the event set out to reach; report.build."""
    event = console_event(slug, Permission.REPORT_BUILD)
    values, faults = given_targets(request.form)
    if faults:
        return _builder_page(event, faults=faults, status=422)
    try:
        reports.set_targets(
            reports.SetTargets(event_id=event.id, values=values, set_by=signed_in().id)
        )
    except TargetFrozen as refusal:
        return _builder_page(event, faults={"targets": refusal.text}, status=refusal.status)
    return _kept(slug)


@blueprint.post("/e/<slug>/report/priors")
def report_priors(slug: str) -> Response | BaseResponse:
    """POST /console/e/SLUG/report/priors: what share sees, who could; report.build."""
    event = console_event(slug, Permission.REPORT_BUILD)
    values, faults = given_priors(request.form)
    people, wrong = given_universe(request.form)
    if faults or wrong:
        return _builder_page(event, faults=faults | wrong, status=422)
    try:
        reports.set_universe(reports.SetUniverse(event_id=event.id, people=people))
    except Invalid as refusal:
        return _builder_page(event, faults={"universe": refusal.fields["universe"][0]}, status=422)
    reports.set_priors(reports.SetPriors(event_id=event.id, priors=values, set_by=signed_in().id))
    return _kept(slug)


@blueprint.post("/e/<slug>/report/notes")
def report_notes(slug: str) -> Response | BaseResponse:
    """POST /console/e/SLUG/report/notes: weather and notes by day; report.build."""
    event = console_event(slug, Permission.REPORT_BUILD)
    notes = {
        day: {lang: _line(request.form.get(f"note-{day}-{lang}", "")) for lang in ("zh", "en")}
        for day in event.days()
    }
    try:
        reports.note_days(reports.NoteDays(event_id=event.id, notes=notes))
    except Invalid:
        text = _("A note has at most 200 characters.")
        return _builder_page(event, faults={"notes": text}, status=422)
    return _kept(slug)


def _versions_page(
    event: EventRow,
    *,
    link_form: LinkForm | None = None,
    made_link: str = "",
    status: int = 200,
) -> Response:
    versions = exposure.versions(event.id)
    links = exposure.links(event.id)
    people = {who for row in versions for who in (row.created_by, row.approved_by) if who}
    open_states = (ReportStatus.DRAFT, ReportStatus.SUBMITTED)
    first = next((row.version for row in versions if row.status in open_states), None)
    newest = versions[0].version if versions else 0
    return page(
        "report",
        event,
        status=status,
        versions=versions,
        changes=reports.differences(event.id, newest) if newest else (),
        first_action=first,
        names=person_names(people | {link.created_by for link in links if link.created_by}),
        public_url=url_for("exposure.report", slug=event.slug),
        may_build=render.may(event, Permission.REPORT_BUILD),
        may_publish=render.may(event, Permission.REPORT_PUBLISH),
        status_words=words.report_states(),
        status_kinds=words.REPORT_KINDS,
        links=links,
        link_form=link_form or LinkForm(formdata=None, version=_shareable(versions)),
        made_link=made_link,
        now_at=clock.now(),
    )


def _shareable(versions: list[ReportRow]) -> int | None:
    """Return the published version, else the newest: what a link is most likely for."""
    published = (row.version for row in versions if row.status == ReportStatus.PUBLISHED)
    return next(published, versions[0].version if versions else None)


def _builder_page(
    event: EventRow,
    *,
    layout_form: LayoutForm | None = None,
    logo_form: LogoForm | None = None,
    faults: Mapping[str, Any] | None = None,
    status: int = 200,
) -> Response:
    chosen = exposure.setting(event.id)
    sections = words.report_sections()
    order = [*chosen.sections, *(one for one in sections if one not in chosen.sections)]
    return page(
        "report_builder",
        event,
        section="report",
        status=status,
        layout_form=layout_form or _layout_form(event),
        logo_form=logo_form or LogoForm(),
        sections=[(one, sections[one], one in chosen.sections) for one in order],
        accent=chosen.accent,
        logo=chosen.logo_sha256,
        targets=_target_fields(event),
        priors=_prior_fields(event),
        universe=chosen.universe or "",
        notes=exposure.day_notes(event.id),
        faults=faults or {},
        typed=request.form,
    )


def _layout_form(event: EventRow) -> LayoutForm:
    chosen = exposure.setting(event.id)
    form = LayoutForm(compare=chosen.compare_event_id or 0, accent=chosen.accent)
    others = [row for row in all_events({event.organisation_id}) if row.id != event.id]
    form.compare.choices = [
        SelectChoice("0", _("none")),
        *(SelectChoice(str(row.id), pick(row.title)) for row in others),
    ]
    return form


def _target_fields(event: EventRow) -> list[dict[str, Any]]:
    known = {row.metric: row.value for row in exposure.targets(event.id)}
    lang = current_lang()
    return [
        {
            "metric": metric,
            "name": _capital(METRICS[metric].name.i18n()[lang]),
            "unit": METRICS[metric].unit.i18n()[lang],
            "value": f"{known[metric]:f}" if metric in known else "",
        }
        for metric in TARGETS
    ]


def _capital(name: str) -> str:
    return name[:1].upper() + name[1:]


def _prior_fields(event: EventRow) -> list[dict[str, Any]]:
    known = {row.kind: row for row in exposure.priors(event.id)}
    names = words.prior_kinds()
    fields = []
    for kind in PriorKind:
        row = known.get(kind)
        fields.append(
            {
                "kind": kind.value,
                "name": names[kind],
                "low": _percent(row.prior.low) if row else "",
                "high": _percent(row.prior.high) if row else "",
                "version": row.version if row else 0,
                "offered": f"{_percent(OFFERED[kind].low)} – {_percent(OFFERED[kind].high)} %",
            }
        )
    return fields


def _percent(share: Any) -> str:
    return f"{(share * 100).normalize():f}"


def _line(text: str) -> str:
    return " ".join(text.split())


def _kept(slug: str) -> BaseResponse:
    flash(_("Kept for the next version."), "ok")
    return see_other(url_for("console.report_builder", slug=slug))


def _version() -> int:
    form = VersionForm()
    if not form.validate_on_submit() or form.version.data is None:
        raise BadRequest()
    return int(form.version.data)
