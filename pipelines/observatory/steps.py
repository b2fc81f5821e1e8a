"""One assembly for Dagster, CLI and tests: settings and a panel in, an observatory out; every part can be swapped.

An observatory knows the steps of a run and their order; what each step does lives in the step's own module. Every
step can be stopped at any moment and run again: the archive is append-only, the warehouse is replaced in transactions
and a table is made anew only when its text or its inputs changed.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import os
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib.metadata import version

import msgspec

from pipelines import ROOT, index, release, topics
from pipelines.archive import (
    Archive,
    Parsed,
    PassResult,
    archive_files,
    keep_responses,
    run_passes,
    transport_of,
    write_parquet,
)
from pipelines.observatory.plan import passes_due
from pipelines.observatory.settings import Settings
from pipelines.panel import GOALPOSTS_FILE, Panel, suggest
from pipelines.records import Known, Source, Target, code_version, find_sources
from pipelines.release import CheckResult, Facts, Release, digest_of
from pipelines.warehouse import (
    Database,
    Fingerprints,
    LoadReport,
    Model,
    Warehouse,
    catalogue,
    check_models,
    drop_expired_texts,
    label_texts,
    load_models,
    panel_tables,
    refresh_models,
    refresh_rows,
    seed_table,
    seed_tables,
    views,
)
from pipelines.warehouse import load as load_archive

_METHOD = "sql/seeds/method.csv"
_INDEX = ROOT / "pipelines" / "index"
_CODE = (ROOT / "pipelines", ROOT / "sql")
"""All that a number can depend on beside data and method, and some that it cannot."""
_TOPIC_LISTS = sorted((ROOT / "sql" / "seeds").glob("topic*.csv"))
"""The lists that labels of texts depend on, beside the classifier."""
Clock = Callable[[], dt.datetime]
Answer = Callable[[str, dt.datetime], tuple[int, dict[str, str], bytes]]
"""A world of its own in the network's place: URL and moment in; status, headers and body out."""


class RunReport(msgspec.Struct):
    """What one run did: passes, what was loaded, how many texts were labelled, tables made anew, the release."""

    passes: list[PassResult]
    loaded: LoadReport
    labelled: int
    made: list[str]
    release: Release


class Observatory:
    """A panel's pipeline: its archive, its warehouse and the steps of a run.

    With `answer`, a world of its own answers instead of the network; with `moments`, it is fetched at each of them.
    """

    def __init__(
        self,
        settings: Settings,
        panel: Panel,
        *,
        clock: Clock | None = None,
        sources: Mapping[str, Source] | None = None,
        answer: Answer | None = None,
        moments: Sequence[dt.datetime] = (),
    ) -> None:
        self.settings = settings
        self.panel = panel
        self.clock = clock or (lambda: dt.datetime.now(dt.UTC))
        self.sources = dict(sources or find_sources())
        self.models = load_models(ROOT / "sql")
        self.method, self.catalogue = _method(), tuple(map(_indicator, catalogue(self.models)))
        _check_goalposts(panel, self.catalogue, self.method)
        self.folder = settings.home / "panels" / panel.name
        self.archive = Archive(self.folder / "archive", clock=self.clock, lock_seconds=settings.lock_seconds)
        self.warehouse = Warehouse(self.folder / "warehouse.duckdb", lock_seconds=settings.lock_seconds)
        self.loaded = LoadReport()
        self._answer = answer
        self._moments = tuple(moments)
        self._files: Parsed = {}

    def run(
        self,
        names: Sequence[str] | None = None,
        companies: Sequence[str] | None = None,
        *,
        is_offline: bool = False,
        progress: Callable[[str], None] = lambda _: None,
    ) -> RunReport:
        """All steps in order, as the warehouse's one writer.

        Raises:
            SourceError: a file of the panel cannot be read; nothing was changed.
            Locked: another run did not finish in time.
            ReleaseWithheld: a contract check failed; the previous release stays current.
        """
        with self.warehouse.writer():
            progress("fetching")
            passes = self.fetch(names, companies, is_offline=is_offline)
            progress("loading")
            self.load()
            progress("labelling")
            labelled = self.label(progress=progress)
            progress("modelling")
            made = self.run_models()
            progress("scoring")
            made += [*self.score(), *self.run_scorecards()]
            progress("publishing")
            return RunReport(passes, self.loaded, labelled, made, self.publish(self.run_checks()))

    def fetch(
        self,
        names: Sequence[str] | None = None,
        companies: Sequence[str] | None = None,
        *,
        is_offline: bool = False,
        progress: Callable[[PassResult], None] | None = None,
    ) -> list[PassResult]:
        """Archive the panel's files that are new and what its sources answer, all sources side by side.

        Loads before it asks: what is known decides where a pass begins and which posts are due.

        Raises:
            SourceError: naming the file that cannot be read.
        """
        results = []
        for moment in self._moments or (self.clock(),):
            self.load()
            with self.warehouse.writer() as db:
                wanted = [name for name in self.panel.sources if names is None or name in names]
                work = {name: passes_due(db, self.sources[name], self.panel, companies, moment) for name in wanted}
            results += asyncio.run(self._fetch(work, moment, is_offline, progress))
        self.archive.expire(self.clock() - dt.timedelta(days=self.settings.restricted_days))
        return results

    async def _fetch(
        self,
        work: Mapping[str, Sequence[tuple[Target, Known]]],
        moment: dt.datetime,
        is_offline: bool,
        progress: Callable[[PassResult], None] | None,
    ) -> list[PassResult]:
        answer = self._answer
        transport = transport_of(lambda url: answer(url, moment)) if answer else None
        results = await asyncio.gather(
            *(
                run_passes(
                    self.sources[name],
                    passes,
                    archive=self.archive,
                    run_id=_run_id(moment),
                    base_url=self.settings.base_url(name, self.sources[name].base_url),
                    clock=(lambda: moment) if answer else self.clock,
                    transport=transport,
                    user_agent=self.settings.user_agent,
                    is_offline=is_offline,
                    progress=progress,
                )
                for name, passes in work.items()
            )
        )
        return [result for some in results for result in some]

    def load(self, progress: Callable[[LoadReport], None] | None = None) -> LoadReport:
        """Archive the panel's files that are new and put what is archived and not yet loaded into `raw`.

        Raises:
            SourceError: naming the file that cannot be read.
        """
        with self.warehouse.writer() as db:
            if not self._files:
                self._files = archive_files(self.archive, self.panel, self.sources, _run_id(self.clock()))
            key = self._pseudonym_key()
            report = load_archive(db, self.archive, self.sources, self._files, pseudonym_key=key, progress=progress)
            drop_expired_texts(db, self.clock() - dt.timedelta(days=self.settings.restricted_days))
        self._files = dict.fromkeys(self._files)
        self.loaded += report
        return report

    def label(self, *, progress: Callable[[str], None] = lambda _: None) -> int:
        """Label the topics of new texts; how many there were."""
        made_by = code_version(ROOT / "pipelines" / "topics", *_TOPIC_LISTS)
        with self.warehouse.writer() as db:
            return label_texts(db, Fingerprints(db), topics.read, made_by, progress=progress)

    def run_models(
        self, names: Iterable[str] | None = None, *, progress: Callable[[str], None] = lambda _: None
    ) -> list[str]:
        """Make `panel`, `seeds`, `core` and `indicators` anew where something changed; the names of those made."""
        with self.warehouse.writer() as db:
            fingerprints = Fingerprints(db)
            made = refresh_rows(db, fingerprints, panel_tables(db, self.panel, self.sources))
            made += refresh_rows(db, fingerprints, seed_tables(ROOT / "sql" / "seeds"))
            made += refresh_models(db, fingerprints, self._models("core", "indicators", names=names), progress)
            if all(db.exists(name) for name in self.models if name.startswith("indicators.")):
                for name, select in views(self.models).items():
                    db.replace_view(name, select)
            return made

    def score(self) -> list[str]:
        """Run the index over the indicators' weekly statistics; the names of the `index` tables made anew."""
        with self.warehouse.writer() as db:
            fingerprints = Fingerprints(db)
            inputs = [name for name in self.models if name.startswith("indicators.")]
            inputs += [*index.READS, "panel.weeks", "panel.periods", "panel.goalposts", "seeds.method"]
            made_by = code_version(_INDEX) + f" seed {self.settings.seed}"

            def work() -> None:
                read = index.Inputs.from_tables(db.query)
                for name, table in index.score(read, seed=self.settings.seed).tables().items():
                    db.replace_rows(f"index.{name}", table)

            return ["index"] if fingerprints.make("index", made_by, inputs, work) else []

    def run_scorecards(
        self, names: Iterable[str] | None = None, *, progress: Callable[[str], None] = lambda _: None
    ) -> list[str]:
        """Make the tables of the release; the names of those made."""
        with self.warehouse.writer() as db:
            return refresh_models(db, Fingerprints(db), self._models("scorecards", names=names), progress)

    def run_checks(self) -> list[CheckResult]:
        """Run every check; each is a query that returns the offenders."""
        with self.warehouse.writer() as db:
            results = []
            for model, header in check_models(self.models):
                offenders = db.rows(model.sql)
                results.append(
                    CheckResult(
                        check_id=model.name.removeprefix("checks."),
                        claim=model.description,
                        severity=header.severity,
                        offenders=len(offenders),
                        examples=tuple(" ".join(str(value) for value in row.values()) for row in offenders[:5]),
                    )
                )
            return results

    def publish(self, checks: Sequence[CheckResult]) -> Release:
        """Make the working tables a release, with what evidence and dashboard read beside it.

        Raises:
            ReleaseWithheld: a contract check failed.
        """
        with self.warehouse.writer() as db:
            texts = db.query("select post_id, text from core.post_texts order by post_id")
            responses = db.query("select * from raw.responses order by response_id")
            write_parquet(texts, self.folder / "texts.parquet")
            keep_responses(responses, self.folder)
            return release.publish(
                self.settings.home,
                db,
                panel_name=self.panel.name,
                clock=self.clock,
                facts=self._facts(db),
                checks=checks,
            )

    def _facts(self, db: Database) -> Facts:
        """How this release came to be, for its manifest."""
        fetched = db.rows("select source, cast(max(fetched_at) as varchar) as at from raw.responses group by source")
        files = db.rows("select url, digest from raw.responses where pass_id is null")
        runs = db.rows("select distinct strftime(as_of, '%Y%m%dT%H%M%SZ') as run from raw.passes order by run")
        method = db.rows("select value from seeds.method where parameter = 'version'")
        return Facts(
            code_version=f"{version('seismograph')}+{code_version(*_CODE, apart=ROOT / _METHOD)[:8]}",
            method_version=str(method[0]["value"]),
            settings={"seed": str(self.settings.seed), "restricted_days": str(self.settings.restricted_days)},
            inputs={row["url"].removeprefix("file:"): row["digest"] for row in files}
            | {_METHOD: digest_of(ROOT / _METHOD)},
            fetched={row["source"]: row["at"] for row in fetched},
            runs=tuple(row["run"] for row in runs),
        )

    def _models(self, *schemas: str, names: Iterable[str] | None = None) -> list[Model]:
        wanted = set(self.models if names is None else names)
        return [it for it in self.models.values() if it.name.split(".")[0] in schemas and it.name in wanted]

    def _pseudonym_key(self) -> bytes:
        """The key of this home: the setting, else one made once and kept readable by its owner alone."""
        if self.settings.pseudonym_key:
            return self.settings.pseudonym_key.get_secret_value().encode()[:64]
        path = self.settings.home / "pseudonym.key"
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            aside = path.with_name(f"pseudonym.{os.getpid()}.tmp")
            with os.fdopen(os.open(aside, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as file:
                file.write(secrets.token_bytes(32))
            with contextlib.suppress(FileExistsError):
                os.link(aside, path)
            aside.unlink()
        return path.read_bytes()


def _run_id(moment: dt.datetime) -> str:
    return f"{moment.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}"


def _method() -> index.Method:
    return index.Method.of_table(seed_table(ROOT / _METHOD))


def _indicator(header: Mapping[str, object]) -> index.Indicator:
    return index.indicator_of(**header)


def _check_goalposts(panel: Panel, catalogue: Iterable[index.Indicator], method: index.Method) -> None:
    """Whether the goalposts that a panel fixes are of indicators that there are, and of this version of the method."""
    known = [it.indicator_id for it in catalogue]
    for it in panel.goalposts:
        place = f"{panel.folder / GOALPOSTS_FILE}:{it.line}:1"
        if it.method_version != f"{method.version:g}":
            raise index.MethodError(
                f"{place}: goalposts of version {it.method_version} of the method, which is now {method.version:g}: "
                "delete the file, and fix those of the first full release of this version"
            )
        if it.indicator_id not in known:
            raise index.MethodError(f"{place}: no indicator {it.indicator_id!r}; {suggest(it.indicator_id, known)}")
