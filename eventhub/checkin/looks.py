"""The look of every result as data: the scanner, logs and tests read this one table."""

from __future__ import annotations

from typing import Final

from eventhub.checkin.enums import Ground, Look, ScanResult, Sign, Sound, Words

_R = ScanResult


def _admit(zh: str, en: str, line_zh: str, line_en: str, *, extra: str = "") -> Look:
    return Look(
        Ground.ADMIT, Sign.TICK, Sound.HIGH, Words(zh, en), Words(line_zh, line_en), extra=extra
    )


def _used(zh: str, en: str, line_zh: str, line_en: str) -> Look:
    words, line = Words(zh, en), Words(line_zh, line_en)
    return Look(Ground.USED, Sign.RETURN, Sound.DOUBLE, words, line, may_override=True)


def _refused(zh: str, en: str, line_zh: str, line_en: str, *, override: bool = False) -> Look:
    words, line = Words(zh, en), Words(line_zh, line_en)
    return Look(Ground.REFUSED, Sign.CROSS, Sound.LOW, words, line, may_override=override)


def _trouble(zh: str, en: str, line_zh: str, line_en: str, *, sound: Sound = Sound.LOW) -> Look:
    return Look(Ground.TROUBLE, Sign.TROUBLE, sound, Words(zh, en), Words(line_zh, line_en))


LOOKS: Final[dict[ScanResult, Look]] = {
    _R.OK: _admit("请进", "Enter", "", ""),
    _R.OK_REENTRY: _admit("请进", "Enter", "欢迎回来", "Welcome back"),
    _R.OK_GROUP: _admit("请进 {n} 人", "Enter {n}", "已到 {m}/{k}", "{m} of {k} arrived"),
    _R.OK_ATTENTION: Look(
        Ground.ADMIT,
        Sign.CHECK,
        Sound.TRIPLE,
        Words("看证件", "Check ID"),
        Words("请核验：{what}", "Check: {what}"),
        extra="band",
    ),
    _R.OK_UNLISTED: _admit("请进", "Enter", "待同步", "To be synced", extra="synced"),
    _R.OK_OVERRIDE: _admit("请进", "Enter", "主管放行", "Let in by supervisor", extra="dashed"),
    _R.OK_EXIT: Look(Ground.EXIT, Sign.EXIT, Sound.FALL, Words("已离场", "Exit"), Words("", "")),
    _R.UNDONE: _trouble(
        "已撤销", "Undone", "上一次扫码已撤销", "The last scan was taken back", sound=Sound.NONE
    ),
    _R.RELEASED: _trouble(
        "已计入",
        "Released",
        "停用设备的扫码已计入",
        "A held scan counts now",
        sound=Sound.NONE,
    ),
    _R.REPEAT: Look(
        Ground.TROUBLE,
        Sign.RETURN,
        Sound.NONE,
        Words("刚放行", "Just let in"),
        Words("刚在本机放行（{n} 秒前），勿重复放行", "Let in here {n} s ago, not a second entry"),
    ),
    _R.USED: _used("已使用", "Used", "{time} · {gate}", "{time} · {gate}"),
    _R.USED_OTHER_GATE_OFFLINE: _used(
        "已使用",
        "Used",
        "已在离线闸口使用 · {gate} · 请核验证件",
        "Used at an offline gate · {gate} · check ID",
    ),
    _R.NO_REENTRY: _used("已离场", "Left already", "不可再次入场", "No re-entry"),
    _R.NEED_ANSWER: Look(
        Ground.ADMIT,
        Sign.ASK,
        Sound.TRIPLE,
        Words("请询问", "Ask"),
        Words("{question}", "{question}"),
        may_override=True,
        extra="band",
    ),
    _R.NEED_SUPERVISOR: _used("找主管", "Supervisor", "请找主管：{why}", "Call supervisor: {why}"),
    _R.TOO_EARLY: _refused(
        "未到时间", "Too early", "{time} 起入场", "Entry from {time}", override=True
    ),
    _R.TOO_LATE: _refused(
        "已截止", "Entry closed", "入场已截止（{time}）", "Entry closed at {time}", override=True
    ),
    _R.WRONG_GATE: _refused(
        "走别的门", "Other gate", "请走 {gates}", "Go to {gates}", override=True
    ),
    _R.WRONG_PRODUCT: _refused(
        "票种不符",
        "Wrong type",
        "此票种不能从这里入场：{type}",
        "Ticket type not for this gate: {type}",
        override=True,
    ),
    _R.SHOW_CANCELLED: _refused("场次取消", "Cancelled", "该场次已取消", "This show is cancelled"),
    _R.UNPAID: _refused(
        "未付款", "Not paid", "未付款，请到服务台", "Not paid, go to the desk", override=True
    ),
    _R.NOT_APPROVED: _refused(
        "未获批准",
        "Not approved",
        "报名未获批准，请到服务台",
        "Not approved, go to the desk",
        override=True,
    ),
    _R.REVOKED: _refused(
        "码已作废", "Replaced", "此码已作废，请出示新票", "Code replaced, show the new ticket"
    ),
    _R.BLOCKED: _refused(
        "已冻结", "Blocked", "此票已冻结，请到服务台", "Ticket blocked, go to the desk"
    ),
    _R.CANCELLED: _refused("已取消", "Cancelled", "报名已取消", "Registration cancelled"),
    _R.QUOTA_FULL: _refused(
        "区域已满", "Area full", "区域已满，请稍候", "Area full, please wait", override=True
    ),
    _R.KIND_REFUSED: _refused(
        "出示动态码", "Live code", "请打开手机里的动态码", "Show the live code on the phone"
    ),
    _R.STALE_DYNAMIC: _refused(
        "码已过期",
        "Expired",
        "动态码已过期，请刷新",
        "Code expired, refresh the ticket page",
        override=True,
    ),
    _R.UNKNOWN_CODE: _refused("无法识别", "Unknown code", "无法识别的码", "Unknown code"),
    _R.BAD_CHECK: _refused("输入有误", "Mistyped", "输入有误，请核对", "Mistyped, check the code"),
    _R.BAD_SIGNATURE: _refused(
        "无效票", "Invalid", "无效票（验签失败）", "Invalid ticket (signature)"
    ),
    _R.WRONG_EVENT: _refused(
        "其他活动", "Other event", "其他活动的票：{event}", "Ticket of another event: {event}"
    ),
    _R.UNLISTED_REFUSED: _refused(
        "未在名单",
        "Not listed",
        "未在名单，请到服务台",
        "Not on the list, go to the desk",
        override=True,
    ),
    _R.KEY_UNKNOWN: _trouble(
        "先同步", "Sync first", "密钥较新，请先同步本机", "New key, sync this device first"
    ),
    _R.CLOCK_ERROR: _trouble(
        "时间不准",
        "Clock is off",
        "本机时间偏差 {n} 分钟，请校准",
        "Clock off by {n} min, set it",
    ),
    _R.DEVICE_REVOKED: _trouble(
        "本机停用", "Revoked", "本机已停用，请联系主管", "Device revoked, call supervisor"
    ),
    _R.LIST_MISSING: _trouble(
        "没有名单", "No list", "名单未下载，请联网", "No list, connect to load it"
    ),
    _R.LIST_OLD: _trouble(
        "名单过时", "List is old", "名单已 {n} 分钟未更新", "List is {n} min old", sound=Sound.NONE
    ),
    _R.STORAGE_FULL: _trouble(
        "存储已满", "Storage full", "存储已满，不能放行", "Storage full, can not admit"
    ),
    _R.CAMERA_DENIED: _trouble(
        "没有相机",
        "No camera",
        "请允许使用相机，或在下面输入票码",
        "Allow the camera, or type the code below",
        sound=Sound.NONE,
    ),
    _R.CAMERA_LOST: _trouble(
        "相机中断", "Camera lost", "点此重开相机", "Tap to start the camera again", sound=Sound.NONE
    ),
    _R.DECODER_FAILED: _trouble(
        "不能扫码",
        "No decoder",
        "扫码组件未加载，可手动输入",
        "Decoder not loaded, type the code",
        sound=Sound.NONE,
    ),
    _R.TRY_AGAIN: _trouble("请重扫", "Scan again", "服务器繁忙，请重扫", "Server busy, scan again"),
    _R.NO_CONNECTION: _trouble(
        "没有网络",
        "No network",
        "先别放行，恢复后请重扫",
        "Let nobody in yet, scan again when it is back",
    ),
}


def sentence(result: ScanResult, lang: str) -> str:
    """Return word and line of a result with its placeholders, for logs and commands."""
    look = LOOKS[result]
    word, line = look.word.of(lang), look.line.of(lang)
    return f"{word} · {line}" if line else word
