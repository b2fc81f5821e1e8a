"""An observatory without network or index: three sources, four models, a check; every step notes that it ran."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import cast

from pipelines.build import Observatory
from pipelines.defs.modelled import INDEX
from pipelines.fetch import PassResult
from pipelines.load import LoadReport
from pipelines.panel import Panel, Window
from pipelines.panel_files import FileEntry
from pipelines.release import CheckResult, Facts, Manifest, Release, ReleaseWithheld
from pipelines.settings import Settings
from pipelines.sql_models import Model
from pipelines.warehouse import Warehouse
from tests.unit.panels import SOURCES

DAY = dt.date(2020, 12, 31)


def model(name: str, *upstream: str, header: dict[str, object] | None = None, folder: str = "") -> Model:
    schema, table = name.split(".")
    path = Path("sql") / schema / folder / f"{table}.sql"
    return Model(
        name=name,
        path=path,
        sql=f"select 1 as {table}_id, cast('a' as varchar) as name",
        header=header or {},
        description=f"One row per {table}.",
        upstream=upstream,
    )


MODELS = (
    model("core.companies", "panel.companies"),
    model("core.posts", "raw.posts", "raw.subjects", "core.companies", "topics.post_topics"),
    model("indicators.sourcing", "core.posts", "panel.weeks", folder="so"),
    model("scorecards.plain_values", "indicators.sourcing", "core.companies"),
    model("scorecards.indicator_values", "index.indicator_values"),
    model("checks.every_post_has_a_company", "core.posts", header={"severity": "contract"}),
    model("checks.followers_are_known", "core.posts", header={"severity": "judgement"}),
)


class Stub:
    """The public face of `build.Observatory`, as Dagster uses it."""

    def __init__(self, home: Path, *, failed: Sequence[str] = (), offended: Sequence[str] = ()) -> None:
        self.settings = Settings(home=home)
        self.panel = Panel(
            name="stub",
            title="Stub",
            sources=("bluesky",),
            window=Window(dt.date(2020, 1, 1), DAY),
            companies=(),
            accounts=(),
            identifiers=(),
            files=(FileEntry(source="pictures", paths={"path": ()}, observed_at=DAY),),
            folder=home,
        )
        self.sources = SOURCES
        self.models = {it.name: it for it in MODELS}
        self.warehouse = Warehouse(home / "warehouse.duckdb")
        self.ran: list[str] = []
        self._failed, self._offended = failed, offended

    def fetch(
        self, names: Sequence[str] | None = None, *, progress: Callable[[PassResult], None] = lambda _: None
    ) -> list[PassResult]:
        self.ran.append("fetch")
        passes = [
            PassResult(
                source=name,
                company_id="acme",
                is_complete=name not in self._failed,
                responses=3,
                replayed=1,
                reason="HTTP 503 | twice" if name in self._failed else None,
            )
            for name in names or ()
        ]
        for result in passes:
            progress(result)
        return passes

    def load(self) -> LoadReport:
        self.ran.append("load")
        with self.warehouse.writer():
            return LoadReport(responses=2, records=Counter(posts=5), rejects=1)

    def label(self) -> int:
        self.ran.append("label")
        with self.warehouse.writer() as db:
            for table in ("post_topics", "reply_topics"):
                db.replace_table(f"topics.{table}", "select 'x' as platform, 'p1' as post_id")
        return 5

    def run_models(self, names: Sequence[str], *, progress: Callable[[str], None]) -> list[str]:
        self.ran += names
        with self.warehouse.writer() as db:
            for name in names:
                progress(name)
                db.replace_table(name, self.models[name].sql)
        return list(names)

    run_scorecards = run_models

    def score(self) -> list[str]:
        self.ran.append("score")
        with self.warehouse.writer() as db:
            for table in INDEX:
                db.replace_table(f"index.{table}", "select 1.5 as score")
        return ["index"]

    def run_checks(self) -> list[CheckResult]:
        self.ran.append("checks")
        return [
            CheckResult(
                check_id=name.removeprefix("checks."),
                claim=it.description,
                severity=str(it.header["severity"]),
                offenders=2 if name in self._offended else 0,
                examples=("x:1", "x:2") if name in self._offended else (),
            )
            for name, it in self.models.items()
            if name.startswith("checks.")
        ]

    def publish(self, checks: Sequence[CheckResult]) -> Release:
        self.ran.append("publish")
        if failed := [it for it in checks if it.severity == "contract" and not it.passed]:
            raise ReleaseWithheld(failed)
        made_at = dt.datetime(2021, 1, 1, tzinfo=dt.UTC)
        manifest = Manifest(
            release_id="20210101T000000Z-00000000",
            made_at=made_at,
            panel="stub",
            content="",
            database_digest="",
            facts=Facts(),
            tables={},
            files={},
            checks=(),
        )
        return Release(self.settings.home, manifest, is_new=True)


def stub(home: Path, *, failed: Sequence[str] = (), offended: Sequence[str] = ()) -> tuple[Observatory, Stub]:
    """The stub twice: as what `build_definitions` takes, and as itself."""
    made = Stub(home, failed=failed, offended=offended)
    return cast(Observatory, made), made
