"""
Sentences of the findings, in both languages.

Findings are data that pages, the command line and files show alike, so they
carry both languages themselves.
"""

from __future__ import annotations

from typing import Final

from eventhub.programme.rules.facts import I18n

_TEXTS: Final[dict[str, tuple[str, str]]] = {
    "stage_overlap": (
        "{stage}：「{a}」与「{b}」重叠 {minutes} 分钟",
        "{stage}: “{a}” and “{b}” overlap by {minutes} min",
    ),
    "changeover": (
        "{stage}：「{a}」与「{b}」之间只有 {gap} 分钟，转场需要 {needed} 分钟",
        "{stage}: {gap} min between “{a}” and “{b}”; the changeover needs {needed} min",
    ),
    "person_double": (
        "{party}同时在「{a}」和「{b}」，重叠 {minutes} 分钟",
        "{party} is in “{a}” and “{b}” at once, for {minutes} min",
    ),
    "travel": (
        "{party}从「{a}」到「{b}」只有 {gap} 分钟，路上需要 {needed} 分钟",
        "{party} has {gap} min from “{a}” to “{b}”; the way needs {needed} min",
    ),
    "person_availability": (
        "{party}在「{a}」的时间里没有空",
        "{party} is not available for “{a}”",
    ),
    "stage_closed": (
        "{stage}在「{a}」的时间里不全开放",
        "{stage} is not open for all of “{a}”",
    ),
    "curfew": (
        "「{a}」超过 {stage} 的宵禁 {minutes} 分钟",
        "“{a}” runs {minutes} min into the curfew of {stage}",
    ),
    "rehearsal_missing": ("「{a}」需要彩排，还没有安排", "“{a}” needs a rehearsal and has none"),
    "rehearsal_order": (
        "「{a}」的彩排没有在开演前 {needed} 分钟结束",
        "No rehearsal of “{a}” ends {needed} min before it starts",
    ),
    "rehearsal_place": (
        "「{a}」要求在同一舞台彩排",
        "“{a}” has to be rehearsed on the same stage",
    ),
    "dependency_before": (
        "「{a}」应在「{b}」之前至少 {needed} 分钟结束",
        "“{a}” has to end at least {needed} min before “{b}”",
    ),
    "dependency_after": (
        "「{a}」应在「{b}」结束至少 {needed} 分钟后开始",
        "“{a}” has to start at least {needed} min after “{b}”",
    ),
    "dependency_not_with": (
        "「{a}」与「{b}」不能同时进行",
        "“{a}” and “{b}” must not be on at the same time",
    ),
    "dependency_same_day": (
        "「{a}」与「{b}」应在同一天",
        "“{a}” and “{b}” have to be on the same day",
    ),
    "dependency_adjacent": (
        "「{a}」与「{b}」应在同一舞台相接",
        "“{a}” and “{b}” have to follow each other on one stage",
    ),
    "capacity_over": (
        "「{a}」预计 {expected} 人，{stage}只能容纳 {capacity} 人",
        "“{a}” expects {expected} people; {stage} holds {capacity}",
    ),
    "capacity_under": (
        "「{a}」预计 {expected} 人，{stage}可容纳 {capacity} 人，会显得空",
        "“{a}” expects {expected} people; {stage} with {capacity} will look empty",
    ),
    "resource": (
        "{kit}同时用到 {used}，只有 {quantity}",
        "{kit}: {used} in use at once, there are {quantity}",
    ),
    "status_placed": ("「{a}」已排入日程，但尚未确认", "“{a}” is placed but not confirmed"),
    "status_unplaced": ("「{a}」已确认，但还没有排入日程", "“{a}” is confirmed but not placed"),
    "status_type": ("「{a}」缺少类型", "“{a}” has no type"),
    "status_track": ("「{a}」缺少单元", "“{a}” has no track"),
    "status_title": ("「{a}」缺少一种语言的标题", "“{a}” lacks its title in one language"),
    "time_order": ("「{a}」的结束不晚于开始", "“{a}” does not end after it starts"),
    "time_length": (
        "「{a}」长 {minutes} 分钟，超出该类型的限度",
        "“{a}” lasts {minutes} min, outside the limits of its type",
    ),
    "time_grid": (
        "「{a}」不在 {grid} 分钟的网格上",
        "“{a}” is off the grid of {grid} min",
    ),
    "time_outside": ("「{a}」不在活动的日期之内", "“{a}” lies outside the days of the event"),
    "time_ambiguous": (
        "「{a}」的当地时间在换时日出现两次",
        "The local time of “{a}” occurs twice when the clocks change",
    ),
    "stream_clash": (
        "频道 {channel}：「{a}」与「{b}」同时直播",
        "Channel {channel}: “{a}” and “{b}” stream at once",
    ),
    "stream_short": (
        "频道 {channel} 的直播没有覆盖整场「{a}」",
        "The stream on {channel} does not cover all of “{a}”",
    ),
    "duplicate_stage_name": (
        "同一场地有两个舞台名为「{a}」",
        "Two stages of one venue are called “{a}”",
    ),
    "sold_moved": (
        "「{a}」有变动，已有 {people} 人指望它",
        "“{a}” changes, and {people} people count on it",
    ),
}


def say(key: str, **values: object) -> I18n:
    """
    Return a sentence in both languages.

    A value that is a dictionary is a text in both languages; the other
    language stands in for a missing one.
    """
    zh, en = _TEXTS[key]
    return {
        "zh": zh.format(**_in("zh", values)),
        "en": en.format(**_in("en", values)),
    }


def _in(lang: str, values: dict[str, object]) -> dict[str, object]:
    return {name: _pick(value, lang) for name, value in values.items()}


def _pick(value: object, lang: str) -> object:
    if not isinstance(value, dict):
        return value
    return value.get(lang) or next((text for text in value.values() if text), "")
