"""Find dates counted in other eras: Thailand's Buddhist years, Japan's reigns, the Republic's years of Taiwan.

The days and months are those of the Gregorian calendar, so a year is all that has to be converted. An era is named or
its year is far off ours: "2567" beside a Thai month; a bare "113.5.14" is no date here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

BUDDHIST = 543
"""Years between the Buddhist era and ours."""
_REIGNS = {"令和": 2018, "平成": 1988, "昭和": 1925, "民國": 1911, "民国": 1911}
"""The year before the first of each era."""
_REIGN = re.compile(r"(令和|平成|昭和|民國|民国) ?(\d{1,3}|元) ?年 ?(\d{1,2}) ?月 ?(\d{1,2}) ?日")
_THAI_MONTHS = (
    ("มกราคม", "ม.ค."), ("กุมภาพันธ์", "ก.พ."), ("มีนาคม", "มี.ค."), ("เมษายน", "เม.ย."), ("พฤษภาคม", "พ.ค."),
    ("มิถุนายน", "มิ.ย."), ("กรกฎาคม", "ก.ค."), ("สิงหาคม", "ส.ค."), ("กันยายน", "ก.ย."), ("ตุลาคม", "ต.ค."),
    ("พฤศจิกายน", "พ.ย."), ("ธันวาคม", "ธ.ค."),
)  # fmt: skip
_MONTH_OF = {name: number for number, names in enumerate(_THAI_MONTHS, 1) for name in names}
_THAI = re.compile(
    rf"(?<!\d)(\d{{1,2}}) ?({'|'.join(re.escape(n) for n in _MONTH_OF)}) ?(?:พ\.ศ\. ?)?(25\d{{2}}|20\d{{2}})(?!\d)"
)


def find_eras(text: str) -> Iterator[tuple[int, int, int, int, int]]:
    """Yield (start, end, year, month, day) of the dates in other eras; the year is ours, the day not checked.

    >>> list(find_eras("令和6年5月14日")), list(find_eras("14 พฤษภาคม 2567"))
    ([(0, 9, 2024, 5, 14)], [(0, 15, 2024, 5, 14)])
    """
    for m in _REIGN.finditer(text) if "年" in text else ():
        year = _REIGNS[m[1]] + (1 if m[2] == "元" else int(m[2]))
        yield m.start(), m.end(), year, int(m[3]), int(m[4])
    for m in _THAI.finditer(text):
        year = int(m[3])
        yield m.start(), m.end(), year - BUDDHIST if year >= 2500 else year, _MONTH_OF[m[2]], int(m[1])


def plain_digits(text: str) -> str:
    """Return a text with the digits of any script written as 0 to 9, character by character."""
    if text.isascii():
        return text
    return "".join(str(unicodedata.digit(c)) if c > "\u007f" and c.isdecimal() else c for c in text)
