"""Makes tables anew, and only those whose text or inputs changed since they were last made.

A table's fingerprint is the digest of its statement and of its inputs' fingerprints, so a change anywhere upstream is
seen, and a second run with nothing new makes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from functools import partial
from hashlib import sha256

import pyarrow as pa

from pipelines.warehouse.database import Database
from pipelines.warehouse.models import Model, views


class Fingerprints:
    """A digest for each table of what it was made from, kept beside the tables."""

    def __init__(self, db: Database) -> None:
        self._db = db
        db.execute("create schema if not exists meta")
        db.execute("create table if not exists meta.tables (name varchar primary key, fingerprint varchar)")
        self._known = {row["name"]: row["fingerprint"] for row in db.rows("select name, fingerprint from meta.tables")}

    def of(self, name: str) -> str:
        """Returns a table's fingerprint; `raw`, `topics` and `index` have one each, as each is made in one step."""
        if name.startswith(("raw.", "topics.", "index.")):
            name = name.split(".")[0]
        if name == "raw" and "raw" not in self._known:
            self._known["raw"] = self._raw()
        return str(self._known.get(name, ""))

    def _raw(self) -> str:
        row = self._db.rows("""
            select count(*) as n, md5(string_agg(response_id || parser_version, ',' order by response_id)) as digest
            from raw.responses
        """)[0]
        passes = self._db.rows("""
            select md5(string_agg(pass_id || is_complete::varchar, ',' order by pass_id)) as digest from raw.passes
        """)[0]
        return f"{row['n']} {row['digest']} {passes['digest']}"

    def make(self, name: str, text: str, inputs: Iterable[str], maker: Callable[[], object]) -> bool:
        """Calls `maker` if the table's text or inputs changed since it was made; returns whether it called it."""
        stated = [text, *(f"{table} {self.of(table)}" for table in sorted(inputs))]
        fingerprint = sha256("\n".join(stated).encode()).hexdigest()
        if self._known.get(name) == fingerprint:
            return False
        # Forgotten first: if `maker` is stopped halfway, the next run makes the table again.
        self._db.execute("delete from meta.tables where name = ?", [name])
        maker()
        self._db.execute("insert into meta.tables values (?, ?)", [name, fingerprint])
        self._known[name] = fingerprint
        return True


def refresh_rows(db: Database, fingerprints: Fingerprints, tables: Mapping[str, pa.Table]) -> list[str]:
    """Makes those of the given tables anew whose rows changed; returns their names."""
    made = []
    for name, table in tables.items():
        digest = sha256(str(table.schema).encode())
        for batch in table.combine_chunks().to_batches():
            digest.update(batch.serialize())
        if fingerprints.make(name, digest.hexdigest(), (), partial(db.replace_rows, name, table)):
            made.append(name)
    return made


def refresh_models(
    db: Database,
    fingerprints: Fingerprints,
    models: Mapping[str, Model],
    schemas: Collection[str],
    names: Iterable[str] | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> list[str]:
    """Makes the SQL models of some schemas anew, in their order (only `names`, if given); returns the names made.

    Raises:
        ModelError: naming the file whose statement the database refused.
    """
    made = []
    wanted = set(models if names is None else names)
    for name, model in models.items():
        if name.split(".")[0] in schemas and name in wanted:
            progress(name)
            if fingerprints.make(name, model.sql, model.upstream, partial(db.replace_table, name, model.sql)):
                made.append(name)
    return made


def refresh_views(db: Database, models: Mapping[str, Model]) -> None:
    """Makes the generated views anew, once every indicator that they unite exists."""
    if all(db.exists(name) for name in models if name.startswith("indicators.")):
        for name, select in views(models).items():
            db.replace_view(name, select)
