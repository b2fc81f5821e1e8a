"""Runs the topic classifier over posts and replies that are new, edited, or were labelled by an older version.

Labels of a text that was deleted after its retention stay: they are what is known of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path

import pyarrow as pa

from pipelines.refresh import Fingerprints
from pipelines.topics import Label
from pipelines.warehouse import Database

Labeller = Callable[[Sequence[str]], Sequence[Sequence[Label]]]

_CHUNK = 20_000
_TABLES = {
    "post": ("topics.post_topics", "raw.posts", "post_id"),
    "reply": ("topics.reply_topics", "raw.replies", "reply_id"),
}


def label_texts(db: Database, fingerprints: Fingerprints, label: Labeller, version: str) -> int:
    """Bring `topics.post_topics` and `topics.reply_topics` up to date; how many texts were labelled."""
    _create(db)
    labelled = 0

    def work() -> None:
        nonlocal labelled
        labelled = sum(_label_kind(db, label, version, kind) for kind in _TABLES)

    fingerprints.make("topics", version, ("raw",), work)
    return labelled


def _create(db: Database) -> None:
    db.execute("create schema if not exists topics")
    db.execute(
        "create table if not exists topics.labelled (kind varchar, platform varchar, id varchar, digest varchar)"
    )
    for table, _, key in _TABLES.values():
        db.execute(
            f"create table if not exists {table} "
            f"(platform varchar, {key} varchar, topic_id varchar, score double, evidence varchar)"
        )


def _label_kind(db: Database, label: Labeller, version: str, kind: str) -> int:
    table, raw, key = _TABLES[kind]
    todo = db.query(
        f"""
        with latest as (
            select platform, {key} as id, text, md5(concat(?, text)) as digest, row_number() over (
                partition by platform, {key} order by observed_at desc, response_id desc, position desc
            ) as place
            from {raw} where text is not null and {key} is not null
        )
        select n.platform, n.id, n.text, n.digest from latest as n
        left join topics.labelled as k
            on k.kind = ? and k.platform = n.platform and k.id = n.id and k.digest = n.digest
        where n.place = 1 and k.id is null order by n.platform, n.id
        """,  # noqa: S608 - our own names
        [version, kind],
    )
    for start in range(0, todo.num_rows, _CHUNK):
        part = todo.slice(start, _CHUNK)
        labels = label(part["text"].to_pylist())
        keys = list(zip(part["platform"].to_pylist(), part["id"].to_pylist(), strict=True))
        rows = [
            {"platform": platform, key: id_, "topic_id": it.topic_id, "score": it.score, "evidence": it.evidence}
            for (platform, id_), found in zip(keys, labels, strict=True)
            for it in found
        ]
        done = part.select(["platform", "id", "digest"]).append_column("kind", pa.array([kind] * part.num_rows))
        with db.transaction():
            for name, column, where in ((table, key, ""), ("topics.labelled", "id", f" and kind = '{kind}'")):
                db.execute(
                    f"delete from {name} where (platform, {column}) in (select (unnest(?), unnest(?))){where}",  # noqa: S608
                    [part["platform"].to_pylist(), part["id"].to_pylist()],
                )
            if rows:
                db.append_rows(table, pa.Table.from_pylist(rows))
            db.append_rows("topics.labelled", done)
    return int(todo.num_rows)


def version_of(*folders: Path) -> str:
    """A digest of code and lists, so that a change labels everything anew."""
    digest = sha256()
    for path in sorted(path for folder in folders for path in folder.glob("*") if path.suffix in (".py", ".csv")):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:16]
