"""Runs the topic classifier over posts and replies that are new, edited, or were labelled by an older version.

Labels of a text that was deleted after its retention stay: they are what is known of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pyarrow as pa

from pipelines.topics import Reading
from pipelines.warehouse.database import Database
from pipelines.warehouse.refresh import Fingerprints

Reader = Callable[[Sequence[str]], Sequence[Reading]]

# A chunk is one transaction: a run that is stopped loses the labels of one chunk at most.
_CHUNK = 20_000
_TABLES = {
    "post": ("topics.post_topics", "raw.posts", "post_id"),
    "reply": ("topics.reply_topics", "raw.replies", "reply_id"),
}


def label_texts(
    db: Database,
    fingerprints: Fingerprints,
    read: Reader,
    version: str,
    *,
    progress: Callable[[str], None] = lambda _: None,
) -> int:
    """Labels the texts that the tables of `topics` lack or have from another version; returns how many it labelled.

    `post_topics` and `reply_topics` have the labels, `languages` the language of every post that was read.
    """
    create_topics(db)
    labelled = 0

    def label_all() -> None:
        nonlocal labelled
        labelled = sum(_label_kind(db, read, version, kind, progress) for kind in _TABLES)

    fingerprints.make("topics", version, ("raw",), label_all)
    return labelled


def create_topics(db: Database) -> None:
    """Creates the tables of schema `topics` that do not exist yet."""
    db.execute("create schema if not exists topics")
    db.execute(
        "create table if not exists topics.labelled (kind varchar, platform varchar, id varchar, digest varchar)"
    )
    db.execute("create table if not exists topics.languages (platform varchar, post_id varchar, language varchar)")
    for table, _, key in _TABLES.values():
        db.execute(
            f"create table if not exists {table} "
            f"(platform varchar, {key} varchar, topic_id varchar, score double, evidence varchar)"
        )


def _label_kind(db: Database, read: Reader, version: str, kind: str, progress: Callable[[str], None]) -> int:
    unlabelled = _unlabelled(db, version, kind)
    for start in range(0, unlabelled.num_rows, _CHUNK):
        part = unlabelled.slice(start, _CHUNK)
        _replace(db, kind, part, read(part["text"].to_pylist()))
        progress(
            f"labelled {start + part.num_rows:,} of {unlabelled.num_rows:,} {'replies' if kind == 'reply' else 'posts'}"
        )
    return int(unlabelled.num_rows)


def _unlabelled(db: Database, version: str, kind: str) -> pa.Table:
    """Finds the latest form of each text that is new, edited or was labelled by another version."""
    _, raw, key = _TABLES[kind]
    # The response and the position break ties of time, so that every run picks the same form of a text.
    return db.query(
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


def _replace(db: Database, kind: str, part: pa.Table, readings: Sequence[Reading]) -> None:
    """Replaces what the `topics` tables say of some texts by what was read now, in one transaction."""
    table, _, key = _TABLES[kind]
    platforms, ids = part["platform"].to_pylist(), part["id"].to_pylist()
    rows = [
        {"platform": platform, key: id_, "topic_id": label.topic_id, "score": label.score, "evidence": label.evidence}
        for platform, id_, reading in zip(platforms, ids, readings, strict=True)
        for label in reading.labels
    ]
    names = ("platform", key, "topic_id", "evidence")
    schema = pa.schema([*((name, pa.string()) for name in names), ("score", pa.float64())])
    new = {
        table: (key, pa.Table.from_pylist(rows, schema)),
        "topics.labelled": (
            "id",
            part.select(["platform", "id", "digest"]).append_column("kind", pa.array([kind] * part.num_rows)),
        ),
    }
    if kind == "post":
        languages = pa.array([reading.language for reading in readings], pa.string())
        own = part.select(["platform", "id"]).rename_columns(["platform", "post_id"])
        new["topics.languages"] = ("post_id", own.append_column("language", languages))
    with db.transaction():
        for name, (column, made) in new.items():
            of_kind = f" and kind = '{kind}'" if name == "topics.labelled" else ""
            db.execute(
                f"delete from {name} where (platform, {column}) in (select (unnest(?), unnest(?))){of_kind}",  # noqa: S608
                [platforms, ids],
            )
            if made.num_rows:
                db.append_rows(name, made)
