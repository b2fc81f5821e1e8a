"""The steps of a run and their order; what each step does lives in the step's own room.

Every step can be stopped at any moment and run again: the archive is append-only, the warehouse is replaced in
transactions, and a table is made anew only when its text or its inputs changed.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable, Mapping, Sequence

from pipelines import SQL, release, topics, warehouse
from pipelines.archive import (
    Archive,
    Parsed,
    PassResult,
    archive_files,
    archived_files,
    keep_responses,
    keep_text_places,
)
from pipelines.home import Home
from pipelines.observatory.asking import Answer, Asking, ask_sources, run_id_of
from pipelines.observatory.ownership import check_owner, remember_owner
from pipelines.observatory.plan import passes_due
from pipelines.observatory.report import AccountPosts, Clock, Names, RunReport, Tell, tell_nobody
from pipelines.observatory.scoring import check_goalposts, indicators_of, own_method, refresh_index
from pipelines.observatory.settings import Settings
from pipelines.panel import Panel
from pipelines.records import SEEDS, Source, find_sources
from pipelines.release import CheckResult, Release


class Observatory:
    """A panel's pipeline: its archive, its warehouse and the steps of a run.

    With `answer`, a world of its own answers instead of the network; with `moments`, it is fetched at each of them.
    With `as_of`, it knows only what was archived by then: nothing is fetched or archived, and a warehouse of its own is
    made of the archive each time.

    `passes` and `loaded` tell what was fetched and loaded so far, `warning` what is odd about the panel's id, or None.

    Raises:
        UserMistake: naming file and line of a statement, a list of `sql/seeds/` or a goalpost that cannot be used.
        PanelIdTaken: another study uses the panel's id in this home.
    """

    def __init__(
        self,
        settings: Settings,
        panel: Panel,
        *,
        clock: Clock | None = None,
        as_of: dt.datetime | None = None,
        sources: Mapping[str, Source] | None = None,
        answer: Answer | None = None,
        moments: Sequence[dt.datetime] = (),
    ) -> None:
        self.settings = settings
        self.panel = panel
        self.as_of = as_of
        self.clock: Clock = (lambda: as_of) if as_of else clock or (lambda: dt.datetime.now(dt.UTC))
        self.sources = dict(sources or find_sources())
        self.models = warehouse.load_models(SQL)
        self.seeds = warehouse.seed_tables(SEEDS, self.models)
        self.method, self.catalogue = own_method(), indicators_of(self.models)
        check_goalposts(panel, self.catalogue, self.method)
        self.home = Home(settings.home)
        self.warning = check_owner(self.home, panel)
        self.folder = self.home.panel(panel.panel_id)
        self.archive = Archive(self.folder.archive, clock=self.clock, lock_seconds=settings.lock_seconds)
        path = self.folder.warehouse_of(run_id_of(as_of)) if as_of else self.folder.warehouse
        self.warehouse = warehouse.Warehouse(path, lock_seconds=settings.lock_seconds)
        self._later_files: list[str] = []
        self.loaded = warehouse.LoadReport()
        self.passes: list[PassResult] = []
        self._answer = answer
        self._moments = tuple(moments)
        self._files: Parsed = {}

    def run(
        self,
        names: Names = None,
        companies: Names = None,
        *,
        is_offline: bool = False,
        refetch: dt.date | bool = False,
        progress: Tell = tell_nobody,
    ) -> RunReport:
        """Runs all steps in order, as the warehouse's one writer; with `refetch`, see `fetch`.

        Raises:
            SourceError: a file of the panel cannot be read; nothing was changed.
            Locked: another run did not finish in time.
            ReleaseWithheld: a contract check failed or data were lost; the previous release stays current.
        """
        # Held over all steps, so that no other run loads or publishes between two of them.
        with self.warehouse.writer():
            progress("fetching")
            self.fetch(names, companies, is_offline=is_offline, refetch=refetch)
            progress("loading")
            self.load()
            progress("labelling")
            labelled = self.label(progress=progress)
            progress("modelling")
            made = self.run_models()
            progress("scoring")
            made += [*self.score(), *self.run_scorecards()]
            progress("publishing")
            published = self.publish(self.run_checks())
            report = RunReport(self.passes, self.loaded, labelled, made, published, self._accounts(), self.unknown())
        if self.as_of:
            self.warehouse.path.unlink()
        return report

    def fetch(
        self,
        names: Names = None,
        companies: Names = None,
        *,
        is_offline: bool = False,
        refetch: dt.date | bool = False,
        progress: Callable[[PassResult], None] | None = None,
    ) -> list[PassResult]:
        """Archives the panel's files that are new and what its sources answer, all sources side by side.

        What is archived is loaded first: what is known decides where a pass begins and which posts are due. With
        `refetch`, everything from that day on is read anew (True: of the whole window). As of an earlier day, nothing
        is fetched.

        Raises:
            SourceError: naming the file that cannot be read.
        """
        if self.as_of:
            return []
        results = []
        wanted = [self.sources[name] for name in self.panel.sources if names is None or name in names]
        for moment in self._moments or (self.clock(),):
            self.load()
            with self.warehouse.writer() as db:
                plan = [(source, passes_due(db, source, self.panel, companies, moment, refetch)) for source in wanted]
            asking = Asking(self.archive, self.settings, self.clock, self._answer, is_offline, progress)
            results += asyncio.run(ask_sources(asking, plan, moment))
        self.passes += results
        return results

    def load(self, progress: Callable[[warehouse.LoadReport], None] | None = None) -> warehouse.LoadReport:
        """Archives the panel's files that are new and puts what is archived and not yet loaded into `raw`.

        Raises:
            SourceError: naming the file that cannot be read.
        """
        with self.warehouse.writer() as db:
            remember_owner(self.home, self.panel)
            if not self._files and self.as_of:
                self._files, self._later_files = archived_files(self.archive, self.panel, self.as_of)
            elif not self._files:
                self._files = archive_files(self.archive, self.panel, self.sources, run_id_of(self.clock()))
            key = self.settings.key_of_pseudonyms()
            report = warehouse.load(
                db,
                self.archive,
                self.sources,
                self._files,
                pseudonym_key=key,
                now=self.clock(),
                until=self.as_of,
                progress=progress,
            )
        self._files = dict.fromkeys(self._files)
        self.loaded += report
        return report

    def label(self, *, progress: Tell = tell_nobody) -> int:
        """Labels the topics of texts that are new, edited or labelled by another version; returns their number.

        Then other people's words whose retention is over are deleted: only now has everything been read from them.
        """
        with self.warehouse.writer() as db:
            labelled = warehouse.label_texts(
                db, warehouse.Fingerprints(db), topics.read, topics.classifier_version(), progress=progress
            )
            oldest = self.clock() - dt.timedelta(days=self.settings.restricted_days)
            if self.as_of is None:
                warehouse.expire_texts(db, self.archive, oldest)
            else:
                warehouse.drop_expired_texts(db, oldest)
            return labelled

    def run_models(self, names: Names = None, *, progress: Tell = tell_nobody) -> list[str]:
        """Makes `panel`, `seeds`, `core` and `indicators` anew where something changed; returns the names made."""
        with self.warehouse.writer() as db:
            fingerprints = warehouse.Fingerprints(db)
            made = warehouse.refresh_rows(
                db, fingerprints, warehouse.panel_tables(db, self.panel, self.sources) | self.seeds
            )
            made += warehouse.refresh_models(db, fingerprints, self.models, ("core", "indicators"), names, progress)
            warehouse.refresh_views(db, self.models)
            return made

    def score(self) -> list[str]:
        """Runs the index over the indicators' weekly statistics; returns `index` if its tables were made anew."""
        with self.warehouse.writer() as db:
            return refresh_index(db, warehouse.Fingerprints(db), self.models, self.settings.seed)

    def run_scorecards(self, names: Names = None, *, progress: Tell = tell_nobody) -> list[str]:
        """Makes the tables of the release that changed; returns their names."""
        with self.warehouse.writer() as db:
            return warehouse.refresh_models(
                db, warehouse.Fingerprints(db), self.models, ("scorecards",), names, progress
            )

    def run_checks(self) -> list[CheckResult]:
        """Runs every check of `sql/checks/`."""
        with self.warehouse.writer() as db:
            return warehouse.run_checks(db, self.models)

    def publish(self, checks: Sequence[CheckResult]) -> Release:
        """Makes the working tables a release, and writes beside it what evidence and dashboard read.

        Raises:
            ReleaseWithheld: a contract check failed or data were lost.
        """
        with self.warehouse.writer() as db:
            if not self.as_of:
                release.keep_texts(db.query("select post_id, text from core.post_texts order by post_id"), self.folder)
                keep_responses(db.query("select * from raw.responses order by response_id"), self.folder)
                keep_text_places(
                    db.query("select * from core.text_places order by response_id, locator, reason"), self.folder
                )
            return release.publish(
                self.settings.home,
                db,
                panel_name=self.panel.panel_id,
                clock=self.clock,
                facts=release.facts_of(db, self.settings.told(), self.panel),
                checks=checks,
                may_be_small=self.settings.allow_smaller,
                lock_seconds=self.settings.lock_seconds,
            )

    def _accounts(self) -> list[AccountPosts]:
        with self.warehouse.writer() as db:
            rows = db.rows("""
                select company_id, platform, handle, stored_count, counted_count
                from core.account_posts order by stored_count - counted_count, company_id, platform, handle
            """)
            return [AccountPosts(**row) for row in rows]

    def unknown(self) -> list[str]:
        """Lists what a run of an earlier day leaves out, and what it cannot know of that day."""
        if self.as_of is None:
            return []
        day, days = self.as_of.date(), self.settings.restricted_days
        return [
            f"{self.loaded.later:,} answers archived after {day} are left out",
            *(f"{name} was not archived by {day}: left out" for name in self._later_files),
            f"the panel, the method and the code are those of today, not of {day}",
            f"answers of other people are deleted after {days} days: of {day} only what is left of them is known",
        ]
