"""Guest files: four encodings, headings, matching, verdicts. No database."""

from __future__ import annotations

import io
import zipfile

import pytest
import xlsxwriter

from eventhub.registration import guest_files
from eventhub.registration.errors import (
    GuestFileTooLarge,
    NoGuestColumns,
    UnknownEncoding,
    UnreadableGuestFile,
)
from eventhub.registration.guest_files import GuestFile
from eventhub.registration.rules.guests import Fault, Guest, Known, Line, Verdict, index, judge

CSV = (
    "姓名,手机,邮箱,公司,票种,备注,饮食\r\n"
    "王芳,138 0013 8000,Fang@Example.com,云岸,媒体,前排,素食\r\n"
    "欧阳娜娜,,nana@example.com,,,,\r\n"
)
TYPES = {"press": "press", "媒体": "press", "public": "public"}


def read(data: bytes) -> GuestFile:
    return guest_files.read(data, types=TYPES, default_type="public")


def sheet(rows: list[list[object]]) -> bytes:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    page = book.add_worksheet()
    for at, row in enumerate(rows):
        page.write_row(at, 0, row)
    book.close()
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("utf-8", CSV.encode()),
        ("utf-8-bom", CSV.encode("utf-8-sig")),
        ("utf-16", CSV.encode("utf-16")),
        ("gb18030", CSV.encode("gb18030")),
        ("utf-8", CSV.replace(",", ";").encode()),
        ("utf-8", CSV.replace(",", "\t").encode()),
        ("xlsx", sheet([line.split(",") for line in CSV.split("\r\n")])),
    ],
)
def test_every_encoding_gives_the_same_guests(name: str, data: bytes) -> None:
    found = read(data)
    assert found.encoding == name
    assert [line.guest for line in found.lines] == [
        Guest(
            name="王芳",
            ticket_type="press",
            lang="zh",
            email="fang@example.com",
            phone="+8613800138000",
            company="云岸",
            note="前排",
            extra={"饮食": "素食"},
        ),
        Guest(name="欧阳娜娜", ticket_type="public", lang="zh", email="nana@example.com"),
    ]
    assert [line.line_no for line in found.lines] == [2, 3]


def test_numbers_of_a_spreadsheet_are_what_was_typed_or_refused() -> None:
    rows: list[list[object]] = [
        ["Name", "Mobile", "Ref"],
        ["Ana María", 13800138000, "7"],
        ["李雷", "13800138001", 110105194912310021],
    ]
    first, second = read(sheet(rows)).lines
    assert first.guest is not None
    assert (first.guest.phone, first.guest.lang) == ("+8613800138000", "en")
    assert (second.guest, second.fault) == (None, Fault.LOST_DIGITS)


@pytest.mark.parametrize(
    ("line", "fault", "detail"),
    [
        ("王芳,abc,", Fault.BAD_PHONE, "abc"),
        ("王芳,,fang", Fault.BAD_EMAIL, "fang"),
        (",13800138000,", Fault.NAME_MISSING, ""),
        ("王芳,,", Fault.KEY_MISSING, ""),
        ("王\u202e芳,13800138000,", Fault.BAD_NAME, "王�芳"),
        ("王\0芳,13800138000,", Fault.BAD_NAME, "王�芳"),
    ],
)
def test_a_line_that_can_not_be_read_says_why(line: str, fault: Fault, detail: str) -> None:
    (found,) = read(f"姓名,手机,邮箱\n{line}\n".encode()).lines
    assert (found.guest, found.fault, found.detail) == (None, fault, detail)


def test_a_type_nobody_knows_and_a_missing_type_are_faults() -> None:
    text = "name,email,ticket type\nAna,a@example.com,Royal\nBo,b@example.com,\n"
    found = guest_files.read(text.encode(), types=TYPES, default_type=None)
    assert [line.fault for line in found.lines] == [Fault.UNKNOWN_TYPE, Fault.TYPE_MISSING]


def test_hostile_files_are_refused_with_a_reason() -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("xl/worksheets/sheet1.xml", b"\0" * (201 * 1024 * 1024))
    refusals = [
        (b"\xff\xff\x00\x81", UnknownEncoding),
        (b"PK\x03\x04 no zip", UnreadableGuestFile),
        (b'name,email\n"' + b"x" * 200_000, UnreadableGuestFile),
        (b"", NoGuestColumns),
        (b"colour,size\nred,3\n", NoGuestColumns),
        (b"name,email\n" + b"a,b\n" * 50_001, GuestFileTooLarge),
        (b"x" * (guest_files.MAX_BYTES + 1), GuestFileTooLarge),
        (bomb.getvalue(), GuestFileTooLarge),
    ]
    for data, error in refusals:
        with pytest.raises(error):
            read(data)


def guest(name: str, **values: str) -> Guest:
    return Guest(name=name, ticket_type="public", lang="zh", **values)


def verdicts(guests: list[Guest], known: list[Known]) -> list[tuple[Verdict, str, str]]:
    lines = [Line(number, one) for number, one in enumerate(guests, start=2)]
    return [(one.verdict, one.reason, one.detail) for one in judge(lines, index(known))]


def test_the_first_line_of_a_guest_counts_and_later_ones_name_it() -> None:
    found = verdicts(
        [
            guest("王芳", email="f@example.com", phone="+8613800138000"),
            guest("芳", phone="+8613800138000"),
            guest("李雷", ref="7"),
            guest("李雷", ref="7", email="l@example.com"),
        ],
        [],
    )
    assert found == [
        (Verdict.NEW, "", ""),
        (Verdict.DUPLICATE, "duplicate", "2"),
        (Verdict.NEW, "", ""),
        (Verdict.DUPLICATE, "duplicate", "4"),
    ]


def test_known_guests_are_updated_left_alone_or_contradicted() -> None:
    known = [
        Known(1, guest("王芳", email="f@example.com", company="云岸")),
        Known(2, guest("李雷", phone="+8613800138001")),
    ]
    lines = [
        Line(2, guest("王芳", email="f@example.com")),
        Line(3, guest("李蕾", phone="+8613800138001", note="前排")),
        Line(4, guest("谁", ref="9", email="f@example.com", phone="+8613800138001")),
        Line(5, Guest("李雷", "press", "zh", phone="+8613800138001")),
    ]
    same, changed, both, other_type = (judge([line], index(known))[0] for line in lines)
    assert same.verdict is Verdict.UNCHANGED  # empty cells change nothing
    assert (changed.verdict, changed.attendee_id) == (Verdict.UPDATE, 2)
    assert changed.changes == {"name": ["李雷", "李蕾"], "note": ["", "前排"]}
    assert (both.verdict, both.reason) == (Verdict.ERROR, Fault.CONFLICTING_MATCH)
    assert (other_type.verdict, other_type.reason) == (Verdict.ERROR, Fault.TYPE_DIFFERS)
