"""
Exports of Douyin, WeChat Channels, Kuaishou and others: a table, as their consoles print it.

One of two forms. Shows: one row per live show or day with its figures. Curve:
one row per minute with the people who were watching. What is averaged, shown or
liked counts no contact; such columns stay in the words of the row alone.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Final

from eventhub.audience.rules import integrity
from eventhub.audience.sources.reading import BadLine, UnreadableFile
from eventhub.audience.sources.text import MAX_BYTES, decode, rows
from eventhub.kernel import sheets
from eventhub.kernel.printed import ParsedNumber, parse_number

MAX_ROWS: Final = 20_000
MAX_HEADS: Final = 100
# Field: the names of its column, folded (no case, width, blanks, brackets).
COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "title": ("直播主题", "直播标题", "直播间标题", "直播间", "场次", "标题", "title", "show"),
    "day": ("日期", "直播日期", "date", "day"),
    "start": ("开播时间", "直播开始时间", "开始时间", "时间", "start", "starts_at", "time", "at"),
    "end": ("下播时间", "关播时间", "直播结束时间", "结束时间", "end", "ends_at"),
    "views": ("观看人次", "累计观看人次", "直播观看人次", "观看次数", "pv", "views"),
    "viewers": ("观看人数", "累计观看人数", "直播观看人数", "观众总数", "uv", "viewers"),
    "peak": ("最高在线", "最高在线人数", "人气峰值", "最高同时在线", "pcu", "peak"),
    "watch": ("观看总时长", "累计观看时长", "观看时长", "总观看时长", "watchminutes"),
    "concurrent": ("在线人数", "实时在线", "实时在线人数", "同时在线", "online", "concurrent"),
}
# Field: the metric it is a claim of.
METRIC_OF: Final[Mapping[str, str]] = {
    "views": "live.views",
    "viewers": "live.viewers_claimed",
    "peak": "live.pcu",
    "watch": "live.watch_minutes",
}
_NOTHING: Final = frozenset({"", "-", "--", "—", "n/a", "null", "无", "暂无"})
_DATES: Final = (
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%d",
    "%Y年%m月%d日 %H:%M:%S",
    "%Y年%m月%d日 %H:%M",
    "%Y年%m月%d日",
    "%Y%m%d",
)
_UNIT: Final = re.compile(r"(?:人次|人|次|分钟|minutes|min)\Z")
_CLOCK: Final = re.compile(r"(?P<h>\d{1,7}):(?P<m>[0-5]\d):(?P<s>[0-5]\d)")
_HOURS: Final = re.compile(r"(?P<n>.+?)(?:小时|hours|h)\Z")
_DAY: Final = timedelta(days=1)
_MOST_MINUTES: Final = 10**12  # of watch time


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowFigures:
    """
    What one row says about `[starts_at, ends_at)`.

    `figures` by metric id. `words` is the whole row as it stands, with its headers.
    """

    line: int
    title: str
    starts_at: datetime
    ends_at: datetime
    figures: Mapping[str, ParsedNumber]
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CurvePoint:
    """People watching at `at`, as the platform says; null where the cell is empty."""

    line: int
    at: datetime
    viewers: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformExport:
    """
    A file of a platform: `shows` or `points`, never both.

    `columns` tells which header stands for which field, `unused` the others.
    """

    rows: int
    columns: Mapping[str, str]
    unused: tuple[str, ...]
    shows: tuple[ShowFigures, ...] = ()
    points: tuple[CurvePoint, ...] = ()
    rejected: tuple[BadLine, ...] = ()


def headers(data: bytes) -> list[str]:
    """
    Return the headers of a file, in order.

    Raises:
        UnreadableFile: No table.
    """
    return _table(data)[0]


def parse(data: bytes, *, zone: tzinfo, columns: Mapping[str, str] | None = None) -> PlatformExport:
    """
    Return what an export says.

    Args:
        data: CSV (UTF-8, UTF-16 with a mark, GB18030) or XLSX, its first sheet.

        zone: Of the times, which have no offset.

        columns: Field to header, where the usual headers do not tell.

    Raises:
        UnreadableFile: unknown-columns, too-many-rows, or no table at all.
    """
    head, lines = _table(data)
    places = _places(head, columns or {})
    found = PlatformExport(
        rows=len(lines),
        columns={name: head[place] for name, place in places.items()},
        unused=tuple(name for at, name in enumerate(head) if name and at not in places.values()),
    )
    reader = _Reader(head, places, zone, found)
    return reader.curve(lines) if "concurrent" in places else reader.shows(lines)


def _table(data: bytes) -> tuple[list[str], list[tuple[int, list[str]]]]:
    if len(data) > MAX_BYTES:
        raise UnreadableFile("file-too-large")
    lines = list(_cells(data))
    if not lines:
        raise UnreadableFile("empty-file")
    if len(lines) > MAX_ROWS:
        raise UnreadableFile("too-many-rows", str(MAX_ROWS))
    # Consoles print a line or two above the table: its head is the first with two known names.
    at = next((n for n, (_, cells) in enumerate(lines[:10]) if _known(cells) > 1), 0)
    return [cell[:80] for cell in lines[at][1][:MAX_HEADS]], lines[at + 1 :]


def _cells(data: bytes) -> Iterator[tuple[int, list[str]]]:
    if not sheets.is_workbook(data):
        yield from rows(decode(data))
        return
    try:
        found = sheets.read_sheet(data)
    except sheets.SheetTooLarge as error:
        raise UnreadableFile("file-too-large") from error
    except sheets.UnreadableSheet as error:
        raise UnreadableFile("unreadable-table") from error
    for line, row in enumerate(found, start=1):
        cells = [_text(value) for value in row]
        if any(cells):
            yield line, cells


def _text(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return value.isoformat(" ") if isinstance(value, datetime) else str(value).strip()


def _folded(word: str) -> str:
    plain = unicodedata.normalize("NFKC", word).casefold()
    plain = re.sub(r"\(.*?\)", "", plain)  # 观看时长(分钟)
    return "".join(plain.split())


_FIELDS: Final = {alias: name for name, aliases in COLUMNS.items() for alias in aliases}


def _known(cells: Iterable[str]) -> int:
    return len({_FIELDS[word] for cell in cells if (word := _folded(cell)) in _FIELDS})


def _places(head: Sequence[str], columns: Mapping[str, str]) -> dict[str, int]:
    """Return the place of each field; headers that were named go before the usual ones."""
    wrong = {*(set(columns) - set(COLUMNS)), *(set(columns.values()) - set(head))}
    if wrong:
        raise UnreadableFile("unknown-columns", ", ".join(sorted(wrong)))
    found = {name: head.index(header) for name, header in columns.items()}
    for place, cell in enumerate(head):
        name = _FIELDS.get(_folded(cell))
        if name and name not in found and place not in found.values():
            found[name] = place
    if not {"day", "start"} & set(found) or not ({*METRIC_OF, "concurrent"} & set(found)):
        raise UnreadableFile("unknown-columns", ", ".join(head)[:200])
    return found


class _Reader:
    """Reads the lines of one table."""

    def __init__(
        self, head: Sequence[str], places: Mapping[str, int], zone: tzinfo, found: PlatformExport
    ) -> None:
        self._head, self._places, self._zone, self._found = head, places, zone, found

    def shows(self, lines: Sequence[tuple[int, list[str]]]) -> PlatformExport:
        good: dict[datetime, ShowFigures] = {}
        bad: list[BadLine] = []
        for line, cells in lines:
            try:
                row = self._show(line, cells)
            except ValueError as error:
                bad.append(BadLine(line, str(error)))
                continue
            if row.starts_at in good:  # two rows of one show would count twice or hide each other
                bad.append(BadLine(line, f"start: same as line {good[row.starts_at].line}"))
            else:
                good[row.starts_at] = row
        return self._with(shows=tuple(good.values()), rejected=tuple(bad))

    def curve(self, lines: Sequence[tuple[int, list[str]]]) -> PlatformExport:
        good: list[CurvePoint] = []
        bad: list[BadLine] = []
        for line, cells in lines:
            try:
                text = self._cell(cells, "concurrent")
                number = None if _is_nothing(text) else _figure("concurrent", text)
                at, _end = self._span(cells)
                good.append(CurvePoint(line=line, at=at, viewers=number.value if number else None))
            except ValueError as error:
                bad.append(BadLine(line, str(error)))
        return self._with(points=tuple(good), rejected=tuple(bad))

    def _with(self, **more: object) -> PlatformExport:
        found = self._found
        return PlatformExport(
            rows=found.rows,
            columns=found.columns,
            unused=found.unused,
            **more,  # type: ignore[arg-type]  # shows, points, rejected
        )

    def _show(self, line: int, cells: Sequence[str]) -> ShowFigures:
        starts_at, ends_at = self._span(cells)
        figures = {
            metric: _minutes(text, self._head[self._places[name]])
            if name == "watch"
            else _figure(name, text)
            for name, metric in METRIC_OF.items()
            if name in self._places and not _is_nothing(text := self._cell(cells, name))
        }
        if not figures:
            raise ValueError("no figure")
        said = zip(self._head, cells, strict=False)
        return ShowFigures(
            line=line,
            title=self._cell(cells, "title")[:200],
            starts_at=starts_at,
            ends_at=ends_at,
            figures=figures,
            words="；".join(f"{head}：{cell}" for head, cell in said if head and cell)[:2000],
        )

    def _span(self, cells: Sequence[str]) -> tuple[datetime, datetime]:
        """Return start and end; without a time of day, the whole calendar day."""
        day, start = self._cell(cells, "day"), self._cell(cells, "start")
        begins = _instant(f"{day} {start}".strip() if _is_time(start) else start or day)
        end = self._cell(cells, "end")
        if _is_nothing(end):
            ends = begins + _DAY if not start else begins + timedelta(minutes=1)
        else:
            ends = _instant(f"{begins.date().isoformat()} {end}" if _is_time(end) else end)
            ends += _DAY if _is_time(end) and ends <= begins else timedelta(0)
        if ends <= begins:
            raise ValueError("end: before the start")
        return begins.replace(tzinfo=self._zone), ends.replace(tzinfo=self._zone)

    def _cell(self, cells: Sequence[str], name: str) -> str:
        place = self._places.get(name)
        return cells[place].strip() if place is not None and place < len(cells) else ""


def _is_nothing(text: str) -> bool:
    return text.strip().casefold() in _NOTHING


def _is_time(text: str) -> bool:
    return re.fullmatch(r"\d{1,2}:\d{2}(?::\d{2})?", text) is not None


def _instant(text: str) -> datetime:
    plain = unicodedata.normalize("NFKC", text).strip().replace("/", "-").replace(".", "-")
    for form in _DATES:
        try:
            return datetime.strptime(plain, form)  # noqa: DTZ007 - the caller adds the zone
        except ValueError:
            continue
    raise ValueError(f"start: {text[:40]}")


def _figure(name: str, text: str) -> ParsedNumber:
    try:
        found = parse_number(_UNIT.sub("", unicodedata.normalize("NFKC", text).strip()))
    except ValueError:
        raise ValueError(f"{name}: {text[:40]}") from None
    if found.value > (_MOST_MINUTES if name == "watch" else integrity.MAX_COUNT):
        raise ValueError(f"{name}: too-large")
    return ParsedNumber(value=found.value, op=found.op, text=text)


def _minutes(text: str, header: str) -> ParsedNumber:
    """Return watch time in whole minutes; hours where cell or header says so."""
    if match := _CLOCK.fullmatch(text):
        minutes = int(match["h"]) * 60 + int(match["m"]) + (int(match["s"]) >= 30)
        return ParsedNumber(value=minutes, op="=", text=text)
    hours = _HOURS.fullmatch(text)
    in_hours = hours is not None or "小时" in header
    found = _figure("watch", hours["n"] if hours else text)
    return ParsedNumber(value=found.value * (60 if in_hours else 1), op=found.op, text=text)
