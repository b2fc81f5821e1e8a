"""Reads a whole archive to tell what of it is damaged: every body, every revisit's original, every file once indexed.

Changes nothing. What a run does about damage is `writing.py`'s and `passes.py`'s: it never refers to what it cannot
read, and archives such a file or answer anew when it next sees it.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from pipelines.archive import warc
from pipelines.archive.derived import derived_files, derived_name, read_derived
from pipelines.archive.store import Archive

REPAIR = (
    "put the file back from a backup; without one, `seismograph run` archives the panel's files and what its sources "
    "still serve anew. Keep warehouse.duckdb: it still has what was read before the damage"
)


class Health(msgspec.Struct):
    """What reading an archive found: whole records, files, and one line for each piece of damage."""

    records: int = 0
    files: int = 0
    damage: list[str] = []


def check_archive(archive: Archive) -> Health:
    """Reads every record of an archive, with its body."""
    health = Health()
    places = set[tuple[str, int, str]]()
    revisits = list[warc.Place]()
    for file in archive.file_lengths():
        health.files += 1
        for item in warc.scan(archive.root / file, file):
            if isinstance(item, warc.Damage):
                where = "at its end" if item.is_tail else f"at offset {item.offset}"
                health.damage.append(f"{file}: {item.length:,} bytes {where} are no whole record")
                continue
            health.records += 1
            places.add((file, item.place.offset, item.place.digest))
            if item.place.about and item.place.about.original_file:
                revisits.append(item.place)
    for place in revisits:
        about = place.about
        if about and (about.original_file, about.original_offset, place.digest) not in places:
            original = f"{about.original_file} at offset {about.original_offset}"
            health.damage.append(f"{place.file}: the answer at {place.offset} refers to {original}, which is gone")
    health.damage += _lost_since(archive)
    for file in derived_files(archive):
        if read_derived(archive, file) is None:
            health.damage.append(
                f"{derived_name(file)}: cannot be read; delete it: the next run writes it anew from warehouse.duckdb"
            )
    return health


def _lost_since(archive: Archive) -> Iterator[str]:
    """Files that are gone or shorter than when they were last indexed; expired restricted files took their index."""
    lengths = archive.file_lengths()
    for path in sorted([*archive.root.glob("*/*.index"), *archive.root.glob("restricted/*/*.index")]):
        file = path.relative_to(archive.root).as_posix().removesuffix(".index") + ".warc.gz"
        try:
            covered, _ = msgspec.msgpack.decode(path.read_bytes(), type=tuple[int, list[warc.Place]])
        except (OSError, msgspec.DecodeError):
            continue
        if file not in lengths:
            yield f"{file}: is gone"
        elif lengths[file] < covered:
            yield f"{file}: has {lengths[file]:,} bytes of the {covered:,} that it had"
