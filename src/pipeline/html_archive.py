"""Take the page out of a web archive as browsers save one (MHTML): a MIME message whose first HTML part is the page.

Pictures, style sheets and frames are left where they are.
"""

from __future__ import annotations

import re
from itertools import islice

_HEAD = 4_096
_BEGINS = re.compile(
    rb"\s{0,20}(?:From|Subject|Date|MIME-Version|Snapshot-Content-Location|Content-Type):", re.IGNORECASE
)
_MAX_PARTS = 1_000
_MAX_BYTES = 20_000_000


def page_of_archive(data: bytes) -> bytes | None:
    r"""Return the page that `data` archives, None when it is no web archive.

    >>> head = b"MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=B\r\n\r\n--B\r\n"
    >>> part = b"Content-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n<p class=3Da>x</p>\r\n"
    >>> page_of_archive(head + part + b"--B--")
    b'<p class=a>x</p>'
    """
    head = data[:_HEAD].lower()
    if (
        len(data) > _MAX_BYTES
        or not _BEGINS.match(data)
        or b"mime-version:" not in head
        or b"multipart/related" not in head
    ):
        return None
    from email import message_from_bytes

    try:
        parts = list(islice(message_from_bytes(data).walk(), _MAX_PARTS))
    except RecursionError:
        # Parts in parts in parts: no browser's work.
        return None
    for part in parts:
        if part.get_content_type() in ("text/html", "application/xhtml+xml"):
            page = part.get_payload(decode=True)
            if isinstance(page, bytes) and page.strip():
                return page.strip()
    return None
