"""The schedule as a table: written for spreadsheets, read with whatever headers they have."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Final

import orjson

from eventhub.kernel.i18n import pick
from eventhub.programme.enums import SlotStatus
from eventhub.programme.errors import ImportUnreadable
from eventhub.programme.queries import EventRow, PerformanceRow
from eventhub.programme.rules import exchange, naming, operating_day
from eventhub.programme.rules.exchange import Item, Person, Reading, Room, RowRefused

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
# Field of the table: headers it goes by, lower case, without spaces and underscores.
ALIASES: Final[dict[str, tuple[str, ...]]] = {
    "guid": ("guid", "uuid", "uid", "标识", "唯一标识"),
    "id": ("id", "no", "no.", "number", "#", "编号", "序号"),
    "code": ("code", "showcode", "代码", "节目代码"),
    "title": (
        "title", "name", "show", "event", "session", "act", "名称", "标题", "节目",
        "节目名称", "演出", "活动",
    ),
    "title_zh": (
        "titlezh", "title(zh)", "chinesetitle", "中文名称", "中文标题", "节目名称(中文)",
        "标题(中文)",
    ),
    "title_en": (
        "titleen", "title(en)", "englishtitle", "英文名称", "英文标题", "节目名称(英文)",
        "标题(英文)",
    ),
    "day": ("day", "date", "日期", "日", "天", "活动日"),
    "start": (
        "start", "starts", "startsat", "starttime", "begin", "begins", "from",
        "time", "开始", "开始时间", "时间", "起",
    ),
    "end": ("end", "ends", "endsat", "endtime", "until", "to", "结束", "结束时间", "止"),
    "minutes": (
        "minutes", "min", "duration", "durationmin", "length", "lengthmin",
        "duration(min)", "时长", "时长(分钟)", "分钟",
    ),
    "stage": ("stage", "room", "hall", "location", "place", "舞台", "场地", "地点", "秀场"),
    "venue": ("venue", "building", "site", "场馆", "会场"),
    "type": ("type", "kind", "format", "类型", "形式"),
    "track": ("track", "strand", "series", "系列", "单元", "板块"),
    "language": ("language", "lang", "语言"),
    "people": (
        "people", "persons", "speakers", "artists", "brands", "acts",
        "performers", "嘉宾", "艺人", "品牌", "人员", "演出者",
    ),
    "line": ("line", "abstract", "summary", "简介", "一句话"),
    "description": ("description", "text", "介绍", "说明", "描述"),
    "status": ("status", "state", "状态"),
}  # fmt: skip
_STATUS: Final = {
    "scheduled": SlotStatus.SCHEDULED,
    "confirmed": SlotStatus.SCHEDULED,
    "已确认": SlotStatus.SCHEDULED,
    "tentative": SlotStatus.TENTATIVE,
    "待定": SlotStatus.TENTATIVE,
    "cancelled": SlotStatus.CANCELLED,
    "canceled": SlotStatus.CANCELLED,
    "已取消": SlotStatus.CANCELLED,
    "postponed": SlotStatus.POSTPONED,
    "延期": SlotStatus.POSTPONED,
}
COLUMNS: Final = (
    "guid", "id", "code", "day", "start", "end", "minutes", "title_zh", "title_en", "stage",
    "venue", "type", "track", "language", "people", "line", "description", "status",
)  # fmt: skip
_BAD_STATUS: Final = "bad-status: use scheduled, tentative, cancelled or postponed"
_NO_DAY: Final = "no-day: the row has a time but no day"


def write(event: EventRow, rows: Sequence[PerformanceRow]) -> bytes:
    """Return a table that `read` and spreadsheets take; no cell is ever a formula."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\r\n")
    table.writerow(COLUMNS)
    for row in rows:
        table.writerow([_safe(value) for value in _cells(event, row)])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def read_map(data: bytes) -> dict[str, str]:
    """
    Return header per field of a column map, which is a JSON object either way round.

    Raises:
        ImportUnreadable: It is something else, or names a field that does not exist.
    """
    try:
        given = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise ImportUnreadable.because("the map is not JSON", line=0) from error
    if not isinstance(given, dict) or not all(isinstance(one, str) for one in given.values()):
        raise ImportUnreadable.because("the map is no object of texts", line=0)
    found: dict[str, str] = {}
    for left, right in given.items():
        if left not in ALIASES and right not in ALIASES:
            raise ImportUnreadable.because(f"the map names no field: {left!r}", line=0)
        found |= {left: right} if left in ALIASES else {right: left}
    return found


def headers(data: bytes) -> list[str]:
    """Return the headers of a table; raises ImportUnreadable when it is none."""
    first = next(_lines(_text(data)), None)
    return [name.strip() for name in first[1] if name.strip()][:200] if first else []


def guessed(names: Sequence[str]) -> dict[str, str]:
    """Return the header per field that is known by its usual names."""
    known = {alias: field for field, aliases in ALIASES.items() for alias in aliases}
    found: dict[str, str] = {}
    for name in names:
        field = known.get(_plain_header(name))
        if field is not None:
            found.setdefault(field, name)
    return found


def read(
    event: EventRow, data: bytes, *, source: str, columns: Mapping[str, str] | None = None
) -> Reading:
    """
    Return what a table says.

    Args:
        event: Times without offset are wall clock in its zone; a time before
            its day start belongs to the following calendar date.

        data: UTF-8 with or without byte order mark, UTF-16 with one, or GB18030.

        source: Name of the file: a later table of this name replaces this one.

        columns: Header per field for headers that can not be guessed.

    Raises:
        ImportUnreadable: It has no header with a title and a start.
    """
    lines = list(_lines(_text(data)))
    if not lines:
        raise ImportUnreadable.because("the table is empty", line=1)
    places = _places(lines[0][1], columns or {})
    reading = Reading(source=source)
    seen: dict[str, list[Item]] = {}
    for line, cells in lines[1:]:
        row = {name: _cell(cells, at) for name, at in places.items()}
        if not any(row.values()):
            continue
        key = row.get("guid") or row.get("id")
        try:
            item = _item(event, line, row)
        except RowRefused as error:
            reading.refuse(line, str(error), key or _untimed_key(row))
            continue
        reading.items.append(item if key else _named(item, seen))
    return exchange.settle(reading)


def _cells(event: EventRow, row: PerformanceRow) -> list[object]:
    start, end = (at.astimezone(event.zone) for at in (row.starts_at, row.ends_at))
    return [
        row.uuid,
        row.public_no,
        row.show_code,
        row.day.isoformat(),
        start.isoformat(),
        end.isoformat(),
        int((row.ends_at - row.starts_at).total_seconds()) // 60,
        row.title.get("zh", ""),
        row.title.get("en", ""),
        pick(row.stage_name),
        pick(row.venue_name),
        row.type_slug,
        pick(row.track_name),
        row.language or "",
        "; ".join(pick(party.name) for party in row.parties),
        pick(row.line),
        pick(row.description),
        row.status,
    ]


def _safe(value: object) -> str:
    """Return a cell that no spreadsheet runs; `_cell` takes the mark off again."""
    text = str(value)
    return f"'{text}" if text.startswith((*_FORMULA, "'")) else text


def _cell(cells: Sequence[str], at: int) -> str:
    text = cells[at].strip() if at < len(cells) else ""
    marked = text.startswith("'") and text[1:].startswith((*_FORMULA, "'"))
    return text[1:] if marked else text


def _item(event: EventRow, line: int, row: Mapping[str, str]) -> Item:
    starts_at = _start(event, row)
    number = row.get("id", "")
    status = row.get("status", "").lower()
    if status and status not in _STATUS:
        raise RowRefused(_BAD_STATUS)
    stage = exchange.one_line(row.get("stage", ""))
    return Item(
        line=line,
        key=exchange.guid(row["guid"]) if row.get("guid") else number,
        title=_title(row),
        starts_at=starts_at,
        ends_at=_end(event, row, starts_at),
        room=Room(stage, exchange.one_line(row.get("venue", "")) or None) if stage else None,
        number=int(number) if number.isascii() and number.isdigit() and len(number) < 10 else None,
        code=row["code"] if naming.is_show_code(row.get("code", "")) else None,
        status=_STATUS.get(status),
        kind=_stated(row, "type"),
        track=_stated(row, "track"),
        language=_stated(row, "language"),
        summary=_stated(row, "line", whole=True),
        description=_stated(row, "description", whole=True),
        people=_people(row) if "people" in row else None,
    )


def _stated(row: Mapping[str, str], name: str, *, whole: bool = False) -> str | None:
    if name not in row:
        return None
    return exchange.plain(row[name]) if whole else exchange.one_line(row[name])


def _title(row: Mapping[str, str]) -> dict[str, str]:
    found = {
        lang: text
        for lang in ("zh", "en")
        if (text := exchange.one_line(row.get(f"title_{lang}", "")))
    }
    return found or exchange.title(row.get("title", ""))


def _people(row: Mapping[str, str]) -> tuple[Person, ...]:
    text = row["people"].replace("；", ";").replace("、", ";").replace("\n", ";")
    names = (exchange.one_line(part) for part in text.split(";"))
    return tuple(Person(name, f"name {name}") for name in names if name)


def _start(event: EventRow, row: Mapping[str, str]) -> datetime:
    text = row.get("start", "")
    if not text:
        raise RowRefused(exchange.NO_TIMES)
    return _at(event, text, row.get("day", ""))


def _end(event: EventRow, row: Mapping[str, str], starts_at: datetime) -> datetime:
    if text := row.get("end", ""):
        at = _at(event, text, row.get("day", ""), after=starts_at)
        return exchange.ending(starts_at, at)
    text = row.get("minutes", "")
    if not text:
        raise RowRefused(exchange.NO_LENGTH)
    if ":" in text:
        return starts_at + exchange.length(text)
    try:
        ends_at = starts_at + timedelta(minutes=int(text))
    except (ValueError, OverflowError) as error:
        raise RowRefused(exchange.BAD_TIME) from error
    return exchange.ending(starts_at, ends_at)


def _at(event: EventRow, text: str, day: str, *, after: datetime | None = None) -> datetime:
    at = exchange.instant(text.replace("/", "-"))
    if at is not None:
        if at.tzinfo is not None:
            return at
        return operating_day.local_instant(at.date(), at.time(), event.zone).astimezone(UTC)
    clock = exchange.clock_time(text.replace("：", ":"))
    if clock is None:
        raise RowRefused(exchange.BAD_TIME)
    if day:
        return event.instant(_day(day), clock)
    if after is None:
        raise RowRefused(_NO_DAY)
    return event.instant(event.operating_day(after), clock)


def _day(text: str) -> date:
    for sign in ("年", "月", "/", "."):
        text = text.replace(sign, "-")
    parts = text.removesuffix("日").strip().split("-")
    try:
        year, month, day = (int(part) for part in parts)
        return date(year, month, day)
    except ValueError as error:
        raise RowRefused(exchange.BAD_TIME) from error


def _named(item: Item, seen: dict[str, list[Item]]) -> Item:
    """Name a row without id by its title and, when that comes again, by which time it is."""
    name = "|".join(item.title.values())
    earlier = seen.setdefault(name, [])
    same = next((n for n, one in enumerate(earlier) if one.says() == item.says()), None)
    if same is None:
        earlier.append(item)
        same = len(earlier) - 1
    return replace(item, key=f"title {same} {name}")


def _untimed_key(row: Mapping[str, str]) -> str | None:
    try:
        return f"title 0 {'|'.join(_title(row).values())}"
    except RowRefused:
        return None


def _places(header: Sequence[str], columns: Mapping[str, str]) -> dict[str, int]:
    """Return the column per field, by the map first and then by the usual names."""
    names = [_plain_header(name) for name in header]
    known = {alias: field for field, aliases in ALIASES.items() for alias in aliases}
    found: dict[str, int] = {}
    for field, wanted in columns.items():
        if _plain_header(wanted) not in names:
            raise ImportUnreadable.because(f"the table has no column {wanted!r}", line=1)
        found[field] = names.index(_plain_header(wanted))
    for at, name in enumerate(names):
        guessed = known.get(name)
        if guessed is not None and at not in found.values():
            found.setdefault(guessed, at)
    if not found.keys() & {"title", "title_zh", "title_en"} or "start" not in found:
        raise ImportUnreadable.because("no column for the title or the start", line=1)
    return found


def _plain_header(name: str) -> str:
    text = name.strip().lower().replace("（", "(").replace("）", ")")
    return text.replace(" ", "").replace("_", "")


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield (line, cells) with the sign that parts the header."""
    head = text.split("\n", 1)[0]
    sign = max(",;\t", key=head.count)
    table = csv.reader(io.StringIO(text, newline=""), delimiter=sign)
    line = 1
    try:
        for cells in table:
            yield line, cells
            line = table.line_num + 1
    except csv.Error as error:
        raise ImportUnreadable.because(f"not a table: {error}", line=line) from error


def _text(data: bytes) -> str:
    marked = "utf-16" if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig"
    for encoding in (marked, "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ImportUnreadable.because("neither UTF-8 nor GB18030", line=0)
