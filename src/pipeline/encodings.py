"""Turn bytes into text, and say how.

The order is: byte order mark; UTF-16 or UTF-32 without one, by where the NULs stand; strict UTF-8; UTF-8
with a few bad bytes replaced and counted; what the page declares; and only then a detector, because
detectors turn good UTF-8 with one bad byte into nonsense. The text is the decoded bytes, unchanged but
for the mark: newlines stay as they are. It never holds a lone surrogate or a NUL (U+FFFD stands for both).
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from dataclasses import dataclass

from .errors import RejectedError


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text, the encoding it was read in, and how many bad spots were replaced by U+FFFD."""

    text: str
    encoding: str
    replaced: int = 0


def decode(data: bytes, declared: str | None = None) -> Decoded:
    r"""Return the text of `data`; `declared` is the encoding that a page's head or a header names.

    Raises RejectedError("binary") when the bytes are no text in any encoding.

    >>> decode("Zürich\r\n".encode("utf-8-sig"))
    Decoded(text='Zürich\r\n', encoding='utf-8-sig', replaced=0)
    >>> decode("Он ушёл.".encode("cp1251"), "windows-1251").text
    'Он ушёл.'
    """
    if magic := next((name for start, name in _MAGIC if data.startswith(start)), None):
        raise RejectedError("binary", f"The bytes are those of {magic}, not of a text.")
    decoded = _by_mark(data) or _by_nuls(data)
    if decoded is None or decoded.encoding == "utf-8-sig":
        _refuse_binary(data)
    elif len(decoded.text) > 2 and not _reads(decoded.text[:_SAMPLE]):
        raise RejectedError("binary", f"Read as {decoded.encoding}, the bytes are hardly letters at all: no text.")
    decoded = decoded or _as_utf8(data) or _as_declared(data, declared) or _as_detected(data)
    return without_unsafe(decoded)


_MAGIC = (
    (b"%PDF-", "a PDF"),
    (b"PK\x03\x04", "a zip archive or office file"),
    (b"\x1f\x8b\x08", "a gzip archive"),
    (b"\xd0\xcf\x11\xe0", "an old office file"),
    (b"\x89PNG", "a PNG image"),
    (b"GIF8", "a GIF image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"\x7fELF", "a program"),
    (b"PAR1", "a Parquet file"),
    (b"SQLite format 3", "a database"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"Rar!\x1a", "a RAR archive"),
)
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def _by_mark(data: bytes) -> Decoded | None:
    for mark, name in _MARKS:
        if data.startswith(mark):
            codec = "utf-8" if name == "utf-8-sig" else name
            return _replacing(data[len(mark) :], codec, name)
    return None


def _replacing(data: bytes, codec: str, name: str) -> Decoded:
    """Decode, with U+FFFD for what cannot be decoded, and count only those that the text did not hold."""
    try:
        return Decoded(data.decode(codec), name)
    except UnicodeDecodeError:
        text = data.decode(codec, "replace")
        own = data.decode(codec, "ignore").count("\ufffd")
        return Decoded(text, name, text.count("\ufffd") - own)


# --- UTF-16 and UTF-32 without a mark ---------------------------------------------------------------

_SAMPLE = 1 << 14


def _by_nuls(data: bytes) -> Decoded | None:
    """Decode wide encodings by the NULs that every space and line break has in them."""
    sample = data[: _SAMPLE - _SAMPLE % 4]
    if sample.count(0) * 50 < len(sample):
        return None
    zeros = [sample[i::4].count(0) for i in range(4)]
    quarter = max(1, len(sample) // 4)
    if zeros[2] + zeros[3] > 1.9 * quarter and zeros[0] < 0.2 * quarter:
        names = ["utf-32-le"]
    elif zeros[0] + zeros[1] > 1.9 * quarter and zeros[3] < 0.2 * quarter:
        names = ["utf-32-be"]
    else:
        even, odd = zeros[0] + zeros[2], zeros[1] + zeros[3]
        names = ["utf-16-le"] if odd > 9 * even else ["utf-16-be"] if even > 9 * odd else []
    for name in names:
        decoded = _replacing(data, name, name)
        if decoded.replaced * 1000 <= len(decoded.text) and _reads(decoded.text[:_SAMPLE]):
            return decoded
    return None


def _reads(text: str) -> bool:
    """Tell whether nearly all characters are letters, digits, marks, punctuation or white space."""
    good = sum(1 for c in text if c in "\t\n\r\f" or unicodedata.category(c)[0] in "LMNPSZ")
    return good >= 0.97 * len(text)


# --- UTF-8 ------------------------------------------------------------------------------------------


def _as_utf8(data: bytes) -> Decoded | None:
    """Decode UTF-8; where it has bad bytes, only when sound sequences are twice as many.

    Text in a one-byte encoding hardly ever forms a sound sequence: an accented capital would have to be
    followed by a sign such as © or ».
    """
    try:
        return Decoded(data.decode("utf-8"), "utf-8")
    except UnicodeDecodeError as error:
        # Two bytes of a character that the end of the file cut off; a single one may be an accented letter.
        if error.reason == "unexpected end of data" and error.end - error.start >= 2:
            return Decoded(data.decode("utf-8", "replace"), "utf-8", 1)
    if (paired := _with_surrogates(data)) is not None:
        return paired
    sound = sum(1 for c in data.decode("utf-8", "ignore") if c > "\x7f")
    decoded = _replacing(data, "utf-8", "utf-8")
    return decoded if sound >= 2 * decoded.replaced else None


def _with_surrogates(data: bytes) -> Decoded | None:
    """Decode UTF-8 in which surrogates stand as characters: databases write pairs, a cut text has half of one."""
    try:
        wide = data.decode("utf-8", "surrogatepass").encode("utf-16-le", "surrogatepass")
    except UnicodeDecodeError:
        return None
    return _replacing(wide, "utf-16-le", "utf-8")


# --- other encodings --------------------------------------------------------------------------------

# The names that the web gives to encodings, and what browsers read them as (WHATWG Encoding Standard).
_LABELS = {
    "iso-8859-1": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "us-ascii": "cp1252",
    "ascii": "cp1252",
    "iso-8859-9": "cp1254",
    "iso-8859-11": "cp874",
    "tis-620": "cp874",
    "windows-874": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "x-sjis": "cp932",
    "euc-kr": "cp949",
    "ks_c_5601-1987": "cp949",
    "big5": "big5hkscs",
    "x-mac-cyrillic": "mac-cyrillic",
    "unicode": "utf-8",
}


def _as_declared(data: bytes, declared: str | None) -> Decoded | None:
    """Decode as declared, when the codec exists and at most one character in 200 fails."""
    if not declared:
        return None
    label = declared.strip(" \t\r\n'\"").lower()
    try:
        info = codecs.lookup(_LABELS.get(label, label))
    except (LookupError, ValueError):
        return None
    # A page that reached this point is neither UTF-8 nor wide, whatever it says; and rot13 is no encoding.
    if info.name.startswith(("utf", "idna", "punycode")) or not getattr(info, "_is_text_encoding", True):
        return None
    decoded = _replacing(data, info.name, info.name)
    return decoded if decoded.replaced * 200 <= len(decoded.text) else None


def _as_detected(data: bytes) -> Decoded:
    """Ask the detector about a stretch that is not ASCII; settle Latin letters by the alphabets of languages."""
    from charset_normalizer import from_bytes

    first = next(i for i, b in enumerate(data) if b > 0x7F)
    start = max(data.rfind(b"\n", 0, first) + 1, first - _SAMPLE)
    end = data.find(b"\n", start + 2 * _SAMPLE)
    sample = data[start : end if 0 < end < start + 4 * _SAMPLE else start + 2 * _SAMPLE]
    best = from_bytes(sample, cp_exclusion=_NEVER, threshold=0.3).best()
    name = codecs.lookup(best.encoding).name if best else "cp1252"
    if name in _LATIN_GUESSES and (latin := _latin_codec(sample)):
        name = latin
    return _replacing(data, name, name)


def _latin_codec(sample: bytes) -> str | None:
    """Return the codec under which most letters beyond ASCII belong to the alphabet of one language."""
    scores: list[tuple[float, int, str]] = []
    for rank, codec in enumerate(_LATIN_CODECS):
        letters = [c for c in sample.decode(codec, "replace").lower() if c > "\x7f" and (c.isalpha() or c == "\ufffd")]
        known = max(sum(c in alphabet for c in letters) for alphabet in _ALPHABETS)
        scores.append((known / len(letters) if letters else 1.0, -rank, codec))
    share, _, codec = max(scores)
    return codec if share >= 0.8 else None


_LATIN_CODECS = ("cp1252", "cp1250", "iso8859-2", "cp1254", "cp1257")
_LATIN_GUESSES = frozenset({*_LATIN_CODECS, "cp1258", "latin-1", "iso8859-1", *(f"iso8859-{i}" for i in range(3, 17))})
_LATIN_GUESSES -= {f"iso8859-{i}" for i in (5, 6, 7, 8)}
# French; German; Spanish, Catalan; Portuguese; Italian; the North; Polish; Czech, Slovak; Hungarian; Romanian;
# Croatian, Slovene; Turkish; Lithuanian; Latvian; Estonian.
_ALPHABETS = tuple(
    frozenset(letters)
    for letters in (
        "àâæçéèêëîïôœùûüÿªº",
        "äöüßéà",
        "áéíóúüñçàèïòªº",
        "áâãàçéêíóôõúüªº",
        "àèéìíîòóùúªº",
        "åäöæøéüàáíóúýþð",
        "ąćęłńóśźż",
        "áčďéěíňóřšťúůýžäľĺôŕ",
        "áéíóöőúüű",
        "ăâîșțşţ",
        "čćđšž",
        "çğıöşüâîûi\u0307",
        "ąčęėįšųūž",
        "āčēģīķļņšūž",
        "äõöüšž",
    )
)
# EBCDIC, Mac and DOS pages come up as guesses and hardly ever as web text; wide ones were settled above.
_NEVER = [
    *("utf_7", "utf_8", "utf_16", "utf_16_be", "utf_16_le", "utf_32", "utf_32_be", "utf_32_le"),
    *("cp037", "cp273", "cp424", "cp500", "cp875", "cp1026", "cp1140", "cp858", "cp775", "cp850", "cp852"),
    *("cp855", "cp857", "cp860", "cp861", "cp862", "cp863", "cp864", "cp865", "cp437", "cp1006", "cp1125"),
    *("hp_roman8", "mac_roman", "mac_latin2", "mac_iceland", "mac_turkish", "mac_greek", "mac_cyrillic"),
    *("kz1048", "ptcp154", "johab", "iso8859_3", "iso8859_10", "iso8859_14", "tis_620", "koi8_t", "hz"),
]


# --- what is no text --------------------------------------------------------------------------------

_CONTROLS = bytes(i for i in (*range(9), *range(14, 27), *range(28, 32), 127))


def _refuse_binary(data: bytes) -> None:
    controls = len(data) - len(data.translate(None, _CONTROLS))
    if controls > 2 and controls * 100 > len(data):
        raise RejectedError("binary", f"{controls:,} of {len(data):,} bytes are control codes: no text.")


def without_unsafe(decoded: Decoded) -> Decoded:
    """Replace the few NULs and lone surrogates that a text may hold by U+FFFD."""
    text = decoded.text
    if "\0" not in text and _encodes(text):
        return decoded
    bad = len(_UNSAFE.findall(text))
    return Decoded(_UNSAFE.sub("\ufffd", text), decoded.encoding, decoded.replaced + bad)


def _encodes(text: str) -> bool:
    # 30 times faster than looking for surrogates by a regular expression.
    try:
        return text.isascii() or bool(text.encode()) or not text
    except UnicodeEncodeError:
        return False


_UNSAFE = re.compile(r"[\x00\ud800-\udfff]")
