"""What a source is, and where sources are found: every module in `sources/` is one, named by its file.

A source has an `ORIGIN`; `parse(response)`, pure, which yields records and rejects; and one or both of
`requests(target, known)`, a generator of requests over HTTP relative to its `BASE_URL`, and `FILE`, what `[[files]]`
of a panel may say of it. It imports neither httpx nor duckdb: fetching, archiving, loading and joining are done
elsewhere, once for all.
"""

from __future__ import annotations

import datetime as dt
import importlib
import pkgutil
from collections.abc import Callable, Generator, Iterable, Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path
from types import ModuleType

import msgspec

from pipelines.records.bodies import SourceError
from pipelines.records.types import Record, Reject, checked

_CODE = (".py", ".sql", ".csv")


class Origin(msgspec.Struct, frozen=True, kw_only=True):
    """Where a source's data come from; shown in Dagster, on the dashboard and in every release."""

    title: str
    publisher: str
    home_page: str
    licence: str
    terms_url: str
    measures: str
    does_not_measure: str
    limits: str = "none published"
    needs_key: bool = False
    is_text_shown: bool = True
    platform: str | None = None
    schemes: tuple[str, ...] = ()
    """Identifier schemes that this source introduces, beside `records.COMMON_SCHEMES`."""


class FileInput(msgspec.Struct, frozen=True):
    """What a `[[files]]` entry of this source may hold: further paths beside `path`, and further options."""

    paths: tuple[str, ...] = ()
    options: tuple[str, ...] = ()


class Request(msgspec.Struct, frozen=True):
    """One GET, relative to the source's base URL. `is_restricted`: the answer holds other people's words."""

    path: str
    params: tuple[tuple[str, str], ...] = ()
    is_restricted: bool = False

    @property
    def key(self) -> str:
        """What makes this request the same request again, within a pass."""
        return self.path + "?" + "&".join(f"{name}={value}" for name, value in self.params)


class Response(msgspec.Struct, frozen=True, kw_only=True):
    """An archived answer or file, as `requests` is sent it and `parse` reads it."""

    response_id: str
    source: str
    url: str
    body: bytes
    fetched_at: dt.datetime
    status: int = 200
    media_type: str = ""
    request_key: str = ""
    company_id: str | None = None
    role: str = "path"
    """For files: the key of the `[[files]]` entry that named it (`path`, `parents`, …)."""
    options: Mapping[str, str] = msgspec.field(default_factory=dict)
    """For files: the entry's other options (a column map, …)."""


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """For whom a pass fetches: one company, or the whole panel where `company_id` is None."""

    company_id: str | None
    handles: tuple[str, ...] = ()
    identifiers: tuple[tuple[str, str], ...] = ()
    start: dt.date
    end: dt.date


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a target before a pass.

    `as_of` is its moment, `reached` how far the last complete pass came (in the source's own words), `due` the posts to
    be observed again. `recent` are posts with their times that a timeline read again should show: one that it lacks is
    asked for at once. `unsure` are posts asked for only to see whether they are still there. With `since`, everything
    from that day on is read anew.
    """

    as_of: dt.datetime
    reached: str | None = None
    due: tuple[str, ...] = ()
    recent: tuple[tuple[str, dt.datetime], ...] = ()
    unsure: tuple[str, ...] = ()
    since: dt.date | None = None


class Outcome(msgspec.Struct, frozen=True):
    """The result of a pass that reached its end: how far it got; what could not be read, by name, and what to do."""

    reached: str | None
    missing: tuple[str, ...] = ()


Requests = Callable[[Target, Known], Generator[Request, Response, Outcome | str | None]]
Parse = Callable[[Response], Iterable[Record | Reject]]


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """One module of `sources/`.

    `requests` returns how far it reached, in its own words, for the next pass; an `Outcome` where it has more to say.
    """

    name: str
    origin: Origin
    parse: Parse
    requests: Requests | None
    base_url: str
    is_panel_wide: bool
    file: FileInput | None
    version: str
    """Digest of the module and of `records/`, which it parses with: a change re-parses the archive."""


@cache
def find_sources() -> dict[str, Source]:
    """Finds every source of the `sources` folder, by name."""
    package = importlib.import_module("pipelines.sources")
    names = sorted(module.name for module in pkgutil.iter_modules(package.__path__))
    return {name: as_source(name, importlib.import_module(f"pipelines.sources.{name}")) for name in names}


def as_source(name: str, module: ModuleType) -> Source:
    """Makes the source that a module defines.

    Raises:
        SourceError: naming what the module lacks.
    """
    missing = [part for part in ("ORIGIN", "parse") if not hasattr(module, part)]
    if not hasattr(module, "requests") and not hasattr(module, "FILE"):
        missing.append("requests or FILE")
    if hasattr(module, "requests") and not hasattr(module, "BASE_URL"):
        missing.append("BASE_URL")
    if missing:
        raise SourceError(f"pipelines/sources/{name}.py has no {', '.join(missing)}")
    return Source(
        name=name,
        origin=module.ORIGIN,
        parse=module.parse,
        requests=getattr(module, "requests", None),
        base_url=getattr(module, "BASE_URL", ""),
        is_panel_wide=getattr(module, "IS_PANEL_WIDE", False),
        file=getattr(module, "FILE", None),
        version=code_version(Path(module.__file__ or ""), Path(__file__).parent),
    )


def parsed(source: Source, response: Response) -> list[Record | Reject]:
    """Parses a response, every number and time in its range; a defect of the source becomes a reject.

    Raises:
        SourceError: the response is not what the source says it is.
    """
    try:
        return list(checked(source.parse(response)))
    except SourceError:
        raise
    except Exception as error:  # a stranger's `parse` may raise anything, and one response must not cost the run
        reason = f"{source.name} cannot read this response ({type(error).__name__}): a defect of the source, report it"
        return [Reject("", "response", reason)]


def code_version(*places: Path, apart: Path | None = None) -> str:
    """Computes a digest of the code and lists in files and folders, to their leaves; one file may be set `apart`.

    A table remembers the version of what made it and is made anew when that changes.
    """
    digest = sha256()
    for place in places:
        for path in sorted([place] if place.is_file() else place.rglob("*")):
            if path.suffix in _CODE and path != apart:
                name = path.relative_to(place.parent).as_posix()
                digest.update(f"{name} {path.stat().st_size} ".encode() + path.read_bytes())
    return digest.hexdigest()[:16]
