"""Questions of the registration form: words, answers, order, who is asked, when; preview."""

from __future__ import annotations

from flask import Response, flash, render_template, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.wrappers import Response as BaseResponse

from eventhub.accounts.enums import Permission
from eventhub.console.access import console_event
from eventhub.console.question_forms import KINDS, QuestionForm
from eventhub.console.views.frame import blueprint, page
from eventhub.kernel import clock
from eventhub.kernel.errors import BadRequest, Conflict, Invalid, NotFound
from eventhub.kernel.forms import BaseForm
from eventhub.kernel.http import see_other
from eventhub.kernel.i18n import LANGS, current_lang, html_lang, in_lang, pick
from eventhub.programme.queries import EventRow
from eventhub.registration import question_fields
from eventhub.registration.queries import questions as asked_questions
from eventhub.registration.queries import ticket_types
from eventhub.registration.queries.question_set_up import (
    QuestionSetUp,
    asking_types,
    earlier,
    question_set_ups,
)
from eventhub.registration.rules.forms import named_in, parts_of
from eventhub.registration.service import question_set_up as service


@blueprint.get("/e/<slug>/questions")
def questions(slug: str) -> Response:
    """GET /console/e/SLUG/questions: the questions of the event in their order; guests.edit."""
    return _list_page(console_event(slug, Permission.GUESTS_EDIT))


@blueprint.get("/e/<slug>/questions/form", defaults={"key": ""})
@blueprint.get("/e/<slug>/questions/form/<key>")
def question(slug: str, key: str) -> Response:
    """GET /console/e/SLUG/questions/form/KEY: the form of a question; guests.edit."""
    event = console_event(slug, Permission.GUESTS_EDIT)
    row, form = _bound(event, key, is_sent=False)
    if row is None:
        form.start()
    else:
        form.show(row)
    return _form_page(event, row, form)


@blueprint.post("/e/<slug>/questions/form", defaults={"key": ""})
@blueprint.post("/e/<slug>/questions/form/<key>")
def save_question(slug: str, key: str) -> Response | BaseResponse:
    """POST /console/e/SLUG/questions/form/KEY: make or change a question; guests.edit."""
    event = console_event(slug, Permission.GUESTS_EDIT)
    row, form = _bound(event, key, is_sent=True)
    if "more" in request.form:
        form.more_options()
        return _form_page(event, row, form)
    if not form.validate_on_submit():
        return _form_page(event, row, form, status=422)
    try:
        service.save_question(service.SaveQuestion(event_id=event.id, slug=key, **form.values()))
    except Invalid as refusal:
        for name, texts in refusal.fields.items():
            form[name].errors = [*form[name].errors, *(str(text) for text in texts)]
        return _form_page(event, row, form, status=422)
    flash(_("Saved."), "ok")
    return see_other(url_for("console.questions", slug=event.slug))


@blueprint.post("/e/<slug>/questions/<key>/<any('up', 'down', 'end'):act>")
def change_question(slug: str, key: str, act: str) -> Response | BaseResponse:
    """POST /console/e/SLUG/questions/KEY/up down end: move it, or ask it no more; guests.edit."""
    event = console_event(slug, Permission.GUESTS_EDIT)
    if not BaseForm().validate_on_submit():
        raise BadRequest()
    try:
        if act == "end":
            service.end_question(event.id, key)
        else:
            service.move_question(event.id, key, steps=-1 if act == "up" else 1)
    except Conflict as refusal:
        return _list_page(event, problem=str(refusal.text), status=refusal.status)
    return see_other(url_for("console.questions", slug=event.slug, _anchor=f"q-{key}"))


@blueprint.get("/e/<slug>/questions/preview")
def question_preview(slug: str) -> Response:
    """GET /console/e/SLUG/questions/preview: the questions as guests see them; guests.edit."""
    event = console_event(slug, Permission.GUESTS_EDIT)
    asked_for = request.args.get("as", "")
    lang = asked_for if asked_for in LANGS else current_lang()
    rows, types = asked_questions(event.id), ticket_types(event, clock.now())
    with in_lang(lang):
        fields = question_fields.question_fields(rows)
        form = type("PreviewForm", (BaseForm,), fields)(formdata=None)
        shown = render_template(
            "console/_question_preview.html",
            types=types,
            asked=question_fields.asked(form, rows, types),
        )
    return page(
        "question_preview",
        event,
        section="ticket_types",
        shown=Markup(shown),  # noqa: S704 - our own template, rendered just above
        shown_lang=lang,
        shown_html_lang=html_lang(lang),
    )


def _bound(
    event: EventRow, key: str, *, is_sent: bool
) -> tuple[QuestionSetUp | None, QuestionForm]:
    rows = question_set_ups(event.id)
    row = next((one for one in rows if one.slug == key), None)
    if key and row is None:
        raise NotFound()
    form = QuestionForm() if is_sent else QuestionForm(formdata=None)
    sooner = earlier(rows, key)
    form.offer(asking_types(event.id), sooner, _other_condition(row, sooner))
    return row, form


def _other_condition(row: QuestionSetUp | None, sooner: list[QuestionSetUp]) -> object:
    """Return a condition that the boxes of the form can not show; None when they can."""
    if row is None or row.show_if is None:
        return None
    can_be_shown = parts_of(row.show_if) is not None
    known = {one.slug for one in sooner}
    return None if can_be_shown and named_in(row.show_if).keys() <= known else row.show_if


def _form_page(
    event: EventRow, row: QuestionSetUp | None, form: QuestionForm, *, status: int = 200
) -> Response:
    return page("question_form", event, section="ticket_types", status=status, row=row, form=form)


def _list_page(event: EventRow, *, problem: str = "", status: int = 200) -> Response:
    rows, types = question_set_ups(event.id), asking_types(event.id)
    labels = {row.slug: row.label for row in rows}
    return page(
        "questions",
        event,
        section="ticket_types",
        status=status,
        rows=[row for row in rows if not row.is_ended],
        ended=[row for row in rows if row.is_ended],
        types=types,
        asked_with=lambda row: " · ".join(
            pick(one.name) for one in types if one.id in row.type_ids
        ),
        asked_after=lambda row: " · ".join(
            pick(labels.get(one)) or one for one in named_in(row.show_if)
        ),
        kinds={choice.value: choice.label for choice in KINDS},
        problem=problem,
    )
