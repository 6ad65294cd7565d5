"""What a new event begins with: three templates as data, names in both languages."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal

from eventhub.kernel.db import I18n

Direction = Literal["in", "out", "both"]


class Kind(StrEnum):
    """Which template an event is made from."""

    FASHION_WEEK = "fashion_week"
    FESTIVAL = "festival"
    STREET = "street"


@dataclass(frozen=True, slots=True)
class StagePlan:
    """A stage; `capacity` in people, None when nobody counts."""

    slug: str
    name: I18n
    kind: str
    capacity: int | None
    overlap: bool = False
    changeover_min: int = 0


@dataclass(frozen=True, slots=True)
class ZonePlan:
    """An area; the first of a template is the whole ground, the others lie inside it."""

    slug: str
    name: I18n
    capacity: int
    stage: str = ""


@dataclass(frozen=True, slots=True)
class GatePlan:
    """A lane of a zone."""

    slug: str
    name: I18n
    zone: str
    direction: Direction = "in"


@dataclass(frozen=True, slots=True)
class TypePlan:
    """A ticket type with its places: for each day when `per_day`, else for the whole event."""

    slug: str
    name: I18n
    places: int
    letter: str
    color: str
    priority: int
    per_day: bool = False
    visibility: str = "public"
    approval: str = "none"
    waitlist: str = "off"
    max_group: int = 1
    is_visitor: bool = True
    questions: tuple[str, ...] = ("access_need",)


@dataclass(frozen=True, slots=True)
class Template:
    """All that is made at once; the first ticket type is the one for everybody."""

    kind: Kind
    name: I18n
    about: I18n
    venue: I18n
    stages: tuple[StagePlan, ...]
    zones: tuple[ZonePlan, ...]
    gates: tuple[GatePlan, ...]
    types: tuple[TypePlan, ...]
    show_types: tuple[tuple[str, I18n], ...]


@dataclass(frozen=True, slots=True)
class QuestionPlan:
    """A question of the form."""

    slug: str
    kind: str
    label: I18n
    field_class: str = "answer"
    is_required: bool = False
    is_staff_visible: bool = False


@dataclass(frozen=True, slots=True)
class ConsentPlan:
    """A text that people are told or agree to."""

    purpose: str
    kind: str
    is_required: bool
    title: I18n
    text: I18n


def _two(zh: str, en: str) -> I18n:
    return {"zh": zh, "en": en}


QUESTIONS: Final = (
    QuestionPlan(
        "access_need",
        "yes_no",
        _two("需要无障碍座位或协助吗？", "Do you need an accessible place or assistance?"),
        field_class="health",
        is_staff_visible=True,
    ),
    QuestionPlan("company", "text", _two("单位", "Company"), is_required=True),
    QuestionPlan("position", "text", _two("职务", "Position")),
    QuestionPlan(
        "outlet", "text", _two("媒体名称", "Newspaper, magazine or channel"), is_required=True
    ),
)

CONSENTS: Final = (
    ConsentPlan(
        "entry",
        "notice",
        True,
        _two("入场所需的信息处理", "Processing needed for entry"),
        _two(
            "为了核发门票、在闸口核验以及在演出变动时找到您，我们会处理您的姓名和联系方式。"
            "活动结束后按本站公布的期限删除。",
            "To issue your ticket, check it at the gate and reach you when a show changes, we "
            "process your name and contact details. They are deleted after the event, within "
            "the times that this site states.",
        ),
    ),
    ConsentPlan(
        "service",
        "consent",
        False,
        _two("演出变动通知", "Messages about changes"),
        _two(
            "我愿意收到与我的门票有关的消息，例如改期、取消或候补名额。",
            "Please write to me about my ticket: moved or cancelled shows and places from the "
            "waiting list.",
        ),
    ),
    ConsentPlan(
        "publicity",
        "consent",
        False,
        _two("现场拍摄", "Photography and film"),
        _two(
            "我同意在能认出我的现场画面用于本活动的宣传。不同意也可入场。",
            "Pictures in which I can be recognised may be used to promote this event. If you say "
            "no you are just as welcome.",
        ),
    ),
)

_TRADE: Final = ("company", "position", "access_need")
_PRESS: Final = ("outlet", "position", "access_need")
_CREW: Final = TypePlan(
    "crew",
    _two("工作人员", "Crew"),
    200,
    "C",
    "#5A6360",
    10,
    visibility="hidden",
    approval="required",
    is_visitor=False,
)

TEMPLATES: Final[dict[Kind, Template]] = {
    Kind.FASHION_WEEK: Template(
        Kind.FASHION_WEEK,
        _two("时装周", "Fashion week"),
        _two(
            "T 台、展厅和论坛；公众按日预约，买手和媒体需审核，来宾凭邀请。",
            "Runway, showroom and forum; the public by day, buyers and press by approval, guests "
            "by invitation.",
        ),
        _two("主会场", "Main venue"),
        (
            StagePlan("runway", _two("主秀场", "Main runway"), "runway", 400, changeover_min=30),
            StagePlan("showroom", _two("展厅", "Showroom"), "exhibition", 300, overlap=True),
            StagePlan("forum", _two("论坛厅", "Forum hall"), "forum", 150, changeover_min=15),
        ),
        (
            ZonePlan("grounds", _two("全场", "Whole venue"), 1200),
            ZonePlan("runway-hall", _two("秀场", "Runway hall"), 400, "runway"),
        ),
        (
            GatePlan("main-1", _two("正门 1", "Main gate 1"), "grounds"),
            GatePlan("main-2", _two("正门 2", "Main gate 2"), "grounds"),
            GatePlan("exit", _two("出口", "Exit"), "grounds", "out"),
            GatePlan("runway-door", _two("秀场门", "Runway door"), "runway-hall"),
        ),
        (
            TypePlan(
                "day",
                _two("单日票", "Day ticket"),
                800,
                "P",
                "#101312",
                20,
                per_day=True,
                waitlist="auto",
                max_group=4,
            ),
            TypePlan(
                "buyer",
                _two("买手", "Buyer"),
                200,
                "B",
                "#1F4E5F",
                50,
                approval="required",
                questions=_TRADE,
            ),
            TypePlan(
                "press",
                _two("媒体", "Press"),
                120,
                "M",
                "#3C5A3A",
                60,
                approval="required",
                questions=_PRESS,
            ),
            TypePlan(
                "guest",
                _two("受邀来宾", "Invited guest"),
                150,
                "V",
                "#8C2F39",
                70,
                visibility="invitation",
                max_group=2,
            ),
            _CREW,
        ),
        (
            ("show", _two("走秀", "Runway show")),
            ("presentation", _two("静态展示", "Presentation")),
            ("talk", _two("论坛", "Talk")),
        ),
    ),
    Kind.FESTIVAL: Template(
        Kind.FESTIVAL,
        _two("节庆", "Festival"),
        _two(
            "两个舞台和一片市集；单日票和通票，媒体需审核。",
            "Two stages and a market; tickets for a day or all days, press by approval.",
        ),
        _two("节庆园区", "Festival grounds"),
        (
            StagePlan("main", _two("主舞台", "Main stage"), "concert", 3000, changeover_min=20),
            StagePlan("small", _two("小舞台", "Small stage"), "concert", 600, changeover_min=15),
            StagePlan("market", _two("市集", "Market"), "exhibition", 800, overlap=True),
        ),
        (
            ZonePlan("grounds", _two("全园区", "Whole grounds"), 5000),
            ZonePlan("main-area", _two("主舞台区", "Main stage area"), 3000, "main"),
        ),
        (
            GatePlan("north-1", _two("北门 1", "North gate 1"), "grounds"),
            GatePlan("north-2", _two("北门 2", "North gate 2"), "grounds"),
            GatePlan("south-1", _two("南门 1", "South gate 1"), "grounds", "both"),
            GatePlan("exit", _two("出口", "Exit"), "grounds", "out"),
        ),
        (
            TypePlan(
                "day",
                _two("单日票", "Day ticket"),
                3000,
                "D",
                "#101312",
                20,
                per_day=True,
                waitlist="auto",
                max_group=6,
            ),
            TypePlan("pass", _two("通票", "Festival pass"), 1000, "P", "#1C46A8", 30, max_group=4),
            TypePlan(
                "press",
                _two("媒体", "Press"),
                80,
                "M",
                "#3C5A3A",
                60,
                approval="required",
                questions=_PRESS,
            ),
            _CREW,
        ),
        (
            ("concert", _two("演出", "Concert")),
            ("workshop", _two("工作坊", "Workshop")),
            ("talk", _two("对谈", "Talk")),
        ),
    ),
    Kind.STREET: Template(
        Kind.STREET,
        _two("街区活动", "Street event"),
        _two(
            "开放街区上的一个舞台；免费预约入场，人数有上限，设客流计数区。",
            "One stage on an open street; free registration with a limit, and a zone to count "
            "visitors in.",
        ),
        _two("活动街区", "The street"),
        (
            StagePlan("stage", _two("街头舞台", "Street stage"), "concert", 500, changeover_min=10),
            StagePlan("stalls", _two("摊位", "Stalls"), "exhibition", None, overlap=True),
        ),
        (ZonePlan("street", _two("街区", "Street"), 2000),),
        (
            GatePlan("east", _two("东口", "East end"), "street", "both"),
            GatePlan("west", _two("西口", "West end"), "street", "both"),
        ),
        (
            TypePlan(
                "entry",
                _two("入场预约", "Entry"),
                1500,
                "E",
                "#101312",
                20,
                per_day=True,
                waitlist="auto",
                max_group=6,
            ),
            TypePlan(
                "exhibitor",
                _two("摊主", "Exhibitor"),
                60,
                "X",
                "#1F4E5F",
                40,
                approval="required",
                is_visitor=False,
                questions=_TRADE,
            ),
            _CREW,
        ),
        (
            ("performance", _two("表演", "Performance")),
            ("parade", _two("巡游", "Parade")),
        ),
    ),
}
