"""Forms of the report builder: layout, logo, targets, priors, notes, links, a reason."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileSize
from wtforms import IntegerField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional, Regexp

from eventhub.exposure.enums import PriorKind, Section
from eventhub.exposure.rules.uncertainty import Prior
from eventhub.exposure.service import ParsedNumber, parse_number
from eventhub.kernel.forms import BaseForm, CleanText, Required

MAX_LOGO = 2 * 1024 * 1024  # bytes
# What a target may be set for, in the order of the report.
TARGETS = (
    "reg.confirmed",
    "checkin.visitors",
    "footfall.visits",
    "live.starts",
    "live.pcu",
    "media.mentions",
    "media.outlets",
    "media.potential",
    "kol.creators",
    "kol.impressions",
    "exposure.gross",
)


class LayoutForm(BaseForm):
    """The event beside this one and the accent; sections come as fields of their own."""

    compare = SelectField(_l("Event beside this one"), coerce=int)
    accent = StringField(
        _l("Accent colour"),
        description=_l("# and six digits, such as #B4231A; empty for none"),
        validators=[Optional(), Regexp(r"#[0-9A-Fa-f]{6}\Z", message=_l("# and six digits."))],
    )


class LogoForm(BaseForm):
    """A picture for the cover; an empty field takes the logo away."""

    logo = FileField(
        _l("Logo"),
        description=_l("PNG, JPEG or WebP, at most 2 MB"),
        validators=[FileSize(max_size=MAX_LOGO, message=_l("At most 2 MB."))],
    )


class LinkForm(BaseForm):
    """A link for readers: to which version, for whom, for how long."""

    version = IntegerField(_l("Version"), validators=[InputRequired(), NumberRange(min=1)])
    label = CleanText(
        _l("For whom"),
        validators=[Required(), Length(max=80)],
    )
    days = SelectField(
        _l("Open for"),
        coerce=int,
        validators=[InputRequired()],
        choices=[
            SelectChoice("7", _l("7 days")),
            SelectChoice("30", _l("30 days")),
            SelectChoice("90", _l("90 days")),
            SelectChoice("365", _l("365 days")),
        ],
    )


class LinkEndForm(BaseForm):
    """The link that ends."""

    link = StringField(validators=[InputRequired(), Length(max=16)])


class ReasonForm(BaseForm):
    """Why a version goes back to its author."""

    version = IntegerField(validators=[InputRequired(), NumberRange(min=1)])
    reason = CleanText(_l("What has to change"), validators=[Required()])


def chosen_sections(values: Any) -> tuple[Section, ...]:
    """
    Return the ticked sections by the number beside them; equal numbers keep their order.

    Args:
        values: The fields of the form: `show-NAME` and `place-NAME`.
    """
    ticked = [section for section in Section if values.get(f"show-{section.value}")]
    return tuple(sorted(ticked, key=lambda section: _place(values.get(f"place-{section.value}"))))


def _place(text: str | None) -> int:
    text = (text or "").strip()
    return int(text) if text.isdecimal() and len(text) < 4 else len(Section)


def given_targets(values: Any) -> tuple[dict[str, Decimal], dict[str, str]]:
    """Return targets by metric, and a sentence for every field that is no figure."""
    found: dict[str, Decimal] = {}
    faults: dict[str, str] = {}
    for metric in TARGETS:
        typed = (values.get(f"target-{metric}") or "").strip()
        if not typed:
            continue
        number = _whole(typed)
        if number is None:
            faults[metric] = _("Write a whole number above 0, for example 100,000 or 10万.")
        else:
            found[metric] = Decimal(number.value)
    return found, faults


def given_priors(values: Any) -> tuple[dict[PriorKind, Prior | None], dict[str, str]]:
    """Return priors by kind, None where both fields are empty, and a sentence per fault."""
    found: dict[PriorKind, Prior | None] = {}
    faults: dict[str, str] = {}
    for kind in PriorKind:
        typed = [(values.get(f"{end}-{kind.value}") or "").strip() for end in ("low", "high")]
        if not any(typed):
            found[kind] = None
            continue
        prior = _prior(typed)
        if prior is None:
            faults[kind.value] = _("Two shares in per cent, the smaller first, such as 0.2 and 2.")
        else:
            found[kind] = prior
    return found, faults


def given_universe(values: Any) -> tuple[int | None, dict[str, str]]:
    """Return how many people could be reached, None for an empty field, and what is wrong."""
    typed = (values.get("universe") or "").strip()
    if not typed:
        return None, {}
    number = _whole(typed)
    if number is None:
        text = _("Write a whole number above 0, for example 100,000 or 10万.")
        return None, {"universe": text}
    return number.value, {}


def _whole(text: str) -> ParsedNumber | None:
    try:
        number = parse_number(text)
    except ValueError:
        return None
    return number if number.op == "=" and number.value > 0 else None


def _prior(typed: Sequence[str]) -> Prior | None:
    try:
        low, high = (Decimal(text.rstrip("% ")) / 100 for text in typed)
        return Prior(low, high) if high <= 1 else None
    except (InvalidOperation, ValueError):
        return None
