"""
Inputs that somebody spoiled: forms, files, tokens, gate codes, cookies, in great number.

`Attack` owns an application on a database of its own. It begins with what is
right (the forms of every page, files that can be read, tickets that open, codes
that admit), changes a piece, and sends it. What comes back may be anything but
an answer of 500 and more, an exception, or more than `SLOW_S` of waiting.
"""

from __future__ import annotations

import gc
import io
import logging
import random
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Final

import orjson
import xlsxwriter
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict

from eventhub import create_app
from eventhub.accounts import actors
from eventhub.checkin.service import create_pairing, pair
from eventhub.kernel import clock, crockford
from eventhub.kernel.db import db
from eventhub.programme.export import exported
from eventhub.registration import queries
from eventhub.registration.codes import ticket_code
from eventhub.settings import Settings
from tests.access.rows import TABLE
from tests.access.test_matrix import two_tenants, words_of
from tests.world import World

BUSY_TIMES: Final = 5
SLOW_S: Final = 5.0
AFRESH: Final = 2_000  # inputs until the database is put back as it was
NASTY: Final = (
    "", " ", "\0", "\r\nBcc: x@example.org", "\ud800", "\u202e", "\ufeff", "é" * 300, "𝕏" * 40,
    "🧵" * 500, "a" * 9_000, "-1", "0", "1e309", "NaN", "Infinity", "9" * 400, "-" + "9" * 30,
    "٣", "1_000", "0x10", "2026-02-30", "0000-00-00T00:00", "9999-12-31T23:59", "2026-11-25T25:61",
    "null", "[]", "{}", "true", "{{7*7}}", "${7*7}", "<%= 7*7 %>", "#{7*7}", "{0.__class__}",
    "%(x)s", "%s%n", "' OR 1=1 --", '"; DROP TABLE scan;', "<script>x</script>", "../../etc/passwd",
    "..%2f..%2f", "file:///etc/passwd", "javascript:alert(1)", "http://[::1]/", "http://127.1/",
    "//evil.example", "=1+1", "@SUM(A1)", "+86 138 0013 8000", "a@b", "@", "a" * 300 + "@x.example",
    "Asia/Nowhere", "zh-Hans-CN-x", "%00", "%", "\x1b[2J", "\t", "１２３", "ＡＢＣ", "ß", "İ", "ﬁ",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class FoundForm:
    """A form of a page: where it goes and what it sends when nobody touches it."""

    action: str
    fields: tuple[tuple[str, str], ...]
    files: tuple[str, ...]


@dataclass(slots=True)
class Result:
    """What was sent and what went wrong, one example for each kind of fault."""

    sent: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    faults: dict[str, str] = field(default_factory=dict)
    slowest_s: float = 0.0

    def add(self, other: Result) -> None:
        """Take in what another process found."""
        self.sent += other.sent
        self.statuses += other.statuses
        self.faults |= other.faults
        self.slowest_s = max(self.slowest_s, other.slowest_s)


class Forms(HTMLParser):
    """Reads the forms that a page sends by POST."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[FoundForm] = []
        self._action: str | None = None
        self._fields: list[tuple[str, str]] = []
        self._files: list[str] = []
        self._choice = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        name = given.get("name", "")
        if tag == "form" and given.get("method", "").lower() == "post":
            self._action, self._fields, self._files = given.get("action", ""), [], []
        if tag == "select":
            self._choice = name
        if tag == "option" and self._choice:
            self._fields.append((self._choice, given.get("value", "")))
        if tag in {"input", "textarea", "button"} and name:
            if given.get("type") == "file":
                self._files.append(name)
            else:
                self._fields.append((name, given.get("value", "")))

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._choice = ""
        if tag == "form" and self._action is not None:
            found = FoundForm(self._action, tuple(self._fields), tuple(self._files))
            self.found.append(found)
            self._action = None


class Attack:
    """An application, what is right in it, and the ways to spoil it."""

    def __init__(self, template: Path, folder: Path, seed: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.random = random.Random(seed)
        self.result = Result()
        self._path = folder / "attack.sqlite3"
        self._kept = folder / "kept.sqlite3"
        shutil.copyfile(template, self._path)
        url = f"sqlite:///{self._path}"
        self.app = create_app(Settings.for_tests(folder, database_url=url))
        self.app.config["WTF_CSRF_ENABLED"] = False  # else nothing gets past the token
        with self.app.app_context(), clock.fixed(clock.now()):
            self._prepare()
        shutil.copyfile(self._path, self._kept)

    def _prepare(self) -> None:
        people, world = two_tenants()
        self.at = clock.now()
        self.words = words_of(world)
        self.alice = people.client(self.app, "alice")
        self.nobody = self.app.test_client()
        self.device = pair(create_pairing(world.gate.id, created_by=None).code, agent="x").token
        self.cookie_name = actors.cookie_name()
        self.cookie = self.alice.get_cookie(self.cookie_name).value
        self.codes = [_code(guest.registration_id) for guest in world.guests]
        self.files = dict(_files(world))
        self.forms = list(self._forms())
        db.session.remove()
        db.engine.dispose()

    def _forms(self) -> Iterator[FoundForm]:
        found: dict[str, FoundForm] = {}
        for row in TABLE.values():
            path = row.path.format_map(self.words)
            if row.method == "GET":
                page = Forms()
                answer = self.alice.get(path, buffered=True)
                if answer.mimetype == "text/html":
                    page.feed(answer.get_data(as_text=True))
                for form in page.found:
                    action = form.action or path
                    found[action] = FoundForm(action, form.fields, form.files)
        names = sorted({name for form in found.values() for name, _ in form.fields})
        for row in TABLE.values():  # forms that no page shows just now
            path = row.path.format_map(self.words)
            if row.method == "POST" and not path.startswith("/api/"):
                some = tuple((name, "1") for name in self.random.sample(names, 8))
                found.setdefault(path, FoundForm(path, some, ("file",)))
        return iter(found.values())

    def run(self, count: int, only: Callable[[Attack], None] | None = None) -> Result:
        """Send `count` spoilt inputs, all of one kind when `only` is given."""
        kinds = [kind for kind, weight in _KINDS.items() for _ in range(weight)]
        kinds = [only] if only else kinds
        with clock.fixed(self.at):
            for number in range(count):
                if number % AFRESH == 0:
                    self._afresh()
                kind = self.random.choice(kinds)
                self.result.sent[kind.__name__.strip("_")] += 1
                kind(self)
        return self.result

    def _afresh(self) -> None:
        with self.app.app_context():
            db.session.remove()
            db.engine.dispose()
        for end in "", "-wal", "-shm":
            Path(f"{self._path}{end}").unlink(missing_ok=True)
        shutil.copyfile(self._kept, self._path)

    def send(self, client: FlaskClient, method: str, path: str, **sent: Any) -> None:
        """Send one request and judge what comes back."""
        began = time.monotonic()
        try:
            answer = client.open(path, method=method, buffered=True, **sent)
        except Exception as error:
            self._fault(f"{type(error).__name__} at {_place(error)}", f"{method} {path} {sent!r}")
            return
        for _ in range(BUSY_TIMES):
            if answer.status_code != 503:
                break  # a loaded machine may be busy and says so; the same input must pass later
            began = time.monotonic()
            answer = client.open(path, method=method, buffered=True, **sent)
        took = time.monotonic() - began
        self.result.slowest_s = max(self.result.slowest_s, took)
        self.result.statuses[answer.status_code] += 1
        if answer.status_code >= 500 or took > SLOW_S:
            self._fault(
                f"{answer.status_code} in {took:.1f} s: {path}", f"{method} {path} {sent!r}"
            )
        is_out = answer.status_code == 303 and answer.location.startswith("/login")
        if is_out and client is self.alice:
            self._afresh()  # what was sent ended the session; begin again
            self.alice.set_cookie(self.cookie_name, self.cookie)

    def _fault(self, name: str, example: str) -> None:
        self.result.faults.setdefault(name, example[:700])

    def text(self, value: str) -> str:
        """Return a spoilt text."""
        pick = self.random
        match pick.randrange(7):
            case 0:
                return pick.choice(NASTY)
            case 1:
                at = pick.randint(0, len(value))
                return value[:at] + pick.choice(NASTY) + value[at:]
            case 2 if value:
                at = pick.randrange(len(value))
                return value[:at] + chr(ord(value[at]) ^ 1 << pick.randrange(7)) + value[at + 1 :]
            case 3 if value:
                at = pick.randrange(len(value))
                return value[:at] + value[at + pick.randint(1, 9) :]
            case 4:
                return value * pick.randint(2, 40)
            case 5:
                return value.swapcase()[::-1]
            case _:
                return value + chr(pick.choice((0, 9, 0x7F, 0xD800, 0x202E, 0x1F9F5, 0x10FFFF)))

    def bytes(self, data: bytes) -> bytes:
        """Return spoilt bytes."""
        pick, spoilt = self.random, bytearray(data)
        for _ in range(pick.randint(1, 6)):
            at = pick.randrange(len(spoilt) + 1)
            match pick.randrange(6):
                case 0 if at < len(spoilt):
                    spoilt[at] ^= 1 << pick.randrange(8)
                case 1:
                    del spoilt[at : at + pick.randint(1, 40)]
                case 2:
                    spoilt[at:at] = pick.choice(NASTY).encode("utf-8", "surrogatepass")
                case 3:
                    spoilt[at:at] = pick.randbytes(pick.randint(1, 8))
                case 4:
                    spoilt[at:at] = spoilt[at // 2 : at // 2 + pick.randint(1, 200)]
                case _ if pick.random() < 0.2:
                    del spoilt[at:]
        return bytes(spoilt)


def spoilt_form(attack: Attack) -> None:
    pick = attack.random
    form = pick.choice(attack.forms)
    sent: MultiDict[str, Any] = MultiDict()
    for name, value in form.fields:
        if pick.random() < 0.9:
            sent.add(name, attack.text(value) if pick.random() < 0.25 else value)
    if pick.random() < 0.1:
        sent.add(attack.text(pick.choice(form.fields)[0] if form.fields else "x"), "1")
    for name in form.files:
        data = attack.bytes(pick.choice(list(attack.files.values())))
        sent.add(name, (io.BytesIO(data), pick.choice(("a.csv", "a.xlsx", "a.json", "a.png"))))
    client = attack.alice if pick.random() < 0.9 else attack.nobody
    attack.send(client, "POST", form.action, data=_encodable(sent))


def _encodable(sent: MultiDict[str, Any]) -> MultiDict[str, Any]:
    """Write lone surrogates as a browser that is none would: as bytes that are no UTF-8."""
    return MultiDict(
        (
            name.encode("utf-8", "surrogatepass").decode("latin-1"),
            value.encode("utf-8", "surrogatepass").decode("latin-1")
            if isinstance(value, str) and "\ud800" in value
            else value,
        )
        for name, value in sent.items(multi=True)
    )


def _file(attack: Attack) -> None:
    pick = attack.random
    path, name, extra = pick.choice(_UPLOADS)
    data = attack.bytes(attack.files[name])
    sent = {**extra, "file": (io.BytesIO(data), name)}
    where = path.format_map(attack.words)
    attack.send(attack.alice, "POST", where, data=sent, content_type="multipart/form-data")


def _token(attack: Attack) -> None:
    pick = attack.random
    token = pick.choice(
        [attack.words["token"], attack.words["last_token"], attack.words["invitation"]]
    )
    path = pick.choice(("/t/{}", "/t/{}", "/i/{}", "/r/{}", "/password/{}", "/email/{}"))
    spoilt = attack.text(token).encode("utf-8", "surrogatepass").decode("latin-1")
    wanted = "text/html" if pick.random() < 0.25 else "application/json"  # drawn for people, or not
    attack.send(attack.nobody, "GET", path.format(spoilt), headers={"Accept": wanted})


def _gate_code(attack: Attack) -> None:
    pick = attack.random
    nonce = crockford.encode(pick.randbytes(16))
    code = attack.text(pick.choice(attack.codes))
    if pick.random() < 0.3:
        item = {"nonce": nonce, "n": 1, "gate": 1, "result": "ok", "claimed_ms": 1, "code": code}
        item[pick.choice(list(item))] = pick.choice((code, None, -1, 2**70, [], {}))
        body, path = {"scans": [item]}, "/api/gate/v1/scans"
    else:
        body, path = {"nonce": nonce, "code": code}, "/api/gate/v1/redeem"
    try:
        data = orjson.dumps(body)
    except TypeError:  # a number of 70 bits, a lone surrogate: as other programs would write them
        data = repr(body).replace("'", '"').replace("None", "null").encode("utf-8", "replace")
    if pick.random() < 0.1:
        data = attack.bytes(data)
    headers = {"Authorization": f"Bearer {attack.device}", "Content-Type": "application/json"}
    attack.send(attack.nobody, "POST", path, data=data, headers=headers)


def _cookie(attack: Attack) -> None:
    pick = attack.random
    value = attack.text(attack.cookie).encode("utf-8", "surrogatepass").decode("latin-1")
    name = pick.choice((attack.cookie_name, "eventhub_form", "lang", "theme"))
    value = value.replace("\r", "").replace("\n", "").replace("\0", "")
    path = pick.choice(("/console/me", "/login", "/password"))
    client = attack.app.test_client(use_cookies=False)
    headers = {"Cookie": f"{name}={value}; lang=en"}
    if pick.random() < 0.3:
        headers["Authorization"] = f"Bearer {value}".strip()
        path = pick.choice(("/api/gate/v1/config", "/api/v1/events/loom-week/members"))
    attack.send(client, "GET", path, headers=headers)


_KINDS: Final[dict[Callable[[Attack], None], int]] = {
    _token: 40,
    _gate_code: 28,
    _cookie: 14,
    spoilt_form: 10,
    _file: 8,
}
_C: Final = "/console/e/{slug}"
_UPLOADS: Final[tuple[tuple[str, str, dict[str, str]], ...]] = (
    (f"{_C}/guest-lists", "guests.csv", {"ticket_type": "public"}),
    (f"{_C}/guest-lists", "guests.xlsx", {"ticket_type": "public"}),
    (f"{_C}/programme/files", "schedule.json", {}),
    (f"{_C}/programme/files", "schedule.xml", {}),
    (f"{_C}/programme/files", "schedule.csv", {}),
    (f"{_C}/programme/files", "schedule.ics", {}),
    (f"{_C}/counters", "counters.csv", {}),
    (f"{_C}/media/files", "mentions.csv", {}),
)


def _code(registration_id: int) -> str:
    face = queries.registration_face(registration_id)
    code = ticket_code(face, face.attendees[0])
    assert code is not None
    return code.signed


def _files(world: World) -> Iterator[tuple[str, bytes]]:
    """Yield files that are right, by name."""
    guests = (
        "姓名,手机,邮箱,公司,备注\r\n"
        "王小芳,13800138000,xf@example.com,云岸,前排\r\n李雷,,ll@example.com,,\r\n"
    )
    yield "guests.csv", guests.encode("gb18030")
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    page = book.add_worksheet()
    for at, line in enumerate(guests.split("\r\n")):
        page.write_row(at, 0, line.split(","))
    book.close()
    yield "guests.xlsx", buffer.getvalue()
    for kind, end in ("frab-json", "json"), ("frab-xml", "xml"), ("csv", "csv"), ("ics", "ics"):
        yield f"schedule.{end}", exported(world.event, kind, version=None, lang="en")
    at = world.event.starts_on.isoformat()
    yield "counters.csv", f"counter,start,minutes,in,out\ndoor-a,{at}T10:00,15,40,3\n".encode()
    mentions = f"title,outlet,url,published_at,reads\nLoom,The Weft,https://x.example/1,{at},1200\n"
    yield "mentions.csv", mentions.encode()


def _place(error: BaseException) -> str:
    """Return the innermost line of our own code that an exception passed."""
    place, step = "", error.__traceback__
    while step is not None:
        name = step.tb_frame.f_code.co_filename
        if "/eventhub/" in name and "/site-packages/" not in name:
            place = f"{name.rpartition('/eventhub/')[2]}:{step.tb_lineno}"
        step = step.tb_next
    return place


def run(template: Path, folder: Path, seed: int, count: int) -> Result:
    """Attack an application of this process's own, and leave no file."""
    logging.disable(logging.CRITICAL)
    attack = Attack(template, folder, seed)
    gc.freeze()
    gc.disable()  # a sixth of the time went into looking for cycles; `run` sweeps now and then
    found = Result()
    for begun in range(0, count, AFRESH):
        attack.run(min(AFRESH, count - begun))
        gc.collect()
        if begun % (5 * AFRESH) == 0:  # a long run is watched, and cut short at its first fault
            print(f"{attack.result.sent.total():,} of {folder.name} sent", flush=True)
            print(*attack.result.faults.items(), sep="\n", flush=True)
    found.add(attack.result)
    shutil.rmtree(folder)
    return found
