"""Forms of the schedule editor."""

from __future__ import annotations

from datetime import date

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, IntegerField, SelectField, TextAreaField, TimeField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange

from eventhub.kernel.format import day_text
from eventhub.kernel.forms import BaseForm, CleanText, Required
from eventhub.kernel.i18n import current_lang, pick
from eventhub.programme.planner import LIMIT_S
from eventhub.programme.queries import EventRow, StageRow
from eventhub.programme.service.proposals import LONGEST_S

_LONGEST_MIN = 14 * 24 * 60  # an exhibition of two weeks
_LONGEST_NOTE = 500


def day_choices(event: EventRow, *also: date) -> list[tuple[str, str]]:
    """Return the days of the event, with `also` among them, as value and words."""
    days = sorted({*event.days(), *also})
    return [(day.isoformat(), day_text(day, current_lang())) for day in days]


class SlotForm(BaseForm):
    """Which performance, as which version the reader saw it, and the day they look at."""

    number = IntegerField(validators=[InputRequired(), NumberRange(min=1)])
    version = IntegerField(validators=[InputRequired(), NumberRange(min=0)])
    view = DateField()


class PlaceForm(SlotForm):
    """Where and when a performance is to stand; times are wall clock of the operating day."""

    stage = SelectField(_l("Stage"), validators=[InputRequired()])
    day = SelectField(_l("Day"), validators=[InputRequired()])
    start = TimeField(
        _l("Begins"),
        description=_l("01:30 is still this day"),
        validators=[InputRequired(_l("Give a time such as 19:30."))],
    )
    minutes = IntegerField(
        _l("Length"),
        description=_l("minutes"),
        validators=[
            InputRequired(_l("Give the length in minutes.")),
            NumberRange(min=1, max=_LONGEST_MIN, message=_l("Give the length in minutes.")),
        ],
    )
    dry_run = BooleanField()

    def offer(self, event: EventRow, stages: list[StageRow], *also: date) -> None:
        """Fill the choices: the stages, and the days of the event with `also` among them."""
        self.stage.choices = [
            SelectChoice(stage.slug, pick(stage.name))
            for stage in stages
            if not stage.is_hidden or stage.slug == self.stage.data
        ]
        self.day.choices = [SelectChoice(*one) for one in day_choices(event, *also)]


class BatchForm(BaseForm):
    """The day that the reader looks at."""

    day = DateField()


class WaiveForm(BaseForm):
    """Why a finding may stand."""

    fingerprint = CleanText(validators=[Required()])
    reason = CleanText(validators=[Required()])
    view = DateField()


class ReleaseForm(BaseForm):
    """Under which name the draft is released, and what is said of it."""

    name = CleanText(
        _l("Name of the version"), description=_l("such as “v0.9”"), validators=[Required()]
    )
    note = TextAreaField(
        _l("Note"),
        description=_l("stands with the version, optional"),
        validators=[Length(max=_LONGEST_NOTE)],
    )


class PlanForm(BaseForm):
    """How long the planner may think."""

    limit_s = IntegerField(
        _l("Seconds to think"),
        default=LIMIT_S,
        validators=[
            InputRequired(_l("Give 1 to 120 seconds.")),
            NumberRange(min=1, max=LONGEST_S, message=_l("Give 1 to 120 seconds.")),
        ],
    )


class RepairForm(BaseForm):
    """Which stage is closed on which operating day."""

    stage = SelectField(_l("Stage"), validators=[InputRequired()])
    day = SelectField(_l("Day"), validators=[InputRequired()])

    def offer(self, event: EventRow, stages: list[StageRow]) -> None:
        """Fill the choices: the stages and the days of the event."""
        self.stage.choices = [SelectChoice(stage.slug, pick(stage.name)) for stage in stages]
        self.day.choices = [SelectChoice(*one) for one in day_choices(event)]

    def choice(self, stages: list[StageRow]) -> tuple[int, date]:
        """Return stage and day of a valid form."""
        stage_id = next(stage.id for stage in stages if stage.slug == self.stage.data)
        return stage_id, date.fromisoformat(str(self.day.data))


class TakeForm(BaseForm):
    """Whether all of a proposal is taken over."""

    all = BooleanField()
