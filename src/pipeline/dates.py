"""Find calendar dates written in a text: ISO, numeric and with month names in many languages.

Null beats a guess: 03/04/2025 may be March or April and is no date here, nor is a date without a year.
Persian months are converted by the calendar's arithmetic, years of other eras by `eras`; the Islamic calendar's
dates are found and have no value.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files

from .eras import find_eras, plain_digits
from .rules.lexicon import fold


@dataclass(frozen=True, slots=True)
class FoundDate:
    """A date and where it stands. `value` is None where the text is a date whose day cannot be told."""

    start: int
    end: int
    value: date | None


def find_dates(text: str, day_first: bool = False) -> list[FoundDate]:
    """Return the full dates in `text` in order, without overlaps.

    With `day_first` (the text is in a language that writes the day before the month) 03/04/2025 is in April.

    >>> [str(d.value) for d in find_dates("02 November 2025 - 21:53; 28.12.2023; ۱۱ آبان ۱۴۰۴; 03/04/2025")]
    ['2025-11-02', '2023-12-28', '2025-11-02', 'None']
    """
    if not _YEAR.search(text) and not _SHORT_YEAR.search(text):
        return []
    folded = plain_digits(fold(text))
    found = sorted(
        {
            *_iso(folded, _PERSIAN_DIGIT.search(text) is not None),
            *_numeric(folded, day_first),
            *_short_numeric(folded, day_first),
            *_named(folded),
            *_asian(folded),
            *_vietnamese(folded),
            *_eras(folded),
        },
        key=lambda d: (d.start, -d.end),
    )
    kept: list[FoundDate] = []
    for item in found:
        if not kept or item.start >= kept[-1].end:
            kept.append(item)
    return kept


FIRST_YEAR, LAST_YEAR = 1900, 2099
DAY_FIRST = frozenset(
    [
        "ar",
        "az",
        "be",
        "bg",
        "bn",
        "ca",
        "cs",
        "bs",
        "da",
        "de",
        "el",
        "es",
        "et",
        "fa",
        "fi",
        "fr",
        "gl",
        "he",
        "hi",
        "hr",
        "hy",
        "id",
        "is",
        "it",
        "ka",
        "kk",
        "lv",
        "mk",
        "ms",
        "nl",
        "no",
        "pl",
        "pt",
        "ro",
        "ru",
        "sk",
        "sl",
        "sq",
        "sr",
        "tr",
        "uk",
        "ur",
        "uz",
        "vi",
    ]
)
"""Languages that write the day before the month in numbers, whatever the mark; English does both."""

# "5 hours ago": a time that says no date.
RELATIVE = re.compile(
    r"\b\d{1,3} ?(?:sec|min|hour|hr|day|week|month|year|h|d|w|mo|y|секунд|минут|час|дн|день|дня|недел|месяц|год|лет|"
    r"хвилин|годин|тижн|"
    r"dakika|saat|gün|hafta|ay|yıl|dəqiqə|həftə|stunde|tag|woche|monat|jahr|minute|heure|jour|semaine|mois|hora|día|semana|mes|año|"
    r"ora|ore|giorn|settiman|dia|mês|godzin|dni|دقیقه|ساعت|روز|هفته|ماه|سال|دقيقة|ساعة|يوم|أيام|שעות|דקות|ימים)\w{0,5}"
    r"(?: ago| назад| тому| önce| əvvəl| temu| fa| atrás| پیش)\b|(?:vor|il y a|hace|há|منذ|قبل|לפני) \d{1,3} \w{1,9}|"
    r"\d{1,3} ?(?:秒|分钟|分|小时|天|周|个月|時間|日|か月)前|\d{1,3} ?(?:분|시간|일|주|개월) 전"
)
_YEAR = re.compile(r"\d{4}")
_SHORT_YEAR = re.compile(r"年|(?<!\d)\d{2}\s?[|,·•–-]\s?\d{1,2}[:h]\d{2}|\.\d{2}\s\d{1,2}:\d{2}")
"""A year that is not written in four digits: of a reign, or in two with a time behind it."""
_ISO = re.compile(
    r"(?<!\d)(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?!\d)(?:t\d{2}:\d{2}(?::\d{2})?(?:\.\d{1,6})?(?:z|[+-]\d{2}:?\d{2})?)?"
)
_NUMERIC = re.compile(r"(?<![\d.])(\d{1,2})([-/.]) ?(\d{1,2})\2 ?(\d{4})(?!\d|\.\d)")
_NUMERIC_APART = re.compile(r"(?<![\d.])(\d{2})( - | / )(\d{2})\2(\d{4})(?!\d)")
_NUMERIC_SHORT = re.compile(r"(?<![\d.:])(\d{1,2})\.(\d{1,2})\.(\d{2})(?=,?\s[|·•–-]?\s?\d{1,2}:\d{2}(?!\d))")
"""A time must follow, which does not belong to the date."""
_ASIAN = re.compile(r"(\d{4}) ?[年년] ?(\d{1,2}) ?[月월] ?(\d{1,2}) ?[日号號일]?")
_SPACED = re.compile(r"(?<![\d.])(\d{4})\. (\d{1,2})\. (\d{1,2})(?:\.|(?![\d.]))")
"""As Korean writes it: "2024. 5. 14."."""

_VIETNAMESE = re.compile(r"(?:ngày )?(?<!\d)(\d{1,2}) tháng (\d{1,2}),? (?:năm )?(\d{4})(?!\d)")


def _make(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day) if FIRST_YEAR <= year <= LAST_YEAR else None
    except ValueError:
        return None


def _iso(text: str, persian: bool) -> Iterator[FoundDate]:
    for m in _ISO.finditer(text):
        year, month, day = int(m[1]), int(m[3]), int(m[4])
        if 1370 <= year <= 1410 and (persian or _persian_letters(text)):
            yield FoundDate(m.start(), m.end(), from_jalali(year, month, day))
        elif value := _make(year, month, day):
            yield FoundDate(m.start(), m.end(), value)


def _numeric(text: str, day_first: bool) -> Iterator[FoundDate]:
    for m in (*_NUMERIC.finditer(text), *_NUMERIC_APART.finditer(text)):
        a, b, year = int(m[1]), int(m[3]), int(m[4])
        if m[2] == "." or day_first or a == b or a > 12:
            value = _make(year, b, a)
        elif b > 12:
            value = _make(year, a, b)
        else:
            # Day and month cannot be told apart: a date, but not one we can state.
            if _make(year, a, b):
                yield FoundDate(m.start(), m.end(), None)
            continue
        if value:
            yield FoundDate(m.start(), m.end(), value)


def _short_numeric(text: str, day_first: bool) -> Iterator[FoundDate]:
    """Yield "05.03.24, 14:20": a time tells that it is a date, but only a language that begins with the day which."""
    for m in _NUMERIC_SHORT.finditer(text):
        if value := _make(2000 + int(m[3]), int(m[2]), int(m[1])):
            yield FoundDate(m.start(), m.end(), value if day_first else None)


def _asian(text: str) -> Iterator[FoundDate]:
    for m in (*_ASIAN.finditer(text), *_SPACED.finditer(text)):
        if value := _make(int(m[1]), int(m[2]), int(m[3])):
            yield FoundDate(m.start(), m.end(), value)


def _eras(text: str) -> Iterator[FoundDate]:
    for start, end, year, month, day in find_eras(text):
        if value := _make(year, month, day):
            yield FoundDate(start, end, value)


def _vietnamese(text: str) -> Iterator[FoundDate]:
    for m in _VIETNAMESE.finditer(text):
        if value := _make(int(m[3]), int(m[2]), int(m[1])):
            yield FoundDate(m.start(), m.end(), value)


def _named(text: str) -> Iterator[FoundDate]:
    patterns, months = _patterns()
    for pattern, needed in patterns:
        for m in pattern.finditer(text) if needed is None or needed.search(text) else ():
            day, year = int(m["d"]), int(m["y"])
            year += 2000 if year < 100 else 0
            month, calendar = months[m["m"].rstrip(".")]
            if calendar == "hijri":
                # Its months begin when the moon is seen: a date, but not one we can state.
                yield FoundDate(m.start(), m.end(), None)
                continue
            value = from_jalali(year, month, day) if calendar == "jalali" else _make(year, month, day)
            if value:
                yield FoundDate(m.start(), m.end(), value)


@cache
def _patterns() -> tuple[tuple[tuple[re.Pattern[str], re.Pattern[str] | None], ...], dict[str, tuple[int, str]]]:
    """Return the patterns of dates, each with what must stand in a text that has one, and what the names mean."""
    table = tomllib.loads((files("pipeline") / "resources" / "clean" / "months.toml").read_text(encoding="utf-8"))
    months: dict[str, tuple[int, str]] = {}
    for calendar, languages in table.items():
        for rows in languages.values():
            for number, names in enumerate(rows, 1):
                for name in names.split():
                    months.setdefault(fold(name).replace("_", " "), (number, calendar))
    names = "|".join(re.escape(n) for n in sorted(months, key=lambda n: (-len(n), n)))
    year = r"(?P<y>(?:19|20|13|14)\d{2})"
    levant = (
        "(?:کانون|کانون الثانی|شباط|اذار|نیسان|ایار|حزیران|تموز|اب|ایلول|تشرین الاول|تشرین الثانی|کانون الاول) ?/ ?"
    )
    # The year may be followed by glued digits (a comment count: "22 Dec 2016651"), the day by its ending.
    day_first = re.compile(
        rf"(?<!\d)(?P<d>\d{{1,2}})(?:st|nd|rd|th|er|º|ª|\.|-?[ae]?го|ই|লা|রা|ঠা|শে)?"
        r"(?:,? |[\-/]| de | of | יב?)[ ]?(?:de |of |ב-?)?"
        # "14 أيار/مايو 2024": both names of a month.
        rf"(?:{levant})?(?P<m>{names})\.?(?:[ \-/,،]|'da |'de ){{1,2}}(?:de |del |of |г\. )?{year}"
        # "2025 r.", "2025 г.": the word "year" belongs to the date.
        r"(?:[ ](?:r|г|р|թ|წ|m|g)\.(?!\w)|[ ](?:года|року|год|წელი|წლის|թվական\w{0,4})(?!\w))?"
    )
    # It begins with hundreds of names, which are tried at every word: first the numbers behind them are looked for.
    numbers = rf"[ \-](?P<d>\d{{1,2}})(?!\d)(?:st|nd|rd|th)?[.,،]?[ \-](?:at )?{year}"
    month_first = re.compile(rf"(?<!\w)(?P<m>{names})\.?{numbers}")
    # Hungarian and Lithuanian: "2024. március 5.", "2024 m. kovo 5 d.".
    year_first = re.compile(rf"(?<!\d){year}(?:\.| m\.)? (?P<m>{names}) (?P<d>\d{{1,2}})(?![\d:])(?:\.| d\.)?")
    latvian = re.compile(rf"(?<!\d){year}\. gada (?P<d>\d{{1,2}})\. (?P<m>{names})(?!\w)")
    # "12 jan 23 | 5h27": of a year in two digits the time behind it tells that it is one.
    short = re.compile(
        rf"(?<!\d)(?P<d>\d{{1,2}})[ -](?P<m>{names})\.?[ -](?P<y>\d{{2}})\s?[|,·•–-]\s?\d{{1,2}}[:h]\d{{2}}(?!\d)"
    )
    patterns = (
        (day_first, None),
        (month_first, re.compile(numbers)),
        (year_first, None),
        (latvian, None),
        (short, _SHORT_YEAR),
    )
    return patterns, months


def _persian_letters(text: str) -> bool:
    return any("\u0600" <= c <= "\u06ff" and c.isalpha() for c in text)


_PERSIAN_DIGIT = re.compile("[\u06f0-\u06f9]")


# Jalali days before each month, and the breaks of the 33-year leap cycles (Borkowski's table, years 1178-1633
# hold one break-free rule: a year is leap when 25 * year + 11 leaves less than 8 on division by 33).
_BEFORE = (0, 31, 62, 93, 124, 155, 186, 216, 246, 276, 306, 336)


def from_jalali(year: int, month: int, day: int) -> date | None:
    """Return the Gregorian date of a Persian one (years 1300 to 1499), or None if there is no such day.

    >>> from_jalali(1404, 1, 1), from_jalali(1403, 12, 30), from_jalali(1404, 12, 30)
    (datetime.date(2025, 3, 21), datetime.date(2025, 3, 20), None)
    """
    if not 1300 <= year <= 1499 or not 1 <= month <= 12 or not 1 <= day <= 31:
        return None
    longest = 31 if month <= 6 else 30 if month < 12 or _is_leap(year) else 29
    if day > longest:
        return None
    # 1 Farvardin 1300 was 21 March 1921.
    leaps = sum(1 for y in range(1300, year) if _is_leap(y))
    return date(1921, 3, 21) + timedelta(days=(year - 1300) * 365 + leaps + _BEFORE[month - 1] + day - 1)


def _is_leap(year: int) -> bool:
    return (25 * year + 11) % 33 < 8
