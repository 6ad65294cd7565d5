"""Guest files: CSV in four encodings and XLSX, to lines in normal form. Writes nothing."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from eventhub.kernel import sheets, text
from eventhub.registration.errors import (
    GuestFileTooLarge,
    NoGuestColumns,
    UnknownEncoding,
    UnreadableGuestFile,
)
from eventhub.registration.rules.guests import Fault, Guest, Line

MAX_BYTES = 20 * 1024 * 1024
MAX_ROWS = 50_000
_EXACT_DIGITS = 15  # a spreadsheet number keeps no more
_MAX_COLUMNS = 100
_MAX_CELL = 500
_HAN = re.compile(r"[㐀-鿿]")
_ALIASES = {
    "name": "姓名 名字 嘉宾 嘉宾姓名 name fullname guest guestname displayname",
    "latin_name": "英文名 拼音 拼音名 latinname englishname pinyin",
    "email": "邮箱 电子邮箱 电子邮件 邮件 email mail emailaddress",
    "phone": "手机 手机号 手机号码 电话 联系电话 mobile phone phonenumber cell tel telephone",
    "company": "公司 单位 机构 品牌 company organisation organization employer",
    "ticket_type": "票种 票类 席别 tickettype ticket type",
    "note": "备注 说明 note notes remark remarks comment",
    "ref": "编号 序号 外部编号 ref reference externalref id guestid",
    "lang": "语言 语种 lang language locale",
}
_FIELDS = {alias: name for name, aliases in _ALIASES.items() for alias in aliases.split()}
_ENGLISH = frozenset({"en", "eng", "english", "英文", "英语"})
_LOST = "\0lost digits:"  # marks a cell whose number is no longer what was typed

Cells = Sequence[str]


@dataclass(frozen=True, slots=True)
class GuestFile:
    """A file as read; `mapping` says which field a heading means, "" for one that is kept."""

    encoding: str
    mapping: Mapping[str, str]
    lines: tuple[Line, ...]


def read(
    data: bytes,
    *,
    types: Mapping[str, str],
    default_type: str | None,
    any_type: bool = False,
) -> GuestFile:
    """
    Return the guests of a file.

    Args:
        data: CSV or XLSX.

        types: Ticket type by every word for it, folded with `folded`.

        default_type: Slug for lines that name no type; None makes that an error.

        any_type: All lines are for `default_type`, whatever they name.

    Raises:
        GuestFileTooLarge: Over 20 MB or 50,000 lines.

        UnknownEncoding: Neither UTF-8, UTF-16 nor GB18030.

        UnreadableGuestFile: A damaged or hostile file.

        NoGuestColumns: No heading means a name, or none a contact or reference.
    """
    if len(data) > MAX_BYTES:
        raise GuestFileTooLarge()
    encoding, table = _table(data)
    head_at = next((at for at, cells in enumerate(table) if any(cells)), None)
    if head_at is None:
        raise NoGuestColumns()
    if len(table) - head_at - 1 > MAX_ROWS:
        raise GuestFileTooLarge()
    headings = [cell.strip()[:80] for cell in table[head_at][:_MAX_COLUMNS]]
    columns = _columns(headings, any_type=any_type)
    parser = _Parser(headings, columns, types, default_type)
    lines = tuple(
        parser.line(number, cells)
        for number, cells in enumerate(table[head_at + 1 :], start=head_at + 2)
        if any(cell.strip() for cell in cells)
    )
    mapping = {heading: name for heading, name in zip(headings, columns, strict=True) if heading}
    return GuestFile(encoding, mapping, lines)


def _columns(headings: Sequence[str], *, any_type: bool) -> list[str]:
    columns = [_FIELDS.get(folded(heading), "") for heading in headings]
    if any_type:
        columns = ["" if column == "ticket_type" else column for column in columns]
    if "name" not in columns or not {"email", "phone", "ref"} & set(columns):
        raise NoGuestColumns()
    return columns


def folded(word: str) -> str:
    """Return a heading or the name of a type without case, width, blanks and punctuation."""
    wide = unicodedata.normalize("NFKC", word).lower()
    return "".join(letter for letter in wide if letter.isalnum())


class _Parser:
    def __init__(
        self,
        headings: list[str],
        columns: list[str],
        types: Mapping[str, str],
        default_type: str | None,
    ) -> None:
        self._headings = headings
        self._columns = columns
        self._types = types
        self._default_type = default_type

    def line(self, number: int, cells: Cells) -> Line:
        """Return one line of the table as a guest, or with the fault it has."""
        found: dict[str, str] = {}
        extra: dict[str, str] = {}
        for heading, column, cell in zip(self._headings, self._columns, cells, strict=False):
            if cell.startswith(_LOST):
                lost = cell.removeprefix(_LOST)
                return Line(number, None, found.get("name", ""), Fault.LOST_DIGITS, lost)
            if column:
                found.setdefault(column, _without_guard(cell))
            elif heading and cell.strip():
                extra[heading] = cell
        try:
            return Line(number, self._guest(found, extra), found.get("name", "")[:200])
        except _Wrong as wrong:
            name = _printable(found.get("name", ""))
            return Line(number, None, name, wrong.fault, _printable(wrong.detail))

    def _guest(self, found: Mapping[str, str], extra: Mapping[str, str]) -> Guest:
        name = _normal(text.clean, found.get("name"), Fault.BAD_NAME)
        if not name:
            raise _Wrong(Fault.NAME_MISSING)
        email = _normal(text.normalise_email, found.get("email"), Fault.BAD_EMAIL)
        phone = _normal(text.normalise_phone, found.get("phone"), Fault.BAD_PHONE)
        ref = _normal(_short, found.get("ref"), Fault.BAD_TEXT)
        if not (email or phone or ref):
            raise _Wrong(Fault.KEY_MISSING)
        return Guest(
            name=name,
            ticket_type=self._type(found.get("ticket_type", "")),
            lang=_lang(found.get("lang", ""), name),
            latin_name=_normal(text.clean, found.get("latin_name"), Fault.BAD_TEXT),
            email=email,
            phone=phone,
            company=_normal(text.clean, found.get("company"), Fault.BAD_TEXT) or "",
            note=_normal(_long, found.get("note"), Fault.BAD_TEXT) or "",
            ref=ref,
            extra={key: _normal(_long, cell, Fault.BAD_TEXT) or "" for key, cell in extra.items()},
        )

    def _type(self, word: str) -> str:
        if not word.strip():
            if self._default_type is None:
                raise _Wrong(Fault.TYPE_MISSING)
            return self._default_type
        slug = self._types.get(folded(word))
        if slug is None:
            raise _Wrong(Fault.UNKNOWN_TYPE, word)
        return slug


class _Wrong(Exception):
    def __init__(self, fault: Fault, detail: str = "") -> None:
        super().__init__(fault)
        self.fault = fault
        self.detail = detail


def _normal(normalise: Callable[[str], str], cell: str | None, fault: Fault) -> str | None:
    if cell is None or not cell.strip():
        return None
    try:
        return normalise(cell)
    except ValueError as error:
        raise _Wrong(fault, cell) from error


def _without_guard(cell: str) -> str:
    """Return a cell without the apostrophe that keeps spreadsheets from reading a formula."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in {"=", "+", "-", "@"} else cell


def _short(value: str) -> str:
    return text.clean(value, limit=80)


def _long(value: str) -> str:
    return text.clean(value, limit=_MAX_CELL)


def _printable(value: str) -> str:
    """Return what of a refused value can be shown."""
    return "".join(letter if letter.isprintable() else "�" for letter in value)[:80]


def _lang(word: str, name: str) -> str:
    if word.strip():
        return "en" if folded(word) in _ENGLISH else "zh"
    return "zh" if _HAN.search(name) else "en"


def _table(data: bytes) -> tuple[str, list[list[str]]]:
    if sheets.is_workbook(data):
        return "xlsx", _sheet(data)
    encoding, content = _decoded(data)
    head = content[: content.find("\n")] if "\n" in content else content
    delimiter = max(",;\t", key=head.count)
    try:
        return encoding, list(csv.reader(io.StringIO(content, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise UnreadableGuestFile() from error


def _decoded(data: bytes) -> tuple[str, str]:
    """Return the encoding and the text; UTF-8 fails as GB18030 text and the reverse."""
    if data.startswith(b"\xef\xbb\xbf"):
        tries = [("utf-8-bom", "utf-8-sig")]
    elif data.startswith((b"\xff\xfe", b"\xfe\xff")):
        tries = [("utf-16", "utf-16")]
    else:
        tries = [("utf-8", "utf-8"), ("gb18030", "gb18030")]
    for name, codec in tries:
        try:
            return name, data.decode(codec)
        except UnicodeDecodeError:
            continue
    raise UnknownEncoding()


def _sheet(data: bytes) -> list[list[str]]:
    try:
        rows = sheets.read_sheet(data)
    except sheets.SheetTooLarge as error:
        raise GuestFileTooLarge() from error
    except sheets.UnreadableSheet as error:
        raise UnreadableGuestFile() from error
    return [[_cell(value) for value in row] for row in rows]


def _cell(value: object) -> str:
    """Return a cell as text; whole numbers lose the `.0` that spreadsheets give them."""
    match value:
        case bool():
            return "1" if value else "0"
        case float():
            number = int(value) if value.is_integer() else value
            digits = sum(letter.isdigit() for letter in str(number))
            return f"{_LOST}{number}" if digits > _EXACT_DIGITS else str(number)
        case int():
            return f"{_LOST}{value}" if len(str(abs(value))) > _EXACT_DIGITS else str(value)
        case datetime() | date():
            return value.isoformat()
        case _:
            return str(value)
