"""Keep the taxonomy by which a version was tagged, so that the next run can tell which documents a change touches.

It stands in one file under the output folder, named for the digest of tagging and for all else by which the version was
tagged: code, other resources, other settings. Only where all that is the same can two taxonomies be compared
(`taxonomy_change.py`). The file is a cache and carries its own hash: where it is missing, damaged or another version's,
all documents are tagged again, which gives the same bytes.
"""

from __future__ import annotations

import hashlib
import json
import os
import zlib
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from .errors import UsageError
from .halves import CACHE
from .taxonomy import load_taxonomy, packaged_texts, read_taxonomy
from .taxonomy_change import TaxonomyChange

_HASH_BYTES = 32


@dataclass(frozen=True, slots=True)
class TaggedBy:
    """The file of a version's taxonomy, and two digests: of all that its tags rest on, and of all but the taxonomy."""

    path: Path
    tag: str
    rest: str


def tagged_by(output: Path, tag: str, rest: str) -> TaggedBy:
    """Return where the taxonomy of versions with these digests is kept."""
    # A cluster's workers have a current folder of their own.
    return TaggedBy(output.absolute() / CACHE / f"taxonomy-{tag[:16]}-{rest[:16]}", tag, rest)


def keep_taxonomy(file: TaggedBy, user: str | None) -> None:
    """Write the packaged taxonomy and the user's file to the cache, and remove those of other versions.

    Where that fails, as on a full disk, the cache is lost and no more.
    """
    with suppress(OSError):
        if not file.path.is_file():
            own = Path(user).read_text(encoding="utf-8") if user else None
            stated = {"tag": file.tag, "rest": file.rest, "packaged": packaged_texts(), "user": own}
            content = zlib.compress(json.dumps(stated, ensure_ascii=False).encode(), 1)
            file.path.parent.mkdir(exist_ok=True)
            # Two runs may do so at once.
            temporary = file.path.with_name(f".taxonomy-{os.getpid()}")
            temporary.write_bytes(hashlib.sha256(content).digest() + content)
            os.replace(temporary, file.path)
        for other in (*file.path.parent.glob("taxonomy-*"), *file.path.parent.glob(".taxonomy-*")):
            if other != file.path:
                other.unlink()


@lru_cache(maxsize=1)
def compare_taxonomies(file: TaggedBy, user: str | None, tag: str) -> TaxonomyChange | None:
    """Return what changed from the taxonomy in a file to the one in use, or None where that cannot be told.

    `tag` is the digest of tagging now: a process may live to see a user's file change.
    """
    try:
        content = file.path.read_bytes()
    except OSError:
        return None
    if hashlib.sha256(content[_HASH_BYTES:]).digest() != content[:_HASH_BYTES]:
        return None
    stated = json.loads(zlib.decompress(content[_HASH_BYTES:]))
    if (stated["tag"], stated["rest"]) != (file.tag, file.rest):
        return None
    with suppress(UsageError):
        return TaxonomyChange(read_taxonomy(stated["packaged"], stated["user"]), load_taxonomy(user))
    return None
