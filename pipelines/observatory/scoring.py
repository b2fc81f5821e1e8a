"""Runs the index on the working database: its method, its indicators, and whether a panel's goalposts are of both."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pipelines import ROOT, index
from pipelines.panel import GOALPOSTS_FILE, Panel, suggest
from pipelines.records import SEEDS, code_version, read_list
from pipelines.warehouse import Database, Fingerprints, Model, catalogue

INDEX_FOLDER = ROOT / "pipelines" / "index"
"""The code that the index's tables depend on."""


def own_method() -> index.Method:
    """Reads the method of `sql/seeds/method.csv`.

    Raises:
        ListError: the list cannot be read.
        MethodError: naming the line of a parameter that cannot be what it is.
    """
    rows = read_list(SEEDS / "method.csv", ("parameter", "value", "meaning"))
    lines = {row["parameter"]: row.line for row in rows}
    return index.Method.of(((row["parameter"], row["value"]) for row in rows), lines)


def indicators_of(models: Mapping[str, Model]) -> tuple[index.Indicator, ...]:
    """Returns what the index needs to know of every indicator of `sql/indicators/`.

    Raises:
        MethodError: naming the indicator whose header the index cannot follow.
    """
    return tuple(index.indicator_of(**header) for header in catalogue(models))


def check_goalposts(panel: Panel, catalogue: Iterable[index.Indicator], method: index.Method) -> None:
    """Refuses goalposts that a panel fixes for another version of the method, or for an unknown indicator.

    Raises:
        MethodError: naming file and line.
    """
    known = [indicator.indicator_id for indicator in catalogue]
    for goalpost in panel.goalposts:
        place = f"{panel.folder / GOALPOSTS_FILE}:{goalpost.line}:1"
        if goalpost.method_version != f"{method.version:g}":
            raise index.MethodError(
                f"{place}: goalposts of version {goalpost.method_version} of the method, which is now "
                f"{method.version:g}: delete the file, and fix those of the first full release of this version"
            )
        if goalpost.indicator_id not in known:
            raise index.MethodError(
                f"{place}: no indicator {goalpost.indicator_id!r}; {suggest(goalpost.indicator_id, known)}"
            )


def refresh_index(db: Database, fingerprints: Fingerprints, models: Mapping[str, Model], seed: int) -> list[str]:
    """Makes the tables of `index` anew if its code, seed or inputs changed; returns `index` if it did."""
    read = [name for name in models if name.startswith("indicators.")]
    read += [*index.READS, "panel.weeks", "panel.periods", "panel.goalposts", "seeds.method"]

    def make() -> None:
        inputs = index.Inputs.from_tables(db.query)
        for name, table in index.score(inputs, seed=seed).tables().items():
            db.replace_rows(f"index.{name}", table)

    made_by = code_version(INDEX_FOLDER) + f" seed {seed}"
    return ["index"] if fingerprints.make("index", made_by, read, make) else []
