"""Find documents whose body nearly repeats that of an earlier document.

A body is folded (compatible forms, case and accents are one; punctuation and white space go; digits
stay) and read as the set of its shingles: five words in a row, or more characters in scripts that write
no spaces. A signature of fixed size keeps, for each of 256 bins, a byte of the smallest shingle hash
that fell into it (one permutation hashing), or 0 for none. The share of bins that agree estimates the
Jaccard similarity of two sets; it is close to exact for short texts, which leave most bins empty.

Documents are taken in the order of date and name. One that is similar enough to an earlier document
which is no duplicate itself, points at the first such; so whatever is called a duplicate was compared
with the very document it points at, and no chain of small changes joins far ends. The answer depends
on the set of documents alone, never on their order, the process, or what an earlier run has seen.
Nothing is removed.
"""

from __future__ import annotations

import unicodedata
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache, reduce

import numpy as np
from numpy.typing import NDArray

from .model import Document

BINS = 256
"""Bytes of a signature. The standard error of a similarity of 0.5 is 0.031."""
THRESHOLD = 0.5
"""Estimated similarity from which a document is a duplicate."""
MIN_BINS = 16
"""Bins that a body must fill, about one a shingle, to be signed: twenty words alike are no sign of one article."""

_ROWS = 4
BANDS = BINS // _ROWS
# 64 bands of 4: a pair of similarity 0.5 is compared in 98 of 100 cases, one of 0.6 always, one of 0.1 never.
_MAX_LEADERS = 256
# Bounds the work where thousands of documents share a band and are yet no duplicates of each other.
_FORGOTTEN_AFTER = 8_192
# Signatures looked at until what was read of their file is given back.
_PIECE = 1 << 17
# Characters hashed at once: the arrays stay in the cache. A longer text is hashed in slices of this size, which
# costs it the few shingles that lie across a cut.

_SEPARATOR, _WORD, _MARK, _IDEOGRAPH, _SYLLABLE, _UNSEEN, _EXPANDS, _DROPPED = range(8)
_WIDTH = np.array([0, 5, 5, 9, 15], np.int64)
# Tokens a shingle, by the class of the first: about five words each. A Chinese or Japanese word has two
# characters, a Thai word four; with five of these, one changed word would weigh half as much as elsewhere.
_UNSPACED = (
    (0x0E00, 0x0EFF, _SYLLABLE),  # Thai, Lao
    (0x1000, 0x109F, _SYLLABLE),  # Myanmar
    (0x1780, 0x17FF, _SYLLABLE),  # Khmer
    (0x3005, 0x3007, _IDEOGRAPH),
    (0x3040, 0x30FF, _IDEOGRAPH),  # Hiragana, Katakana
    (0x31F0, 0x31FF, _IDEOGRAPH),
    (0x3400, 0x4DBF, _IDEOGRAPH),
    (0x4E00, 0x9FFF, _IDEOGRAPH),
    (0xF900, 0xFAFF, _IDEOGRAPH),
    (0x20000, 0x3FFFF, _IDEOGRAPH),
)
_BASE = np.uint64(0x9E3779B97F4A7C15)
_NONE = np.uint64(0xFFFFFFFFFFFFFFFF)
_U64 = NDArray[np.uint64]


def sign_documents(documents: Sequence[Document]) -> list[bytes]:
    """Return a signature of each document's body, 256 bytes, or b"" where there is too little text."""
    return sign_bodies([d.body() for d in documents])


def sign_bodies(texts: Sequence[str]) -> list[bytes]:
    """Return a signature of each text.

    >>> counting = " ".join(str(number) for number in range(100))
    >>> [len(signature) for signature in sign_bodies([counting, "Too little."])]
    [256, 0]
    >>> 0.8 < estimate_similarity(*sign_bodies([counting, counting.replace(" ", ", ").replace(" 50,", " fifty,")])) < 1
    True
    """
    return [signature for piece in _pieces(texts) for signature in _signatures(piece)]


def find_duplicates(
    doc_ids: Sequence[str],
    signatures: Sequence[bytes],
    dates: Sequence[date | None],
    paths: Sequence[str],
    threshold: float = THRESHOLD,
) -> list[tuple[str | None, float | None]]:
    """Return, for each document, the doc_id of the earlier one it nearly repeats and their similarity.

    The earlier is the one with the earlier date (none is last), then the first by name.
    """
    answer: list[tuple[str | None, float | None]] = [(None, None)] * len(doc_ids)
    signed = [i for i, s in enumerate(signatures) if s]
    order = sorted(signed, key=lambda i: (dates[i] or date.max, dates[i] is None, paths[i], doc_ids[i]))
    if len(order) < 2:
        return answer
    matrix = np.frombuffer(b"".join(signatures[i] for i in order), np.uint8).reshape(len(order), BINS)
    for row, leader, similarity in follow_originals(matrix, threshold):
        answer[order[row]] = (doc_ids[order[leader]], similarity)
    return answer


def follow_originals(matrix: NDArray[np.uint8], threshold: float = THRESHOLD) -> Iterator[tuple[int, int, float]]:
    """Yield (row, the earlier row it repeats, similarity) of signatures, a row each, in the order that decides."""
    keys = band_keys(matrix)
    shared = share_buckets(keys[:, band] for band in range(BANDS))
    yield from follow_shared(matrix[shared.rows], shared, threshold)


@dataclass(frozen=True, slots=True)
class Shared:
    """The rows that share a bucket with others, and the buckets of each: what is left of all bands."""

    rows: NDArray[np.int64]
    """Numbers of the rows, rising."""
    starts: NDArray[np.int64]
    """Where the buckets of each row begin in `buckets`, and the end."""
    buckets: NDArray[np.int32]
    count: int
    """How many buckets there are."""


def band_keys(matrix: NDArray[np.uint8]) -> NDArray[np.uint32]:
    """Return the key of each signature in each band; equal keys of a band are a bucket."""
    return _densified(matrix).view("<u4")


def share_buckets(bands: Iterable[NDArray[np.uint32]]) -> Shared:
    """Return the rows with a key that another row has in the same band; `bands` are the keys of all rows, by band.

    One band is held at a time, and nearly no row shares a bucket with another that it does not repeat.
    """
    rows: list[NDArray[np.int32]] = [np.empty(0, np.int32)]
    buckets: list[NDArray[np.int32]] = [np.empty(0, np.int32)]
    count = 0
    for keys in bands:
        # Key and row in one number: sorted in place, and rows of one key stay in order.
        pairs = (keys.astype(np.uint64) << np.uint64(32)) | np.arange(len(keys), dtype=np.uint64)
        pairs.sort()
        same = np.zeros(len(pairs) + 1, bool)
        same[1:-1] = (pairs[1:] ^ pairs[:-1]) < np.uint64(1 << 32)
        among = same[1:] | same[:-1]
        rows.append((pairs[among] & np.uint64(0xFFFFFFFF)).astype(np.int32))
        buckets.append((np.cumsum(~same[:-1][among]) + (count - 1)).astype(np.int32))
        count += int((~same[:-1][among]).sum())
    found, numbers = np.concatenate(rows), np.concatenate(buckets)
    order = np.argsort(found, kind="stable")
    distinct, starts = np.unique(found[order], return_index=True)
    return Shared(distinct.astype(np.int64), np.append(starts, len(found)).astype(np.int64), numbers[order], count)


def follow_shared(
    matrix: NDArray[np.uint8], shared: Shared, threshold: float = THRESHOLD, forget: Callable[[], None] | None = None
) -> Iterator[tuple[int, int, float]]:
    """Yield what `follow_originals` does; `matrix` holds the signatures of `shared.rows` alone.

    Where it stands in a file, `forget` gives back the memory of what was read of it; it is called now and then.
    """
    first = np.full(shared.count, -1, np.int32)
    # Nearly every bucket has one leader. The others stand in chains, 8 bytes each: there may be millions.
    last, count = array("i", [-1]) * shared.count, bytearray(shared.count)
    leader, before = array("i"), array("i")
    for row, number in enumerate(shared.rows.tolist()):
        if forget is not None and row % _FORGOTTEN_AFTER == 0:
            forget()
        own = shared.buckets[shared.starts[row] : shared.starts[row + 1]]
        leaders = first[own]
        taken = leaders >= 0
        met = own[taken].tolist()
        if met:
            known = set(leaders[taken].tolist())
            for b in met:
                at = last[b]
                while at >= 0:
                    known.add(leader[at])
                    at = before[at]
            near = sorted(known)
            similarities = _similarities(matrix[near], matrix[row])
            close = np.flatnonzero(similarities >= threshold)
            if len(close):
                yield number, int(shared.rows[near[int(close[0])]]), float(similarities[close[0]])
                continue
        first[own[~taken]] = row
        for b in met:
            if count[b] < _MAX_LEADERS - 1:
                leader.append(row)
                before.append(last[b])
                last[b] = len(leader) - 1
                count[b] += 1


def estimate_similarity(one: bytes, other: bytes) -> float:
    """Return the estimated Jaccard similarity of the shingles of two signed texts."""
    pair = np.frombuffer(one + other, np.uint8).reshape(2, BINS)
    return float(_similarities(pair[:1], pair[1])[0])


def shingle_hashes(text: str) -> _U64:
    """Return the distinct shingles of a text as sorted 64-bit hashes: what a signature is a sample of."""
    return np.unique(_hashed([text])[0])


def _similarities(rows: NDArray[np.uint8], one: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Estimate the similarity of each row to one signature.

    The share of agreeing bins among those that are not empty in both, less the share that agrees by
    chance: a byte of two different hashes is the same once in 255.
    """
    either = (rows | one).astype(bool).sum(axis=1)
    both = ((rows != 0) & (one != 0)).sum(axis=1)
    equal = ((rows == one) & (one != 0)).sum(axis=1)
    true = np.maximum(equal - both / 255, 0) * (255 / 254)
    return np.asarray(np.round(true / np.maximum(either, 1), 4), np.float64)


def _pieces(texts: Sequence[str]) -> Iterator[_U64]:
    """Yield the smallest hash a bin of some texts at a time: enough of them to hash at once, or a long one alone."""
    held: list[str] = []
    size = 0
    for text in texts:
        size += len(text) + 1
        if size > _PIECE and held:
            yield _smallest(held)
            held, size = [], len(text) + 1
        if size > _PIECE:
            slices = (text[i : i + _PIECE] for i in range(0, len(text), _PIECE))
            yield reduce(np.minimum, (_smallest([part]) for part in slices))
            size = 0
        else:
            held.append(text)
    if held:
        yield _smallest(held)


def _smallest(texts: Sequence[str]) -> _U64:
    shingles, text_of = _hashed(texts)
    smallest = np.full(len(texts) * BINS, _NONE)
    np.minimum.at(smallest, text_of * BINS + (shingles >> np.uint64(56)).astype(np.int64), shingles)
    return smallest.reshape(-1, BINS)


def _signatures(smallest: _U64) -> list[bytes]:
    filled = smallest != _NONE
    rows = np.where(filled, 1 + smallest % np.uint64(255), 0).astype(np.uint8)
    enough = filled.sum(axis=1) >= MIN_BINS
    return [row.tobytes() if ok else b"" for row, ok in zip(rows, enough, strict=True)]


def _hashed(texts: Sequence[str]) -> tuple[_U64, NDArray[np.int64]]:
    """Return every shingle's hash and the number of the text it is of."""
    codes, classes, text_of = _folded(texts)
    tokens, kinds, starts = _tokens(codes, classes)
    return _shingles(tokens, kinds, text_of[starts])


def _folded(texts: Sequence[str]) -> tuple[NDArray[np.uint32], NDArray[np.uint8], NDArray[np.int64]]:
    """Return the folded characters of all texts, with a separator after each: code, class, number of the text."""
    codes, classes, text_of = _looked_up(texts)
    if (classes == _EXPANDS).any():
        several = set(text_of[classes == _EXPANDS].tolist())
        texts = [_expanded(t) if i in several else t for i, t in enumerate(texts)]
        codes, classes, text_of = _looked_up(texts)
        classes[classes == _EXPANDS] = _WORD
    if (classes == _DROPPED).any():
        kept = classes != _DROPPED
        codes, classes, text_of = codes[kept], classes[kept], text_of[kept]
    return codes, classes, text_of


def _looked_up(texts: Sequence[str]) -> tuple[NDArray[np.uint32], NDArray[np.uint8], NDArray[np.int64]]:
    codes = np.frombuffer("\n".join((*texts, "")).encode("utf-32-le", "surrogatepass"), "<u4")
    folded, kinds = _fold_tables()
    classes = kinds[codes]
    if (classes == _UNSEEN).any():
        for code in np.unique(codes[classes == _UNSEEN]).tolist():
            # In this order: another thread that finds the class finds the character, too.
            folded[code], kinds[code] = _fold_character(chr(code))
        classes = kinds[codes]
    return folded[codes], classes, np.repeat(np.arange(len(texts)), [len(t) + 1 for t in texts])


@cache
def _fold_tables() -> tuple[NDArray[np.uint32], NDArray[np.uint8]]:
    # Filled as characters are met: asking unicodedata for all 1.1 million takes a second.
    return np.zeros(0x110000, np.uint32), np.full(0x110000, _UNSEEN, np.uint8)


def _fold_character(character: str) -> tuple[int, int]:
    """Return what a character is read as, and its class.

    Compatible forms and cases are one, and so are letters with and without accents, points and tones.

    >>> [chr(_fold_character(c)[0]) for c in "\u00c9\u0439\uff21"]
    ['e', '\u0438', 'a']
    """
    category = unicodedata.category(character)
    if category == "Cf" or unicodedata.combining(character):
        return 0, _DROPPED
    if category[0] == "M":
        return ord(character), _MARK
    if category[0] not in "LN":
        return 0, _SEPARATOR
    plain = unicodedata.normalize("NFKC", character)
    letters = _bare(plain.casefold())
    if len(letters) > 1:
        letters = _bare(plain.lower())
    if not letters:
        return 0, _DROPPED
    if (len(plain) > 1 and len(letters) > 1 and plain.isalnum()) or "\u1100" <= character <= "\u11ff":
        return ord(character), _EXPANDS
    code = ord(letters if len(letters) == 1 else character)
    return code, next((kind for first, last, kind in _UNSPACED if first <= code <= last), _WORD)


def _bare(text: str) -> str:
    """Return the letters of a text without their marks; Hangul stays in syllables."""
    apart = unicodedata.normalize("NFD", text)
    return unicodedata.normalize("NFC", "".join(c for c in apart if not unicodedata.combining(c)))


def _expanded(text: str) -> str:
    """Write out ligatures and the like, and compose Korean letters to syllables."""
    for character in sorted(set(text)):
        if _fold_character(character)[1] == _EXPANDS:
            text = text.replace(character, unicodedata.normalize("NFKC", character))
    return unicodedata.normalize("NFC", text)


def _tokens(codes: NDArray[np.uint32], classes: NDArray[np.uint8]) -> tuple[_U64, NDArray[np.uint8], NDArray[np.int64]]:
    """Return the hash, class and start of each token: a word, or a character of a script without spaces."""
    before = np.concatenate([[np.uint8(_SEPARATOR)], classes[:-1]])
    letter = classes != _SEPARATOR
    alone = classes >= _IDEOGRAPH
    opens = letter & ((before == _SEPARATOR) | alone | ((before >= _IDEOGRAPH) & (classes != _MARK)))
    closes = letter & np.concatenate([opens[1:] | ~letter[1:], [True]])
    starts, ends = np.flatnonzero(opens), np.flatnonzero(closes) + 1
    values = _mixed(codes.astype(np.uint64) + _BASE)
    return _range_hashes(values, starts, ends), classes[starts], starts


def _shingles(tokens: _U64, kinds: NDArray[np.uint8], text_of: NDArray[np.int64]) -> tuple[_U64, NDArray[np.int64]]:
    """Return the hash of every shingle that ends within its text, and the text it is of."""
    starts = np.arange(len(tokens))
    ends = starts + _WIDTH[kinds]
    inside = ends <= len(tokens)
    inside[inside] &= text_of[ends[inside] - 1] == text_of[inside]
    return _range_hashes(tokens, starts[inside], ends[inside]), text_of[inside]


def _range_hashes(values: _U64, starts: NDArray[np.int64], ends: NDArray[np.int64]) -> _U64:
    """Return a hash of each range of values, in order, from one running sum: a polynomial modulo 2^64."""
    powers, inverses = _powers(max(18, len(values).bit_length()))
    sums = np.zeros(len(values) + 1, np.uint64)
    np.cumsum(values * powers[: len(values)], out=sums[1:])
    return _mixed((sums[ends] - sums[starts]) * inverses[starts])


@lru_cache(maxsize=2)
def _powers(bits: int) -> tuple[_U64, _U64]:
    """Return the first 2^bits powers of an odd number modulo 2^64, and of its inverse."""
    powers = np.full(1 << bits, _BASE)
    inverses = np.full(1 << bits, np.uint64(pow(int(_BASE), -1, 1 << 64)))
    powers[0] = inverses[0] = 1
    return np.multiply.accumulate(powers), np.multiply.accumulate(inverses)


def _mixed(values: _U64) -> _U64:
    """Spread every bit over all 64 (the finaliser of splitmix64)."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


def _densified(matrix: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Fill empty bins from others, the same for every document (Shrivastava's optimal densification)."""
    dense = matrix.copy()
    for first in range(0, len(matrix), 1 << 14):
        given = matrix[first : first + (1 << 14)]
        filled = dense[first : first + (1 << 14)]
        for attempt in range(64):
            empty = filled == 0
            if not empty.any():
                break
            source = _mixed(np.arange(BINS, dtype=np.uint64) * _BASE + np.uint64(attempt)) >> np.uint64(56)
            np.copyto(filled, given[:, source.astype(np.int64)], where=empty)
    return dense
