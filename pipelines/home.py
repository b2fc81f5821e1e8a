"""Every path under SEISMOGRAPH_HOME, and what files there need: one lock with a timeout, one durable write.

The lowest module beside the errors: archive, release, warehouse and the doors above all find their places here. Not
here: what a file holds, and who writes it when.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from filelock import FileLock, Timeout

from pipelines import Failure

LOCK_SECONDS = 30.0
"""How long a lock is waited for where nobody says."""

ASIDE = ".tmp-"
"""How the names of files and folders begin that are still being written; a killed writer leaves them behind."""


class Locked(Failure):
    """Another process holds the lock and did not let go in time."""


@dataclass(frozen=True)
class PanelFolder:
    """The files that one panel's pipeline keeps under `panels/<id>/`."""

    path: Path

    @property
    def current(self) -> Path:
        """The pointer to the panel's current release."""
        return self.path / "CURRENT"

    @property
    def study(self) -> Path:
        """What is remembered of the study that uses the panel's id: its folder and its companies."""
        return self.path / "study.json"

    @property
    def archive(self) -> Path:
        """The folder of WARC files."""
        return self.path / "archive"

    @property
    def warehouse(self) -> Path:
        """The working database."""
        return self.path / "warehouse.duckdb"

    def warehouse_of(self, run_id: str) -> Path:
        """Returns the path of the working database of a run of an earlier day, deleted at its end."""
        return self.path / f"as-of-{run_id}.duckdb"

    @property
    def responses(self) -> Path:
        """The index of responses, from which evidence is found again."""
        return self.path / "responses.parquet"

    @property
    def texts(self) -> Path:
        """The texts of posts that may be shown."""
        return self.path / "texts.parquet"

    @property
    def text_places(self) -> Path:
        """Where in the responses posts stand, and why their words may not be shown."""
        return self.path / "text_places.parquet"

    @property
    def truth(self) -> Path:
        """What a fictional world's estimates should find; absent where the world is real."""
        return self.path / "truth.csv"


@dataclass(frozen=True)
class Home:
    """The folders and files under one SEISMOGRAPH_HOME.

    >>> Home(Path("h")).panel("banks").texts.as_posix()
    'h/panels/banks/texts.parquet'
    >>> Home(Path("h")).stored("0a1b").as_posix()
    'h/store/0a1b.parquet'
    """

    path: Path

    def panel(self, panel_id: str) -> PanelFolder:
        """The folder of one panel."""
        return PanelFolder(self.path / "panels" / panel_id)

    def panels(self) -> list[PanelFolder]:
        """The folders of all panels that were run here, by id."""
        return [PanelFolder(path) for path in sorted(self.path.glob("panels/*")) if path.is_dir()]

    @property
    def worlds(self) -> Path:
        """The folder of the panels of fictional worlds."""
        return self.path / "worlds"

    def world(self, companies: int, seed: int) -> Path:
        """The panel of a fictional world, as a user would write it."""
        return self.worlds / f"fictional-{companies}-seed-{seed}"

    def exports(self, release_id: str) -> Path:
        """Returns the folder of a release's printed scorecards."""
        return self.path / "exports" / release_id

    @property
    def dagster(self) -> Path:
        """The folder of Dagster's history."""
        return self.path / "dagster"

    @property
    def releases(self) -> Path:
        """The folder of all releases."""
        return self.path / "releases"

    def manifest(self, release_id: str) -> Path:
        """Returns the path of a release's manifest."""
        return self.releases / release_id / "manifest.json"

    def release_database(self, release_id: str) -> Path:
        """Returns the path of a release's tables, without the monthly ones."""
        return self.releases / release_id / "scorecards.duckdb"

    @property
    def shared_current(self) -> Path:
        """The one pointer for all panels that homes had before each panel had its own."""
        return self.releases / "CURRENT"

    @property
    def publishing_lock(self) -> Path:
        """The lock that a publisher holds."""
        return self.releases / ".lock"

    @property
    def store(self) -> Path:
        """The folder of monthly tables, which releases share."""
        return self.path / "store"

    def stored(self, digest: str) -> Path:
        """Returns the path of the store's file whose bytes have this SHA-256."""
        return self.store / f"{digest}.parquet"

    def pseudonym_key(self) -> bytes:
        """Reads the key of pseudonyms (32 random bytes, readable by its owner alone); the first call makes it."""
        path = self.path / "pseudonym.key"
        if not path.exists():
            with lock(path.with_suffix(".lock"), "making pseudonym.key", is_kept=False):
                # Another process may have made it meanwhile; a second key would split each person in two.
                if not path.exists():
                    with replacing(path, mode=0o600) as file:
                        file.write(secrets.token_bytes(32))
        return path.read_bytes()


@contextmanager
def lock(path: Path, doing: str, *, seconds: float = LOCK_SECONDS, is_kept: bool = True) -> Iterator[None]:
    """Holds a lock file until the block ends; `doing` says what its holder does, as in "writing warehouse.duckdb".

    Raises:
        Locked: another process held it longer than `seconds`.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    held = FileLock(path)
    try:
        held.acquire(timeout=seconds)
    except Timeout:
        raise Locked(f"another process is {doing} (waited {seconds:g} s); let it finish, then run again") from None
    try:
        yield
    finally:
        if not is_kept:
            # Unlinked while held: whoever waits on the old file sees that it is gone and takes the new one.
            path.unlink(missing_ok=True)
        held.release()


@contextmanager
def replacing(path: Path, *, mode: int = 0o666) -> Iterator[BinaryIO]:
    """Opens a file that takes the place of `path` when the block ends, having reached the disk.

    Readers see the old bytes or the new ones, whole, even when the power goes. `mode` is that of a file made anew, less
    the umask. A block that fails leaves `path` as it was.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f"{ASIDE}{path.name}-{os.getpid()}")
    try:
        with os.fdopen(os.open(aside, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, mode), "wb") as file:
            yield file
            file.flush()
            # On the disk before it takes the name: else a power cut could leave that name to an empty file.
            os.fsync(file.fileno())
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)
