"""The version of code: a digest that changes with it, so that what it made is made anew."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

_CODE = (".py", ".sql", ".csv")


def code_version(*places: Path, apart: Path | None = None) -> str:
    """The digest of the code and lists in files and folders, down to their leaves; one file may be set `apart`.

    A table remembers the version of what made it and is made anew when that changes.
    """
    digest = sha256()
    for place in places:
        for path in sorted([place] if place.is_file() else place.rglob("*")):
            if path.suffix in _CODE and path != apart:
                name = path.relative_to(place.parent).as_posix()
                digest.update(f"{name} {path.stat().st_size} ".encode() + path.read_bytes())
    return digest.hexdigest()[:16]
