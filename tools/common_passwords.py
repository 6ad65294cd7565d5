"""
Write the list of passwords that are refused because everybody tries them first.

Made of patterns, not copied from a leak: words that people choose, in English
and pinyin, with the endings that people add, walks over the keyboard, dates
and runs of digits. `python tools/common_passwords.py` rewrites the file.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

TARGET = Path(__file__).resolve().parent.parent / "eventhub" / "accounts" / "common_passwords.txt"
SHORTEST = 8
_WORDS_TEXT = """
password passwort passw0rd p@ssword p@ssw0rd pass admin administrator root user guest test testing
welcome login letmein master manager secret default changeme change access system server office
company team staff event eventhub events ticket tickets festival fashion fashionweek runway show
shows gate stage music summer winter spring autumn monday tuesday friday sunday january december
love iloveyou loveyou lovely baby angel princess prince king queen dragon monkey tiger panda eagle
shadow sunshine rainbow flower butterfly freedom hello happy lucky money star superman batman
pokemon naruto football soccer baseball basketball hockey computer internet samsung apple google
microsoft iphone android windows qwerty qwertyuiop asdf asdfgh asdfghjkl zxcvbn zxcvbnm qazwsx
qaz wsx abc abcd abcdef abcdefgh aaa aa zzz michael jennifer jordan thomas daniel andrew jessica
ashley charlie robert matthew anthony nicole hannah london paris berlin china chinese beijing
shanghai shenzhen guangzhou hangzhou futian nanshan wang zhang liu chen yang zhao huang zhou wu xu
sun zhu ma hu guo lin woaini woaiwo woshishui nihao mima mima xiaoming xiaohong laopo laogong
baobei baobao zhongguo qq wechat weixin taobao alipay iloveu ilove forever trustno qwer asd zxc
"""
WORDS = _WORDS_TEXT.split()
_ENDINGS_TEXT = """
1 12 123 1234 12345 123456 1234567 12345678 123456789 321 111 000 666 888 520 1314 521 5201314
2020 2021 2022 2023 2024 2025 2026 2027 ! 123! 1! @123 @1234 #1 01 007 69 99 00 abc
"""
ENDINGS = _ENDINGS_TEXT.split()
ROWS = ("1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm", "qazwsxedcrfv", "1qaz2wsx3edc4rfv")
_ALONE_TEXT = """
1q2w3e4r 1q2w3e4r5t q1w2e3r4 q1w2e3r4t5 5201314520 a1234567 a12345678 a123456789 147258369 789456123
741852963 159753159 11223344 1122334455 12344321 123454321 whatever starwars jesuschrist christmas
mercedes chocolate snowboard elephant mustang1 corvette firebird hellokitty butterfly1 windows10
"""
ALONE = _ALONE_TEXT.split()
RUNS = range(8, 15)


def words() -> Iterator[str]:
    """Yield words with their endings and beginnings, and doubled."""
    yield from ALONE
    for word in WORDS:
        yield word
        yield word + word
        yield word.replace("a", "@").replace("o", "0")
        for ending in ENDINGS:
            yield word + ending
            if ending.isdecimal():
                yield ending + word


def walks() -> Iterator[str]:
    """Yield runs along the rows of the keyboard, both ways and doubled."""
    for row in ROWS:
        for line in (row, row[::-1], row * 2):
            for length in RUNS:
                for start in range(len(line) - length + 1):
                    yield line[start : start + length]
    for left in ROWS[:4]:
        for right in ROWS[:4]:
            yield left[:4] + right[:4]
            yield left[:5] + right[:5]


def digits() -> Iterator[str]:
    """Yield repeated digits and pairs, and dates of birth in common forms."""
    for length in RUNS:
        for digit in "0123456789":
            yield digit * length
    for pair in range(100):
        for length in (8, 10):
            yield (f"{pair:02}" * length)[:length]
    for group in range(1000):
        yield f"{group:03}" * 3
    for year in range(1970, 2011):
        for month in range(1, 13):
            yield f"{year}{month:02}01"
            yield f"01{month:02}{year}"


def main() -> None:
    """Write the file, sorted, one password a line, at least eight characters each."""
    found = {word.casefold() for source in (words(), walks(), digits()) for word in source}
    lines = sorted(word for word in found if len(word) >= SHORTEST)
    TARGET.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{len(lines)} passwords in {TARGET.name}")


if __name__ == "__main__":
    main()
