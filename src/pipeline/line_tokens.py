"""Turn the lines of many pages into arrays of characters and words.

Everything here is counted over the code points of a whole batch at once, because a line at a time costs ten
times as much (134 us a line against 8 to 13). A word is a run of letters, digits and marks; in scripts written
without spaces every character is a word of less than full weight. Words and word sequences are known by a 64-bit
hash that depends on nothing but their folded characters, so it is equal on every machine and in every process.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .blocks import FIRST_UNMARKED, LAST_UNMARKED, UNMARKED

Ints = NDArray[np.int64]
Hashes = NDArray[np.uint64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

# What a character is; the kinds exclude one another.
(SYMBOL, SPACE, UPPER, LOWER, CASELESS, IDEOGRAPH, ABUGIDA, DIGIT, MARK, COMMA, STOP, COLON, QUOTE, DASH) = range(14)
(BRACKET, SEPARATOR, CURRENCY, SIGN, CODE) = range(14, 19)
KINDS = 19
FIRST_LETTER, LAST_LETTER = UPPER, MARK
"""The kinds that words are made of stand together."""

_PUNCTUATION = {
    COMMA: ",;،؛、，；՝",
    STOP: ".!?…。！？．؟۔։।॥՞՜‽။។።",
    COLON: ":：",
    QUOTE: "\"'“”‘’«»„‟‹›「」『』`´",
    DASH: "-‐‑‒–—―",
    BRACKET: "()[]（）【】［］",
    SEPARATOR: "|/\\·•‣▪▸►▶→←>●○◦■□✓✔➤➜⟩",
    SIGN: "@#&©®™",
    CODE: "+*=~^%{}<_",
}
_SMALLEST_TABLE = 0x20000
_MULTIPLIER = 0x9E3779B97F4A7C15
_GRAM_MULTIPLIER = 0xD1342543DE82EF95


@dataclass(frozen=True, slots=True)
class Tokens:
    """The characters and words of some lines.

    `kinds` counts characters, a row a line and a column a kind. Words of all lines stand in one sequence;
    those of line i are `first[i]` to `first[i + 1]`. `weight` is 1 for a word and less for a character of a
    script without spaces, so that sums of it compare across languages.
    """

    chars: Ints
    kinds: Ints
    indent: Ints
    opening: Ints
    ending: Ints
    ellipsis: Bools
    sentence_ends: Ints
    joins: Ints
    first: Ints
    line: Ints
    word: Hashes
    tail: Hashes
    length: Ints
    weight: Floats
    capital: Bools
    shouted: Bools
    number: Bools


def tokenize_lines(lines: Sequence[str]) -> Tokens:
    """Return the characters and words of `lines`, in order.

    `sentence_ends` counts full stops followed by white space or the end of the line, `joins` places where a
    lower-case letter runs into a capital ("NewsWorld"), which is what glued links leave behind.
    """
    kind_of, fold_of = _tables()
    text = "".join([f"{line}\n" for line in lines])
    code = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    size = np.fromiter(map(len, lines), dtype=np.int64, count=len(lines))
    stop = np.cumsum(size + 1) - 1
    start = stop - size
    # What lies beyond the tables is clipped to their last entry.
    index = code.astype(np.intp)
    kind = kind_of.take(index, mode="clip")
    kind[stop] = SPACE
    line_kind = np.repeat(np.arange(len(lines), dtype=np.int64) * KINDS, size + 1)
    line_kind += kind
    kinds = np.bincount(line_kind, minlength=len(lines) * KINDS).reshape(-1, KINDS)
    kinds[:, SPACE] -= 1

    lettered = kind - np.uint8(FIRST_LETTER) <= LAST_LETTER - FIRST_LETTER
    inner = lettered & (kind != IDEOGRAPH) & (kind != ABUGIDA)
    cut = ~(inner[:-1] & inner[1:])
    begins = np.flatnonzero(np.concatenate((lettered[:1], lettered[1:] & cut)))
    ends = np.flatnonzero(np.concatenate((lettered[:-1] & cut, lettered[-1:]))) + 1

    folded = fold_of.take(index, mode="clip")
    if code.max(initial=0) >= len(fold_of) - 1:
        beyond = code >= len(fold_of) - 1
        folded[beyond] = code[beyond] + np.uint64(1)
    power, inverse = _powers(_size_class(len(code)), _MULTIPLIER)
    tail = mix(folded[ends - 1])
    folded *= power[: len(code)]
    summed = np.zeros(len(code) + 1, np.uint64)
    np.cumsum(folded, out=summed[1:])
    word = mix((summed[ends] - summed[begins]) * inverse[begins])
    digits = _running(kind == DIGIT)
    number = (digits[ends] - digits[begins]) == (ends - begins)
    length = ends - begins
    word = np.where(number, mix(np.minimum(length, 5).astype(np.uint64)), word)
    uppers = _running(kind == UPPER)
    upper = uppers[ends] - uppers[begins]
    capital = kind[begins] == UPPER
    first = np.searchsorted(begins, np.concatenate((start, [len(code)])))

    solid = np.flatnonzero(kind != SPACE)
    solid_first = np.searchsorted(solid, start)
    solid_last = np.searchsorted(solid, stop) - 1
    empty = solid_last < solid_first
    spot = solid if len(solid) else np.zeros(1, np.int64)
    first_spot = np.where(empty, start, spot[np.minimum(solid_first, len(spot) - 1)])
    last_spot = np.where(empty, start, spot[np.maximum(solid_last, 0)])
    # A closing quotation mark or bracket hides the full stop before it.
    hidden = (kind[last_spot] == QUOTE) | (kind[last_spot] == BRACKET)
    real_last = np.where(hidden & (last_spot > first_spot), last_spot - 1, last_spot)
    previous = np.maximum(last_spot - 1, 0)
    ellipsis = (code[last_spot] == 0x2026) | ((code[last_spot] == 0x2E) & (code[previous] == 0x2E))

    # A line ends with a line break, which is white space.
    stops, small = np.flatnonzero(kind == STOP), kind == LOWER
    behind = kind[stops + 1]
    closes = stops[(behind == SPACE) | (behind == QUOTE) | (behind == IDEOGRAPH)]
    # Thai and Lao close no sentence with a mark.
    last = code[last_spot]
    unmarked = (size >= UNMARKED) & (last >= ord(FIRST_UNMARKED)) & (last <= ord(LAST_UNMARKED))
    sentence_ends = np.bincount(line_kind[closes] // KINDS, minlength=len(lines))
    joined = np.flatnonzero(small[:-1] & (kind[1:] == UPPER))
    return Tokens(
        chars=size,
        kinds=kinds,
        indent=first_spot - start,
        opening=kind[first_spot].astype(np.int64),
        ending=np.where(unmarked, STOP, np.where(empty, SPACE, kind[real_last])).astype(np.int64),
        ellipsis=ellipsis & ~empty,
        sentence_ends=np.maximum(sentence_ends, unmarked),
        joins=np.bincount(line_kind[joined] // KINDS, minlength=len(lines)),
        first=first,
        line=np.repeat(np.arange(len(lines)), np.diff(first)),
        word=word,
        tail=np.where((code[begins] >= 0xAC00) & (code[begins] <= 0xD7A3), tail, np.uint64(0)),
        length=length,
        weight=_WEIGHT[kind[begins]],
        capital=capital & ~((upper == length) & (length > 1)),
        shouted=(upper == length) & (length > 1),
        number=number,
    )


def hash_grams(word: Hashes, count: int) -> Hashes:
    """Return the hash of each `count` words in sequence, aligned with the first of them.

    The last `count - 1` entries, which have no full sequence, are 0. Sequences may cross lines: the caller
    masks those that do.
    """
    if count == 1:
        return word
    out = np.zeros(len(word), np.uint64)
    if len(word) >= count:
        total = len(word) - count + 1
        factor = 1
        acc = np.zeros(total, np.uint64)
        for k in range(count):
            acc += word[k : k + total] * np.uint64(factor)
            factor = factor * _GRAM_MULTIPLIER % 2**64
        out[:total] = mix(acc + np.uint64(count))
    return out


def hash_lines(tokens: Tokens) -> Hashes:
    """Return a hash of each line's words; numbers count by their length only."""
    power, inverse = _powers(_size_class(len(tokens.word) + 1), _GRAM_MULTIPLIER)
    summed = np.concatenate((np.zeros(1, np.uint64), np.cumsum(tokens.word * power[: len(tokens.word)])))
    return mix((summed[tokens.first[1:]] - summed[tokens.first[:-1]]) * inverse[tokens.first[:-1]])


def mix(value: Hashes) -> Hashes:
    """Return the values scrambled so that every bit depends on every bit (splitmix64)."""
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return value ^ (value >> np.uint64(31))


@dataclass(frozen=True, slots=True)
class HashTable:
    """A table from hashes to numbers that answers a whole array at once; what it lacks is `missing`.

    A slot is the hash's low bits; the high bits are compared, so an unknown word is not taken for a known one.
    """

    check: NDArray[np.uint32]
    value: NDArray[Any]

    @staticmethod
    def of(hashes: Hashes, values: NDArray[Any]) -> HashTable:
        """Build a table of distinct hashes; where two share a slot the earlier one stays."""
        bits = max(8, int(len(hashes) * 4).bit_length())
        slot = (hashes & np.uint64((1 << bits) - 1)).astype(np.int64)
        check = np.zeros(1 << bits, np.uint32)
        value = np.zeros((1 << bits, *values.shape[1:]), values.dtype)
        check[slot[::-1]] = (hashes >> np.uint64(32)).astype(np.uint32)[::-1]
        value[slot[::-1]] = values[::-1]
        return HashTable(check, value)

    def find(self, hashes: Hashes) -> tuple[Ints, NDArray[Any]]:
        """Return which of `hashes` are known, by their places, and the value of each of those."""
        slot = (hashes & np.uint64(len(self.check) - 1)).astype(np.intp)
        alike = self.check.take(slot) == (hashes >> np.uint64(32)).astype(np.uint32)
        known = np.flatnonzero(alike & (hashes != 0))
        return known, self.value.take(slot[known], axis=0)


def _running(flags: Bools) -> NDArray[np.int32]:
    out = np.zeros(len(flags) + 1, np.int32)
    np.cumsum(flags, out=out[1:])
    return out


def _size_class(size: int) -> int:
    return 1 << max(10, (size + 1).bit_length())


@cache
def _powers(size: int, multiplier: int) -> tuple[Hashes, Hashes]:
    """Return multiplier**i and its inverse modulo 2**64, for i below `size`."""
    both = []
    for base in (multiplier, pow(multiplier, -1, 2**64)):
        steps = np.full(size, base, np.uint64)
        steps[0] = 1
        both.append(np.multiply.accumulate(steps))
    return both[0], both[1]


# Characters a word: about 1.7 in Chinese, 2 in Japanese, 4.5 in Thai.
_WEIGHT = np.ones(KINDS, np.float64)
_WEIGHT[IDEOGRAPH], _WEIGHT[ABUGIDA] = 0.6, 0.22


_KIND_OF_CATEGORY = {"Lu": UPPER, "Lt": UPPER, "Ll": LOWER, "Lo": CASELESS, "Lm": CASELESS, "Nd": DIGIT, "Nl": DIGIT}
_KIND_OF_CATEGORY |= {"No": DIGIT, "Mn": MARK, "Mc": MARK, "Me": MARK, "Zs": SPACE, "Zl": SPACE, "Zp": SPACE}
_KIND_OF_CATEGORY |= {"Sc": CURRENCY, "Pd": DASH}


@cache
def _tables() -> tuple[NDArray[np.uint8], Hashes]:
    """Return the kind and one more than the folded form of each code point; the last entry stands for all above."""
    points = range(_SMALLEST_TABLE)
    categories = map(unicodedata.category, map(chr, points))
    kind = np.zeros(_SMALLEST_TABLE + 1, np.uint8)
    kind[:-1] = np.fromiter((_KIND_OF_CATEGORY.get(category, SYMBOL) for category in categories), np.uint8)
    kind[[point for point in range(0x100) if chr(point).isspace()]] = SPACE
    fold = np.arange(_SMALLEST_TABLE + 1, dtype=np.uint64)
    for point in np.flatnonzero(kind == UPPER).tolist():
        if len(lower := chr(point).lower()) == 1:
            fold[point] = ord(lower)
    for low, high, value in (
        (0x0E00, 0x0EFF, ABUGIDA),
        (0x1000, 0x109F, ABUGIDA),
        (0x1780, 0x17FF, ABUGIDA),
        (0x3041, 0x30FF, IDEOGRAPH),
        (0x3400, 0x9FFF, IDEOGRAPH),
        (0xF900, 0xFAFF, IDEOGRAPH),
    ):
        span = kind[low : high + 1]
        span[np.isin(span, (CASELESS, MARK))] = value
    kind[_SMALLEST_TABLE] = IDEOGRAPH
    for value, chars in _PUNCTUATION.items():
        for char in chars:
            kind[ord(char)] = value
    kind[0x200B:0x2010] = SPACE
    kind[0x2028:0x202F] = SPACE
    kind[0xFEFF] = SPACE
    # Arabic and Persian keyboards write the same letter with different code points.
    for old, new in (("ي", "ی"), ("ى", "ی"), ("ك", "ک"), ("ё", "е"), ("ς", "σ"), ("İ", "i"), ("ة", "ه")):
        fold[ord(old)] = ord(new)
    return kind, fold + np.uint64(1)
