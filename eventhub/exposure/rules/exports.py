"""Files of media monitoring: any encoding, any separator, English or Chinese columns."""

from __future__ import annotations

import codecs
import csv
import io
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from typing import Final

from eventhub.exposure.enums import MentionKind, ReachKind
from eventhub.kernel.printed import ParsedNumber, parse_number

MAX_BYTES: Final = 20 * 1024 * 1024
MAX_ROWS: Final = 50_000
_SEPARATORS: Final = ",\t;"
# Field: the names of its column, first as the vendors print it, then aliases. An equivalent in
# money is no measure of communication: it is no field, such a column stays in the raw row.
COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "title": ("headline", "title", "标题", "题目"),
    "outlet": ("source", "outlet", "媒体", "媒体名称", "来源", "媒体来源"),
    "url": ("url", "link", "链接", "原文链接"),
    "published_at": ("date", "published", "published_at", "发布时间", "日期", "发布日期"),
    "reach": ("reach", "影响力", "覆盖人数", "曝光量", "impressions"),
    "reads": ("reads", "阅读数", "阅读量"),
    "tone": ("sentiment", "tone", "情感", "倾向性"),
    "lang": ("language", "lang", "语言"),
    "kind": ("kind", "媒体类型", "类型"),
    "engagement": ("engagement", "互动量"),
    "likes": ("likes", "点赞", "点赞数"),
    "comments": ("comments", "评论", "评论数"),
    "shares": ("shares", "转发", "转发数", "分享", "分享数"),
    "saves": ("saves", "收藏", "收藏数"),
    "followers": ("followers", "粉丝数"),
    "author": ("author", "influencer", "作者"),
}
_REQUIRED: Final = ("title", "outlet", "published_at")
_PARTS: Final = ("likes", "comments", "shares", "saves")
_NOTHING: Final = frozenset({"", "-", "--", "—", "n/a", "na", "null", "none", "无", "未知"})
_TONES: Final[Mapping[str, int]] = {
    "positive": 1, "正面": 1, "正": 1, "1": 1, "+1": 1,
    "neutral": 0, "中性": 0, "中": 0, "0": 0, "mixed": 0,
    "negative": -1, "负面": -1, "负": -1, "-1": -1,
}  # fmt: skip
_KINDS: Final[Mapping[str, MentionKind]] = {
    **{kind.value: kind for kind in MentionKind},
    "新闻": MentionKind.NEWS,
    "网媒": MentionKind.NEWS,
    "网站": MentionKind.NEWS,
    "报纸": MentionKind.PRINT,
    "平媒": MentionKind.PRINT,
    "杂志": MentionKind.PRINT,
    "电视": MentionKind.TV,
    "广播": MentionKind.RADIO,
    "微信": MentionKind.WECHAT,
    "公众号": MentionKind.WECHAT,
    "微博": MentionKind.WEIBO,
    "视频": MentionKind.VIDEO,
    "直播": MentionKind.LIVESTREAM,
    "达人": MentionKind.CREATOR_POST,
    "户外": MentionKind.OUT_OF_HOME,
}
_DATES: Final = (
    "%d-%b-%Y %I:%M%p",
    "%d-%b-%Y",
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%d",
    "%Y年%m月%d日 %H:%M",
    "%Y年%m月%d日",
)
_EPOCH_MS = re.compile(r"[0-9]{13}")


class UnreadableExport(ValueError):
    """A file that can not be read at all; `code` says why, `detail` what was met."""

    def __init__(self, code: str, detail: str = "") -> None:
        """Keep code and detail."""
        super().__init__(code)
        self.code = code
        self.detail = detail


@dataclass(frozen=True, slots=True, kw_only=True)
class MentionFigures:
    """One row of a file, or one item that somebody sends, in plain values."""

    outlet: str
    title: str
    published_at: datetime
    url: str = ""
    kind: MentionKind = MentionKind.NEWS
    reach: int | None = None
    reach_kind: ReachKind = ReachKind.UNSTATED
    op: str = "="
    reads: int | None = None
    tone: int | None = None
    prominence: str = ""
    lang: str = ""
    author: str = ""
    engagement: int | None = None
    followers: int | None = None
    story: str = ""
    is_original: bool | None = None
    ref: str = ""
    raw: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that was not kept, with its line and the reason."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class ExportFile:
    """What a file says: rows by line, and lines that could not be read."""

    rows: tuple[tuple[int, MentionFigures], ...]
    rejected: tuple[BadRow, ...]


def parse_export(
    data: bytes, *, zone: tzinfo, columns: Mapping[str, str] | None = None
) -> ExportFile:
    """
    Return the rows of a monitoring export; every cell stays in `raw`.

    Args:
        data: The file. UTF-8, UTF-16 with a mark, or GB18030; comma, tab or semicolon.

        zone: Of times without an offset.

        columns: Field to column name, for files whose columns have other names.

    Raises:
        UnreadableExport: too-large, unknown-encoding, unknown-columns, too-many-rows.
    """
    lines = _table(decode(data))
    _line, head = next(lines, (0, []))
    places = _places(head, columns or {})
    rows: list[tuple[int, MentionFigures]] = []
    rejected: list[BadRow] = []
    for number, cells in lines:
        if len(rows) + len(rejected) >= MAX_ROWS:
            raise UnreadableExport("too-many-rows", str(MAX_ROWS))
        raw = dict(zip(head, cells, strict=False))
        values = {name: raw.get(column, "") for name, column in places.items()}
        try:
            rows.append((number, _figures(values, raw, zone)))
        except ValueError as error:
            rejected.append(BadRow(number, str(error)))
    return ExportFile(tuple(rows), tuple(rejected))


def decode(data: bytes) -> str:
    """
    Return the text of a file in any of the encodings that exports come in.

    Raises:
        UnreadableExport: Too large, or none of them.
    """
    if len(data) > MAX_BYTES:
        raise UnreadableExport("too-large")
    marks = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    names = ("utf-16",) if data.startswith(marks) else ("utf-8-sig", "gb18030")
    for name in names:
        try:
            text = data.decode(name)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise UnreadableExport("unknown-encoding")


def parse_date(text: str, zone: tzinfo) -> datetime:
    """
    Return the instant of a printed date, in UTC.

    Raises:
        ValueError: None of the known forms.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    if _EPOCH_MS.fullmatch(plain):
        return datetime.fromtimestamp(int(plain) / 1000, UTC)
    forms = (datetime.fromisoformat, *(_reader(form) for form in _DATES))
    for read in forms:
        found = _tried(read, plain)
        if found is not None:
            return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)
    raise ValueError(f"date: {text}")


def _reader(form: str) -> Callable[[str], datetime]:
    """Return what reads dates of one form, with / and . for -."""

    def read(text: str) -> datetime:
        return datetime.strptime(text.replace("/", "-").replace(".", "-"), form)  # noqa: DTZ007 - the caller adds it

    return read


def _tried(read: Callable[[str], datetime], text: str) -> datetime | None:
    try:
        return read(text)
    except ValueError:
        return None


def _table(text: str) -> Iterator[tuple[int, list[str]]]:
    first = next((line for line in text.splitlines() if line.strip()), "")
    separator = max(_SEPARATORS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        for cells in reader:
            stripped = [cell.strip() for cell in cells]
            if any(stripped):
                yield reader.line_num, stripped
    except csv.Error as error:
        raise UnreadableExport("unreadable-table", str(error)) from error


def _places(head: Sequence[str], columns: Mapping[str, str]) -> dict[str, str]:
    """Return the column of each field; a map that was given goes before the aliases."""
    wanted = set(columns.values()) - set(head)
    unknown = set(columns) - set(COLUMNS)
    if wanted or unknown:
        raise UnreadableExport("unknown-columns", ", ".join(sorted(wanted | unknown)))
    by_name = {unicodedata.normalize("NFKC", column).casefold(): column for column in head}
    found = dict(columns)
    for name, aliases in COLUMNS.items():
        column = next((by_name[alias] for alias in aliases if alias in by_name), None)
        if name not in found and column is not None and column not in found.values():
            found[name] = column
    missing = [name for name in _REQUIRED if name not in found]
    if missing:
        raise UnreadableExport("unknown-columns", ", ".join(missing))
    return found


def _figures(values: Mapping[str, str], raw: Mapping[str, str], zone: tzinfo) -> MentionFigures:
    for name in _REQUIRED:
        if _is_nothing(values[name]):
            raise ValueError(f"{name}: missing")
    reach = _number(values, "reach")
    reads = _number(values, "reads")
    return MentionFigures(
        outlet=values["outlet"],
        title=values["title"],
        published_at=parse_date(values["published_at"], zone),
        url=values.get("url", ""),
        kind=_KINDS.get(values.get("kind", "").casefold(), MentionKind.NEWS),
        reach=reach.value if reach else None,
        reach_kind=ReachKind.UNSTATED if reach else ReachKind.NONE,
        op=reach.op if reach else "=",
        reads=reads.value if reads else None,
        tone=_tone(values.get("tone", "")),
        lang=values.get("lang", "")[:12],
        author=values.get("author", ""),
        engagement=_engagement(values),
        followers=found.value if (found := _number(values, "followers")) else None,
        raw=dict(raw),
    )


def _engagement(values: Mapping[str, str]) -> int | None:
    whole = _number(values, "engagement")
    if whole is not None:
        return whole.value
    parts = [number.value for name in _PARTS if (number := _number(values, name)) is not None]
    return sum(parts) if parts else None


def _number(values: Mapping[str, str], name: str) -> ParsedNumber | None:
    text = values.get(name, "")
    if _is_nothing(text):
        return None
    try:
        return parse_number(text)
    except ValueError:
        raise ValueError(f"{name}: {text}") from None


def _tone(text: str) -> int | None:
    if _is_nothing(text):
        return None
    return _TONES.get(unicodedata.normalize("NFKC", text).casefold())


def _is_nothing(text: str) -> bool:
    return text.strip().casefold() in _NOTHING
